// SPDX-License-Identifier: Apache-2.0

//! What becomes of peers that pass on invalid beats, over real swarms on loopback.

use super::mesh::{Node, Options, PATIENCE, start};
use crate::{
	Beat, PublishError, Verdict,
	defaults::CONNECTIONS_MAX,
	gossip::{SCORE_THRESHOLDS, beat_topic, score_params},
};
use std::time::Duration;
use tokio::time::timeout;

/// Time between two beats of a sender that is not heard yet.
const PAUSE: Duration = Duration::from_millis(200);

/// Gossips a beat, whether or not somebody is there to take it.
async fn publish(sender: &Node, beat: String) {
	match sender.handle.publish_beat(beat.into_bytes()).await {
		Ok(()) | Err(PublishError::NoPeers) => {},
		Err(error) => panic!("{error}"),
	}
}

/// Whether a beat is one of the honest peer's.
fn is_truth(beat: &Beat) -> bool {
	String::from_utf8_lossy(&beat.bytes).contains("truth")
}

#[tokio::test]
async fn peer_that_sends_rejected_beats_should_be_graylisted_and_honest_ones_not() {
	let mut judge = start(1, &[2, 3], &[], Options::default()).await;
	let liar = start(2, &[1], &[&judge], Options::default()).await;
	let honest = start(3, &[1], &[&judge], Options::default()).await;
	liar.until_connected(&judge).await;
	honest.until_connected(&judge).await;
	assert_eq!(judge.metrics.graylisted_peers.get(), 0);

	let rejected = async {
		for number in 0_u32.. {
			publish(&liar, format!("lie {number}")).await;
			publish(&honest, format!("truth {number}")).await;
			while let Ok(Some(beat)) = timeout(PAUSE, judge.inbound.beats.recv()).await {
				let is_lie = beat.bytes.starts_with(b"lie");
				let verdict = if is_lie { Verdict::Reject } else { Verdict::Accept };
				judge.handle.judge_beat(beat.receipt, verdict).await;
			}
			if judge.metrics.graylisted_peers.get() == 1 {
				return;
			}
		}
	};
	timeout(PATIENCE, rejected).await.expect("the liar is graylisted in time");

	// What the liar sends is not even shown to the judge any more.
	let heard = async {
		for number in 0_u32.. {
			publish(&liar, format!("another lie {number}")).await;
			publish(&honest, format!("another truth {number}")).await;
			if let Ok(beat) = timeout(PAUSE, judge.inbound.beats.recv()).await {
				return beat.unwrap();
			}
		}
		unreachable!("the loop ends by returning")
	};
	let beat = timeout(PATIENCE, heard).await.expect("the honest peer is heard in time");
	assert!(is_truth(&beat), "{:?}", String::from_utf8_lossy(&beat.bytes));
	judge.handle.judge_beat(beat.receipt, Verdict::Accept).await;
	while let Ok(beat) = judge.inbound.beats.try_recv() {
		assert!(is_truth(&beat), "{:?}", String::from_utf8_lossy(&beat.bytes));
	}
	assert_eq!(judge.metrics.graylisted_peers.get(), 1);
}

#[test]
fn third_invalid_beat_should_be_beyond_what_a_good_past_outweighs() {
	let params = score_params(&beat_topic(), CONNECTIONS_MAX);
	params.validate().unwrap();
	SCORE_THRESHOLDS.validate().unwrap();
	let beats = &params.topics[&beat_topic().hash()];
	let past = beats.time_in_mesh_weight * beats.time_in_mesh_cap;
	let score = |invalid: f64| beats.invalid_message_deliveries_weight * invalid * invalid;
	assert!(SCORE_THRESHOLDS.gossip_threshold < score(1.0));
	assert!(SCORE_THRESHOLDS.graylist_threshold < score(2.0));
	assert!(score(2.0) + past < SCORE_THRESHOLDS.publish_threshold);
	assert!(score(3.0) + past < SCORE_THRESHOLDS.graylist_threshold);
}
