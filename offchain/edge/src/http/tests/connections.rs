// SPDX-License-Identifier: Apache-2.0

//! Clients that are slow, many, large, or half-way through when the daemon stops.

use crate::{
	defaults::SMALL_REQUEST_BYTES_MAX,
	world::{Daemon, Options, World, client, until},
};
use r1_api::ApiErrorBody;
use std::{net::SocketAddr, sync::Arc};
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::TcpStream,
};

fn address(daemon: &Daemon) -> SocketAddr {
	daemon.url.split("//").nth(1).unwrap().parse().unwrap()
}

async fn is_served(daemon: &Daemon) -> bool {
	let asked = client().get(format!("{}/v2/health/live", daemon.url)).send().await;
	asked.is_ok_and(|response| response.status() == 200)
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_should_be_served_while_strangers_take_all_connections() {
	let world = World::of(1);
	let daemon = world.start(1, Options { connections_max: 16, ..Options::default() }).await;
	let mut strangers = Vec::new();
	for round in 0..10 {
		for _ in 0..20 {
			let mut stranger = TcpStream::connect(address(&daemon)).await.unwrap();
			// Half of them begin a request that they never end.
			if round % 2 == 0 {
				// A connection that was closed already is what is wanted.
				drop(stranger.write_all(b"GET /v1/health HTTP/1.1\r\nx-slow: ").await);
			}
			strangers.push(stranger);
		}
		assert!(is_served(&daemon).await, "in round {round}");
	}
	// Whoever held a seat without using it has lost it.
	let mut closed = 0;
	for mut stranger in strangers {
		let mut byte = [0];
		let read = stranger.read(&mut byte);
		let ended = tokio::time::timeout(std::time::Duration::from_millis(1), read).await;
		closed += usize::from(matches!(ended, Ok(Ok(0) | Err(_))));
	}
	assert!(200 - 16 <= closed, "{closed} of 200 are closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn body_should_be_refused_when_it_is_too_long() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let long = "x".repeat(SMALL_REQUEST_BYTES_MAX);
	let body = serde_json::json!({ "account": long });
	let (status, error) = daemon.post::<ApiErrorBody>("/v1/auth/challenge", &body).await;
	assert_eq!((status, error.code.as_str()), (413, "invalid_body"));
	// Without a token, not even the beginning of a file is taken.
	let upload = client().post(format!("{}/v1/r1fs/files", daemon.url)).body(vec![0; 1 << 20]);
	// The daemon may have hung up while we were still sending.
	if let Ok(response) = upload.send().await {
		assert_eq!(response.status(), 401);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_should_have_one_form() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let http = client();
	let cases = [
		(http.get(format!("{}/nowhere", daemon.url)), 404, "no_such_route"),
		(http.post(format!("{}/v1/health", daemon.url)), 405, "no_such_method"),
		(http.post(format!("{}/v1/auth/token", daemon.url)).body("{"), 415, "invalid_body"),
		(http.get(format!("{}/v1/auth/self", daemon.url)), 401, "token_missing"),
	];
	for (request, status, code) in cases {
		let response = request.send().await.unwrap();
		assert_eq!(response.status(), status, "{code}");
		assert!(!response.headers()["x-request-id"].is_empty());
		let error: ApiErrorBody = response.json().await.unwrap();
		assert_eq!(error.code, code);
		assert!(!error.message.is_empty());
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn request_that_is_under_way_should_be_answered_when_the_daemon_stops() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let mut client = TcpStream::connect(address(&daemon)).await.unwrap();
	let body = r#"{"account":"0x00"}"#;
	let head = format!(
		"POST /v1/auth/challenge HTTP/1.1\r\nhost: localhost\r\n\
		 content-type: application/json\r\ncontent-length: {}\r\n\r\n",
		body.len()
	);
	client.write_all(head.as_bytes()).await.unwrap();
	let mut idle = TcpStream::connect(address(&daemon)).await.unwrap();
	// The daemon has read the head once it waits for the body; nothing tells that but its answer to
	// another client that came later.
	assert!(is_served(&daemon).await);
	daemon.cancel.cancel();
	daemon.tasks.close();
	let mut byte = [0];
	assert!(matches!(idle.read(&mut byte).await, Ok(0) | Err(_)), "whoever rests is sent away");
	client.write_all(body.as_bytes()).await.unwrap();
	let mut answer = String::new();
	client.read_to_string(&mut answer).await.unwrap();
	assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
	let refused = TcpStream::connect(address(&daemon)).await;
	assert!(refused.is_err(), "nobody new is let in");
}

#[tokio::test(flavor = "multi_thread")]
async fn daemon_should_speak_tls_with_its_certificate_and_nothing_else() {
	let directory = tempfile::tempdir().unwrap();
	let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
	let (certificate, key) =
		(directory.path().join("certificate.pem"), directory.path().join("key.pem"));
	std::fs::write(&certificate, made.cert.pem()).unwrap();
	std::fs::write(&key, made.key_pair.serialize_pem()).unwrap();
	let world = World::of(1);
	let tls = Some((certificate.as_path(), key.as_path()));
	let daemon = world.start(1, Options { tls, ..Options::default() }).await;
	let options = r1_api::ClientOptions {
		certificate_authority: Some(made.cert.pem()),
		..r1_api::ClientOptions::default()
	};
	let trusting = r1_api::EdgeClient::new(&daemon.url, &options).unwrap();
	assert!(trusting.is_ready().await.is_ok());
	let another = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
	let options = r1_api::ClientOptions {
		certificate_authority: Some(another.cert.pem()),
		..r1_api::ClientOptions::default()
	};
	let distrusting = r1_api::EdgeClient::new(&daemon.url, &options).unwrap();
	assert!(distrusting.is_ready().await.is_err());
	let plain = daemon.url.replace("https", "http");
	assert!(client().get(format!("{plain}/v1/health")).send().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_signatures_should_not_keep_others_from_signing_in() {
	let world = World::of(1);
	let daemon =
		Arc::new(world.start(1, Options { connections_max: 256, ..Options::default() }).await);
	let stop = tokio_util::sync::CancellationToken::new();
	let wrong = serde_json::json!({
		"challenge": daemon.challenge([5; 32]).await,
		"signature": "00".repeat(65),
	});
	let mut floods = Vec::new();
	for _ in 0..16 {
		let (daemon, wrong, stop) = (Arc::clone(&daemon), wrong.clone(), stop.clone());
		floods.push(tokio::spawn(async move {
			let http = client();
			let mut refused = 0_u32;
			while !stop.is_cancelled() {
				let url = format!("{}/v1/auth/token", daemon.url);
				let answered = http.post(url).json(&wrong).send().await;
				refused += u32::from(answered.is_ok_and(|it| it.status() == 401));
			}
			refused
		}));
	}
	for _ in 0..5 {
		let token = daemon.sign_in(&crate::world::operator()).await;
		until("the token opens what it should", async || {
			daemon.get_status("/v1/auth/self", &token).await == 200
		})
		.await;
	}
	stop.cancel();
	let mut refused = 0;
	for flood in floods {
		refused += flood.await.unwrap();
	}
	assert!(100 < refused, "{refused} wrong signatures were refused meanwhile");
}
