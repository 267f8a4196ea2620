// SPDX-License-Identifier: Apache-2.0

//! Files, as the SDKs speak with them.

use super::{get, post, serve_files};
use crate::world::{Daemon, JOB, Options, World, client};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use r1_core::Clock as _;
use r1_dauth::{Grant, Right, Subject};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// A daemon, the chain that it follows, and where its files are served.
async fn daemon() -> (World, Daemon, String) {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	let url = serve_files(&daemon).await;
	(world, daemon, url)
}

fn result((status, mut answer): (u16, Value)) -> Value {
	assert_eq!(status, 200, "{answer}");
	assert!(answer["ee_node_address"].is_string());
	answer["result"].take()
}

async fn upload(url: &str, form: Form) -> (u16, Value) {
	let response = client().post(format!("{url}/add_file")).multipart(form).send().await.unwrap();
	(response.status().as_u16(), response.json().await.unwrap())
}

fn file(bytes: Vec<u8>, name: &str) -> Form {
	Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn files_should_come_back_with_their_names_with_and_without_a_secret() {
	let (_world, _daemon, url) = daemon().await;
	let bytes: Vec<u8> = (0..700_000_u32).map(|number| (number % 251) as u8).collect();
	let plain = result(upload(&url, file(bytes.clone(), "größe.bin")).await);
	let again = result(upload(&url, file(bytes.clone(), "größe.bin")).await);
	assert_eq!(plain["cid"], again["cid"], "the same file has the same CID");
	// What the form says of the file comes after it.
	let said = json!({ "secret": "s3cret", "nonce": 42, "filename": "other.bin" }).to_string();
	let sealed = upload(&url, file(bytes.clone(), "x").text("body", said)).await;
	let sealed = result(sealed);
	for (query, name) in [
		(format!("cid={}", plain["cid"].as_str().unwrap()), "gr??e.bin"),
		(format!("cid={}&secret=s3cret", sealed["cid"].as_str().unwrap()), "other.bin"),
	] {
		let response = client().get(format!("{url}/get_file?{query}")).send().await.unwrap();
		assert_eq!(response.status(), 200);
		assert_eq!(response.headers()["content-type"], "application/octet-stream");
		let disposition = response.headers()["content-disposition"].to_str().unwrap();
		assert_eq!(disposition, format!("attachment; filename=\"{name}\""));
		assert_eq!(response.bytes().await.unwrap(), bytes);
	}
	let cid = &sealed["cid"];
	let (status, answer) = post(&format!("{url}/get_file_base64"), &json!({ "cid": cid })).await;
	assert_eq!(status, 403, "{answer}");
	let wrong = json!({ "cid": cid, "secret": "s3cre" });
	let (status, answer) = post(&format!("{url}/get_file_base64"), &wrong).await;
	assert_eq!(status, 403, "{answer}");
	let right = json!({ "cid": cid, "secret": "s3cret" });
	let opened = result(post(&format!("{url}/get_file_base64"), &right).await);
	assert_eq!(opened["filename"], "other.bin");
	assert_eq!(BASE64.decode(opened["file_base64_str"].as_str().unwrap()).unwrap(), bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_should_be_kept_as_json_and_yaml() {
	let (_world, daemon, url) = daemon().await;
	let data = json!({ "b": [1, 2.5, null, "x: y"], "a": { "ș": true } });
	let body = json!({ "data": data, "nonce": 7, "fn": "values" });
	let calculated = result(post(&format!("{url}/calculate_json_cid"), &body).await);
	assert_eq!(daemon.shared.files.disk().statistics().blocks, 0, "nothing was stored");
	let added = result(post(&format!("{url}/add_json"), &body).await);
	assert_eq!(added["cid"], calculated["cid"]);
	let yaml = result(post(&format!("{url}/add_yaml"), &body).await);
	let cid = yaml["cid"].as_str().unwrap();
	let read = result(get(&format!("{url}/get_yaml?cid={cid}")).await);
	assert_eq!(read["file_data"], data);
	// What a person wrote.
	let text = "a: 1\nb:\n  - x\n  - 2.5\n";
	let body = json!({ "file_base64_str": BASE64.encode(text), "filename": "a.yaml" });
	let added = result(post(&format!("{url}/add_file_base64"), &body).await);
	let cid = added["cid"].as_str().unwrap();
	let read = result(get(&format!("{url}/get_yaml?cid={cid}")).await);
	assert_eq!(read["file_data"], json!({ "a": 1, "b": ["x", 2.5] }));

	for path in ["add_pickle", "calculate_pickle_cid"] {
		let (status, answer) = post(&format!("{url}/{path}"), &json!({ "data": 1 })).await;
		assert_eq!(status, 501, "{answer}");
		assert!(answer["error"].as_str().unwrap().contains("add_json"), "{answer}");
	}
	let secret = json!({ "data": { "a": 1 }, "nonce": 7, "secret": "x" });
	let (status, answer) = post(&format!("{url}/calculate_json_cid"), &secret).await;
	assert_eq!(status, 400, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_should_go_and_what_cannot_be_should_be_told() {
	let (_world, daemon, url) = daemon().await;
	let add = async |value: u32| {
		let body = json!({ "data": { "value": value } });
		let added = result(post(&format!("{url}/add_json"), &body).await);
		added["cid"].as_str().unwrap().to_owned()
	};
	let [first, second] = [add(1).await, add(2).await];
	let status = result(get(&format!("{url}/get_status")).await);
	assert_eq!((&status["pins"], &status["blocks"]), (&json!(2), &json!(4)));
	let delete = async |body: Value| post(&format!("{url}/delete_file"), &body).await;
	let deleted = result(delete(json!({ "cid": first, "run_gc": true })).await);
	assert_eq!(deleted["success"], true);
	assert_eq!(daemon.shared.files.disk().statistics().blocks, 2);
	let again = result(delete(json!({ "cid": first })).await);
	assert_eq!(again["success"], false);
	assert_eq!(delete(json!({ "cid": "nothing" })).await.0, 400);
	let body = json!({ "cids": [first, second, "nothing"], "run_gc_after_all": true });
	let many = result(post(&format!("{url}/delete_files"), &body).await);
	assert_eq!(
		(&many["total"], &many["success_count"], &many["failed_count"]),
		(&json!(3), &json!(1), &json!(2))
	);
	assert_eq!(many["success"], json!([second]));
	assert_eq!(daemon.shared.files.disk().statistics().blocks, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_lead_elsewhere_and_values_that_are_none_should_be_refused() {
	let (_world, daemon, url) = daemon().await;
	for name in ["../../etc/passwd", "/etc/passwd", "..", "a/b", &"n".repeat(5_000)] {
		for secret in [None, Some("x")] {
			let body = json!({ "file_base64_str": "YQ==", "filename": name, "secret": secret });
			let (status, answer) = post(&format!("{url}/add_file_base64"), &body).await;
			assert_eq!(status, 400, "{answer}");
		}
	}
	let body = json!({ "file_base64_str": "no base64!" });
	assert_eq!(post(&format!("{url}/add_file_base64"), &body).await.0, 400);
	assert_eq!(upload(&url, Form::new().text("body", "{}")).await.0, 400);
	let (status, answer) = upload(&url, file(vec![1], "a").text("body", "{")).await;
	assert_eq!(status, 400, "{answer}");
	let many = json!({ "cids": vec!["x"; 1_001] });
	assert_eq!(post(&format!("{url}/delete_files"), &many).await.0, 422);
	assert_eq!(daemon.shared.files.disk().statistics().pins, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_have_files_of_its_own_within_its_quota() {
	let world = World::of(1);
	let daemon = world.start(1, Options { job_bytes_max: 10_000, ..Options::default() }).await;
	let url = serve_files(&daemon).await;
	let body = json!({ "data": { "a": 1 } });
	assert_eq!(post(&format!("{url}/add_json"), &body).await.0, 401);
	let now_secs = daemon.shared.clock.now_secs();
	let address_of = |job| {
		let rights = Right::of_job(job);
		let grant = Grant { subject: Subject::Job(job), rights, expires_at_secs: now_secs + 600 };
		format!("{url}/token/{}", daemon.shared.dauth.mint(&grant, now_secs).unwrap())
	};
	let (mine, theirs) = (address_of(JOB), address_of(8));
	let added = result(post(&format!("{mine}/add_json"), &body).await);
	let pins = daemon.shared.files.disk().pins();
	assert_eq!(pins.iter().map(|pin| pin.holder.as_str()).collect::<Vec<_>>(), ["job-7"]);
	// Another job cannot make it go.
	let cid = json!({ "cid": added["cid"] });
	let deleted = result(post(&format!("{theirs}/delete_file"), &cid).await);
	assert_eq!(deleted["success"], false);
	assert_eq!(daemon.shared.files.disk().pins().len(), 1);
	let large = json!({ "data": { "a": "x".repeat(10_000) } });
	let (status, answer) = post(&format!("{mine}/add_json"), &large).await;
	assert_eq!(status, 507, "{answer}");
	assert!(answer["error"].as_str().unwrap().contains("job-7"), "{answer}");
	let deleted = result(post(&format!("{mine}/delete_file"), &cid).await);
	assert_eq!(deleted["success"], true);
}
