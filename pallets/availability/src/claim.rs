// SPDX-License-Identifier: Apache-2.0

//! Claims: from the agreed table to minted R1, in one walk over the epochs of all deeds.

use crate::{
	Accounts, CarryOverLimit, Config, Error, Event, Pallet, Payment, RewardAccount,
	adoption::{AdoptionWalk, CHECKPOINT_LISTS},
	cost::{ClaimCost, pages_of},
	schedule::{self, EpochMarks, Gate},
};
use alloc::{collections::BTreeSet, vec::Vec};
use core::ops::Range;
use frame_support::ensure;
use r1_math::{
	gated_release::{self, releasing_epochs},
	genesis_deed::{self, TreasurySplit},
};
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex,
	traits::{DeedInspect, OracleVerdicts},
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

/// A deed that is being claimed.
struct Claimant {
	deed: DeedId,
	terms: DeedTerms,
	/// The account, with the epochs that are settled so far.
	account: RewardAccount,
	/// What those epochs pay.
	paid: gated_release::Payment,
	/// The first epoch of the claim.
	from_epoch: EpochIndex,
	/// Of the epochs of the claim, those that may pay.
	due: Range<EpochIndex>,
}

impl Claimant {
	fn new(deed: DeedId, terms: DeedTerms, account: RewardAccount) -> Self {
		let from_epoch = account.next_epoch;
		let paid = gated_release::Payment::default();
		Self { deed, terms, account, paid, from_epoch, due: from_epoch..from_epoch }
	}

	/// Lets the claim of the deed end where the window of all deeds does.
	fn enter(&mut self, window_end: EpochIndex) {
		self.account.next_epoch = self.from_epoch.max(window_end);
		let claimed = self.from_epoch..self.account.next_epoch;
		self.due = releasing_epochs(claimed, schedule::first_epoch(self.terms));
	}

	fn settle(&mut self, marks: EpochMarks) {
		let (account, paid) = schedule::settle(self.terms, self.account.gated(), marks);
		self.account.released = account.released;
		self.account.withheld = account.withheld;
		self.paid = self.paid.plus(paid);
	}

	fn has_moved(&self) -> bool {
		self.from_epoch < self.account.next_epoch
	}

	fn payment(&self) -> Payment {
		Payment {
			from_epoch: self.from_epoch,
			to_epoch: self.account.next_epoch,
			amount: self.paid.minted(),
			carry_over: self.paid.carry_over,
			withheld: self.paid.withheld,
		}
	}

	/// What the treasury gets, if the deed pays the treasury.
	fn treasury_split(&self) -> Option<TreasurySplit> {
		let pays_treasury = self.terms == DeedTerms::Genesis;
		pays_treasury.then(|| genesis_deed::split_payout(self.paid.minted()))
	}
}

impl<T: Config> Pallet<T> {
	/// Pays `deeds` of `owner` over a window of at most `epochs_max` epochs; returns what it cost.
	///
	/// Reads and computes everything first, then mints, then writes.
	pub(crate) fn do_claim(
		owner: &AccountId32,
		deeds: &[DeedId],
		epochs_max: u32,
	) -> Result<ClaimCost, DispatchError> {
		ensure!(!T::Deeds::are_paused(), Error::<T>::ClaimsPaused);
		let most = ClaimCost::most(deeds, epochs_max);
		ensure!(most.is_within_limits::<T>(), Error::<T>::TooManyEpochs);

		// In ascending order, so that deeds which share a page follow each other.
		let named: BTreeSet<DeedId> = deeds.iter().copied().collect();
		let mut claimants = Vec::with_capacity(named.len());
		for deed in named {
			claimants.push(Self::claimant_of_owner(owner, deed)?);
		}
		let cost = Self::settle_window(&mut claimants, epochs_max)?;
		claimants.retain(Claimant::has_moved);
		ensure!(!claimants.is_empty(), Error::<T>::NothingToClaim);

		Self::mint_for(owner, &claimants)?;
		for claimant in &claimants {
			Self::book(owner, claimant)?;
		}
		Ok(cost)
	}

	/// What claiming `deed` alone would pay now; `None` if it is not active.
	pub(crate) fn payable(deed: DeedId, epochs_max: u32) -> Option<Payment> {
		if !T::Deeds::is_active(deed) {
			return None;
		}
		let account = Accounts::<T>::get(deed)?;
		let mut claimants = [Claimant::new(deed, T::Deeds::terms(deed)?, account)];
		let epochs_max = epochs_max.min(ClaimCost::epochs_max::<T>(&[deed]));
		Self::settle_window(&mut claimants, epochs_max).ok()?;
		let [claimant] = claimants;
		Some(claimant.payment())
	}

	/// An active deed that `owner` owns.
	fn claimant_of_owner(owner: &AccountId32, deed: DeedId) -> Result<Claimant, Error<T>> {
		let deed_owner = T::Deeds::owner_of(deed).ok_or(Error::<T>::UnknownDeed)?;
		ensure!(deed_owner == *owner, Error::<T>::NotDeedOwner);
		ensure!(T::Deeds::is_active(deed), Error::<T>::DeedNotActive);
		let terms = T::Deeds::terms(deed).ok_or(Error::<T>::UnknownDeed)?;
		// An active deed is linked, and linking opens the account.
		let account = Accounts::<T>::get(deed).ok_or(Error::<T>::DeedNotActive)?;
		Ok(Claimant::new(deed, terms, account))
	}

	/// Settles the window of a claim for all deeds: the epochs from the first that one of them has
	/// not claimed, at most `epochs_max` of them, and all decided.
	///
	/// The window is one for all deeds because then a page of the table is read at most
	/// `epochs_max` times, wherever each deed stands.
	fn settle_window(
		claimants: &mut [Claimant],
		epochs_max: u32,
	) -> Result<ClaimCost, DispatchError> {
		let decided = T::Verdicts::first_undecided_epoch();
		let first = claimants.iter().map(|claimant| claimant.from_epoch).min().unwrap_or(decided);
		// Saturating: no epoch comes after the last one.
		let end = first.saturating_add(epochs_max).min(decided);
		claimants.iter_mut().for_each(|claimant| claimant.enter(end));

		let mut cost = ClaimCost::of_deeds(claimants.len());
		let mut gates = None;
		for epoch in first..end {
			let is_due = |claimant: &&mut Claimant| claimant.due.contains(&epoch);
			let due: Vec<&mut Claimant> = claimants.iter_mut().filter(is_due).collect();
			if due.is_empty() {
				continue;
			}
			let deeds: Vec<DeedId> = due.iter().map(|claimant| claimant.deed).collect();
			// A missing verdict fails the claim, rather than forfeit the epoch for good.
			let availabilities = T::Verdicts::availabilities(epoch, &deeds)
				.filter(|availabilities| availabilities.len() == deeds.len())
				.ok_or(Error::<T>::EpochNotDecided)?;
			let gate = if due.iter().any(|claimant| schedule::is_gated(claimant.terms)) {
				gates.get_or_insert_with(|| Gates::<T>::from(epoch)).at(epoch)
			} else {
				Gate::default()
			};
			for (claimant, availability) in due.into_iter().zip(availabilities) {
				claimant.settle(EpochMarks { epoch, availability, gate });
			}
			cost.add_epoch(pages_of(&deeds), deeds.len());
		}
		if gates.is_some() {
			// Saturating: a window has no more epochs than a claim may read checkpoints of.
			cost.add_reads(end.saturating_sub(first).saturating_mul(CHECKPOINT_LISTS));
		}
		Ok(cost)
	}

	/// Mints what the deeds are paid: to the owner at once, and to the treasury.
	fn mint_for(owner: &AccountId32, claimants: &[Claimant]) -> DispatchResult {
		let mut of_owner: u128 = 0;
		let mut amounts = Vec::new();
		for claimant in claimants {
			match claimant.treasury_split() {
				Some(split) => amounts.extend(Self::treasury_amounts(&split)),
				None => {
					of_owner = of_owner
						.checked_add(claimant.paid.minted())
						.ok_or(ArithmeticError::Overflow)?;
				},
			}
		}
		amounts.push((owner.clone(), of_owner));
		Self::mint(&amounts)
	}

	/// Writes a payment into the deed's account and its history, and tells the world.
	fn book(owner: &AccountId32, claimant: &Claimant) -> DispatchResult {
		let Claimant { deed, mut account, .. } = *claimant;
		let payment = claimant.payment();
		Self::keep_payment(deed, account.payments, payment);
		account.payments = account.payments.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		Accounts::<T>::insert(deed, account);

		let Payment { from_epoch, to_epoch, amount, carry_over, withheld } = payment;
		Self::deposit_event(Event::RewardsClaimed {
			deed,
			owner: owner.clone(),
			from_epoch,
			to_epoch,
			amount,
			carry_over,
			withheld,
		});
		if let Some(split) = claimant.treasury_split() {
			let TreasurySplit { liquidity, expenses, marketing, grants, social_responsibility } =
				split;
			Self::deposit_event(Event::TreasuryPaid {
				deed,
				from_epoch,
				to_epoch,
				liquidity,
				expenses,
				marketing,
				grants,
				social_responsibility,
			});
		}
		Ok(())
	}
}

/// The gate of one epoch after the other.
struct Gates<T: Config> {
	adoption: AdoptionWalk<T>,
	carry_over_limit: u8,
}

impl<T: Config> Gates<T> {
	fn from(epoch: EpochIndex) -> Self {
		Self { adoption: AdoptionWalk::from(epoch), carry_over_limit: CarryOverLimit::<T>::get() }
	}

	fn at(&mut self, epoch: EpochIndex) -> Gate {
		Gate { adoption: self.adoption.at(epoch), carry_over_limit: self.carry_over_limit }
	}
}
