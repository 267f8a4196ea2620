// SPDX-License-Identifier: Apache-2.0

//! One operation on a key, through as many attempts as it takes.

use super::{Ask, Ballot, Held, RECENT_MAX, Reply};
use crate::stamp::WriterId;
use r1_primitives::{NodeKey, PlacementRound};
use std::collections::{BTreeMap, BTreeSet};

/// What shall be done with a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
	/// Nothing: it is read.
	None,
	/// It gets this value, or is deleted without one, if it has the version that is expected, or
	/// whatever it has.
	Set {
		/// The version.
		expected: Option<u64>,
		/// The value.
		value: Option<Vec<u8>>,
	},
}

/// What came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
	/// It was changed, and has this version now.
	Changed(u64),
	/// It was not; this is what it holds.
	Holds(Held),
	/// It may have been changed; too many others have changed it since, or too few members have answered.
	Unknown,
}

/// What is to be done next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
	/// Ask all members.
	Ask(Ask),
	/// Wait for more answers.
	Wait,
	/// Too few can answer, or somebody else was faster: [`Proposal::begin`] again, after a while.
	Again,
	/// It is done.
	Done(Outcome),
}

/// An operation on a key.
#[derive(Clone, Debug)]
pub struct Proposal {
	change: Change,
	members: BTreeSet<NodeKey>,
	/// Of the attempt.
	ballot: Ballot,
	/// The latest round that an acceptor has promised to somebody else.
	seen: u64,
	/// Of the first attempt, by which the change is known again.
	id: Option<Ballot>,
	phase: Phase,
	/// How many questions there were.
	stage: u32,
	/// Members that will not answer the last one, or answered that they won't.
	lost: BTreeSet<NodeKey>,
	/// The lowest version that the change would have by any attempt that somebody was offered. Each of them
	/// may come through until this operation has ended: who prepares later may find it.
	offered: Option<u64>,
}

#[derive(Clone, Debug)]
enum Phase {
	/// Perhaps nobody is writing.
	Looking(Answers),
	Preparing(Answers),
	Accepting {
		members: BTreeSet<NodeKey>,
		outcome: Outcome,
	},
}

/// What members hold, and by which ballots.
type Answers = BTreeMap<NodeKey, (Ballot, Held)>;

impl Proposal {
	/// An operation among these members of a placement.
	#[must_use]
	pub fn new(
		change: Change,
		proposer: WriterId,
		placement: PlacementRound,
		members: BTreeSet<NodeKey>,
	) -> Self {
		Self {
			change,
			members,
			ballot: Ballot { placement, round: 0, proposer },
			seen: 0,
			id: None,
			phase: Phase::Preparing(Answers::new()),
			stage: 0,
			lost: BTreeSet::new(),
			offered: None,
		}
	}

	/// Goes on among other members, with the next attempt.
	pub fn moved(&mut self, placement: PlacementRound, members: BTreeSet<NodeKey>) {
		self.members = members;
		self.ballot.placement = placement;
		self.phase = Phase::Preparing(Answers::new());
		self.stage += 1;
	}

	/// Begins an attempt with a round that this proposer has not used for this key; the later it is than
	/// what members have promised, the sooner they take it.
	///
	/// What is only read is looked at first: if nobody is writing, that is enough.
	pub fn begin(&mut self, round: u64) -> Ask {
		let is_first = self.stage == 0;
		self.ballot.round = round;
		match is_first && self.change == Change::None {
			true => self.ask(Phase::Looking(Answers::new()), Ask::Look),
			false => self.prepare(),
		}
	}

	/// Those who are asked.
	#[must_use]
	pub fn members(&self) -> &BTreeSet<NodeKey> {
		&self.members
	}

	/// Which question the last one was, for [`Proposal::failed`].
	#[must_use]
	pub fn stage(&self) -> u32 {
		self.stage
	}

	/// The latest round that is known of; the next attempt should be later.
	#[must_use]
	pub fn round(&self) -> u64 {
		self.ballot.round.max(self.seen)
	}

	/// Takes in an answer; one to an earlier question means nothing.
	pub fn replied(&mut self, from: NodeKey, reply: Reply) -> Step {
		if !self.members.contains(&from) {
			return Step::Wait;
		}
		let own = self.ballot;
		match (&mut self.phase, reply) {
			(Phase::Looking(answers), Reply::Holds { promised: None, accepted, held }) => {
				answers.insert(from, (accepted, held));
				self.looked()
			},
			(Phase::Preparing(answers), Reply::Holds { promised, accepted, held })
				if promised == Some(own) =>
			{
				answers.insert(from, (accepted, held));
				self.prepared()
			},
			(Phase::Accepting { members, .. }, Reply::Accepted(ballot)) if ballot == own => {
				members.insert(from);
				self.accepted()
			},
			(Phase::Preparing(_) | Phase::Accepting { .. }, Reply::Outbid { ballot, promised })
				if ballot == own =>
			{
				self.seen = self.seen.max(promised.round);
				self.failed(from, self.stage)
			},
			_ => Step::Wait,
		}
	}

	/// A member does not answer a question, or has no room.
	pub fn failed(&mut self, from: NodeKey, stage: u32) -> Step {
		if stage != self.stage {
			return Step::Wait;
		}
		self.lost.insert(from);
		let answered = |member: &NodeKey| match &self.phase {
			Phase::Looking(answers) | Phase::Preparing(answers) => answers.contains_key(member),
			Phase::Accepting { members, .. } => members.contains(member),
		};
		let may_answer = |member: &&NodeKey| answered(member) || !self.lost.contains(*member);
		match self.members.iter().filter(may_answer).count() < self.majority() {
			true => Step::Again,
			false => Step::Wait,
		}
	}

	/// Whether somebody was offered the change, so that it may yet take effect.
	#[must_use]
	pub fn is_offered(&self) -> bool {
		self.offered.is_some()
	}

	fn majority(&self) -> usize {
		self.members.len() / 2 + 1
	}

	fn ask(&mut self, phase: Phase, ask: Ask) -> Ask {
		self.phase = phase;
		self.stage += 1;
		self.lost.clear();
		ask
	}

	fn prepare(&mut self) -> Ask {
		self.id.get_or_insert(self.ballot);
		self.ask(Phase::Preparing(Answers::new()), Ask::Prepare(self.ballot))
	}

	/// What a majority holds by the same ballot was chosen, and nothing later was before they were
	/// asked: one of them would hold it. But only of what was accepted in this placement: what was
	/// taken over from others may have been held by few of them.
	fn looked(&mut self) -> Step {
		let Phase::Looking(answers) = &self.phase else { return Step::Wait };
		let majority = self.majority();
		let held_by = |ballot| answers.values().filter(move |(other, _)| *other == ballot);
		let is_own = |ballot: Ballot| {
			ballot == Ballot::default() || ballot.placement == self.ballot.placement
		};
		let is_chosen = |ballot| is_own(ballot) && majority <= held_by(ballot).count();
		let chosen = answers.values().find(|(ballot, _)| is_chosen(*ballot));
		match chosen {
			Some((_, held)) => Step::Done(Outcome::Holds(held.clone())),
			None if answers.len() < majority => Step::Wait,
			// Whoever is left might tell, and might not come; to agree takes as long.
			None => Step::Again,
		}
	}

	/// When a majority has promised, what it holds by the newest ballot is proposed, with the change.
	fn prepared(&mut self) -> Step {
		let Phase::Preparing(answers) = &self.phase else { return Step::Wait };
		if answers.len() < self.majority() {
			return Step::Wait;
		}
		let newest = answers.values().max_by_key(|(accepted, _)| *accepted);
		let held = newest.map_or_else(Held::default, |(_, held)| held.clone());
		let Some((next, outcome)) = self.changed(held) else {
			return Step::Done(Outcome::Unknown);
		};
		let ask = Ask::Accept(self.ballot, next);
		Step::Ask(self.ask(Phase::Accepting { members: BTreeSet::new(), outcome }, ask))
	}

	fn accepted(&self) -> Step {
		match &self.phase {
			Phase::Accepting { members, outcome } if self.majority() <= members.len() => {
				Step::Done(outcome.clone())
			},
			_ => Step::Wait,
		}
	}

	/// What a key shall hold that held this, and what is said when it does; nothing if it can't be
	/// told what became of an earlier attempt.
	fn changed(&mut self, held: Held) -> Option<(Held, Outcome)> {
		if let Some(offered) = self.offered
			&& let Some(version) = became_of(offered, self.id, &held)?
		{
			// It has come through, and only its end was not seen.
			return Some((held, Outcome::Changed(version)));
		}
		// Once a majority holds what was not made of it, it never comes through.
		match (&self.change, self.id) {
			(Change::Set { expected, value }, Some(id))
				if expected.is_none_or(|it| it == held.version) =>
			{
				let version = held.version.saturating_add(1);
				self.offered = Some(self.offered.map_or(version, |offered| offered.min(version)));
				let mut recent = held.recent;
				recent.truncate(RECENT_MAX - 1);
				recent.insert(0, id);
				Some((Held { version, value: value.clone(), recent }, Outcome::Changed(version)))
			},
			// What was found may not be chosen yet, and must be before anybody is told of it.
			_ => Some((held.clone(), Outcome::Holds(held))),
		}
	}
}

/// The version of a change in what is held, if it is a part of it; it was offered as this version or later
/// ones. Nothing if too many came after it to know.
fn became_of(offered: u64, id: Option<Ballot>, held: &Held) -> Option<Option<u64>> {
	let place = held.recent.iter().position(|change| Some(*change) == id);
	if let Some(place) = place {
		return Some(held.version.checked_sub(u64::try_from(place).ok()?));
	}
	// The oldest version whose change is known.
	let known = held.version.saturating_sub(held.recent.len() as u64).saturating_add(1);
	(held.version < offered || known <= offered).then_some(None)
}
