// SPDX-License-Identifier: Apache-2.0

//! An oracle: the engines of its daemon, and the worker that reports.

use crate::{
	chain::{GENESIS, Machine, SimulatedChain, identity},
	pallet::{EpochModel, Phase, commitment_of},
	random::SimulatedRng,
	scenario::{OracleConduct, Scenario},
	signatures::KeyedHash,
};
use r1_heartbeat::{
	ChainClock, ChainScope, Challenger, Due, MaintenanceWindows, Observer, ObserverLimits, Outcome,
	Position,
};
use r1_primitives::{Challenge, DeedId, EpochIndex, NodeKey};
use std::{collections::BTreeMap, sync::Arc};

/// Oracles' keys are numbered from here, so that none is a node's.
const FIRST_IDENTITY: u32 = 1_000_000;

#[derive(Debug)]
pub(crate) struct Oracle {
	pub(crate) index: u16,
	pub(crate) conduct: OracleConduct,
	pub(crate) key: NodeKey,
	/// `None` while the process is killed; byzantine oracles make their reports up and run none.
	daemon: Option<Daemon>,
	scope: ChainScope,
	machine: Machine,
	/// What is on its disk.
	snapshot: Option<Vec<u8>>,
	/// Whether it writes snapshots: one that is never killed reads none.
	is_saving: bool,
	/// What its worker has recorded: the salt and the values of each epoch.
	local: BTreeMap<EpochIndex, ([u8; 32], Vec<u8>)>,
}

/// What dies with the process.
#[derive(Debug)]
struct Daemon {
	clock: ChainClock,
	observer: Observer,
	challenger: Challenger,
	saved: Option<Position>,
}

/// What a worker sends to the chain.
#[derive(Clone, Debug)]
pub(crate) enum Submission {
	Commit([u8; 32]),
	Reveal([u8; 32], Vec<u8>),
}

pub(crate) fn oracle_key(index: u16) -> NodeKey {
	identity(FIRST_IDENTITY + u32::from(index)).key()
}

impl Oracle {
	pub(crate) fn new(
		index: u16,
		conduct: OracleConduct,
		machine: Machine,
		scenario: &Scenario,
	) -> Self {
		let is_saving = scenario.crashes.iter().any(|crash| crash.oracle == index);
		let mut oracle = Self {
			index,
			conduct,
			key: oracle_key(index),
			daemon: None,
			scope: ChainScope { genesis_hash: GENESIS, clock: scenario.clock() },
			machine,
			snapshot: None,
			is_saving,
			local: BTreeMap::new(),
		};
		if conduct.is_honest() {
			oracle.start(0);
		}
		oracle
	}

	/// Kills the daemon.
	pub(crate) fn kill(&mut self) {
		self.daemon = None;
	}

	/// Starts the daemon, from what is on its disk.
	pub(crate) fn start(&mut self, at_ms: u64) {
		let limits = ObserverLimits::default();
		let observer = match &self.snapshot {
			Some(bytes) => Observer::restore(bytes, self.scope, limits).expect("it was just saved"),
			None => Observer::new(self.scope, limits).expect("the clock of a run is usable; qed"),
		};
		let me = identity(FIRST_IDENTITY + u32::from(self.index));
		let challenger = Challenger::new(me, GENESIS).with_signatures(Arc::new(KeyedHash));
		self.machine.started_ms = at_ms;
		self.daemon = Some(Daemon {
			clock: ChainClock::new(),
			observer: observer.with_signatures(Arc::new(KeyedHash)),
			challenger,
			saved: None,
		});
	}

	/// One tick of its daemon: whom it challenges.
	pub(crate) fn tick(
		&mut self,
		at_ms: u64,
		chain: &SimulatedChain,
		rng: &SimulatedRng,
	) -> Vec<Due> {
		let own_time = self.machine.own_time(at_ms);
		let Some(daemon) = &mut self.daemon else { return Vec::new() };
		let Some(state) = self.machine.state(chain, at_ms) else { return Vec::new() };
		let Ok(now_secs) = daemon.clock.now_secs(own_time, &state.finalised) else {
			return Vec::new();
		};
		let Ok(position) = daemon.observer.position(now_secs, state) else { return Vec::new() };
		let has_peers = self.conduct != OracleConduct::Isolated;
		if has_peers {
			// It is not blind: it has just been asked for its position.
			daemon.observer.tick(now_secs, state).expect("the position is known; qed");
		}
		let due = daemon.challenger.due(position, state, rng);
		if self.is_saving && daemon.saved.replace(position) != Some(position) {
			self.snapshot = Some(daemon.observer.snapshot());
		}
		if has_peers {
			return due;
		}
		for asked in due {
			daemon.challenger.not_sent(&asked.challenge);
		}
		Vec::new()
	}

	/// Hears a beat; says whether anybody did.
	pub(crate) fn hear(&mut self, at_ms: u64, chain: &SimulatedChain, bytes: &[u8]) -> bool {
		let own_time = self.machine.own_time(at_ms);
		let Some(daemon) = &mut self.daemon else { return false };
		let Some(state) = self.machine.state(chain, at_ms) else { return false };
		let Ok(now_secs) = daemon.clock.now_secs(own_time, &state.finalised) else { return false };
		daemon.observer.observe(bytes, now_secs, state);
		true
	}

	/// Learns what came of a challenge: the answer and how long it took, or nothing in time.
	pub(crate) fn settle(&mut self, challenge: &Challenge, answer: Option<(&[u8; 64], u64)>) {
		let Some(daemon) = &mut self.daemon else { return };
		let outcome = match answer {
			Some((signature, elapsed_ms)) => {
				daemon.challenger.answered(challenge, signature, elapsed_ms)
			},
			None => daemon.challenger.timed_out(challenge),
		};
		if let Outcome::Missed { deed, position, .. } = outcome {
			daemon.observer.clear(deed, position);
		}
	}

	/// What it has recorded of an epoch, for the report.
	pub(crate) fn report(&self, epoch: EpochIndex) -> Option<&[u8]> {
		self.local.get(&epoch).map(|(_, values)| values.as_slice())
	}

	/// What its worker does in a block, for an epoch that is over.
	pub(crate) fn work(
		&mut self,
		model: &EpochModel,
		epoch: EpochIndex,
		(block, at_ms): (u32, u64),
		(deeds, windows): (DeedId, &MaintenanceWindows),
		rng: &SimulatedRng,
	) -> Option<Submission> {
		let has_committed = model.commitment(self.index).is_some();
		match (model.phase(block), has_committed) {
			(Phase::Committing, false) => {
				if let OracleConduct::Copies { victim } = self.conduct {
					return model.commitment(victim).map(Submission::Commit);
				}
				self.gather(epoch, at_ms, deeds, windows, rng)?;
				let (salt, values) = self.local.get(&epoch)?;
				Some(Submission::Commit(commitment_of(epoch, self.index, *salt, values)))
			},
			(Phase::Revealing, true) => {
				let (salt, mut values) = self.local.get(&epoch).cloned()?;
				match self.conduct {
					OracleConduct::NeverReveals | OracleConduct::RevealsLate => return None,
					OracleConduct::RevealsOther => values.iter_mut().for_each(|value| *value ^= 1),
					_ => {},
				}
				Some(Submission::Reveal(salt, values))
			},
			(Phase::Over, true) if self.conduct == OracleConduct::RevealsLate => {
				let (salt, values) = self.local.get(&epoch).cloned()?;
				Some(Submission::Reveal(salt, values))
			},
			_ => None,
		}
	}

	/// Takes over what another has revealed, to reveal it as its own.
	pub(crate) fn copy(&mut self, epoch: EpochIndex, of: &Self) {
		if let Some(report) = of.local.get(&epoch) {
			self.local.insert(epoch, report.clone());
		}
	}

	/// Records the report of an epoch, once.
	fn gather(
		&mut self,
		epoch: EpochIndex,
		at_ms: u64,
		deeds: DeedId,
		windows: &MaintenanceWindows,
		rng: &SimulatedRng,
	) -> Option<()> {
		if self.local.contains_key(&epoch) {
			return Some(());
		}
		let values = match (self.conduct, &self.daemon) {
			(OracleConduct::Silent, _) => return None,
			(_, Some(daemon)) => {
				let now_secs = daemon.clock.estimate_secs(self.machine.own_time(at_ms));
				let table = daemon.observer.availability_with(epoch, now_secs, deeds, windows);
				table.ok()?.values
			},
			(conduct, None) if conduct.is_honest() => return None,
			(_, None) => (0..deeds).map(|deed| if deed % 3 == 0 { 255 } else { 0 }).collect(),
		};
		let mut salt = [0; 32];
		r1_core::Rng::fill(rng, &mut salt);
		self.local.insert(epoch, (salt, values));
		Some(())
	}
}
