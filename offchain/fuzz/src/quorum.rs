// SPDX-License-Identifier: Apache-2.0

//! What nodes that agree on keys send each other, from members that break every rule.

use crate::{edits::spoilt, reached::Reached};
use fuzzing::Choices;
use r1_cstore::{
	Asked, Quota, Request, Response, WriterId,
	quorum::{
		Ask, Ballot, Change, Held, Joining, Member, Members, Memory, Placed, Proposal, RECENT_MAX,
		Reply,
	},
};
use r1_primitives::NodeKey;

/// Most messages of one input.
const MESSAGES_MAX: usize = 16;

/// When the chain names the first members, in milliseconds of Unix time.
const SINCE_MS: u64 = 1_000_000;

const QUOTA: Quota = Quota { records: 3, bytes: 2_000 };

/// Four nodes, of which three are members at a time.
const NODES: [NodeKey; 4] = [[1; 32], [2; 32], [3; 32], [4; 32]];

/// A node, and what it would know after a restart.
struct Node {
	key: NodeKey,
	member: Member,
	restored: Member,
}

impl Node {
	fn new(key: NodeKey, placed: &Placed) -> Self {
		let of = || Member::new(key, 0, QUOTA);
		let mut node = Self { key, member: of(), restored: of() };
		node.place(placed);
		node
	}

	fn place(&mut self, placed: &Placed) {
		self.member.place(placed);
		self.restored.place(placed);
		let joining = self.member.joins().map(|placed| Joining::new(placed, &self.key));
		if let Some(Ok(slots)) = joining.map(Joining::done) {
			let memories = self.member.join(placed.current.round, slots);
			self.remember(memories);
		}
	}

	fn remember(&mut self, memories: impl IntoIterator<Item = Memory>) {
		memories.into_iter().for_each(|memory| self.restored.restore(memory));
	}
}

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let first = placed(&[(0, &NODES[..3])]);
	let mut nodes = NODES.map(|key| Node::new(key, &first));
	let change = Change::Set { expected: None, value: Some(b"v".to_vec()) };
	let mut proposal = Proposal::new(change, WriterId::of(&NODES[0], 0), 0, first.current.nodes);
	let mut ask = proposal.begin(1);
	for round in 2..2 + MESSAGES_MAX {
		if choices.are_spent() {
			break;
		}
		let from = choices.pick(&NODES);
		let to = choices.place(NODES.len() - 1);
		match choices.number(0..=5) {
			0 => follow(&mut nodes, choices, reached),
			1 | 2 => {
				// What an honest proposer sends, and what comes back to it.
				let key = b"key".to_vec();
				let request = agree(0, key, ask.clone());
				if let Some(reply) = agreed(&mut nodes[to], NODES[0], &request, choices, reached) {
					match proposal.replied(nodes[to].key, reply) {
						r1_cstore::quorum::Step::Ask(next) => ask = next,
						r1_cstore::quorum::Step::Again => ask = proposal.begin(round as u64),
						r1_cstore::quorum::Step::Done(_) => reached.note("proposal", "done"),
						r1_cstore::quorum::Step::Wait => {},
					}
				}
			},
			3 => {
				let placement = choices.number(0..=2);
				let request = agree(placement, key(choices), made_up(placement, choices));
				agreed(&mut nodes[to], from, &request, choices, reached);
			},
			_ => {
				let request = Request::Seal {
					namespace: "job/7".to_owned(),
					placement: choices.number(0..=3),
					of: choices.number(0..=3),
					after: choices.one_in(3).then(|| key(choices)),
				};
				serve(&mut nodes[to], from, &request, choices, reached);
			},
		}
		for node in &nodes {
			// What was written down is what the node knows.
			let known = |member: &Member| member.memory().collect::<Vec<_>>();
			assert_eq!(known(&node.member), known(&node.restored), "a restart changes its mind");
		}
	}
}

/// The chain names others, and those who are new ask those before.
fn follow(nodes: &mut [Node; 4], choices: &mut Choices<'_>, reached: &mut Reached) {
	let second = placed(&[(2, &NODES[1..]), (0, &NODES[..3])]);
	nodes.iter_mut().for_each(|node| node.place(&second));
	let at = choices.place(NODES.len() - 1);
	let joins = nodes[at].member.joins();
	let Some(mut joining) = joins.map(|placed| Joining::new(placed, &NODES[at])) else { return };
	for _ in 0..choices.number(0..=4) {
		for seal in joining.seals() {
			let request = Request::Seal {
				namespace: "job/7".to_owned(),
				placement: joining.round(),
				of: seal.of,
				after: seal.after.clone(),
			};
			let before = nodes.iter_mut().find(|node| node.key == seal.node).expect("it is a node");
			let answer = serve(before, NODES[at], &request, choices, reached);
			if let Some(Response::Sealed(testimony)) = answer {
				joining.heard(&seal, testimony);
			}
		}
	}
	let round = joining.round();
	match joining.done() {
		Ok(slots) => {
			reached.note("join", "ok");
			let memories = nodes[at].member.join(round, slots);
			nodes[at].remember(memories);
			assert!(nodes[at].member.votes(), "it has joined, and does not vote");
		},
		Err(_) => reached.note("join", "unknown"),
	}
}

/// Lets a member answer a question about a key.
fn agreed(
	node: &mut Node,
	from: NodeKey,
	request: &Request,
	choices: &mut Choices<'_>,
	reached: &mut Reached,
) -> Option<Reply> {
	match serve(node, from, request, choices, reached)? {
		Response::Agreed(answers) => answers.into_iter().next()?.ok(),
		_ => None,
	}
}

/// Lets a member answer what came of a message on its way; what comes of the answer on its way back.
fn serve(
	node: &mut Node,
	from: NodeKey,
	request: &Request,
	choices: &mut Choices<'_>,
	reached: &mut Reached,
) -> Option<Response> {
	let Ok(request) = Request::from_bytes(&spoilt(request.to_bytes(), choices)) else {
		reached.note("request", "none");
		return None;
	};
	let (response, memory) = match request {
		Request::Agree { placement, asked, .. } => {
			let Asked { key, ask } = asked.into_iter().next()?;
			let answered = node.member.asked(&from, placement, &key, ask);
			reached.note_result("agree", &answered);
			let (reply, memory) = answered.ok()?;
			(Response::Agreed(vec![Ok(reply)]), memory)
		},
		Request::Seal { placement, of, after, .. } => {
			let answered = node.member.seal(&from, placement, of, after.as_deref());
			reached.note_result("seal", &answered);
			let (testimony, memory) = answered.ok()?;
			(Response::Sealed(testimony), memory)
		},
		Request::Store { .. } | Request::Repair { .. } | Request::Publish { .. } => return None,
	};
	node.remember(memory);
	let response = Response::from_bytes(&spoilt(response.to_bytes(), choices));
	reached.note("response", if response.is_ok() { "ok" } else { "none" });
	response.ok()
}

fn agree(placement: u32, key: Vec<u8>, ask: Ask) -> Request {
	Request::Agree { namespace: "job/7".to_owned(), placement, asked: vec![Asked { key, ask }] }
}

fn placed(all: &[(u32, &[NodeKey])]) -> Placed {
	let members = |&(round, nodes): &(u32, &[NodeKey])| Members {
		round,
		since_ms: SINCE_MS + u64::from(round),
		nodes: nodes.iter().copied().collect(),
	};
	let mut all = all.iter().map(members);
	let current = all.next().expect("there are members");
	Placed { current, former: all.collect(), is_cut: false }
}

fn key(choices: &mut Choices<'_>) -> Vec<u8> {
	match choices.number(0..=3) {
		0 => b"key".to_vec(),
		1 => Vec::new(),
		_ => choices.bytes(3),
	}
}

/// A question that no honest node would ask, mostly with a ballot of the placement it is for.
fn made_up(placement: u32, choices: &mut Choices<'_>) -> Ask {
	let ballot = Ballot {
		placement: if choices.one_in(4) { choices.number(0..=2) } else { placement },
		round: choices.pick(&[0, 1, 7, u64::MAX]),
		proposer: WriterId::of(&NODES[choices.place(NODES.len() - 1)], 0),
	};
	match choices.number(0..=2) {
		0 => Ask::Look,
		1 => Ask::Prepare(ballot),
		_ => {
			let version = choices.pick(&[0, 1, u64::MAX]);
			let bytes = choices.pick(&[0, 10, 1_900, 2_100]);
			let value = choices.one_in(4).then(|| vec![0; bytes]);
			let recent = vec![ballot; choices.pick(&[0, 1, RECENT_MAX, RECENT_MAX + 1])];
			Ask::Accept(ballot, Held { version, value, recent })
		},
	}
}
