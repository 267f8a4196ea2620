// SPDX-License-Identifier: Apache-2.0

//! Stores of several nodes that agree on keys, in one process.

use super::{
	QUOTA,
	service::{JOB, Network, Node, PATIENCE},
};
use crate::{
	limits::{KEY_BYTES_MAX, VALUE_BYTES_MAX},
	quorum::{Ask, Ballot, Change, Held, Members, Outcome, Placed},
	service::{Group, QuorumError},
	wire::{Asked, Refusal, Request, Response},
};
use futures::future::join_all;
use r1_primitives::NodeKey;
use std::{collections::BTreeMap, fs, time::Duration};

/// Long after the nodes of these tests were started, so that they know what they have said.
const SINCE_MS: u64 = 1 << 42;

/// What an operation waits for that cannot come to its end.
const SHORT: Duration = Duration::from_millis(300);

fn members(round: u32, numbers: &[u8]) -> Members {
	let nodes = numbers.iter().map(|number| [*number; 32]).collect();
	Members { round, since_ms: SINCE_MS + u64::from(round), nodes }
}

/// What the chain says after some placements, the newest first.
fn placed(all: &[Members]) -> Placed {
	Placed { current: all[0].clone(), former: all[1..].to_vec(), is_cut: false }
}

fn place(nodes: &[Node], placed: &Placed) {
	let members = BTreeMap::from([(JOB.to_owned(), placed.clone())]);
	for node in nodes {
		node.store.quorum().place(&members, SINCE_MS);
	}
}

impl Node {
	fn group(&self) -> Group {
		self.store.quorum().group(JOB).unwrap()
	}

	async fn operate(&self, change: Change, timeout: Duration) -> Result<Outcome, QuorumError> {
		self.group().operate(b"key", change, timeout).await
	}

	/// What a key holds.
	async fn look(&self) -> (u64, Option<String>) {
		match self.operate(Change::None, PATIENCE).await.unwrap() {
			Outcome::Holds(Held { version, value, .. }) => {
				(version, value.map(|value| String::from_utf8(value).unwrap()))
			},
			other => panic!("a read came to {other:?}"),
		}
	}

	/// Sets a key that has a version; the version that it has then, if it had it.
	async fn replace(&self, expected: u64, value: &str) -> Result<u64, u64> {
		match self.operate(set(Some(expected), value), PATIENCE).await.unwrap() {
			Outcome::Changed(version) => Ok(version),
			Outcome::Holds(held) => Err(held.version),
			Outcome::Unknown => panic!("nobody was cut off"),
		}
	}
}

fn set(expected: Option<u64>, value: &str) -> Change {
	Change::Set { expected, value: Some(value.as_bytes().to_vec()) }
}

fn of(version: u64, value: &str) -> (u64, Option<String>) {
	(version, Some(value.to_owned()))
}

/// Nodes that agree on the keys of a job.
fn start(network: &Network, numbers: &[u8]) -> Vec<Node> {
	let nodes: Vec<Node> = numbers.iter().map(|number| network.start(*number)).collect();
	place(&nodes, &placed(&[members(0, numbers)]));
	nodes
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_changes_of_a_version_should_succeed() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	assert_eq!(nodes[0].look().await, (0, None));
	assert_eq!(nodes[0].replace(0, "a").await, Ok(1));
	assert_eq!(nodes[1].replace(0, "b").await, Err(1));
	assert_eq!(nodes[1].look().await, of(1, "a"));
	assert_eq!(nodes[2].replace(1, "c").await, Ok(2));
	// Versions go on after a key was deleted, so that nobody who is late is taken for another.
	let delete = Change::Set { expected: None, value: None };
	assert_eq!(nodes[0].operate(delete, PATIENCE).await.unwrap(), Outcome::Changed(3));
	assert_eq!(nodes[1].look().await, (3, None));
	assert_eq!(nodes[1].replace(3, "d").await, Ok(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_many_writers_should_each_be_made_once() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	let append = async |node: &Node, writer: &str| {
		for number in 0..20 {
			let word = format!("{writer}{number}");
			loop {
				let (version, value) = node.look().await;
				let words = value.unwrap_or_default();
				// It is there already if only its end was not seen.
				if words.split(' ').any(|it| it == word) {
					break;
				}
				let change = set(Some(version), &format!("{words} {word}"));
				if let Outcome::Changed(_) = node.operate(change, PATIENCE).await.unwrap() {
					break;
				}
			}
		}
	};
	let [first, second, third] = [&nodes[0], &nodes[1], &nodes[2]];
	tokio::join!(append(first, "a"), append(second, "b"), append(third, "c"), append(first, "d"));
	let (version, words) = nodes[1].look().await;
	let mut words: Vec<String> = words.unwrap().split_whitespace().map(str::to_owned).collect();
	words.sort_unstable();
	words.dedup();
	assert_eq!((version, words.len()), (80, 80));
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_do_not_fit_into_a_message_should_follow_in_the_next() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	let group = nodes[0].group();
	let keys: Vec<String> = (0..8).map(|number| format!("key-{number}")).collect();
	let large = |key: &str| key.repeat(700_000 / key.len()).into_bytes();
	let sets = keys.iter().map(|key| {
		let change = Change::Set { expected: Some(0), value: Some(large(key)) };
		group.operate(key.as_bytes(), change, PATIENCE)
	});
	for outcome in join_all(sets).await {
		assert_eq!(outcome.unwrap(), Outcome::Changed(1));
	}
	let group = nodes[1].group();
	let looks = keys.iter().map(|key| group.operate(key.as_bytes(), Change::None, PATIENCE));
	for (key, outcome) in keys.iter().zip(join_all(looks).await) {
		let Outcome::Holds(held) = outcome.unwrap() else { panic!("a read changed {key}") };
		assert_eq!((held.version, held.value), (1, Some(large(key))));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_should_be_served_by_any_majority_and_by_nothing_less() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	network.cut_off(&nodes[2], true);
	assert_eq!(nodes[0].replace(0, "a").await, Ok(1));
	network.cut_off(&nodes[2], false);
	network.cut_off(&nodes[0], true);
	assert_eq!(nodes[2].look().await, of(1, "a"));
	network.cut_off(&nodes[1], true);
	let alone = nodes[2].operate(Change::None, SHORT).await;
	assert!(matches!(alone, Err(QuorumError::Timeout)), "{alone:?}");
	let alone = nodes[2].operate(set(None, "b"), SHORT).await;
	assert!(matches!(alone, Err(QuorumError::Timeout)), "{alone:?}");
	network.cut_off(&nodes[1], false);
	assert_eq!(nodes[1].replace(1, "c").await, Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_agreed_on_should_survive_a_kill_of_all() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	assert_eq!(nodes[0].replace(0, "a").await, Ok(1));
	let mut after = Vec::new();
	for (number, node) in (1..).zip(&nodes) {
		after.push(network.start_in(number, node.wreck(), QUOTA));
	}
	place(&after, &placed(&[members(0, &[1, 2, 3])]));
	assert_eq!(after[1].look().await, of(1, "a"));
	assert_eq!(after[2].replace(1, "b").await, Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn next_members_should_go_on_where_those_before_were() {
	let network = Network::default();
	let mut nodes = start(&network, &[1, 2, 3]);
	assert_eq!(nodes[0].replace(0, "a").await, Ok(1));
	// One of three is dead when others come; the rest, and one of a placement that never came to anything,
	// tell what they know.
	network.cut_off(&nodes[0], true);
	nodes.extend([4, 5].map(|number| network.start(number)));
	let first = members(0, &[1, 2, 3]);
	let second = members(2, &[3, 4]);
	let third = members(5, &[4, 5]);
	place(&nodes, &placed(&[third, second, first]));
	assert_eq!(nodes[3].look().await, of(1, "a"));
	assert_eq!(nodes[4].replace(1, "b").await, Ok(2));
	// Those before have no say any more.
	let error = nodes[1].store.quorum().group(JOB).err();
	assert!(matches!(error, Some(QuorumError::NoMember)), "{error:?}");
	// And are forgotten with the job.
	for node in &nodes {
		node.store.quorum().place(&BTreeMap::new(), SINCE_MS + 100);
		assert!(node.store.quorum().group(JOB).is_err());
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn node_that_may_have_forgotten_should_not_vote_before_the_next_placement() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	assert_eq!(nodes[0].replace(0, "a").await, Ok(1));
	let [first, second, third] = <[Node; 3]>::try_from(nodes).ok().unwrap();
	let folder = third.stop().await;
	let log = folder.path().join("quorum/log-0");
	let mut bytes = fs::read(&log).unwrap();
	let middle = bytes.len() / 2;
	bytes[middle] ^= 1;
	fs::write(&log, bytes).unwrap();
	let third = network.start_in(3, folder, QUOTA);
	let of_old = || {
		let mut one = members(0, &[1, 2, 3]);
		// As the node's clock says, this was before it lost its memory.
		one.since_ms = 1;
		one
	};
	place(std::slice::from_ref(&third), &placed(&[of_old()]));
	let aside = fs::read_dir(third.folder.path()).unwrap().map(|file| file.unwrap().file_name());
	assert_eq!(
		aside
			.filter(|name| name.to_string_lossy().starts_with("quorum.forgotten-"))
			.count(),
		1
	);
	// It asks the others, who are enough, and does not count itself.
	assert_eq!(third.look().await, of(1, "a"));
	assert!(!third.group().votes());
	network.cut_off(&first, true);
	let error = third.operate(set(None, "b"), SHORT).await.unwrap_err();
	assert!(matches!(error, QuorumError::Refused(Refusal::Forgotten)), "{error}");
	network.cut_off(&first, false);
	let nodes = [first, second, third];
	place(&nodes, &placed(&[members(3, &[1, 2, 3]), of_old()]));
	assert_eq!(nodes[2].replace(1, "b").await, Ok(2));
	// Whoever votes tells those who do not yet.
	network.cut_off(&nodes[0], true);
	assert_eq!(nodes[2].replace(2, "c").await, Ok(3));
	assert!(nodes[2].group().votes());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_member_should_be_refused() {
	let network = Network::default();
	let nodes = start(&network, &[1, 2, 3]);
	assert_eq!(nodes[0].replace(0, "a").await, Ok(1));
	let stranger: NodeKey = [9; 32];
	let agree = |placement, ask| Request::Agree {
		namespace: JOB.to_owned(),
		placement,
		asked: vec![Asked { key: b"key".to_vec(), ask }],
	};
	let late = Ballot { placement: 0, round: u64::MAX, ..Ballot::default() };
	let seal =
		|placement, of| Request::Seal { namespace: JOB.to_owned(), placement, of, after: None };
	let requests = [
		(stranger, agree(0, Ask::Look)),
		(stranger, agree(0, Ask::Prepare(late))),
		(stranger, seal(0, 0)),
		(nodes[0].key, agree(1, Ask::Look)),
		(nodes[0].key, seal(1, 0)),
	];
	for (from, request) in requests {
		let answer = nodes[1].store.answer(from, &request.to_bytes()).await;
		let refused = match request {
			Request::Agree { .. } => Response::Agreed(vec![Err(Refusal::Members)]),
			_ => Response::Refused(Refusal::Members),
		};
		assert_eq!(Response::from_bytes(&answer), Ok(refused));
	}
	let group = nodes[0].group();
	for (key, value) in [(0, 1), (KEY_BYTES_MAX + 1, 1), (1, VALUE_BYTES_MAX + 1)] {
		let change = Change::Set { expected: None, value: Some(vec![0; value]) };
		let error = group.operate(&vec![b'k'; key], change, PATIENCE).await.unwrap_err();
		assert!(matches!(error, QuorumError::Invalid(_)), "{error}");
	}
	assert_eq!(nodes[2].look().await, of(1, "a"));
}
