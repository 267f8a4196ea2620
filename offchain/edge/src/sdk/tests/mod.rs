// SPDX-License-Identifier: Apache-2.0

//! The interface of the SDKs, as its shapes are written down; the SDK itself is run against whole
//! networks.

mod files;

use super::{Sdk, cstore_router, files_router};
use crate::{
	http,
	world::{Daemon, JOB, ORIGIN, Options, World, client, developer, stranger},
};
use axum::Router;
use r1_core::Clock as _;
use r1_dauth::{Grant, Right, Subject};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Serves the store of a daemon; its address.
async fn serve(daemon: &Daemon) -> String {
	serve_router(daemon, cstore_router(Sdk::new(&daemon.shared))).await
}

/// Serves the files of a daemon; its address.
async fn serve_files(daemon: &Daemon) -> String {
	serve_router(daemon, files_router(Sdk::new(&daemon.shared))).await
}

async fn serve_router(daemon: &Daemon, router: Router) -> String {
	let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", socket.local_addr().unwrap());
	let listener = http::Listener { socket, tls: None, connections_max: 16 };
	let (cancel, tasks) = (daemon.cancel.clone(), daemon.tasks.clone());
	daemon.tasks.spawn(http::serve(listener, router, cancel, tasks));
	url
}

async fn get(url: &str) -> (u16, Value) {
	let response = client().get(url).send().await.unwrap();
	(response.status().as_u16(), response.json().await.unwrap())
}

async fn post(url: &str, body: &Value) -> (u16, Value) {
	let response = client().post(url).json(body).send().await.unwrap();
	(response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_should_have_the_shapes_that_sdks_know() {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	let url = serve(&daemon).await;

	let value = json!({ "a": [1, "two", null], "b": "\u{1F916}" });
	let body = json!({ "key": "k", "value": value, "chainstore_peers": ["0xai_x"] });
	let (status, answer) = post(&format!("{url}/set"), &body).await;
	assert_eq!((status, &answer["result"]), (200, &json!(true)));
	for field in [
		"server_node_addr",
		"evm_network",
		"ee_node_alias",
		"ee_node_address",
		"ee_node_eth_address",
		"ee_node_network",
		"ee_node_ver",
	] {
		assert!(answer[field].is_string(), "no `{field}` in {answer}");
	}
	let result = |answer: (u16, Value)| {
		assert_eq!(answer.0, 200, "{}", answer.1);
		answer.1["result"].clone()
	};
	assert_eq!(result(get(&format!("{url}/get?key=k")).await), value);
	assert_eq!(result(get(&format!("{url}/get?key=other")).await), Value::Null);
	assert_eq!(result(get(&format!("{url}/get_status")).await), json!({ "keys": [] }));

	for (field, value) in [("x", json!(1)), ("y", json!("one")), ("z", json!(true))] {
		let body = json!({ "hkey": "h", "key": field, "value": value, "chainstore_peers": [] });
		assert_eq!(result(post(&format!("{url}/hset"), &body).await), json!(true));
	}
	assert_eq!(result(get(&format!("{url}/hget?hkey=h&key=y")).await), json!("one"));
	let all = json!({ "x": 1, "y": "one", "z": true });
	assert_eq!(result(get(&format!("{url}/hgetall?hkey=h")).await), all);
	assert_eq!(result(get(&format!("{url}/hgetall?hkey=none")).await), json!({}));
	// Nothing deletes.
	let body = json!({ "hkey": "h", "key": "x", "value": null });
	assert_eq!(result(post(&format!("{url}/hset"), &body).await), json!(true));
	let rest = json!({ "y": "one", "z": true });
	assert_eq!(result(get(&format!("{url}/hgetall?hkey=h")).await), rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_reach_its_own_namespace_by_the_address_it_is_given() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let url = serve(&daemon).await;
	let body = json!({ "key": "k", "value": 1 });
	let (status, answer) = post(&format!("{url}/set"), &body).await;
	assert_eq!(status, 401, "{answer}");

	let now_secs = daemon.shared.clock.now_secs();
	let mint = |job| {
		let rights = Right::of_job(job);
		let grant = Grant { subject: Subject::Job(job), rights, expires_at_secs: now_secs + 3_600 };
		daemon.shared.dauth.mint(&grant, now_secs).unwrap()
	};
	let mine = format!("{url}/token/{}", mint(JOB));
	assert_eq!(post(&format!("{mine}/set"), &body).await.1["result"], json!(true));
	assert_eq!(get(&format!("{mine}/get?key=k")).await.1["result"], json!(1));
	// The same by the query, and by the header.
	let token = mine.rsplit('/').next().unwrap();
	let asked = get(&format!("{url}/get?key=k&token={token}")).await;
	assert_eq!(asked.1["result"], json!(1));
	let asked = client()
		.get(format!("{url}/get?key=k"))
		.bearer_auth(token)
		.send()
		.await
		.unwrap();
	assert_eq!(asked.json::<Value>().await.unwrap()["result"], json!(1));
	// Another job sees nothing of it, and has its own.
	let theirs = format!("{url}/token/{}", mint(8));
	let (status, answer) = get(&format!("{theirs}/get?key=k")).await;
	assert_eq!((status, &answer["result"]), (200, &Value::Null));
	// A token of somebody who has no business here opens nothing.
	let stranger = daemon.sign_in(&stranger()).await;
	let (status, _) = get(&format!("{url}/token/{stranger}/get?key=k")).await;
	assert_eq!(status, 403);
	// A person's token opens the owner's namespace, which is not the developer's.
	let developer = daemon.sign_in(&developer()).await;
	let (status, _) = get(&format!("{url}/token/{developer}/get?key=k")).await;
	assert_eq!(status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_and_values_beyond_limits_should_be_refused() {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	let url = serve(&daemon).await;
	let page = client().get(format!("{url}/get?key=k")).header("origin", ORIGIN).send().await;
	assert_eq!(page.unwrap().status().as_u16(), 401);
	let long = json!({ "key": "k", "value": "v".repeat(1 << 20) });
	let (status, answer) = post(&format!("{url}/set"), &long).await;
	assert_eq!(status, 400, "{answer}");
	assert!(answer["error"].as_str().unwrap().contains("1048576"), "{answer}");
	let (status, answer) = post(&format!("{url}/set"), &json!({ "key": "k" })).await;
	assert_eq!(status, 422, "{answer}");
	let (status, _) = post(&format!("{url}/set"), &json!({ "key": "", "value": 1 })).await;
	assert_eq!(status, 400);
	assert_eq!(get(&format!("{url}/get?key=k")).await.1["result"], Value::Null);
}
