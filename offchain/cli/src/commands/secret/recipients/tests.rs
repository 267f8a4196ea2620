// SPDX-License-Identifier: Apache-2.0

//! A daemon that is made up, and nodes whose words are real.

use super::*;
use r1_api::{ApiErrorBody, ClientOptions, HexBytes};
use r1_chain::NodeIdentity;
use r1_dauth::SealingKey;
use std::collections::BTreeMap;
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::TcpListener,
	task::JoinHandle,
};

const GENESIS: BlockHash = [0xee; 32];
const NOW: u64 = 1_790_000_000;

fn identity(seed: u8) -> NodeIdentity {
	NodeIdentity::from_seed(&[seed; 32])
}

/// What a node says, as a daemon hands it on.
fn word(seed: u8, recipient: &Recipient, genesis_hash: &BlockHash) -> SealingKeyResponse {
	let word = SignedSealingKey::new(recipient, &identity(seed), genesis_hash, NOW);
	SealingKeyResponse {
		recipient: word.statement.recipient,
		expires_at_secs: word.statement.expires_at_secs,
		signature: HexBytes(word.signature),
	}
}

fn job(seats: &[(DeedId, Option<u8>)]) -> Job {
	let seat = |(deed, seed): &(DeedId, Option<u8>)| Seat {
		deed: *deed,
		node: seed.map(|seed| identity(seed).key()),
	};
	Job { id: 7, owner: [3; 32], seats: seats.iter().map(seat).collect() }
}

/// A daemon that knows these words, and of other nodes nothing.
async fn daemon(words: Vec<(u8, SealingKeyResponse)>) -> (EdgeClient, JoinHandle<()>) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let words = words.into_iter().map(|(seed, word)| {
		(format!("GET /v1/nodes/{}/sealing-key ", HexBytes(identity(seed).key())), word)
	});
	let words = words.collect::<BTreeMap<_, _>>();
	let serve = async move {
		loop {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut request = Vec::new();
			while !request.ends_with(b"\r\n\r\n") {
				assert!(0 < stream.read_buf(&mut request).await.unwrap());
			}
			let request = String::from_utf8(request).unwrap();
			let word = words.iter().find(|(start, _)| request.starts_with(start.as_str()));
			let (status, body) = match word {
				Some((_, word)) => ("200 OK", serde_json::to_string(word).unwrap()),
				None => {
					let [code, message] = [NO_SEALING_KEY, "it is away"].map(ToOwned::to_owned);
					let body = ApiErrorBody { code, message, hint: None };
					("504 Gateway Timeout", serde_json::to_string(&body).unwrap())
				},
			};
			let answer = format!(
				"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
				Connection: close\r\n\r\n{body}",
				body.len()
			);
			stream.write_all(answer.as_bytes()).await.unwrap();
		}
	};
	(EdgeClient::new(&url, &ClientOptions::default()).unwrap(), tokio::spawn(serve))
}

async fn find(job: &Job, words: Vec<(u8, SealingKeyResponse)>) -> anyhow::Result<Found> {
	let (edge, daemon) = daemon(words).await;
	let found = job.find(&edge, &GENESIS, &|| NOW).await;
	daemon.abort();
	found
}

#[tokio::test]
async fn secret_should_be_for_the_nodes_that_the_chain_names() {
	let [first, second] = [(); 2].map(|()| SealingKey::generate().recipient());
	let words = vec![(1, word(1, &first, &GENESIS)), (2, word(2, &second, &GENESIS))];
	let found = find(&job(&[(10, Some(1)), (20, Some(2))]), words).await.unwrap();
	assert_eq!(found.recipients, [(10, first), (20, second)]);
	assert_eq!(found.missing, []);
	assert!(found.complete(false).is_ok());
}

#[tokio::test]
async fn daemon_that_lies_should_be_found_out() {
	let [own, evil] = [(); 2].map(|()| SealingKey::generate().recipient());
	let job = job(&[(10, Some(1))]);
	// The recipient of the daemon instead of the node's, under the node's own signature.
	let swapped = SealingKeyResponse { recipient: evil.to_string(), ..word(1, &own, &GENESIS) };
	let later = SealingKeyResponse { expires_at_secs: NOW + 10, ..word(1, &own, &GENESIS) };
	for lie in [swapped, later, word(2, &evil, &GENESIS), word(1, &own, &[7; 32])] {
		let error = format!("{:#}", find(&job, vec![(1, lie)]).await.unwrap_err());
		assert!(error.contains("not to be trusted") && error.contains("deed 10"), "{error}");
	}
}

#[tokio::test]
async fn word_of_another_time_should_be_refused() {
	let own = SealingKey::generate().recipient();
	let (edge, daemon) = daemon(vec![(1, word(1, &own, &GENESIS))]).await;
	for now_secs in [NOW - 400, NOW + 1_000] {
		let found = job(&[(10, Some(1))]).find(&edge, &GENESIS, &|| now_secs).await;
		let error = format!("{:#}", found.unwrap_err());
		assert!(error.contains("out of time"), "{error}");
	}
	daemon.abort();
}

#[tokio::test]
async fn nodes_that_are_away_should_be_named_and_left_out_only_if_asked() {
	let own = SealingKey::generate().recipient();
	let seats = job(&[(10, Some(1)), (20, Some(2)), (30, None)]);
	let found = find(&seats, vec![(1, word(1, &own, &GENESIS))]).await.unwrap();
	let error = found.clone().complete(false).unwrap_err().to_string();
	for needle in [&address(identity(2).key()), "deed 20", "it is away", "deed 30", "--skip-un"] {
		assert!(error.contains(needle), "`{needle}` is not in {error}");
	}
	let found = found.complete(true).unwrap();
	assert_eq!(found.recipients, [(10, own)]);
	assert_eq!(found.missing.iter().map(|(deed, _)| *deed).collect::<Vec<_>>(), [20, 30]);
	let nobody = find(&job(&[(20, Some(2))]), Vec::new()).await.unwrap();
	let error = nobody.complete(true).unwrap_err().to_string();
	assert!(error.contains("no node is left"), "{error}");
}

#[tokio::test]
async fn daemon_that_is_away_should_be_an_error_and_no_missing_node() {
	let (edge, daemon) = daemon(Vec::new()).await;
	daemon.abort();
	assert!(daemon.await.is_err());
	let found = job(&[(10, Some(1))]).find(&edge, &GENESIS, &|| NOW).await;
	assert!(found.unwrap_err().to_string().contains("deed 10"));
	let nowhere = job(&[]).find(&edge, &GENESIS, &|| NOW).await.unwrap_err().to_string();
	assert!(nowhere.contains("runs nowhere yet"), "{nowhere}");
}

#[test]
fn secret_should_be_of_the_jobs_owner() {
	let job = job(&[]);
	assert!(job.check_owner(&[3; 32]).is_ok());
	let error = job.check_owner(&[4; 32]).unwrap_err().to_string();
	assert!(error.contains("--owner") && error.contains(&address([4; 32])), "{error}");
}
