// SPDX-License-Identifier: Apache-2.0

//! What is gossiped reaches a whole network, over real swarms on loopback.

use super::network::{Node, Options, PATIENCE, start};
use crate::{PublishError, Verdict, topic::Topic};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::timeout;

/// Nodes of the network.
const NODES: u8 = 30;

/// Nodes that are killed.
const KILLED: usize = 4;

/// Half a slot of mainnet, within which a beat has to arrive.
const HALF_SLOT: Duration = Duration::from_secs(5);

/// Lets all nodes beat, round by round, until a round reaches everybody in time.
///
/// Several, because a mesh forms and mends itself in its own time, and a beat is not kept for it.
async fn until_all_are_reached(network: &mut [Node], name: &str) {
	let rounds = async {
		for number in 0_u32.. {
			let round = format!("{name} {number} ");
			if timeout(HALF_SLOT, beat_all(network, &round)).await.is_ok() {
				return;
			}
		}
	};
	let reached = timeout(PATIENCE, rounds).await;
	assert!(reached.is_ok(), "no {name} round reached everybody");
}

/// Gossips a beat of each node, and lets every node accept what it hears.
///
/// A node that has no peer yet tries again.
async fn beat_all(network: &mut [Node], round: &str) {
	let all: BTreeSet<Vec<u8>> =
		network.iter().map(|node| [round.as_bytes(), &node.key].concat()).collect();
	let lives = network.iter_mut().map(|node| {
		let all = &all;
		async move {
			let own = [round.as_bytes(), &node.key].concat();
			let mut heard = BTreeSet::from([own.clone()]);
			while node.handle.publish_beat(own.clone()).await == Err(PublishError::NoPeers) {
				tokio::task::yield_now().await;
			}
			while heard != *all {
				let beat = node.inbound.beats.recv().await.unwrap();
				node.handle.judge(beat.receipt, Verdict::Accept).await;
				if beat.bytes.starts_with(round.as_bytes()) {
					heard.insert(beat.bytes);
				}
			}
		}
	});
	futures::future::join_all(lives).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beats_should_reach_everybody_again_when_nodes_are_killed() {
	let all: Vec<u8> = (1..=NODES).collect();
	let mut network: Vec<Node> = Vec::new();
	for number in 1..=NODES {
		let first = network.first().into_iter().collect::<Vec<_>>();
		let node = start(number, &all, &first, Options::default()).await;
		network.push(node);
	}
	for node in &network[1..] {
		node.until_connected(&network[0]).await;
	}
	until_all_are_reached(&mut network, "first").await;

	// The one that everybody started from is among them.
	network.drain(..KILLED);
	until_all_are_reached(&mut network, "second").await;
}

#[tokio::test]
async fn messages_beyond_the_queue_should_be_counted_and_the_next_be_heard() {
	for topic in Topic::ALL {
		let mut reader = start(1, &[2], &[], Options::default()).await;
		let sender = start(2, &[1], &[&reader], Options::default()).await;
		sender.until_connected(&reader).await;
		let first = sender.publish_until_read(topic, "begin", &mut reader).await;
		reader.handle.judge(first.receipt, Verdict::Accept).await;
		overflow(topic, &sender, &mut reader).await;
		sender.publish_until_read(topic, "after", &mut reader).await;
	}
}

/// Gossips, while nobody takes it, until the queue is full; then empties the queue.
async fn overflow(topic: Topic, sender: &Node, reader: &mut Node) {
	let flood = async {
		for number in 0_usize.. {
			if reader.metrics.gossip_dropped(topic).get() > 0 {
				return number;
			}
			let message = format!("flood {number}").into_bytes();
			match sender.publish(topic, message).await {
				Ok(()) => {},
				Err(PublishError::Busy) => tokio::task::yield_now().await,
				Err(error) => panic!("{error}"),
			}
		}
		unreachable!("the loop ends by returning")
	};
	let published = timeout(PATIENCE, flood).await.expect("the queue is full in time");
	assert!(topic.waiting_max() <= published, "{topic:?}: {published}");

	let mut waiting = 0;
	while reader.heard(topic).try_recv().is_ok() {
		waiting += 1;
	}
	assert!(topic.waiting_max() <= waiting, "{topic:?}: {waiting}");
	let Some(other) = Topic::ALL.into_iter().find(|other| *other != topic) else { return };
	assert_eq!(reader.metrics.gossip_dropped(other).get(), 0);
}
