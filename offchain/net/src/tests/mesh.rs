// SPDX-License-Identifier: Apache-2.0

//! Real swarms on loopback.

use super::{
	identity,
	network::{Carrier, Node, Options, PATIENCE, keys, start},
};
use crate::{Config, PublishError, RequestError, Verdict, topic::Topic};
use bytes::Bytes;
use cid::Cid;
use r1_core::{BlockStore, BlockStoreError, ExchangeError, RAW_CODEC, cid_of};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

#[tokio::test]
async fn beats_should_travel_only_as_far_as_they_are_accepted() {
	// A line: both ends may hold one connection, and so can only know the middle.
	let one = || Options {
		config: Config { connections_max: 1, ..Config::default() },
		..Options::default()
	};
	let mut middle = start(2, &[1, 3], &[], Options::default()).await;
	let left = start(1, &[2, 3], &[&middle], one()).await;
	let mut right = start(3, &[1, 2], &[&middle], one()).await;
	left.until_connected(&middle).await;
	right.until_connected(&middle).await;

	let bad = left.publish_until_read(Topic::Beat, "bad", &mut middle).await;
	assert!(bad.bytes.starts_with(b"bad"));
	middle.handle.judge(bad.receipt, Verdict::Reject).await;
	// From here on the middle accepts good beats and goes on to reject bad ones.
	let seen = async {
		for number in 0_u32.. {
			let beat = format!("good {number}").into_bytes();
			left.handle.publish_beat(beat).await.unwrap();
			let pause = Duration::from_millis(200);
			while let Ok(Some(beat)) = timeout(pause, middle.inbound.beats.recv()).await {
				let verdict =
					if beat.bytes.starts_with(b"good") { Verdict::Accept } else { Verdict::Reject };
				middle.handle.judge(beat.receipt, verdict).await;
			}
			if let Ok(beat) = right.inbound.beats.try_recv() {
				return beat;
			}
		}
		unreachable!("the loop ends by returning")
	};
	let beat = timeout(PATIENCE, seen).await.expect("an accepted beat arrives in time");
	// The bad ones were sent first, and none of them came.
	assert!(beat.bytes.starts_with(b"good"), "{:?}", String::from_utf8_lossy(&beat.bytes));
	while let Ok(beat) = right.inbound.beats.try_recv() {
		assert!(beat.bytes.starts_with(b"good"));
	}
	assert!(!right.report().is_connected(&left.key));
}

#[tokio::test]
async fn message_that_is_too_long_should_not_leave_the_node() {
	let node = start(1, &[], &[], Options::default()).await;
	for topic in Topic::ALL {
		let too_large = PublishError::TooLarge { bytes: 257 };
		assert_eq!(node.publish(topic, vec![0; 257]).await, Err(too_large));
		assert_eq!(node.publish(topic, vec![0; 256]).await, Err(PublishError::NoPeers));
	}
}

#[tokio::test]
async fn block_should_be_fetched_over_tcp_and_quic() {
	for carrier in [Carrier::Tcp, Carrier::Quic] {
		let options = || Options { carrier, ..Options::default() };
		let a = start(1, &[2], &[], options()).await;
		let b = start(2, &[1], &[&a], options()).await;
		let cid = a.keep(b"a block");
		assert_eq!(b.fetch(cid).await.unwrap(), b"a block".as_slice());
	}
}

#[tokio::test]
async fn block_should_come_when_it_is_announced_after_it_was_asked_for() {
	let a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let later = async {
		// The block is not there when it is asked for: first an answer says so.
		let missing = cid_of(RAW_CODEC, b"never");
		let time_limit = Duration::from_millis(300);
		assert!(a.handle.fetch_within(missing, time_limit).await.is_err());
		let cid = a.keep(b"late");
		r1_core::BlockExchange::announce(&a.handle, cid);
	};
	let (fetched, ()) = tokio::join!(b.fetch(cid_of(RAW_CODEC, b"late")), later);
	assert_eq!(fetched.unwrap(), b"late".as_slice());
}

#[tokio::test]
async fn many_blocks_should_be_fetched_at_a_time_by_several_callers() {
	let a = start(1, &[2, 3], &[], Options::default()).await;
	let b = start(2, &[1, 3], &[&a], Options::default()).await;
	let c = start(3, &[1, 2], &[&a, &b], Options::default()).await;
	c.until_connected(&a).await;
	c.until_connected(&b).await;
	let blocks: Vec<Vec<u8>> = (0..20_u8).map(|number| vec![number; 100_000]).collect();
	let cids: Vec<Cid> = blocks.iter().map(|block| cid_of(RAW_CODEC, block)).collect();
	for (position, (cid, block)) in cids.iter().zip(&blocks).enumerate() {
		let owner = if position % 2 == 0 { &a } else { &b };
		owner.store.put(cid, block.clone().into()).unwrap();
	}
	let fetches = cids.iter().chain(&cids).map(|cid| c.fetch(*cid));
	let fetched = futures::future::join_all(fetches).await;
	for (fetched, expected) in fetched.iter().zip(blocks.iter().chain(&blocks)) {
		assert!(fetched.as_ref().unwrap() == expected);
	}
}

/// A store that gives other bytes than it was asked for.
struct Liar;

impl BlockStore for Liar {
	fn get(&self, _: &Cid) -> Result<Option<Bytes>, BlockStoreError> {
		Ok(Some(Bytes::from_static(b"lies")))
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

#[tokio::test]
async fn wrong_bytes_should_be_refused_and_the_right_ones_be_found_elsewhere() {
	let options = Options { store: Some(Arc::new(Liar)), ..Options::default() };
	let liar = start(1, &[2, 3], &[], options).await;
	let reader = start(2, &[1, 3], &[&liar], Options::default()).await;
	reader.until_connected(&liar).await;
	let cid = cid_of(RAW_CODEC, b"truth");
	assert_eq!(
		reader.handle.fetch_within(cid, Duration::from_millis(500)).await,
		Err(ExchangeError::TimedOut { cid })
	);

	let honest = start(3, &[1, 2], &[&reader], Options::default()).await;
	honest.keep(b"truth");
	assert_eq!(reader.fetch(cid).await.unwrap(), b"truth".as_slice());
}

#[tokio::test]
async fn request_should_be_answered_or_say_why_not() {
	let mut a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let answering = async {
		let request = a.inbound.requests.recv().await.unwrap();
		assert_eq!((request.node, request.bytes.as_ref()), (b.key, b"question".as_slice()));
		request.answer(Bytes::from_static(b"answer")).await;
		// The second is dropped without an answer.
		drop(a.inbound.requests.recv().await.unwrap());
	};
	let asking = async {
		let question = || b.handle.request(&a.key, Bytes::from_static(b"question"));
		assert_eq!(question().await, Ok(Bytes::from_static(b"answer")));
		assert!(matches!(question().await, Err(RequestError::Refused { .. })));
	};
	timeout(PATIENCE, async { tokio::join!(answering, asking) }).await.unwrap();

	let nobody = identity(9).key();
	assert_eq!(b.handle.request(&nobody, Bytes::new()).await, Err(RequestError::Unreachable));
	// y = 2 is no point of the curve.
	let mut no_key = [0; 32];
	no_key[0] = 2;
	assert_eq!(b.handle.request(&no_key, Bytes::new()).await, Err(RequestError::InvalidNode));
}

#[tokio::test]
async fn oversize_request_should_be_refused_at_both_ends() {
	let limit = |request_bytes_max| Options {
		config: Config { request_bytes_max, ..Config::default() },
		..Options::default()
	};
	let mut a = start(1, &[2], &[], limit(1_000)).await;
	let b = start(2, &[1], &[&a], limit(2_000)).await;
	b.until_connected(&a).await;
	assert_eq!(
		b.handle.request(&a.key, vec![0; 2_001].into()).await,
		Err(RequestError::TooLarge { bytes: 2_001, bytes_max: 2_000 })
	);
	// Our limit allows it; theirs does not.
	let refused = b.handle.request(&a.key, vec![0; 1_001].into()).await;
	assert!(matches!(refused, Err(RequestError::Refused { .. })), "{refused:?}");
	assert!(a.inbound.requests.try_recv().is_err());

	let asking = b.handle.request(&a.key, vec![0; 1_000].into());
	let answering = async {
		let request = a.inbound.requests.recv().await.unwrap();
		// Longer than what the other end reads.
		request.answer(vec![0; 2_001].into()).await;
	};
	let (answer, ()) = tokio::join!(asking, answering);
	assert!(matches!(answer, Err(RequestError::Refused { .. })), "{answer:?}");
}

#[tokio::test]
async fn peer_should_get_nothing_until_it_is_admitted_and_after_it_is_not_any_more() {
	let a = start(1, &[], &[], Options::default()).await;
	let mut stranger = start(2, &[1], &[&a], Options::default()).await;
	let cid = a.keep(b"secret");

	let refused = stranger.handle.request(&a.key, Bytes::from_static(b"let me in")).await;
	assert!(refused.is_err(), "{refused:?}");
	assert_eq!(
		stranger.handle.fetch_within(cid, Duration::from_secs(2)).await,
		Err(ExchangeError::TimedOut { cid })
	);
	assert_eq!(a.handle.publish_beat(b"beat".to_vec()).await, Err(PublishError::NoPeers));
	assert!(stranger.inbound.beats.try_recv().is_err());
	assert!(a.report().peers.is_empty());

	// The chain links it: it comes back by itself.
	a.admitted.send_replace(keys(&[2]));
	assert_eq!(stranger.fetch(cid).await.unwrap(), b"secret".as_slice());
	a.until_connected(&stranger).await;
	a.publish_until_read(Topic::Beat, "welcome", &mut stranger).await;

	// The chain unlinks it: it is out at once.
	a.admitted.send_replace(keys(&[]));
	a.until("the stranger is out", |report| report.peers.is_empty()).await;
	let other = a.keep(b"another secret");
	assert_eq!(
		stranger.handle.fetch_within(other, Duration::from_secs(1)).await,
		Err(ExchangeError::TimedOut { cid: other })
	);
}

#[tokio::test]
async fn nodes_should_find_each_other_through_a_third() {
	let a = start(1, &[2, 3], &[], Options::default()).await;
	let b = start(2, &[1, 3], &[&a], Options::default()).await;
	let c = start(3, &[1, 2], &[&a], Options::default()).await;
	b.until_connected(&c).await;
	c.until_connected(&b).await;
}

#[tokio::test]
async fn mesh_should_stop_when_it_is_cancelled_and_peers_notice() {
	let a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	a.until_connected(&b).await;
	let Node { handle, tasks, _stop, .. } = b;
	drop(_stop);
	tasks.close();
	timeout(PATIENCE, tasks.wait()).await.expect("every task ends");
	assert_eq!(handle.publish_beat(Vec::new()).await, Err(PublishError::Closed));
	let cid = cid_of(RAW_CODEC, b"x");
	assert_eq!(handle.fetch_within(cid, PATIENCE).await, Err(ExchangeError::Closed { cid }));
	a.until("the other is gone", |report| report.peers.is_empty()).await;
}
