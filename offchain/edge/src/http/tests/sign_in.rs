// SPDX-License-Identifier: Apache-2.0

use crate::world::{Options, World, developer, operator, stranger};
use r1_api::{ApiErrorBody, SelfResponse};
use r1_chain::Address;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_a_challenge_should_be_known_by_its_token() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	for wallet in [operator(), stranger()] {
		let token = daemon.sign_in(&wallet).await;
		let asked = crate::world::client()
			.get(format!("{}/v1/auth/self", daemon.url))
			.bearer_auth(&token)
			.header("x-request-id", "mine")
			.send();
		let response = asked.await.unwrap();
		assert_eq!(response.headers()["x-request-id"], "mine");
		let answer: SelfResponse = response.json().await.unwrap();
		assert_eq!(answer.account, Some(Address(wallet.account()).to_string()));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_should_be_refused_when_it_was_used_or_is_of_elsewhere() {
	let world = World::of(2);
	let here = world.start(1, Options::default()).await;
	let there = world.start(2, Options::default()).await;
	let wallet = developer();
	let signed = |challenge: &str| {
		let signature = hex::encode(wallet.sign_message(challenge.as_bytes()));
		json!({ "challenge": challenge, "signature": signature })
	};
	let refusal = async |body: &serde_json::Value| {
		let (status, error) = here.post::<ApiErrorBody>("/auth/token", body).await;
		(status, error.code, error.message)
	};

	let used = signed(&here.challenge(wallet.account()).await);
	let (status, _) = here.post::<serde_json::Value>("/auth/token", &used).await;
	assert_eq!(status, 200);
	let elsewhere = signed(&there.challenge(wallet.account()).await);
	let not_his = signed(&here.challenge(stranger().account()).await);
	for (body, word) in [(&used, "used"), (&elsewhere, "another node"), (&not_his, "signature")] {
		let (status, code, message) = refusal(body).await;
		assert_eq!((status, code.as_str()), (401, "sign_in_refused"), "{message}");
		assert!(message.contains(word), "{message}");
	}
	let too_long = json!({ "challenge": "x", "signature": "00", "secs": 86_401 });
	assert_eq!(refusal(&too_long).await.0, 401);
	let no_digits = json!({ "challenge": "x", "signature": "zz" });
	assert_eq!(refusal(&no_digits).await.1, "invalid_signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn node_without_a_deed_should_issue_nothing() {
	let world = World::of(1);
	let daemon = world.start(2, Options::default()).await;
	let wallet = operator();
	let challenge = daemon.challenge(wallet.account()).await;
	let signature = hex::encode(wallet.sign_message(challenge.as_bytes()));
	let body = json!({ "challenge": challenge, "signature": signature });
	let (status, error) = daemon.post::<ApiErrorBody>("/v1/auth/token", &body).await;
	assert_eq!((status, error.code.as_str()), (503, "node_without_deed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn token_should_end_with_the_link_of_its_issuer() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let token = daemon.sign_in(&operator()).await;
	assert_eq!(daemon.get_status("/v1/auth/self", &token).await, 200);
	world.change(|state| {
		let unlinked = state
			.deeds
			.iter()
			.map(|(id, deed)| (id, r1_core::Deed { is_banned: true, ..*deed }));
		state.deeds = unlinked.collect();
	});
	assert_eq!(daemon.get_status("/v1/auth/self", &token).await, 401);
}
