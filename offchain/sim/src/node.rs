// SPDX-License-Identifier: Apache-2.0

//! A node: the engines that every linked node runs, and what a bad one does beside.

use crate::{
	chain::{Machine, SimulatedChain, identity},
	scenario::NodeConduct,
	signatures::KeyedHash,
};
use codec::Encode;
use r1_heartbeat::{Answerer, Beater, ChainClock, Position, Tick};
use r1_primitives::{Challenge, NodeKey, SignedBeat};
use std::sync::Arc;

/// Beats that a node sends beside its own when it floods.
const FLOOD_BEATS: u8 = 8;

#[derive(Debug)]
pub(crate) struct Node {
	pub(crate) number: u32,
	pub(crate) conduct: NodeConduct,
	machine: Machine,
	clock: ChainClock,
	beater: Beater,
	answerer: Answerer,
}

/// Something that a node sends to all oracles.
#[derive(Debug)]
pub(crate) struct Message {
	pub(crate) bytes: Vec<u8>,
	/// Whose sign of life it is, and for which slot; `None` if it may count for nobody.
	pub(crate) beat: Option<(u32, Position)>,
	/// Whether it is so late in its slot that it may arrive in the next one, as the first beat of a
	/// machine that was just switched on can be.
	pub(crate) is_late: bool,
}

/// Seconds after which a beat is late: of ten, less two for a straggler and one by which clocks
/// disagree.
const LATE_SECS: u64 = 7;

impl Node {
	pub(crate) fn new(number: u32, conduct: NodeConduct, machine: Machine) -> Self {
		let signatures = Arc::new(KeyedHash);
		Self {
			number,
			conduct,
			machine,
			clock: ChainClock::new(),
			beater: Beater::new(identity(number), [0xca; 32]).with_signatures(signatures.clone()),
			answerer: Answerer::new(identity(number)).with_signatures(signatures),
		}
	}

	/// One tick of its daemon: what it says, and what it makes up.
	///
	/// `captured` is a beat that somebody sent before, and `victim` a node that may be dead.
	pub(crate) fn tick(
		&mut self,
		at_ms: u64,
		chain: &SimulatedChain,
		captured: Option<&[u8]>,
		victim: u32,
	) -> Vec<Message> {
		if !self.conduct.is_up(at_ms) {
			return Vec::new();
		}
		let own_time = self.machine.own_time(at_ms);
		let Some(state) = self.machine.state(chain, at_ms) else { return Vec::new() };
		let Ok(now_secs) = self.clock.now_secs(own_time, &state.finalised) else {
			return Vec::new();
		};
		let Tick::Beat(signed) = self.beater.tick(now_secs, state) else { return Vec::new() };
		let position = Position { epoch: signed.beat.epoch, slot: signed.beat.slot };
		if let NodeConduct::Maintains { slot } = self.conduct
			&& slot == position.slot
		{
			return Vec::new();
		}
		let offset_secs = (now_secs - state.clock.start_secs) % u64::from(state.clock.slot_secs);
		let own = Message {
			bytes: signed.encode(),
			beat: Some((self.number, position)),
			is_late: LATE_SECS <= offset_secs,
		};
		let mut messages = vec![own];
		let made_up = |bytes| Message { bytes, beat: None, is_late: false };
		match self.conduct {
			NodeConduct::Replays => messages.extend(captured.map(<[u8]>::to_vec).map(made_up)),
			NodeConduct::Floods => {
				messages
					.extend((0..FLOOD_BEATS).map(|number| made_up(self.variant(&signed, number))));
			},
			NodeConduct::Forges => {
				let node = identity(victim).key();
				messages.push(made_up(SignedBeat { node, ..signed }.encode()));
			},
			_ => {},
		}
		messages
	}

	/// Answers a challenge that has arrived; `None` if nobody is there, or the node refuses.
	pub(crate) fn answer(
		&mut self,
		at_ms: u64,
		chain: &SimulatedChain,
		challenge: &Challenge,
		from: &NodeKey,
	) -> Answered {
		if !self.conduct.is_up(at_ms) || self.conduct == NodeConduct::Unreachable {
			return Answered::NobodyThere;
		}
		let Some(state) = self.machine.state(chain, at_ms) else { return Answered::NobodyThere };
		match self.answerer.answer(&challenge.encode(), from, state) {
			Ok(signature) => Answered::Signed(signature),
			Err(_refused) => Answered::Refused,
		}
	}

	/// Another beat for the same slot.
	fn variant(&self, signed: &SignedBeat, number: u8) -> Vec<u8> {
		let mut beat = signed.beat;
		beat.capabilities = [number; 32];
		let genesis_hash = crate::chain::GENESIS;
		let signature = r1_heartbeat::Signatures::sign_beat(
			&KeyedHash,
			&identity(self.number),
			&beat,
			&genesis_hash,
		);
		SignedBeat { beat, signature, ..*signed }.encode()
	}
}

/// What comes of a challenge at its node.
#[derive(Debug)]
pub(crate) enum Answered {
	Signed([u8; 64]),
	/// The node is off, or nothing reaches it.
	NobodyThere,
	/// The node will not; an honest one has no reason to.
	Refused,
}
