// SPDX-License-Identifier: Apache-2.0

//! Challenges, capabilities and revocations over real swarms on loopback.

use super::{
	identity,
	network::{Options, PATIENCE, start},
	peer,
};
use crate::{
	Config, RequestError,
	actor::Command,
	defaults::{
		ACCESS_ANSWER_BYTES_MAX, ACCESS_PER_MINUTE_MAX, ACCESS_REQUEST_BYTES_MAX,
		CAPABILITIES_PER_MINUTE_MAX, CHALLENGES_PER_MINUTE_MAX,
	},
	requests::Kind,
};
use bytes::Bytes;
use r1_primitives::{CAPABILITIES_BYTES_MAX, CHALLENGE_BYTES};
use tokio::{sync::oneshot, time::timeout};

#[tokio::test]
async fn each_kind_of_request_should_arrive_where_it_belongs() {
	let mut a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let answering = async {
		let challenge = a.inbound.challenges.recv().await.unwrap();
		assert_eq!((challenge.node, challenge.bytes.len()), (b.key, CHALLENGE_BYTES));
		let asked = a.inbound.capabilities.recv().await.unwrap();
		assert_eq!((asked.node, asked.bytes.len()), (b.key, 0));
		let holds = a.inbound.access_requests.recv().await.unwrap();
		assert_eq!((holds.node, holds.bytes.len()), (b.key, ACCESS_REQUEST_BYTES_MAX));
		let probe = a.inbound.requests.recv().await.unwrap();
		assert_eq!(probe.bytes, b"probe".as_slice());
		// In another order than they were asked in, and with the longest answers that there are.
		probe.answer(Bytes::from_static(b"output")).await;
		holds.answer(vec![5; ACCESS_ANSWER_BYTES_MAX].into()).await;
		asked.answer(vec![7; CAPABILITIES_BYTES_MAX].into()).await;
		challenge.answer(vec![9; 64].into()).await;
	};
	let asking = async {
		tokio::join!(
			b.handle.challenge(&a.key, vec![1; CHALLENGE_BYTES].into()),
			b.handle.capabilities(&a.key),
			b.handle.request(&a.key, Bytes::from_static(b"probe")),
			b.handle.access(&a.key, vec![2; ACCESS_REQUEST_BYTES_MAX].into()),
		)
	};
	let both = async { tokio::join!(answering, asking) };
	let ((), (signature, record, output, held)) = timeout(PATIENCE, both).await.unwrap();
	assert_eq!(signature, Ok(vec![9; 64].into()));
	assert_eq!(record, Ok(vec![7; CAPABILITIES_BYTES_MAX].into()));
	assert_eq!(output, Ok(Bytes::from_static(b"output")));
	assert!(held == Ok(vec![5; ACCESS_ANSWER_BYTES_MAX].into()));
}

#[tokio::test]
async fn answers_should_not_be_read_beyond_the_limit_of_their_kind() {
	let mut a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	let answering = async {
		let challenge = a.inbound.challenges.recv().await.unwrap();
		challenge.answer(vec![0; 65].into()).await;
		let asked = a.inbound.capabilities.recv().await.unwrap();
		asked.answer(vec![0; CAPABILITIES_BYTES_MAX + 1].into()).await;
		let holds = a.inbound.access_requests.recv().await.unwrap();
		holds.answer(vec![0; ACCESS_ANSWER_BYTES_MAX + 1].into()).await;
	};
	let asking = async {
		let signature = b.handle.challenge(&a.key, Bytes::new()).await;
		assert!(matches!(signature, Err(RequestError::Refused { .. })), "{signature:?}");
		let record = b.handle.capabilities(&a.key).await;
		assert!(matches!(record, Err(RequestError::Refused { .. })), "{record:?}");
		let held = b.handle.access(&a.key, Bytes::new()).await;
		assert!(matches!(held, Err(RequestError::Refused { .. })), "{held:?}");
	};
	timeout(PATIENCE, async { tokio::join!(answering, asking) }).await.unwrap();

	let bytes = CHALLENGE_BYTES + 1;
	let too_long = b.handle.challenge(&a.key, vec![0; bytes].into()).await;
	let bytes_max = CHALLENGE_BYTES;
	assert_eq!(too_long, Err(RequestError::TooLarge { bytes, bytes_max }));
	let bytes = ACCESS_REQUEST_BYTES_MAX + 1;
	let too_long = b.handle.access(&a.key, vec![0; bytes].into()).await;
	let bytes_max = ACCESS_REQUEST_BYTES_MAX;
	assert_eq!(too_long, Err(RequestError::TooLarge { bytes, bytes_max }));
}

#[tokio::test]
async fn request_beyond_the_limit_of_its_kind_should_not_be_read() {
	let mut a = start(1, &[2], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	b.until_connected(&a).await;
	// Past the check of its own node.
	let bytes = vec![0; ACCESS_REQUEST_BYTES_MAX + 1].into();
	let (reply, answered) = oneshot::channel();
	let peer = peer(1);
	let command = Command::Request { kind: Kind::Access, peer, bytes, reply };
	b.handle.commands.send(command).await.unwrap();
	let answer = timeout(PATIENCE, answered).await.unwrap().unwrap();
	assert!(matches!(answer, Err(RequestError::Refused { .. })), "{answer:?}");
	assert!(a.inbound.access_requests.try_recv().is_err());
}

#[tokio::test]
async fn peer_that_asks_too_often_should_be_refused_and_others_be_heard() {
	let mut a = start(1, &[2, 3], &[], Options::default()).await;
	let flooder = start(2, &[1], &[&a], Options::default()).await;
	let honest = start(3, &[1], &[&a], Options::default()).await;
	flooder.until_connected(&a).await;
	honest.until_connected(&a).await;
	let key = a.key;
	let flood = async {
		let challenge = || flooder.handle.challenge(&key, Bytes::from_static(b"sign"));
		until_refused(challenge, CHALLENGES_PER_MINUTE_MAX).await;
		until_refused(|| flooder.handle.capabilities(&key), CAPABILITIES_PER_MINUTE_MAX).await;
		let revocations = || flooder.handle.access(&key, Bytes::new());
		until_refused(revocations, ACCESS_PER_MINUTE_MAX).await;
		honest.handle.challenge(&key, Bytes::from_static(b"sign")).await
	};
	let answering = async {
		loop {
			let request = tokio::select! {
				request = a.inbound.challenges.recv() => request,
				request = a.inbound.capabilities.recv() => request,
				request = a.inbound.access_requests.recv() => request,
			};
			request.unwrap().answer(vec![1; 64].into()).await;
		}
	};
	let flooded = async {
		tokio::select! {
			heard = flood => heard,
			() = answering => unreachable!("it has no end"),
		}
	};
	let heard = timeout(PATIENCE, flooded).await.expect("all are settled in time");
	assert_eq!(heard, Ok(vec![1; 64].into()));
	// One of each kind.
	assert_eq!(a.metrics.requests_refused.get(), 3);
}

/// Asks until a request is refused, which may be no sooner than a peer's share is used up.
async fn until_refused<F>(ask: impl Fn() -> F, per_minute_max: u32)
where
	F: Future<Output = Result<Bytes, RequestError>>,
{
	let mut answered = 0;
	loop {
		match ask().await {
			Ok(_) => answered += 1,
			Err(RequestError::Refused { .. }) => break,
			Err(error) => panic!("{error}"),
		}
		// On the border of two minutes, a peer gets two shares.
		assert!(answered <= 2 * per_minute_max, "{answered} were answered");
	}
	assert!(per_minute_max <= answered, "only {answered} were answered");
}

#[tokio::test]
async fn node_that_cannot_be_tried_should_not_be_called_unreachable() {
	// The one connection that this node may have is taken.
	let one = Options {
		config: Config { connections_max: 1, ..Config::default() },
		..Options::default()
	};
	let a = start(1, &[2], &[], Options::default()).await;
	let third = start(3, &[2], &[], Options::default()).await;
	let full = start(2, &[1, 3], &[&a], one).await;
	full.until_connected(&a).await;
	let challenge = |key| full.handle.challenge(key, Bytes::from_static(b"sign"));
	let tried = challenge(&third.key).await;
	assert_eq!(tried, Err(RequestError::NoConnectionLeft));
	assert!(!RequestError::NoConnectionLeft.is_peer_fault());

	let lonely = start(4, &[], &[], Options::default()).await;
	let nobody = identity(9).key();
	let tried = lonely.handle.challenge(&nobody, Bytes::new()).await;
	assert_eq!(tried, Err(RequestError::Unreachable));
	assert!(RequestError::Unreachable.is_peer_fault());
}
