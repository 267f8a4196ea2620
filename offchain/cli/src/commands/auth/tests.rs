// SPDX-License-Identifier: Apache-2.0

//! Signing in at a daemon whose routes are made up, and whose challenges and tokens are real.

use super::*;
use crate::arguments::{self, Command};
use r1_api::{ApiErrorBody, ChallengeResponse};
use r1_chain::{NodeIdentity, SystemRng};
use r1_dauth::{Challenges, Grant, Redeemed, Right, TokenIssuer};
use serde::de::DeserializeOwned;
use std::sync::{
	Arc,
	atomic::{AtomicUsize, Ordering},
};
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::{TcpListener, TcpStream},
};

const GENESIS: [u8; 32] = [0xee; 32];
const NOW: u64 = 1_790_000_000;
const DEED: u32 = 12;

/// What a daemon may do wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Daemon {
	Honest,
	/// Wants to have something else signed.
	Wants(&'static str),
	/// Hands on the challenge of another node.
	HandsOn,
	/// Issues the token of somebody else.
	OfAnother,
	/// Answers with no token.
	NoToken,
}

fn node() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}

fn other_node() -> NodeIdentity {
	NodeIdentity::from_seed(&[2; 32])
}

fn person() -> Signer {
	Signer::from_uri("//Alice").unwrap()
}

fn expected() -> Expected {
	let account = person().account();
	Expected { account, genesis_hash: Some(GENESIS), node: None, now_secs: NOW }
}

/// Reads a request; the body is a JSON object without another in it, and ends the request.
async fn asked<T: DeserializeOwned>(stream: &mut TcpStream, path: &str) -> T {
	let mut request = Vec::new();
	while !request.ends_with(b"}") {
		assert!(0 < stream.read_buf(&mut request).await.unwrap(), "the request ends too early");
	}
	assert!(request.starts_with(format!("POST {path} ").as_bytes()), "{request:?}");
	let body = request.iter().position(|byte| *byte == b'{').unwrap();
	serde_json::from_slice(&request[body..]).unwrap()
}

async fn answer_with(stream: &mut TcpStream, body: &impl Serialize) {
	let body = serde_json::to_string(body).unwrap();
	let answer = format!(
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
		Connection: close\r\n\r\n{body}",
		body.len()
	);
	stream.write_all(answer.as_bytes()).await.unwrap();
}

/// Answers one person; counts how often something that was signed came back.
async fn serve(listener: TcpListener, daemon: Daemon, signatures: Arc<AtomicUsize>) {
	let challenger = if daemon == Daemon::HandsOn { other_node() } else { node() };
	let challenges = Challenges::new(challenger.key(), GENESIS, &SystemRng);
	let (mut stream, _) = listener.accept().await.unwrap();
	let request: ChallengeRequest = asked(&mut stream, "/v1/auth/challenge").await;
	assert_eq!(request.account, address(person().account()));
	let challenge = match daemon {
		Daemon::Wants(text) => text.to_owned(),
		_ => challenges.issue(person().account(), NOW, 0, &SystemRng),
	};
	answer_with(&mut stream, &ChallengeResponse { challenge }).await;
	drop(stream);
	let (mut stream, _) = listener.accept().await.unwrap();
	let request: TokenRequest = asked(&mut stream, "/v1/auth/token").await;
	signatures.fetch_add(1, Ordering::SeqCst);
	let signature = hex::decode(request.signature).unwrap();
	let signed = challenges.verify(&request.challenge, &signature, 0).unwrap();
	let account = Redeemed::default().redeem(signed, 0).unwrap();
	let account = if daemon == Daemon::OfAnother { [9; 32] } else { account };
	let expires_at_secs = NOW + request.secs.unwrap();
	let subject = Subject::Account(account);
	let grant = Grant { subject, rights: Right::everything(), expires_at_secs };
	let token = match daemon {
		Daemon::NoToken => "none".to_owned(),
		_ => TokenIssuer::new(&node(), DEED, GENESIS).mint(&grant, NOW).unwrap(),
	};
	let response = TokenResponse { token, account: address(account), expires_at_secs };
	answer_with(&mut stream, &response).await;
}

/// Signs in, and says how often something that was signed reached the daemon.
async fn try_to_sign_in(daemon: Daemon, expected: &Expected) -> (anyhow::Result<SignedIn>, usize) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let edge = EdgeClient::new(&url, &r1_api::ClientOptions::default()).unwrap();
	let signatures = Arc::new(AtomicUsize::new(0));
	let daemon = tokio::spawn(serve(listener, daemon, Arc::clone(&signatures)));
	let outcome = sign_in(&edge, &person(), expected, 600).await;
	// It waits for what is not sent when nothing was signed.
	daemon.abort();
	(outcome, signatures.load(Ordering::SeqCst))
}

#[tokio::test]
async fn person_should_get_a_token_of_the_node_that_they_signed_in_at() {
	for node in [None, Some(node().key())] {
		let expected = Expected { node, ..expected() };
		let (signed_in, signatures) = try_to_sign_in(Daemon::Honest, &expected).await;
		let signed_in = signed_in.unwrap();
		assert_eq!((signed_in.deed, signed_in.node, signatures), (DEED, self::node().key(), 1));
		assert_eq!(signed_in.response.expires_at_secs, NOW + 600);
	}
}

#[tokio::test]
async fn nothing_should_be_signed_when_it_is_no_challenge_for_us() {
	let expected = Expected { node: Some(node().key()), ..expected() };
	for (daemon, needle) in [
		(Daemon::Wants("r1/link/v1"), "no challenge to sign in"),
		(Daemon::Wants(""), "no challenge to sign in"),
		(Daemon::HandsOn, "hands on"),
	] {
		let (outcome, signatures) = try_to_sign_in(daemon, &expected).await;
		let error = format!("{:#}", outcome.map(drop).unwrap_err());
		assert!(error.starts_with("nothing was signed") && error.contains(needle), "{error}");
		assert_eq!(signatures, 0, "{daemon:?} got a signature");
	}
}

#[tokio::test]
async fn token_should_be_refused_when_it_is_not_the_one_that_was_asked_for() {
	for daemon in [Daemon::OfAnother, Daemon::NoToken] {
		let (outcome, _) = try_to_sign_in(daemon, &expected()).await;
		let error = format!("{:#}", outcome.map(drop).unwrap_err());
		assert!(error.contains("something else than the token"), "{error}");
	}
}

#[tokio::test]
async fn answer_should_be_the_token_or_the_file_that_it_is_in() {
	let (signed_in, _) = try_to_sign_in(Daemon::Honest, &expected()).await;
	let signed_in = signed_in.unwrap();
	let token = signed_in.response.token.clone();
	let order = |line: &str| match arguments::parse(line).unwrap().command {
		Command::Auth(Auth::Login(order)) => order,
		other => panic!("{other:?}"),
	};
	let printed = answer(&order("auth login"), &signed_in).unwrap();
	assert_eq!(printed.printed(), format!("{token}\n").as_bytes());
	assert_eq!(printed.json()["token"], token);
	assert_eq!(printed.json()["node"], address(node().key()));
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("token");
	let line = format!("auth login --output {}", file.display());
	let written = answer(&order(&line), &signed_in).unwrap();
	assert!(!String::from_utf8_lossy(written.printed()).contains(&token));
	assert_eq!(written.json()["token"], serde_json::Value::Null);
	assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), token);
}

#[test]
fn nobody_should_be_a_negative_answer() {
	let is_negative = |response| whoami(response).map(|answer| answer.is_negative());
	let of = |account: Option<&str>, job| SelfResponse { account: account.map(Into::into), job };
	assert!(!is_negative(Ok(of(Some("ann"), None))).unwrap());
	assert!(!is_negative(Ok(of(None, Some(7)))).unwrap());
	assert!(is_negative(Ok(of(None, None))).unwrap());
	let refused = |status| {
		let text = ["token_missing", "this needs a token"].map(ToOwned::to_owned);
		let [code, message] = text;
		Err(ClientError::Refused { status, body: ApiErrorBody { code, message, hint: None } })
	};
	for status in [401, 403] {
		assert!(is_negative(refused(status)).unwrap(), "{status}");
	}
	assert!(is_negative(refused(503)).is_err());
}
