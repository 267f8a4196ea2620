// SPDX-License-Identifier: Apache-2.0

//! Revocations reach everybody who is admitted, and nobody else, over real swarms on loopback.

use super::network::{Node, Options, PATIENCE, keys, start};
use crate::{PublishError, RequestError, Verdict, topic::Topic};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::timeout;

/// Nodes of the network.
const NODES: u8 = 5;

/// How long a revocation may take to reach all of them.
const REACHES_ALL: Duration = Duration::from_secs(10);

/// Publishes a revocation at the first node and waits until it was heard at all others, of which
/// each passes on what it hears.
async fn revoke(network: &mut [Node], revocation: &[u8]) {
	let (first, others) = network.split_first_mut().unwrap();
	while first.handle.publish_revocation(revocation.to_vec()).await == Err(PublishError::NoPeers) {
		tokio::task::yield_now().await;
	}
	let lives = others.iter_mut().map(|node| async move {
		loop {
			let heard = node.inbound.revocations.recv().await.unwrap();
			node.handle.judge(heard.receipt, Verdict::Accept).await;
			if heard.bytes == revocation {
				return;
			}
		}
	});
	futures::future::join_all(lives).await;
}

#[tokio::test]
async fn revocation_should_reach_all_nodes_of_a_line_in_time() {
	let mut network: Vec<Node> = Vec::new();
	for number in 1..=NODES {
		// Each admits its neighbours alone, so that no way is shorter than the line.
		let neighbours = [number - 1, number + 1];
		let before = network.last().into_iter().collect::<Vec<_>>();
		let node = start(number, &neighbours, &before, Options::default()).await;
		network.push(node);
	}
	for neighbours in network.windows(2) {
		neighbours[1].until_connected(&neighbours[0]).await;
	}
	// Until the line has formed, which it does in its own time, revocations may be lost on it.
	let formed = async {
		for number in 0_u32.. {
			let revocation = format!("forming {number}");
			let reached = revoke(&mut network, revocation.as_bytes());
			if timeout(Duration::from_secs(1), reached).await.is_ok() {
				return;
			}
		}
	};
	timeout(PATIENCE, formed).await.expect("the line forms in time");

	let reached = timeout(REACHES_ALL, revoke(&mut network, &[7; 172])).await;
	assert!(reached.is_ok(), "the revocation did not reach all nodes within {REACHES_ALL:?}");
	for (position, node) in network.iter().enumerate() {
		let peers = node.report().peers.len();
		let is_end = position == 0 || position + 1 == network.len();
		assert_eq!(peers, if is_end { 1 } else { 2 }, "it is no line at {position}");
	}
}

#[tokio::test]
async fn peer_that_is_not_admitted_any_more_should_be_out_at_once_and_hear_nothing() {
	let mut a = start(1, &[2, 3], &[], Options::default()).await;
	let mut leaver = start(2, &[1], &[&a], Options::default()).await;
	let mut stayer = start(3, &[1], &[&a], Options::default()).await;
	for node in [&leaver, &stayer] {
		node.until_connected(&a).await;
		a.until_connected(node).await;
	}
	a.publish_until_read(Topic::Revocation, "both", &mut leaver).await;
	a.publish_until_read(Topic::Revocation, "all", &mut stayer).await;

	a.admitted.send_replace(keys(&[3]));
	let out = async {
		a.until("the leaver is out", |report| !report.is_connected(&leaver.key)).await;
		leaver.until("it has noticed", |report| report.peers.is_empty()).await;
	};
	timeout(Duration::from_secs(2), out).await.expect("it is out at once");
	assert!(a.report().is_connected(&stayer.key));
	while leaver.inbound.revocations.try_recv().is_ok() {}

	a.publish_until_read(Topic::Revocation, "the rest", &mut stayer).await;
	let spoken = leaver.handle.publish_revocation(b"of the leaver".to_vec()).await;
	assert_eq!(spoken, Err(PublishError::NoPeers));
	let asked = leaver.handle.access(&a.key, Bytes::new()).await;
	let is_refused = matches!(asked, Err(RequestError::Unreachable | RequestError::Refused { .. }));
	assert!(is_refused, "{asked:?}");
	assert!(leaver.inbound.revocations.try_recv().is_err());
	assert!(a.inbound.revocations.try_recv().is_err());
	assert!(a.inbound.access_requests.try_recv().is_err());
}

#[tokio::test]
async fn stranger_should_get_no_revocations_neither_gossiped_nor_by_asking() {
	let mut a = start(1, &[3], &[], Options::default()).await;
	let mut stranger = start(2, &[1], &[&a], Options::default()).await;
	let mut friend = start(3, &[1], &[&a], Options::default()).await;
	friend.until_connected(&a).await;
	for round in 0..3 {
		a.publish_until_read(Topic::Revocation, &format!("friends {round}"), &mut friend)
			.await;
		let asked = stranger.handle.access(&a.key, Bytes::new()).await;
		let is_refused =
			matches!(asked, Err(RequestError::Unreachable | RequestError::Refused { .. }));
		assert!(is_refused, "{asked:?}");
	}
	assert!(stranger.inbound.revocations.try_recv().is_err());
	assert!(a.inbound.access_requests.try_recv().is_err());
	assert!(!a.report().is_connected(&stranger.key));
}
