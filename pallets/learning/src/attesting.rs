// SPDX-License-Identifier: Apache-2.0

//! What aggregators attest, and when that decides.
//!
//! Each oracle adds up alone. While all say the same, two of them are enough, or the only one there
//! is. From the first contradiction on, more than two thirds of all oracles must say the same, so
//! that all of them have to add up again.

use crate::{
	Attestations, AttestationsOf, Config, Error, Event, Failure, Outcome, Pallet, RoundOf, Verdict,
};
use alloc::vec::Vec;
use frame_support::ensure;
use r1_math::median::is_supermajority;
use r1_primitives::{
	NodeKey,
	learning::{Phase, RoundId},
	traits::OracleInspect,
};
use sp_runtime::{AccountId32, DispatchResult};

/// Aggregators that must come to the same, as long as nobody comes to something else.
pub(crate) const AGGREGATORS_MIN: u32 = 2;

/// A round, and what it takes to count an attestation in it.
pub(crate) struct Attestable<T: Config> {
	/// As it stands now.
	pub(crate) round: RoundOf<T>,
	/// The phase that it is stored in.
	stored: Phase,
	/// The oracles' nodes.
	oracles: Vec<AccountId32>,
	/// What oracles have attested; those that are none any more do not count.
	attestations: AttestationsOf<T>,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_attest(id: RoundId, oracle: &NodeKey, verdict: Verdict) -> DispatchResult {
		let Attestable { mut round, stored, oracles, mut attestations } =
			Self::check_attestation(id, oracle, &verdict)?;
		let oracle = AccountId32::new(*oracle);
		attestations
			.try_insert(oracle.clone(), verdict.clone())
			.map_err(|_| Error::<T>::TooManyAttestations)?;
		let agreeing = attestations.values().filter(|other| **other == verdict).count();
		let is_contradicted = agreeing < attestations.len();
		let is_agreed = match round.is_disputed || is_contradicted {
			true => is_two_thirds(agreeing, oracles.len()),
			false => (AGGREGATORS_MIN as usize).min(oracles.len()) <= agreeing,
		};
		Attestations::<T>::insert(id, attestations);
		Self::deposit_event(Event::Attested { round: id, oracle, verdict: verdict.clone() });

		if is_contradicted && !round.is_disputed {
			round.is_disputed = true;
			Self::deposit_event(Event::RoundDisputed { round: id });
		}
		match is_agreed {
			true => Self::end_round(id, round, outcome_of(verdict)),
			false => Self::store(id, &round, stored),
		}
		Ok(())
	}

	/// Whether an oracle can attest something now.
	pub(crate) fn check_attestation(
		id: RoundId,
		oracle: &NodeKey,
		verdict: &Verdict,
	) -> Result<Attestable<T>, Error<T>> {
		let (round, stored) = Self::standing(id)?;
		ensure!(round.phase == Phase::Attest, Error::<T>::PhaseNotBegun);
		let oracles = T::Oracles::oracle_nodes();
		let node = AccountId32::new(*oracle);
		ensure!(oracles.contains(&node), Error::<T>::NotOracle);
		let mut attestations = Attestations::<T>::get(id);
		ensure!(!attestations.contains_key(&node), Error::<T>::AlreadyAttested);
		Self::check_verdict(&round, verdict)?;
		attestations.retain(|attestor, _| oracles.contains(attestor));
		Ok(Attestable { round, stored, oracles, attestations })
	}

	/// Whether what an aggregator says can be true of a round.
	fn check_verdict(round: &RoundOf<T>, verdict: &Verdict) -> Result<(), Error<T>> {
		match verdict {
			Verdict::Aggregate(file) => {
				ensure!(!file.cid.is_empty(), Error::<T>::EmptyCid);
				let contributors = round.uploaded.count();
				ensure!(file.contributors == contributors, Error::<T>::WrongContributors);
			},
			Verdict::Finding(finding) => {
				let Some((named, phase)) = finding.names() else { return Ok(()) };
				let place = round.place_of(&named);
				let has_published =
					place.is_some_and(|place| round.members_of(phase).contains(place));
				ensure!(has_published, Error::<T>::NamedWrongly);
			},
		}
		Ok(())
	}
}

fn outcome_of(verdict: Verdict) -> Outcome {
	match verdict {
		Verdict::Aggregate(file) => Outcome::Completed(file),
		Verdict::Finding(finding) => Outcome::Failed(Failure::Spoilt(finding)),
	}
}

/// Whether so many of the oracles are more than two thirds of them.
fn is_two_thirds(agreeing: usize, oracles: usize) -> bool {
	// Neither exceeds `OraclesMax`.
	is_supermajority(
		u32::try_from(agreeing).unwrap_or(0),
		u32::try_from(oracles).unwrap_or(u32::MAX),
	)
}
