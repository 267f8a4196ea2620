// SPDX-License-Identifier: Apache-2.0

//! What the chain does with reports: a model of `pallet-oracles`, written apart from it.
//!
//! Availability alone, and one page of it; as plain as it can be, since it is what the outcome of a
//! run is measured by.

use codec::Encode;
use r1_primitives::{EpochIndex, OracleIndex};
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;

/// Blocks in which oracles may commit.
pub(crate) const COMMIT_BLOCKS: u32 = 6;
/// Blocks in which oracles may reveal.
pub(crate) const REVEAL_BLOCKS: u32 = 4;

/// One epoch that is over, and what oracles said of it.
#[derive(Clone, Debug)]
pub struct EpochModel {
	epoch: EpochIndex,
	oracles: u16,
	commits_until: u32,
	reveals_until: u32,
	commits: BTreeMap<OracleIndex, [u8; 32]>,
	reveals: BTreeMap<OracleIndex, Vec<u8>>,
}

impl EpochModel {
	/// Opens an epoch for reports in the block that ends it.
	#[must_use]
	pub fn open(epoch: EpochIndex, oracles: u16, block: u32) -> Self {
		let commits_until = block + COMMIT_BLOCKS;
		Self {
			epoch,
			oracles,
			commits_until,
			reveals_until: commits_until + REVEAL_BLOCKS,
			commits: BTreeMap::new(),
			reveals: BTreeMap::new(),
		}
	}

	/// Where the epoch stands in a block.
	#[must_use]
	pub fn phase(&self, block: u32) -> Phase {
		let all = usize::from(self.oracles);
		let is_committed = self.commits.len() == all || self.commits_until < block;
		let is_revealed = self.reveals.len() == all || self.reveals_until < block;
		match (is_committed, is_committed && is_revealed) {
			(false, _) => Phase::Committing,
			(true, false) => Phase::Revealing,
			(true, true) => Phase::Over,
		}
	}

	/// Takes an oracle's commitment.
	///
	/// # Errors
	///
	/// The time to commit is over, or the oracle has committed already.
	pub fn commit(
		&mut self,
		oracle: OracleIndex,
		commitment: [u8; 32],
		block: u32,
	) -> Result<(), Refusal> {
		if self.phase(block) != Phase::Committing {
			return Err(Refusal::WrongPhase);
		}
		if self.commits.contains_key(&oracle) {
			return Err(Refusal::Twice);
		}
		self.commits.insert(oracle, commitment);
		Ok(())
	}

	/// Takes what an oracle committed to.
	///
	/// # Errors
	///
	/// It is not the time to reveal, the oracle has revealed already, or it reveals something else.
	pub fn reveal(
		&mut self,
		oracle: OracleIndex,
		salt: [u8; 32],
		values: &[u8],
		block: u32,
	) -> Result<(), Refusal> {
		if self.phase(block) != Phase::Revealing {
			return Err(Refusal::WrongPhase);
		}
		if self.reveals.contains_key(&oracle) {
			return Err(Refusal::Twice);
		}
		let commitment = commitment_of(self.epoch, oracle, salt, values);
		if self.commits.get(&oracle) != Some(&commitment) {
			return Err(Refusal::NotCommitted);
		}
		self.reveals.insert(oracle, values.to_vec());
		Ok(())
	}

	/// What an oracle has committed to.
	#[must_use]
	pub fn commitment(&self, oracle: OracleIndex) -> Option<[u8; 32]> {
		self.commits.get(&oracle).copied()
	}

	/// The oracles that have revealed.
	#[must_use]
	pub fn revealed(&self) -> Vec<OracleIndex> {
		self.reveals.keys().copied().collect()
	}

	/// The verdict, once the epoch is over: the lower median of each deed, of more than two thirds.
	#[must_use]
	pub fn verdict(&self, deeds: usize) -> Verdict {
		if self.reveals.len() * 3 <= usize::from(self.oracles) * 2 {
			return Verdict::Unsettled;
		}
		let median = |deed: usize| {
			let mut values: Vec<u8> = self
				.reveals
				.values()
				.map(|report| report.get(deed).copied().unwrap_or(0))
				.collect();
			values.sort_unstable();
			values[(values.len() - 1) / 2]
		};
		Verdict::Settled((0..deeds).map(median).collect())
	}
}

/// What an oracle commits to: its own position is in it.
#[must_use]
pub fn commitment_of(
	epoch: EpochIndex,
	oracle: OracleIndex,
	salt: [u8; 32],
	values: &[u8],
) -> [u8; 32] {
	(epoch, oracle, salt, values).using_encoded(blake2_256)
}

/// Where an epoch's reports stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
	/// Oracles commit.
	Committing,
	/// Oracles reveal.
	Revealing,
	/// Nobody can say anything any more.
	Over,
}

/// Why the chain does not take something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
	/// Too early or too late.
	WrongPhase,
	/// Handed in before.
	Twice,
	/// Not what was committed to.
	NotCommitted,
}

/// What the chain decides.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
	/// The availability of deed 1 and so on.
	Settled(Vec<u8>),
	/// Too few reports: the epoch pays nothing.
	Unsettled,
}
