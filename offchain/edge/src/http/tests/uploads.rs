// SPDX-License-Identifier: Apache-2.0

//! Uploads that go on after an interruption.

use crate::{
	defaults::{UPLOAD_KEPT, UPLOADS_MAX},
	world::{Daemon, JOB, Options, World, client, developer},
};
use futures::{StreamExt as _, stream};
use r1_core::Clock as _;
use reqwest::{Body, Method, Response};
use std::io;

const PART: &str = "application/offset+octet-stream";

async fn daemon() -> (World, Daemon) {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	(world, daemon)
}

async fn begin(daemon: &Daemon, length: u64) -> Response {
	let request = client()
		.post(format!("{}/v1/r1fs/uploads", daemon.url))
		.header("tus-resumable", "1.0.0")
		.header("upload-length", length)
		// The name `file 1`, in base64.
		.header("upload-metadata", "filename ZmlsZSAx,filetype dGV4dA==");
	request.send().await.unwrap()
}

/// The address of an upload that was begun.
async fn upload(daemon: &Daemon, length: u64) -> String {
	let begun = begin(daemon, length).await;
	assert_eq!(begun.status(), 201);
	format!("{}{}", daemon.url, begun.headers()["location"].to_str().unwrap())
}

async fn send(address: &str, offset: u64, body: impl Into<Body>) -> reqwest::Result<Response> {
	let request = client()
		.patch(address)
		.header("tus-resumable", "1.0.0")
		.header("upload-offset", offset)
		.header("content-type", PART);
	request.body(body).send().await
}

/// Where an upload is, and its CID when it is done.
async fn progress(address: &str) -> (u16, Option<String>, Option<String>) {
	let response = client().head(address).send().await.unwrap();
	let header =
		|name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
	(response.status().as_u16(), header("upload-offset"), header("r1-cid"))
}

fn content() -> Vec<u8> {
	(0..900_000_u32).map(|number| (number / 3 % 253) as u8).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_should_go_on_after_the_client_and_the_daemon_went_away() {
	let (world, daemon) = daemon().await;
	let bytes = content();
	let address = upload(&daemon, bytes.len() as u64).await;
	let first = send(&address, 0, bytes[..300_000].to_vec()).await.unwrap();
	assert_eq!(
		(first.status().as_u16(), &first.headers()["upload-offset"]),
		(204, &"300000".parse().unwrap())
	);
	// The client dies while it sends.
	let broken =
		stream::iter([Ok(bytes[300_000..400_000].to_vec()), Err(io::Error::other("gone"))]);
	let broken = Body::wrap_stream(broken.inspect(|_| {}));
	assert!(!send(&address, 300_000, broken).await.is_ok_and(|answer| answer.status() == 204));
	let path = address.strip_prefix(&daemon.url).unwrap().to_owned();
	let folder = daemon.stop().await;

	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start_in(folder, 1, options).await;
	let address = format!("{}{path}", daemon.url);
	let (status, offset, cid) = progress(&address).await;
	let offset: u64 = offset.unwrap().parse().unwrap();
	assert_eq!((status, cid), (200, None));
	assert!((300_000..=400_000).contains(&offset), "{offset}");
	let rest = bytes[usize::try_from(offset).unwrap()..].to_vec();
	let last = send(&address, offset, rest).await.unwrap();
	assert_eq!(last.status(), 204);
	let cid = last.headers()["r1-cid"].to_str().unwrap().to_owned();
	let read = client().get(format!("{}/ipfs/{cid}", daemon.url)).send().await.unwrap();
	assert_eq!(read.bytes().await.unwrap(), bytes);
	let pin = &daemon.shared.files.disk().pins()[0];
	assert_eq!((pin.cid.to_string(), pin.name.as_str()), (cid.clone(), "file 1"));
	// Whoever missed the answer asks again, or sends again.
	assert_eq!(progress(&address).await, (200, Some("900000".to_owned()), Some(cid.clone())));
	let again = send(&address, 900_000, Vec::new()).await.unwrap();
	assert_eq!(again.headers()["r1-cid"], cid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_an_upload_should_be_refused_and_change_nothing() {
	let (_world, daemon) = daemon().await;
	let address = upload(&daemon, 10).await;
	assert_eq!(send(&address, 0, "12345").await.unwrap().status(), 204);
	for (offset, body, status) in [(0, "12345", 409), (6, "7", 409), (5, "678901", 413)] {
		assert_eq!(send(&address, offset, body).await.unwrap().status(), status, "{body}");
	}
	assert_eq!(progress(&address).await.1.as_deref(), Some("5"));
	let plain = client().patch(&address).header("tus-resumable", "1.0.0").body("6");
	assert_eq!(plain.send().await.unwrap().status(), 415);
	let old = client().patch(&address).header("content-type", PART).body("6");
	assert_eq!(old.send().await.unwrap().status(), 412);
	assert_eq!(begin(&daemon, u64::MAX).await.status(), 413);
	for id in ["nothing", "00000000000000000000000000000000", "..%2f..%2fnode.key"] {
		let address = format!("{}/v1/r1fs/uploads/{id}", daemon.url);
		assert_eq!(progress(&address).await.0, 404, "{id}");
	}
	let remove = client().request(Method::DELETE, &address).header("tus-resumable", "1.0.0");
	assert_eq!(remove.send().await.unwrap().status(), 204);
	assert_eq!(progress(&address).await.0, 404);
	let folder = daemon.shared.files.uploads().folder();
	assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_should_be_bounded_and_forgotten_after_a_while() {
	let (_world, daemon) = daemon().await;
	let first = upload(&daemon, 3).await;
	for _ in 1..UPLOADS_MAX {
		upload(&daemon, 1).await;
	}
	assert_eq!(begin(&daemon, 1).await.status(), 507);
	// What is done takes no place.
	assert_eq!(send(&first, 0, "123").await.unwrap().status(), 204);
	let last = upload(&daemon, 1).await;
	assert_eq!(begin(&daemon, 1).await.status(), 507);
	let uploads = daemon.shared.files.uploads();
	let long_ago =
		std::fs::metadata(daemon.file("blocks")).unwrap().modified().unwrap() - UPLOAD_KEPT * 2;
	for entry in std::fs::read_dir(uploads.folder()).unwrap() {
		let path = entry.unwrap().path();
		if !path.to_str().unwrap().contains(last.rsplit('/').next().unwrap()) {
			let file = std::fs::File::options().write(true).open(path).unwrap();
			file.set_modified(long_ago).unwrap();
		}
	}
	uploads.remove_old(daemon.shared.clock.now_secs());
	assert_eq!(progress(&first).await.0, 404);
	assert_eq!(progress(&last).await.0, 200);
	assert_eq!(std::fs::read_dir(uploads.folder()).unwrap().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_of_one_holder_should_be_none_to_others() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let token = daemon.sign_in(&developer()).await;
	let ask = |method: Method, path: &str| {
		let request = client().request(method, format!("{}{path}", daemon.url)).bearer_auth(&token);
		request.header("tus-resumable", "1.0.0").header("upload-length", 1)
	};
	let begun = ask(Method::POST, &format!("/v1/r1fs/uploads?job={JOB}")).send().await.unwrap();
	assert_eq!(begun.status(), 201);
	// Clients of tus take the address as it is.
	let address = begun.headers()["location"].to_str().unwrap().to_owned();
	assert_eq!(ask(Method::HEAD, &address).send().await.unwrap().status(), 200);
	let path = address.strip_suffix(&format!("?job={JOB}")).unwrap();
	// He may not ask for another job's, nor for the node owner's.
	for query in ["?job=8", ""] {
		let other = ask(Method::HEAD, &format!("{path}{query}")).send().await.unwrap();
		assert_eq!(other.status(), 403);
	}
}
