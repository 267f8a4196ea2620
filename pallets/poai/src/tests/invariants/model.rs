// SPDX-License-Identifier: Apache-2.0

//! What must be true of the money and of the work, whatever the pallet stores.

use super::*;
use crate::{Accrued, Escrows};
use frame_support::traits::fungible::Inspect;
use r1_math::work::{job_price, pay_for_quality};
use std::collections::{BTreeMap, BTreeSet};

/// Follows what the chain says it did, and knows what that must add up to.
#[derive(Default)]
pub(super) struct Model {
	/// Deposits less withdrawals.
	net_deposits: BTreeMap<AccountId32, u128>,
	/// The most that the jobs of an owner may ever cost.
	most_cost: BTreeMap<AccountId32, u128>,
	/// Rewards paid and not claimed.
	accrued: BTreeMap<AccountId32, u128>,
	/// Rewards claimed, in USDC and for R1.
	claimed: u128,
	/// Rewards claimed in USDC.
	claimed_in_usdc: BTreeMap<AccountId32, u128>,
	/// What jobs paid: rewards and burns.
	spent: u128,
	/// USDC that was swapped for burns.
	burned_usdc: u128,
	/// R1 burned.
	burned_r1: u128,
	/// Every job that was ever ordered.
	jobs: BTreeMap<JobId, OrderedJob>,
}

/// A job, as its events tell of it.
struct OrderedJob {
	price: u128,
	replicas: u32,
	/// Epochs that are paid for.
	epochs: u32,
	started_at: Option<EpochIndex>,
	/// From which epoch on which deeds count, in order.
	placements: Vec<(EpochIndex, Vec<DeedId>)>,
	/// Who was paid for which epoch.
	paid: BTreeSet<(EpochIndex, DeedId)>,
}

impl OrderedJob {
	/// The deeds whose work counts in an epoch.
	fn deeds_in(&self, epoch: EpochIndex) -> &[DeedId] {
		let placed = self.placements.iter().rev().find(|(from, _)| *from <= epoch);
		placed.map_or(&[], |(_, deeds)| deeds.as_slice())
	}

	/// Who must have been paid for which epoch when the job is over.
	fn attested(&self, id: JobId) -> BTreeSet<(EpochIndex, DeedId)> {
		let Some(start) = self.started_at else { return BTreeSet::new() };
		let worked = |epoch| self.deeds_in(epoch).iter().map(move |deed| (epoch, *deed));
		let all = (start..start + self.epochs).flat_map(worked);
		all.filter(|(epoch, deed)| counted(*epoch, id, *deed) > 0).collect()
	}
}

impl Model {
	/// Lets a step happen to the chain, and follows what the chain says it did.
	pub(super) fn apply(&mut self, step: Step) {
		let state = || sp_io::storage::root(StateVersion::V1);
		let before = state();
		match step.take() {
			Ok(()) => events().into_iter().for_each(|event| self.follow(event)),
			Err(error) => assert_eq!(state(), before, "refused with {error:?} and changed"),
		}
	}

	/// Follows one event.
	fn follow(&mut self, event: Event<Test>) {
		match event {
			Event::EscrowDeposited { owner, amount, .. } => {
				*self.net_deposits.entry(owner).or_default() += amount;
			},
			Event::EscrowWithdrawn { owner, amount, .. } => {
				let net = self.net_deposits.entry(owner.clone()).or_default();
				*net = net.checked_sub(amount).expect("nobody withdraws what others deposited");
			},
			Event::NodePaid { job, epoch, deed, owner, quality, reward, burned } => {
				let pay = self.follow_payment(job, epoch, deed, quality);
				assert_eq!((reward, burned), (pay - pay * 15 / 100, pay * 15 / 100));
				*self.accrued.entry(owner).or_default() += reward;
				self.spent += pay;
			},
			Event::UsdcBurned { usdc, r1, .. } => {
				self.burned_usdc += usdc;
				self.burned_r1 += r1;
			},
			Event::RewardsClaimed { owner, usdc, r1 } => {
				assert_eq!(self.accrued.remove(&owner), Some(usdc));
				self.claimed += usdc;
				if r1.is_none() {
					*self.claimed_in_usdc.entry(owner).or_default() += usdc;
				}
			},
			other => self.follow_job(other),
		}
	}

	/// Follows what is ordered, placed and over.
	fn follow_job(&mut self, event: Event<Test>) {
		let now = Epoch::get();
		match event {
			Event::JobCreated {
				job, owner, price_per_epoch: price, replicas, end, cost, ..
			} => {
				assert_eq!(price, class(ENTRY).price_per_epoch, "orders cost what the table says");
				let epochs = end - now;
				assert_eq!(Some(cost), job_price(price, replicas, epochs));
				*self.most_cost.entry(owner).or_default() += cost;
				let (started_at, placements, paid) = (None, Vec::new(), BTreeSet::new());
				let ordered = OrderedJob { price, replicas, epochs, started_at, placements, paid };
				assert!(self.jobs.insert(job, ordered).is_none(), "a number is given once");
			},
			Event::JobDurationExtended { job: id, epochs, cost, .. } => {
				let ordered = self.ordered(id);
				assert_eq!(Some(cost), job_price(ordered.price, ordered.replicas, epochs));
				ordered.epochs += epochs;
				*self.most_cost.entry(job(id).owner).or_default() += cost;
			},
			Event::JobReplicasExtended { job: id, replicas, cost } => {
				let ordered = self.ordered(id);
				let epochs = match ordered.started_at {
					None => ordered.epochs,
					Some(start) => start + ordered.epochs - now - 1,
				};
				let added = replicas - ordered.replicas;
				assert_eq!(Some(cost), job_price(ordered.price, added, epochs));
				ordered.replicas = replicas;
				*self.most_cost.entry(job(id).owner).or_default() += cost;
			},
			Event::JobPlaced { job, deeds, end, .. } => {
				let ordered = self.ordered(job);
				let from = if ordered.started_at.is_none() { now } else { now + 1 };
				let start = *ordered.started_at.get_or_insert(now);
				assert_eq!(end, start + ordered.epochs, "every paid epoch comes");
				assert!(deeds.len() <= ordered.replicas as usize);
				ordered.placements.push((from, deeds.into_inner()));
			},
			Event::JobEnding { job, end, .. } => {
				let ordered = self.ordered(job);
				ordered.epochs = end - ordered.started_at.expect("a job that waits just closes");
			},
			Event::JobClosed { job, .. } => {
				let ordered = self.ordered(job);
				assert_eq!(ordered.paid, ordered.attested(job), "paid is what was attested");
			},
			_ => {},
		}
	}

	/// Checks one payment and returns what it must come to.
	fn follow_payment(&mut self, id: JobId, epoch: EpochIndex, deed: DeedId, quality: u8) -> u128 {
		let ordered = self.ordered(id);
		assert_eq!(quality, counted(epoch, id, deed));
		assert!(ordered.deeds_in(epoch).contains(&deed), "{deed} was not placed in {epoch}");
		assert!(ordered.paid.insert((epoch, deed)), "{deed} is paid twice for {epoch}");
		pay_for_quality(ordered.price, quality)
	}

	fn ordered(&mut self, job: JobId) -> &mut OrderedJob {
		self.jobs.get_mut(&job).expect("the job was ordered")
	}

	/// Compares the chain with the model.
	pub(super) fn check(&self, issued_at_start: u128) {
		check_invariants();
		let everybody: u128 = self.net_deposits.values().sum();
		let free: u128 = Escrows::<Test>::iter_values().map(|escrow| escrow.free).sum();
		let in_jobs: u128 = Jobs::<Test>::iter_values().map(|job| job.balance).sum();
		let accrued: u128 = self.accrued.values().sum();
		assert_eq!(everybody, free + in_jobs + self.spent, "what came in is somewhere");
		assert_eq!(
			self.spent,
			accrued + self.claimed + self.burned_usdc,
			"and so is what went out"
		);
		assert_eq!(WorkPaid::get().iter().sum::<u128>(), self.spent, "all work is counted");
		assert_eq!(Accrued::<Test>::iter().collect::<BTreeMap<_, _>>(), self.accrued);
		assert_eq!(Usdc::total_issuance(), PEOPLE.len() as u128 * FORTUNE);
		assert_eq!(Balances::total_issuance(), issued_at_start - self.burned_r1);
		for owner in PEOPLE {
			let free = Escrows::<Test>::get(&owner).unwrap_or_default().free;
			let theirs = Jobs::<Test>::iter_values().filter(|job| job.owner == owner);
			let kept = free + theirs.map(|job| job.balance).sum::<u128>();
			let of =
				|map: &BTreeMap<AccountId32, u128>| map.get(&owner).copied().unwrap_or_default();
			let lost = of(&self.net_deposits) - kept;
			let most = of(&self.most_cost);
			assert!(lost <= most, "{owner:?} lost {lost}, ordered for {most}");
			// Whoever asks for it, what leaves an escrow goes to its owner.
			let held = FORTUNE - of(&self.net_deposits) + of(&self.claimed_in_usdc);
			assert_eq!(Usdc::balance(&owner), held);
		}
	}

	/// Lets every job come to its end, and checks that nothing is left in any.
	pub(super) fn finish(&mut self) {
		PoolPrice::set(&(2 * R1));
		RefusedSwap::set(&None);
		for _ in 0..3 {
			enter_epoch(Epoch::get() + 1_000);
			Poai::on_idle(1, Weight::MAX);
			events().into_iter().for_each(|event| self.follow(event));
		}
		assert!(Jobs::<Test>::iter_values().all(|job| job.started_at.is_none()));
	}
}
