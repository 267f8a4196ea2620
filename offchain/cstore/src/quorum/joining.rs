// SPDX-License-Identifier: Apache-2.0

//! Learns what was agreed on before, so that a node can vote: of a majority of the members before, or of
//! one that votes already.

use super::{Ballot, Held, Members, Placed, Testimony};
use r1_primitives::{NodeKey, PlacementRound};
use std::collections::{BTreeMap, VecDeque};

/// What a member is to be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seal {
	/// Who.
	pub node: NodeKey,
	/// The round whose member it is.
	pub of: PlacementRound,
	/// The last key that it has told of.
	pub after: Option<Vec<u8>>,
}

/// What members hold, as far as it is known.
#[derive(Clone, Debug)]
pub struct Joining {
	/// The members that are joined, less the one that joins.
	fellows: Members,
	/// The members that are asked, and those before them.
	before: VecDeque<Members>,
	/// Whether there were more, which nobody knows.
	is_cut: bool,
	heard: BTreeMap<(PlacementRound, NodeKey), Heard>,
	slots: BTreeMap<Vec<u8>, (Ballot, Held)>,
}

/// What a member has told.
#[derive(Clone, Debug)]
enum Heard {
	Part { last: Vec<u8> },
	All,
	Unjoined,
}

impl Joining {
	/// Of a node that the chain names.
	#[must_use]
	pub fn new(placed: &Placed, node: &NodeKey) -> Self {
		let mut fellows = placed.current.clone();
		fellows.nodes.remove(node);
		Self {
			fellows,
			before: placed.former.iter().cloned().collect(),
			is_cut: placed.is_cut,
			heard: BTreeMap::new(),
			slots: BTreeMap::new(),
		}
	}

	/// The round that is joined.
	#[must_use]
	pub fn round(&self) -> PlacementRound {
		self.fellows.round
	}

	/// Whom to ask what; again, whoever does not answer.
	#[must_use]
	pub fn seals(&self) -> Vec<Seal> {
		let asked = self.before.front().into_iter().chain([&self.fellows]);
		let members =
			asked.flat_map(|members| members.nodes.iter().map(|node| (members.round, *node)));
		let seal = |(of, node)| {
			let after = match self.heard.get(&(of, node)) {
				None => None,
				Some(Heard::Part { last }) => Some(last.clone()),
				Some(Heard::All | Heard::Unjoined) => return None,
			};
			Some(Seal { node, of, after })
		};
		members.filter_map(seal).collect()
	}

	/// Takes in what a member says, if it says more than before.
	pub fn heard(&mut self, seal: &Seal, testimony: Testimony) -> bool {
		if !self.seals().contains(seal) {
			return false;
		}
		let heard = match testimony {
			// Whoever has told of what it holds has joined.
			Testimony::Unjoined if seal.after.is_some() => return false,
			Testimony::Unjoined => Heard::Unjoined,
			Testimony::Holds { slots, last } => {
				for (key, ballot, held) in slots {
					let slot = self.slots.entry(key).or_default();
					if slot.0 < ballot {
						*slot = (ballot, held);
					}
				}
				match last {
					// Or it would never end.
					Some(last) if seal.after.as_ref() < Some(&last) => Heard::Part { last },
					Some(_) => return false,
					None => Heard::All,
				}
			},
		};
		self.heard.insert((seal.of, seal.node), heard);
		self.descend();
		true
	}

	/// What those who vote must hold, once it is known.
	///
	/// # Errors
	///
	/// It is not known yet.
	pub fn done(self) -> Result<BTreeMap<Vec<u8>, (Ballot, Held)>, Self> {
		let is_known = match self.before.front() {
			// Whoever votes already holds all of it.
			_ if self.has_joined(&self.fellows) => true,
			Some(before) => self.has_majority(before) && self.has_joined(before),
			None => !self.is_cut,
		};
		if is_known { Ok(self.slots) } else { Err(self) }
	}

	/// If a majority has never joined, nothing was chosen among them: those before them are asked.
	fn descend(&mut self) {
		let is_void = |before| self.has_majority(before) && !self.has_joined(before);
		if self.before.front().is_some_and(is_void) {
			self.before.pop_front();
		}
	}

	fn has_majority(&self, members: &Members) -> bool {
		let told = self.told(members).filter(|heard| !matches!(heard, Heard::Part { .. }));
		members.nodes.len() / 2 < told.count()
	}

	fn has_joined(&self, members: &Members) -> bool {
		self.told(members).any(|heard| matches!(heard, Heard::All))
	}

	fn told(&self, members: &Members) -> impl Iterator<Item = &Heard> {
		members.nodes.iter().filter_map(|node| self.heard.get(&(members.round, *node)))
	}
}
