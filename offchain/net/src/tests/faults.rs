// SPDX-License-Identifier: Apache-2.0

use super::{
	network::{Options, PATIENCE, start},
	peer,
};
use crate::{
	Fault, RequestError,
	faults::Faults,
	gossip::{SCORE_THRESHOLDS, score_params},
};
use bytes::Bytes;
use tokio::time::timeout;

#[test]
fn faults_should_add_up_and_fade() {
	let graylist = SCORE_THRESHOLDS.graylist_threshold;
	let mut faults = Faults::new(8);
	let mut note = |fault, at_ms| faults.note(peer(1), fault, at_ms);
	assert!(SCORE_THRESHOLDS.gossip_threshold < note(Fault::Malformed, 0));
	assert!(graylist < note(Fault::Malformed, 0));
	assert!(note(Fault::Malformed, 0) < graylist);
	// A minute later half of it is left.
	assert_eq!(faults.scores(60_000), [(peer(1), -20.0 * 1.5 * 1.5)]);
	// What has faded is worth nothing, and is forgotten.
	assert_eq!(faults.scores(600_000), [(peer(1), 0.0)]);
	assert_eq!(faults.scores(600_000), []);
	// What may be nobody's fault is light, once a second for an hour, but not ten times a second.
	let mut refused = |number, every_ms: u64| {
		let note = |time| faults.note(peer(number), Fault::Refused, 600_000 + time * every_ms);
		(0..3_600).map(note).fold(0.0, f64::min)
	};
	assert!(SCORE_THRESHOLDS.gossip_threshold < refused(2, 1_000));
	assert!(refused(3, 100) < graylist);
}

#[test]
fn faults_should_be_remembered_of_a_bounded_number_of_peers() {
	let mut faults = Faults::new(1);
	assert!(faults.note(peer(1), Fault::Malformed, 0) < 0.0);
	assert_eq!(faults.note(peer(2), Fault::Malformed, 0), 0.0);
	assert_eq!(faults.scores(0).len(), 1);
	assert_eq!(score_params(64).app_specific_weight, 1.0);
}

#[tokio::test]
async fn replica_that_breaks_the_rules_should_not_be_listened_to_any_more() {
	let mut a = start(1, &[2, 3], &[], Options::default()).await;
	let liar = start(2, &[1], &[&a], Options::default()).await;
	let honest = start(3, &[1], &[&a], Options::default()).await;
	liar.until_connected(&a).await;
	honest.until_connected(&a).await;
	let nonsense = || Bytes::from_static(b"nonsense");
	for _ in 0..3 {
		let answering = async {
			let request = a.inbound.store_requests.recv().await.unwrap();
			a.handle.blame(&request.node, Fault::Malformed);
			request.answer(Bytes::from_static(b"no")).await;
		};
		let (answer, ()) = tokio::join!(liar.handle.store(&a.key, nonsense()), answering);
		answer.unwrap();
	}
	let refused = timeout(PATIENCE, liar.handle.store(&a.key, nonsense())).await.unwrap();
	assert!(matches!(refused, Err(RequestError::Refused { .. })), "{refused:?}");
	let answering = async {
		let request = a.inbound.store_requests.recv().await.unwrap();
		assert_eq!(request.node, honest.key);
		request.answer(Bytes::from_static(b"yes")).await;
	};
	let (answer, ()) = tokio::join!(honest.handle.store(&a.key, nonsense()), answering);
	assert_eq!(answer.unwrap(), Bytes::from_static(b"yes"));
}
