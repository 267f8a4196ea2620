// SPDX-License-Identifier: Apache-2.0

//! How pallets reach each other without knowing each other.
//!
//! Only the runtime names two of our pallets; it connects them through these traits.

use crate::{DeedId, DeedTerms, EpochIndex, JobId, PlacementRound, learning::Attendance};
use alloc::vec::Vec;
use sp_runtime::{DispatchError, DispatchResult};

/// The epoch that the chain is in. Implemented by `pallet-oracles`.
pub trait CurrentEpoch {
	/// The epoch of the current block's timestamp.
	fn current_epoch() -> EpochIndex;
}

/// Who owns and runs what. Implemented by `pallet-node-deeds`.
pub trait DeedInspect<AccountId> {
	/// The owner of a deed; `None` if the deed does not exist.
	fn owner_of(deed: DeedId) -> Option<AccountId>;

	/// The node that a deed is linked to.
	fn node_of(deed: DeedId) -> Option<AccountId>;

	/// The deed that a node is linked to.
	fn deed_of(node: &AccountId) -> Option<DeedId>;

	/// Whether a deed may earn: it is linked and not banned.
	fn is_active(deed: DeedId) -> bool;

	/// What a deed may earn; `None` if it was never issued. A deed that was burned keeps its terms.
	fn terms(deed: DeedId) -> Option<DeedTerms>;

	/// Deeds of all kinds issued so far; their numbers are `1..=issued()`.
	fn issued() -> u32;

	/// Whether governance has stopped everything that deeds are bought, linked and claimed with.
	fn are_paused() -> bool;
}

/// A deed's account of rewards for availability. Implemented by `pallet-availability`.
pub trait RewardLedger {
	/// Starts counting a deed's epochs at `epoch`, which is the first that may pay.
	fn on_linked(deed: DeedId, epoch: EpochIndex);

	/// Whether a deed can lose its node now without losing rewards: every epoch that may pay it and
	/// is before the current one is decided and claimed.
	fn may_unlink(deed: DeedId) -> bool;

	/// What a deed has released so far, paid and withheld alike; in base units of R1.
	fn released(deed: DeedId) -> u128;

	/// Closes the account of a deed that is no more. What it withholds is never paid.
	fn on_burned(deed: DeedId);
}

/// What the network's adoption is measured by. Implemented by `pallet-availability`.
///
/// Both totals are recorded in the current epoch, so that the adoption of an epoch that is over
/// never changes.
pub trait AdoptionLedger {
	/// Counts Node Deeds that were sold now.
	fn on_deeds_sold(units: u32);

	/// Counts what was paid for work now: rewards and burned part together, in 10^-6 USDC.
	fn on_work_paid(usdc: u128);
}

/// What the oracles agreed on. Implemented by `pallet-oracles`.
pub trait OracleVerdicts {
	/// The first epoch that is still open: all before it are decided for good.
	fn first_undecided_epoch() -> EpochIndex;

	/// Agreed availability of a deed, 0 to 255.
	///
	/// `None` while the epoch is open. An epoch without agreement pays nothing: `Some(0)`.
	fn availability(epoch: EpochIndex, deed: DeedId) -> Option<u8>;

	/// Agreed availability of several deeds, in their order; `None` while the epoch is open.
	///
	/// Reads the table once for each run of deeds that share a page, so that the cost of deeds in
	/// ascending order grows with their pages.
	fn availabilities(epoch: EpochIndex, deeds: &[DeedId]) -> Option<Vec<u8>>;

	/// Agreed quality of a deed's work on a job; `None` while the epoch is open, and `Some(0)` if
	/// the oracles agreed on none or did not agree.
	fn quality(epoch: EpochIndex, job: JobId, deed: DeedId) -> Option<u8>;
}

/// Acts on a placement that the oracles agreed on. Implemented by `pallet-poai`.
pub trait PlacementHandler {
	/// The round in which a job waits for a placement; `None` if it waits for none.
	fn open_round(job: JobId) -> Option<PlacementRound>;

	/// Checks a set of deeds against the job; an error says why it cannot be placed there.
	///
	/// Called before a ballot counts, so that no invalid set is ever agreed on.
	fn check_placement(job: JobId, deeds: &[DeedId]) -> DispatchResult;

	/// Places a job on the nodes of `deeds`.
	fn place(job: JobId, round: PlacementRound, deeds: &[DeedId]) -> DispatchResult;
}

/// Who runs a job, and who may say what it does. Implemented by `pallet-poai`.
pub trait JobInspect<AccountId> {
	/// Fails unless an account may change what a job does: its owner, or a delegate with the right.
	///
	/// # Errors
	///
	/// There is no such job, or the account has no right to it; the error says which.
	fn ensure_may_direct(job: JobId, who: &AccountId) -> DispatchResult;

	/// The deeds whose nodes a job is placed on now, ascending; none before it starts and after its
	/// end.
	fn deeds_of(job: JobId) -> Vec<DeedId>;
}

/// Who watches the network now. Implemented by `pallet-oracles`.
pub trait OracleInspect<AccountId> {
	/// The nodes of the oracles of the current epoch, by position.
	fn oracle_nodes() -> Vec<AccountId>;
}

/// What nodes did of the rounds that their job asked of them. Implemented by `pallet-learning`.
pub trait RoundsAttended {
	/// How the nodes of a job's deeds attended the rounds that ended in an epoch; a deed that is not
	/// among them was asked for nothing.
	///
	/// It does not change any more once the epoch is over. It is forgotten some epochs later.
	fn attendance(epoch: EpochIndex, job: JobId) -> Vec<Attendance>;
}

/// No job has rounds.
impl RoundsAttended for () {
	fn attendance(_epoch: EpochIndex, _job: JobId) -> Vec<Attendance> {
		Vec::new()
	}
}

/// The price of R1 as the network sees it over time. Implemented by `pallet-node-deeds`.
pub trait PriceInspect {
	/// Median of the latest samples of the price of one R1, in 10^-18 USD; `None` before the first.
	fn median_price() -> Option<u128>;
}

/// An amount of R1 and an amount of USDC, in base units of each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Liquidity {
	/// R1, in 10^-18 R1.
	pub r1: u128,
	/// USDC, in 10^-6 USDC.
	pub usdc: u128,
}

/// The pool in which R1 and USDC change hands. Implemented by the runtime.
pub trait Market<AccountId> {
	/// Price of one R1 in the pool now, in 10^-18 USD:
	/// `floor(reserve of USDC * 10^12 * 10^18 / reserve of R1)`. `None` without a pool.
	fn spot_price() -> Option<u128>;

	/// Swaps USDC of `who` for R1 of `who`; returns the R1 received.
	///
	/// # Errors
	///
	/// The pool yields less than `r1_minimum`, or `who` has less than `usdc`. Nothing changes.
	fn swap_usdc_for_r1(
		who: &AccountId,
		usdc: u128,
		r1_minimum: u128,
	) -> Result<u128, DispatchError>;

	/// Swaps R1 of `who` for USDC of `who`; returns the USDC received.
	///
	/// # Errors
	///
	/// The pool yields less than `usdc_minimum`, or `who` has less than `r1`. Nothing changes.
	fn swap_r1_for_usdc(
		who: &AccountId,
		r1: u128,
		usdc_minimum: u128,
	) -> Result<u128, DispatchError>;

	/// Puts R1 and USDC of `who` into the pool, as much of the offer as the pool's price allows;
	/// returns what it took. The share in the pool goes to `receiver`.
	///
	/// # Errors
	///
	/// The pool would take less than `minimum` of either, or `who` has less. Nothing changes.
	fn add_liquidity(
		who: &AccountId,
		offer: Liquidity,
		minimum: Liquidity,
		receiver: &AccountId,
	) -> Result<Liquidity, DispatchError>;
}
