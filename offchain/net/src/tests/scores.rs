// SPDX-License-Identifier: Apache-2.0

//! What becomes of peers that pass on what is invalid, over real swarms on loopback.

use super::network::{Node, Options, PATIENCE, start};
use crate::{
	Gossiped, PublishError, Verdict,
	actor::Command,
	defaults::{CONNECTIONS_MAX, REVOCATION_BYTES_MAX},
	gossip::{SCORE_THRESHOLDS, message_id, score_params},
	topic::Topic,
};
use libp2p::gossipsub::{IdentTopic, Message, TopicHash};
use std::time::Duration;
use tokio::{sync::oneshot, time::timeout};

/// Time between two messages of a sender that is not heard yet.
const PAUSE: Duration = Duration::from_millis(200);

/// Gossips a message, whether or not somebody is there to take it.
async fn publish(topic: Topic, sender: &Node, message: String) {
	match sender.publish(topic, message.into_bytes()).await {
		Ok(()) | Err(PublishError::NoPeers) => {},
		Err(error) => panic!("{error}"),
	}
}

/// Whether a message is one of the honest peer's.
fn is_truth(gossiped: &Gossiped) -> bool {
	String::from_utf8_lossy(&gossiped.bytes).contains("truth")
}

#[tokio::test]
async fn peer_that_sends_rejected_messages_should_be_graylisted_and_honest_ones_not() {
	for topic in Topic::ALL {
		// It hears from the judge alone, and so only what the judge passes on.
		let mut judge = start(1, &[2, 3, 4], &[], Options::default()).await;
		let mut listener = start(4, &[1], &[&judge], Options::default()).await;
		let liar = start(2, &[1], &[&judge], Options::default()).await;
		let honest = start(3, &[1], &[&judge], Options::default()).await;
		for node in [&listener, &liar, &honest] {
			node.until_connected(&judge).await;
		}
		assert_eq!(judge.metrics.graylisted_peers.get(), 0);
		until_graylisted(topic, &mut judge, &liar, &honest).await;

		// What the liar sends is not even shown to the judge any more.
		let heard = async {
			for number in 0_u32.. {
				publish(topic, &liar, format!("another lie {number}")).await;
				publish(topic, &honest, format!("another truth {number}")).await;
				if let Ok(gossiped) = timeout(PAUSE, judge.heard(topic).recv()).await {
					return gossiped.unwrap();
				}
			}
			unreachable!("the loop ends by returning")
		};
		let gossiped = timeout(PATIENCE, heard).await.expect("the honest peer is heard in time");
		assert!(is_truth(&gossiped), "{:?}", String::from_utf8_lossy(&gossiped.bytes));
		judge.handle.judge(gossiped.receipt, Verdict::Accept).await;
		while let Ok(gossiped) = judge.heard(topic).try_recv() {
			assert!(is_truth(&gossiped), "{:?}", String::from_utf8_lossy(&gossiped.bytes));
		}
		assert_eq!(judge.metrics.graylisted_peers.get(), 1);

		// The lies were first, and none of them was passed on.
		let last = judge.publish_until_read(topic, "the judge's truth", &mut listener).await;
		assert!(is_truth(&last), "{:?}", String::from_utf8_lossy(&last.bytes));
		while let Ok(gossiped) = listener.heard(topic).try_recv() {
			assert!(is_truth(&gossiped), "{:?}", String::from_utf8_lossy(&gossiped.bytes));
		}
	}
}

/// Lets the liar lie and the honest peer speak until the judge has had enough of the liar.
async fn until_graylisted(topic: Topic, judge: &mut Node, liar: &Node, honest: &Node) {
	let rejected = async {
		for number in 0_u32.. {
			publish(topic, liar, format!("lie {number}")).await;
			publish(topic, honest, format!("truth {number}")).await;
			while let Ok(Some(gossiped)) = timeout(PAUSE, judge.heard(topic).recv()).await {
				let is_lie = gossiped.bytes.starts_with(b"lie");
				let verdict = if is_lie { Verdict::Reject } else { Verdict::Accept };
				judge.handle.judge(gossiped.receipt, verdict).await;
			}
			if judge.metrics.graylisted_peers.get() == 1 {
				return;
			}
		}
	};
	timeout(PATIENCE, rejected).await.expect("the liar is graylisted in time");
}

#[tokio::test]
async fn peer_that_sends_what_is_too_long_should_be_graylisted_and_not_be_heard() {
	let mut judge = start(1, &[2], &[], Options::default()).await;
	let liar = start(2, &[1], &[&judge], Options::default()).await;
	liar.until_connected(&judge).await;
	let rejected = async {
		for number in 0_u8.. {
			// Past the check of its own node.
			let bytes = vec![number; REVOCATION_BYTES_MAX + 1];
			let (reply, published) = oneshot::channel();
			let command = Command::Publish { topic: Topic::Revocation, bytes, reply };
			liar.handle.commands.send(command).await.unwrap();
			match published.await.unwrap() {
				Ok(()) | Err(PublishError::NoPeers) => {},
				Err(error) => panic!("{error}"),
			}
			let heard = timeout(PAUSE, judge.inbound.revocations.recv()).await;
			assert!(heard.is_err(), "{heard:?}");
			if judge.metrics.graylisted_peers.get() == 1 {
				return;
			}
		}
	};
	timeout(PATIENCE, rejected).await.expect("the liar is graylisted in time");
	assert_eq!(judge.metrics.revocations_received.get(), 0);
}

#[tokio::test]
async fn revocation_should_be_heard_although_it_was_said_as_a_beat() {
	let mut reader = start(1, &[2], &[], Options::default()).await;
	let sender = start(2, &[1], &[&reader], Options::default()).await;
	sender.until_connected(&reader).await;
	let beat = sender.publish_until_read(Topic::Beat, "statement", &mut reader).await;
	reader.handle.judge(beat.receipt, Verdict::Reject).await;
	sender.publish_until_read(Topic::Revocation, "begin", &mut reader).await;

	sender.handle.publish_revocation(beat.bytes.clone()).await.unwrap();
	let heard =
		async { while reader.inbound.revocations.recv().await.unwrap().bytes != beat.bytes {} };
	timeout(PATIENCE, heard).await.expect("the revocation is heard in time");
}

#[test]
fn same_bytes_should_be_another_message_under_another_topic() {
	let id = |topic: TopicHash| {
		let data = b"statement".to_vec();
		message_id(&Message { source: None, data, sequence_number: None, topic })
	};
	let beat = id(Topic::Beat.ident().hash());
	let revocation = id(Topic::Revocation.ident().hash());
	let unknown = id(IdentTopic::new("anything").hash());
	assert_eq!(beat.0.len(), 16);
	assert_ne!(beat, revocation);
	assert_ne!(beat, unknown);
	assert_ne!(revocation, unknown);
}

#[test]
fn third_invalid_message_should_be_beyond_what_a_good_past_outweighs() {
	let params = score_params(CONNECTIONS_MAX);
	params.validate().unwrap();
	SCORE_THRESHOLDS.validate().unwrap();
	let params_of = |topic: Topic| &params.topics[&topic.ident().hash()];
	let past: f64 = Topic::ALL
		.map(params_of)
		.map(|topic| topic.time_in_mesh_weight * topic.time_in_mesh_cap)
		.iter()
		.sum();
	for topic in Topic::ALL {
		let weight = params_of(topic).invalid_message_deliveries_weight;
		let score = |invalid: f64| weight * invalid * invalid;
		assert!(SCORE_THRESHOLDS.gossip_threshold < score(1.0));
		assert!(SCORE_THRESHOLDS.graylist_threshold < score(2.0));
		assert!(score(2.0) + past < SCORE_THRESHOLDS.publish_threshold);
		assert!(score(3.0) + past < SCORE_THRESHOLDS.graylist_threshold);
		assert!(2.0 * score(2.0) + past < SCORE_THRESHOLDS.graylist_threshold);
	}
}
