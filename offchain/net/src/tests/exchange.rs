// SPDX-License-Identifier: Apache-2.0

//! Blocks between real swarms on loopback, with peers that do wrong.

use super::network::{Node, Options, PATIENCE, start};
use crate::{Config, PublishError, RequestError};
use bytes::Bytes;
use cid::Cid;
use futures::{StreamExt, stream};
use r1_core::{BlockExchange, BlockStore, BlockStoreError, ExchangeError, RAW_CODEC, cid_of};
use std::{
	sync::{
		Arc, Mutex,
		mpsc::{Receiver, channel},
	},
	time::Duration,
};
use tokio::time::timeout;

/// A store that says that it has everything.
enum Boaster {
	/// It gives other bytes than it was asked for.
	Lies,
	/// It gives nothing until the test is over.
	Stalls(Mutex<Receiver<()>>),
}

impl BlockStore for Boaster {
	fn get(&self, _: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		match self {
			Self::Lies => Ok(Some(Bytes::from_static(b"lies"))),
			Self::Stalls(end) => {
				let _ended = end.lock().unwrap().recv();
				Ok(None)
			},
		}
	}
	fn put(&self, _: &Cid, _: Bytes) -> Result<(), BlockStoreError> {
		Ok(())
	}
	fn has(&self, _: &Cid) -> Result<bool, BlockStoreError> {
		Ok(true)
	}
	fn len(&self) -> usize {
		1
	}
}

/// Blocks of 64 KiB, all different.
fn blocks(count: u8) -> Vec<(Cid, Bytes)> {
	let block = |number| Bytes::from(vec![number; 65_536]);
	(0..count).map(block).map(|block| (cid_of(RAW_CODEC, &block), block)).collect()
}

fn keep(node: &Node, blocks: &[(Cid, Bytes)]) {
	for (cid, block) in blocks {
		node.store.put(cid, block.clone()).unwrap();
	}
}

#[tokio::test]
async fn file_should_come_whole_beside_providers_that_lie_and_stall() {
	let boasts = |store| Options { store: Some(Arc::new(store)), ..Options::default() };
	let (end, ended) = channel();
	let honest = start(1, &[4], &[], Options::default()).await;
	let liar = start(2, &[4], &[], boasts(Boaster::Lies)).await;
	let staller = start(3, &[4], &[], boasts(Boaster::Stalls(Mutex::new(ended)))).await;
	let reader = start(4, &[1, 2, 3], &[&honest, &liar, &staller], Options::default()).await;
	for node in [&honest, &liar, &staller] {
		reader.until_connected(node).await;
	}
	let file = blocks(40);
	keep(&honest, &file);

	let session = reader.handle.session(file[0].0).await.unwrap();
	let fetches = stream::iter(&file).map(|(cid, _)| session.fetch(*cid)).buffered(16);
	let fetched: Vec<_> = timeout(PATIENCE, fetches.collect()).await.expect("the file comes");
	for (fetched, (_, expected)) in fetched.into_iter().zip(&file) {
		assert_eq!(fetched.as_ref(), Ok(expected));
	}
	assert!(reader.metrics.wrong_blocks.get() <= 1, "it is asked no more after the first time");
	assert_eq!(reader.metrics.block_bytes_wasted.get(), 0);
	assert_eq!(reader.metrics.blocks_fetched.get(), 40);
	drop(end);
}

#[tokio::test]
async fn fetch_that_was_broken_off_should_go_on_where_it_was() {
	let provider = start(1, &[2], &[], Options::default()).await;
	let reader = start(2, &[1], &[&provider], Options::default()).await;
	reader.until_connected(&provider).await;
	let file = blocks(20);
	keep(&provider, &file);
	let session = reader.handle.session(file[0].0).await.unwrap();
	for (cid, _) in &file[..10] {
		let block = session.fetch(*cid).await.unwrap();
		reader.store.put(cid, block).unwrap();
	}
	drop(session);

	let session = reader.handle.session(file[0].0).await.unwrap();
	for (cid, block) in &file {
		assert_eq!(session.fetch(*cid).await.as_ref(), Ok(block));
	}
	// Each crossed once, counted where it arrived and where it was sent.
	assert_eq!(reader.metrics.blocks_fetched.get(), 20);
	assert_eq!(reader.metrics.block_bytes_wasted.get(), 0);
	let served = provider.metrics.block_bytes_served.get();
	assert!(served <= 20 * 65_536, "{served}");
}

#[tokio::test]
async fn block_that_nobody_has_should_fail_and_not_only_time_out() {
	let a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let cid = cid_of(RAW_CODEC, b"nobody has this");
	assert_eq!(b.fetch(cid).await, Err(ExchangeError::NotFound { cid }));
}

#[tokio::test]
async fn stranger_should_be_refused_by_default_and_get_blocks_alone_where_it_is_let_in() {
	let closed = start(1, &[], &[], Options::default()).await;
	assert!(closed.handle.public_addresses().borrow().is_empty());

	let config = Config { public_listen: vec!["/ip4/127.0.0.1/tcp/0".into()], ..Config::default() };
	let open = start(2, &[], &[], Options { config, ..Options::default() }).await;
	let mut addresses = open.handle.public_addresses();
	let address = timeout(PATIENCE, addresses.wait_for(|addresses| !addresses.is_empty()));
	let address = address.await.expect("it listens").unwrap()[0].clone();

	// It knows the mesh address of the one and the public address of the other.
	let by_public = Options { public_of: vec![address], ..Options::default() };
	let mut stranger = start(3, &[1, 2], &[&closed], by_public).await;
	stranger.until_connected(&open).await;
	let cid = open.keep(b"for everybody");
	assert_eq!(stranger.fetch(cid).await.unwrap(), b"for everybody".as_slice());
	assert_eq!(open.metrics.stranger_bytes_served.get(), 13);

	let secret = closed.keep(b"not for everybody");
	let refused = stranger.handle.fetch_within(secret, Duration::from_secs(3)).await;
	assert_eq!(refused, Err(ExchangeError::TimedOut { cid: secret }));
	// Nothing else is spoken at the door, and the mesh does not see who is there.
	let asked = stranger.handle.request(&open.key, Bytes::from_static(b"a probe")).await;
	assert!(matches!(asked, Err(RequestError::Refused { .. })), "{asked:?}");
	assert_eq!(stranger.handle.publish_beat(b"beat".to_vec()).await, Err(PublishError::NoPeers));
	assert!(stranger.inbound.requests.try_recv().is_err());
	assert!(open.report().peers.is_empty() && closed.report().peers.is_empty());
}

#[tokio::test]
async fn root_that_is_announced_should_be_found_by_a_node_that_seeks_it() {
	let hub = start(1, &[2, 3], &[], Options::default()).await;
	let provider = start(2, &[1, 3], &[&hub], Options::default()).await;
	let reader = start(3, &[1, 2], &[&hub], Options::default()).await;
	provider.until_connected(&hub).await;
	reader.until_connected(&hub).await;
	// It says so and has it not, so that the reader must search, whomever it is connected to.
	let root = cid_of(RAW_CODEC, b"the root of something");
	provider.handle.provide(root).await;
	let sought = async {
		while reader.metrics.providers_found.get() == 0 {
			let fetched = reader.handle.fetch_within(root, Duration::from_secs(10)).await;
			assert!(fetched.is_err(), "{fetched:?}");
		}
	};
	timeout(PATIENCE, sought).await.expect("the provider is found in time");
	provider.keep(b"the root of something");
	assert_eq!(reader.fetch(root).await.unwrap(), b"the root of something".as_slice());
}
