// SPDX-License-Identifier: Apache-2.0

//! Files over HTTP: added, kept, read in part, and refused.

use crate::world::{Daemon, JOB, ORIGIN, Options, World, client, developer, node, until};
use cid::Cid;
use r1_api::{
	ApiErrorBody, CarAdded, FileAdded, FileStatus, FilesCollected, FilesScrubbed, FilesStatus,
	PinStatus, PinsPage, Unpinned,
};
use reqwest::{
	StatusCode,
	header::{ETAG, RANGE},
};
use serde::de::DeserializeOwned;

/// A daemon, and the chain that it follows.
async fn daemon() -> (World, Daemon) {
	let world = World::of(1);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	(world, daemon)
}

fn content() -> Vec<u8> {
	(0..600_000_u32).map(|number| (number / 7 % 251) as u8).collect()
}

async fn get<T: DeserializeOwned>(daemon: &Daemon, path: &str) -> (u16, T) {
	let response = client().get(format!("{}{path}", daemon.url)).send().await.unwrap();
	(response.status().as_u16(), response.json().await.unwrap())
}

async fn post<T: DeserializeOwned>(daemon: &Daemon, path: &str, body: Vec<u8>) -> (u16, T) {
	let request = client().post(format!("{}{path}", daemon.url)).body(body);
	let response = request.send().await.unwrap();
	(response.status().as_u16(), response.json().await.unwrap())
}

async fn add(daemon: &Daemon, bytes: Vec<u8>) -> String {
	let (status, added) = post::<FileAdded>(daemon, "/v1/r1fs/files?name=x", bytes).await;
	assert_eq!(status, 200);
	added.cid
}

#[tokio::test(flavor = "multi_thread")]
async fn file_should_be_read_whole_in_part_and_once() {
	let (_world, daemon) = daemon().await;
	let bytes = content();
	let cid = add(&daemon, bytes.clone()).await;
	let url = format!("{}/ipfs/{cid}", daemon.url);
	let whole = client().get(&url).send().await.unwrap();
	let headers = whole.headers().clone();
	assert_eq!(headers["content-length"], "600000");
	assert_eq!(headers["content-type"], "application/octet-stream");
	assert_eq!(headers["content-security-policy"], "sandbox");
	assert_eq!(headers["x-content-type-options"], "nosniff");
	assert!(headers["cache-control"].to_str().unwrap().ends_with("immutable"));
	assert_eq!(whole.bytes().await.unwrap(), bytes);
	for (range, expected) in
		[("bytes=262143-262144", 262_143..262_145), ("bytes=-5", 599_995..600_000)]
	{
		let part = client().get(&url).header(RANGE, range).send().await.unwrap();
		assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
		let shown = format!("bytes {}-{}/600000", expected.start, expected.end - 1);
		assert_eq!(part.headers()["content-range"], shown);
		assert_eq!(part.bytes().await.unwrap(), bytes[expected]);
	}
	let beyond = client().get(&url).header(RANGE, "bytes=600000-").send().await.unwrap();
	assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
	assert_eq!(beyond.headers()["content-range"], "bytes */600000");
	let known = client().get(&url).header("if-none-match", &headers[ETAG]).send().await.unwrap();
	assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
	// A range of another version of it is no range of this one.
	let other = client().get(&url).header(RANGE, "bytes=0-1").header("if-range", "\"x\"");
	assert_eq!(other.send().await.unwrap().status(), StatusCode::OK);
	let head = client().head(&url).send().await.unwrap();
	assert_eq!(
		(head.status(), &head.headers()["content-length"]),
		(StatusCode::OK, &headers["content-length"])
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_check_for_themselves_should_get_blocks_and_car_files() {
	let (_world, daemon) = daemon().await;
	let cid = add(&daemon, content()).await;
	let raw = client()
		.get(format!("{}/ipfs/{cid}?format=raw", daemon.url))
		.send()
		.await
		.unwrap();
	assert_eq!(raw.headers()["content-type"], "application/vnd.ipld.raw");
	let block = raw.bytes().await.unwrap();
	r1_core::check_block(&cid.parse().unwrap(), &block).unwrap();
	let request = client().get(format!("{}/ipfs/{cid}", daemon.url));
	let car = request.header("accept", "application/vnd.ipld.car").send().await.unwrap();
	assert!(
		car.headers()["content-type"]
			.to_str()
			.unwrap()
			.starts_with("application/vnd.ipld.car")
	);
	let car = car.bytes().await.unwrap();

	let (_other_world, other) = self::daemon().await;
	let (status, added) = post::<CarAdded>(&other, "/v1/r1fs/car", car.to_vec()).await;
	assert_eq!((status, added), (200, CarAdded { roots: vec![cid.clone()], blocks: 4 }));
	let (_, status) = get::<FilesStatus>(&other, "/v1/r1fs").await;
	assert_eq!((status.blocks, status.pins, status.public_addresses.len()), (4, 1, 0));
	let (status, error) =
		post::<ApiErrorBody>(&other, "/v1/r1fs/car", car[..car.len() - 1].to_vec()).await;
	assert_eq!((status, error.code.as_str()), (422, "invalid_car"));
	let (status, error) = get::<ApiErrorBody>(&daemon, &format!("/ipfs/{cid}?format=tar")).await;
	assert_eq!((status, error.code.as_str()), (400, "unknown_format"));
}

#[tokio::test(flavor = "multi_thread")]
async fn directory_should_be_walked_by_path_and_shown() {
	let (_world, daemon) = daemon().await;
	let folder = tempfile::tempdir().unwrap();
	std::fs::create_dir_all(folder.path().join("sub/site")).unwrap();
	std::fs::write(folder.path().join("sub/<b>.txt"), "text").unwrap();
	std::fs::write(folder.path().join("sub/site/index.html"), "<p>hello").unwrap();
	let root = daemon.shared.files.files().add_tree(folder.path()).await.unwrap().cid;
	let ask = async |path: &str| {
		client().get(format!("{}/ipfs/{root}{path}", daemon.url)).send().await.unwrap()
	};
	let text = ask("/sub/%3Cb%3E.txt").await;
	assert_eq!(text.headers()["content-type"], "text/plain");
	assert_eq!(text.text().await.unwrap(), "text");
	// The client follows to the path with a slash.
	let site = ask("/sub/site").await;
	assert!(site.url().path().ends_with("/sub/site/"));
	assert_eq!(site.headers()["content-type"], "text/html");
	assert_eq!(site.headers()["content-security-policy"], "sandbox");
	assert_eq!(site.text().await.unwrap(), "<p>hello");
	let page = ask("/sub/").await.text().await.unwrap();
	assert!(page.contains("<a href=\"./%3Cb%3E.txt\">&lt;b&gt;.txt</a>"), "{page}");
	assert!(ask("").await.text().await.unwrap().contains("./sub"));
	for (path, status) in [("/none", 404), ("/sub/%3Cb%3E.txt/x", 404), ("/sub//x", 400)] {
		assert_eq!(ask(path).await.status().as_u16(), status, "{path}");
	}
	let (_, found) = get::<FileStatus>(&daemon, &format!("/v1/r1fs/files/{root}?path=sub")).await;
	let names: Vec<String> = found.entries.unwrap().into_iter().map(|entry| entry.name).collect();
	assert_eq!(
		(names.as_slice(), found.size_bytes),
		(["<b>.txt".to_owned(), "site".to_owned()].as_slice(), None)
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_should_keep_what_collections_remove_otherwise() {
	let world = World::of(2);
	let options = Options { requires_tokens: false, ..Options::default() };
	let daemon = world.start(1, options).await;
	let cid = add(&daemon, content()).await;
	let (_, page) = get::<PinsPage>(&daemon, "/v1/r1fs/pins").await;
	assert_eq!((page.pins.len(), page.next), (1, None));
	assert_eq!((page.pins[0].holder.as_str(), page.pins[0].name.as_str()), ("node", "x"));
	let (_, pinned) =
		post::<PinStatus>(&daemon, &format!("/v1/r1fs/pins/{cid}?name=y&job={JOB}"), vec![]).await;
	assert_eq!(pinned.holder, "job-7");
	for (query, was_pinned) in [("", true), ("", false), ("?job=8", false)] {
		let path = format!("/v1/r1fs/pins/{cid}/delete{query}");
		assert_eq!(post::<Unpinned>(&daemon, &path, vec![]).await.1, Unpinned { was_pinned });
	}
	let collect = async || post::<FilesCollected>(&daemon, "/v1/r1fs/collect", vec![]).await.1;
	assert_eq!(collect().await.blocks, 0);
	post::<Unpinned>(&daemon, &format!("/v1/r1fs/pins/{cid}/delete?job={JOB}"), vec![]).await;
	assert_eq!(collect().await.blocks, 4);
	// Whoever else there is says that he has not got it.
	let bootstrap = [daemon.full_mesh_address().await];
	let other = world.start(2, Options { bootstrap: &bootstrap, ..options }).await;
	until("the nodes are connected", || async { other.shared.mesh.peers() == 1 }).await;
	let (status, error) = get::<ApiErrorBody>(&daemon, &format!("/ipfs/{cid}")).await;
	assert_eq!((status, error.code.as_str()), (404, "file_not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_should_be_refused_with_a_reason() {
	let (_world, daemon) = daemon().await;
	let cid = add(&daemon, vec![1]).await;
	let sha2_512 = "bafkrgqfevpkejdcjkywyfaiv2e5b7thksj7vfngviwjjp6fuhzbnvcjdrpatmjxehxftrxnqqjeisj7msbh\
		3iicxiq4yh2efqulz2ucvdl7ge";
	for (path, status, code) in [
		("/ipfs/nothing".to_owned(), 400, "invalid_cid"),
		(format!("/ipfs/{sha2_512}"), 422, "unsupported_cid"),
		("/v1/r1fs/pins?job=x".to_owned(), 400, "invalid_query"),
		("/v1/r1fs/pins?from=x".to_owned(), 400, "invalid_cid"),
	] {
		let (answered, error) = get::<ApiErrorBody>(&daemon, &path).await;
		assert_eq!((answered, error.code.as_str()), (status, code), "{path}");
	}
	for (path, status, code) in [
		("/v1/r1fs/files?chunker=size-1".to_owned(), 400, "invalid_chunker"),
		("/v1/r1fs/files?hash=sha1".to_owned(), 400, "invalid_hash"),
		(format!("/v1/r1fs/pins/{cid}?name={}", "n".repeat(256)), 400, "invalid_name"),
		// A job's quota is less than that.
		(format!("/v1/r1fs/files?job={JOB}"), 507, "over_quota"),
	] {
		let bytes = [content(), content()].concat().iter().map(|byte| byte ^ 1).collect();
		let (answered, error) = post::<ApiErrorBody>(&daemon, &path, bytes).await;
		assert_eq!((answered, error.code.as_str()), (status, code), "{path}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn file_with_blake3_should_be_read_and_fetched_by_another_node() {
	let world = World::of(2);
	let options = Options { requires_tokens: false, ..Options::default() };
	let first = world.start(1, options).await;
	let bootstrap = [first.full_mesh_address().await];
	let second = world.start(2, Options { bootstrap: &bootstrap, ..options }).await;
	let (status, added) = post::<FileAdded>(&first, "/v1/r1fs/files?hash=blake3", content()).await;
	assert_eq!(status, 200);
	let cid: Cid = added.cid.parse().unwrap();
	assert_eq!(cid.hash().code(), 0x1e, "{cid}");
	for daemon in [&first, &second] {
		let response = client().get(format!("{}/ipfs/{cid}", daemon.url)).send().await.unwrap();
		assert_eq!(response.bytes().await.unwrap(), content());
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_block_should_be_found_and_fetched_from_another_node() {
	let world = World::of(2);
	let options = Options { requires_tokens: false, ..Options::default() };
	let first = world.start(1, options).await;
	let bootstrap = [first.full_mesh_address().await];
	let second = world.start(2, Options { bootstrap: &bootstrap, ..options }).await;
	let cid = add(&first, content()).await;
	let (status, _) = post::<PinStatus>(&second, &format!("/v1/r1fs/pins/{cid}"), vec![]).await;
	assert_eq!(status, 200);
	let place = second.file(&format!("blocks/blocks/{}/{cid}", &cid[cid.len() - 2..]));
	std::fs::write(&place, "rotten").unwrap();
	let (_, scrubbed) = post::<FilesScrubbed>(&second, "/v1/r1fs/scrub", vec![]).await;
	assert_eq!((scrubbed.blocks, scrubbed.damaged), (3, 1));
	r1_core::check_block(&cid.parse().unwrap(), &std::fs::read(&place).unwrap()).unwrap();
	// And when it is read before anybody looked.
	std::fs::write(&place, "rotten").unwrap();
	let read = client().get(format!("{}/ipfs/{cid}", second.url)).send().await.unwrap();
	assert_eq!(read.bytes().await.unwrap(), content());
	assert_eq!(node(2).key(), second.shared.identity.key());
}

#[tokio::test(flavor = "multi_thread")]
async fn public_gateway_should_show_strangers_what_is_here_and_nothing_else() {
	let world = World::of(2);
	let first = world.start(1, Options { requires_tokens: false, ..Options::default() }).await;
	let cid = add(&first, content()).await;
	let bootstrap = [first.full_mesh_address().await];
	let options = Options { is_gateway_public: true, bootstrap: &bootstrap, ..Options::default() };
	let second = world.start(2, options).await;
	until("the nodes are connected", || async { second.shared.mesh.peers() == 1 }).await;
	let ask = async |daemon: &Daemon| {
		let request = client().get(format!("{}/ipfs/{cid}", daemon.url)).header("origin", ORIGIN);
		request.send().await.unwrap().status().as_u16()
	};
	assert_eq!(ask(&first).await, 401, "a web page needs a token");
	assert_eq!(ask(&second).await, 404, "it is not fetched for strangers");
	second.shared.files.files().get(&cid.parse().unwrap(), 1 << 20).await.unwrap();
	assert_eq!(ask(&second).await, 200);
	// Whose files they are is another question.
	let token = second.sign_in(&developer()).await;
	assert_eq!(second.get_status("/v1/r1fs/pins", &token).await, 403);
}
