// SPDX-License-Identifier: Apache-2.0

//! Votes of the oracles on where jobs run.

use crate::{
	BallotOf, BallotSweep, Ballots, Config, Error, Event, LOG_TARGET, OracleOf, OracleSetOf,
	Pallet, WeightInfo,
};
use frame_support::{
	BoundedBTreeMap, ensure, storage::with_storage_layer, traits::Get, weights::WeightMeter,
};
use r1_math::median::is_supermajority;
use r1_primitives::{OracleIndex, traits::PlacementHandler};
use sp_runtime::{AccountId32, DispatchResult, traits::Saturating};

/// The ballots of a job, by the oracle's node.
type BallotBox<T> = BoundedBTreeMap<AccountId32, BallotOf<T>, <T as Config>::OraclesMax>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_vote_placement(index: OracleIndex, ballot: &BallotOf<T>) -> DispatchResult {
		let (oracle, oracles) = Self::check_vote(index, ballot)?;
		let (job, round) = (ballot.job, ballot.round);

		let mut ballots = Self::live_ballots(ballot, &oracles);
		ballots
			.try_insert(oracle.node.clone(), ballot.clone())
			.map_err(|_| Error::<T>::TooManyBallots)?;
		Self::deposit_event(Event::PlacementVoted { job, round, oracle: oracle.node });

		if !is_agreed::<T>(&ballots, ballot, &oracles) {
			Ballots::<T>::insert(job, ballots);
			return Ok(());
		}
		let placed = with_storage_layer(|| {
			Self::deposit_event(Event::PlacementAgreed {
				job,
				round,
				deeds: ballot.deeds.to_vec(),
			});
			T::Placement::place(job, round, &ballot.deeds)
		});
		if let Err(error) = placed {
			// The set was checked, so this should not be. Without ballots the oracles vote anew.
			log::error!(target: LOG_TARGET, "job {job} could not be placed: {error:?}");
		}
		Ballots::<T>::remove(job);
		Ok(())
	}

	/// The oracle and the set that it votes in, if its ballot counts.
	pub(crate) fn check_vote(
		index: OracleIndex,
		ballot: &BallotOf<T>,
	) -> Result<(OracleOf<T>, OracleSetOf<T>), Error<T>> {
		let oracles = Self::current_oracle_set();
		let oracle = oracles.get(usize::from(index)).cloned().ok_or(Error::<T>::UnknownOracle)?;

		let now = frame_system::Pallet::<T>::block_number();
		ensure!(ballot.cast_at <= now, Error::<T>::BallotFromFuture);
		// Saturating: block numbers do not end within the life of a chain.
		let expires_at = ballot.cast_at.saturating_add(T::BallotBlocks::get());
		ensure!(now < expires_at, Error::<T>::BallotExpired);
		ensure!(
			T::Placement::open_round(ballot.job) == Some(ballot.round),
			Error::<T>::JobNotWaiting
		);
		let is_newer = Ballots::<T>::get(ballot.job)
			.get(&oracle.node)
			.is_none_or(|older| is_newer::<T>(ballot, older));
		ensure!(is_newer, Error::<T>::BallotNotNewer);

		let is_ascending = ballot
			.deeds
			.iter()
			.zip(ballot.deeds.iter().skip(1))
			.all(|(deed, next)| deed < next);
		ensure!(is_ascending && !ballot.deeds.is_empty(), Error::<T>::PlacementInvalid);
		T::Placement::check_placement(ballot.job, &ballot.deeds)
			.map_err(|_| Error::<T>::PlacementInvalid)?;
		Ok((oracle, oracles))
	}

	/// Removes the ballots of one job that waits no longer, if it is this job's turn.
	pub(crate) fn sweep_ballots(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::sweep_ballots()).is_err() {
			return;
		}
		let mut jobs = match BallotSweep::<T>::get() {
			None => Ballots::<T>::iter_keys(),
			Some(last) => Ballots::<T>::iter_keys_from(Ballots::<T>::hashed_key_for(last)),
		};
		let job = jobs.next();
		let is_stale = |job: &_| match T::Placement::open_round(*job) {
			None => true,
			Some(round) => Ballots::<T>::get(job).values().all(|ballot| ballot.round != round),
		};
		if let Some(stale) = job.filter(is_stale) {
			Ballots::<T>::remove(stale);
		}
		// `None` starts again from the beginning.
		BallotSweep::<T>::set(job);
	}

	/// The ballots that count beside a new one: of its round, and of oracles that still are.
	fn live_ballots(ballot: &BallotOf<T>, oracles: &OracleSetOf<T>) -> BallotBox<T> {
		let mut ballots = Ballots::<T>::get(ballot.job);
		ballots.retain(|node, other| {
			other.round == ballot.round && oracles.iter().any(|oracle| oracle.node == *node)
		});
		ballots
	}
}

/// Whether a ballot was cast later than the same oracle's last one, and says something else.
fn is_newer<T: Config>(ballot: &BallotOf<T>, older: &BallotOf<T>) -> bool {
	older.cast_at < ballot.cast_at && (older.round != ballot.round || older.deeds != ballot.deeds)
}

/// Whether more than two thirds of the oracles want what this ballot wants.
fn is_agreed<T: Config>(
	ballots: &BallotBox<T>,
	ballot: &BallotOf<T>,
	oracles: &OracleSetOf<T>,
) -> bool {
	let agreeing = ballots.values().filter(|other| other.deeds == ballot.deeds).count();
	// Neither exceeds `OraclesMax`.
	let agreeing = u32::try_from(agreeing).unwrap_or(0);
	let oracles = u32::try_from(oracles.len()).unwrap_or(u32::MAX);
	is_supermajority(agreeing, oracles)
}
