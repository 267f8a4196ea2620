// SPDX-License-Identifier: Apache-2.0

//! Random sequences of everything that can happen, beside a small model of the money.

use super::*;
use crate::{Accrued, Escrows};
use frame_support::{
	dispatch::DispatchResult,
	traits::{Hooks, fungible::Inspect},
	weights::Weight,
};
use proptest::prelude::*;
use r1_primitives::{R1, USDC};
use sp_runtime::StateVersion;
use std::collections::BTreeMap;

/// Something that happens to the chain.
#[derive(Clone, Copy, Debug)]
enum Step {
	Deposit { who: usize, amount: u128 },
	Withdraw { who: usize, amount: u128 },
	Order { who: usize, replicas: u32, epochs: u32 },
	Close { who: usize, job: JobId },
	Place { job: JobId, first: DeedId, count: u32 },
	Attest { job: JobId, deed: DeedId, quality: u8 },
	Sell { deed: DeedId, to: usize },
	NextEpoch { decided: bool },
	Settle { weight_percent: u64 },
	Claim { who: usize, in_r1: bool },
	MovePool { percent: u128 },
}

/// What must be true of the money, whatever the pallet stores.
#[derive(Default)]
struct Model {
	/// Deposits less withdrawals.
	net_deposits: BTreeMap<AccountId32, u128>,
	/// The most that the jobs of an owner may ever cost.
	most_cost: BTreeMap<AccountId32, u128>,
	/// Rewards paid and not claimed.
	accrued: BTreeMap<AccountId32, u128>,
	/// What jobs paid: rewards and burns.
	spent: u128,
	/// R1 burned.
	burned_r1: u128,
}

const PEOPLE: [AccountId32; 3] = [ALICE, BOB, CAROL];

fn steps() -> impl Strategy<Value = Step> {
	let who = 0..PEOPLE.len();
	let job = 1..8u32;
	let deed = 1..6u32;
	prop_oneof![
		1 => (who.clone(), 0..200 * USDC).prop_map(|(who, amount)| Step::Deposit { who, amount }),
		1 => (who.clone(), 0..100 * USDC).prop_map(|(who, amount)| Step::Withdraw { who, amount }),
		2 => (who.clone(), 0..4u32, 29..34u32)
			.prop_map(|(who, replicas, epochs)| Step::Order { who, replicas, epochs }),
		2 => (who.clone(), job.clone()).prop_map(|(who, job)| Step::Close { who, job }),
		4 => (job.clone(), deed.clone(), 0..4u32)
			.prop_map(|(job, first, count)| Step::Place { job, first, count }),
		3 => (job, deed.clone(), any::<u8>())
			.prop_map(|(job, deed, quality)| Step::Attest { job, deed, quality }),
		2 => (deed, who.clone()).prop_map(|(deed, to)| Step::Sell { deed, to }),
		4 => any::<bool>().prop_map(|decided| Step::NextEpoch { decided }),
		4 => (0..=100u64).prop_map(|weight_percent| Step::Settle { weight_percent }),
		3 => (who, any::<bool>()).prop_map(|(who, in_r1)| Step::Claim { who, in_r1 }),
		1 => (90..110u128).prop_map(|percent| Step::MovePool { percent }),
	]
}

impl Step {
	/// Lets it happen; an error is a call that the chain refused.
	fn take(self) -> DispatchResult {
		let signed = |who: usize| RuntimeOrigin::signed(PEOPLE[who].clone());
		match self {
			Step::Deposit { who, amount } => Poai::deposit(signed(who), amount),
			Step::Withdraw { who, amount } => Poai::withdraw(signed(who), amount),
			Step::Order { who, replicas, epochs } => {
				let kind = JobKind::Inference;
				Poai::create_job(signed(who), kind, ENTRY, replicas, epochs, specification())
			},
			Step::Close { who, job } => Poai::close_job(signed(who), job),
			Step::Place { job, first, count } => {
				let deeds: Vec<_> = (first..first + count).collect();
				let round = Poai::open_round(job).unwrap_or_default();
				Poai::place(job, round, &deeds)
			},
			Step::Attest { job, deed, quality } => {
				attest(Epoch::get(), job, deed, quality);
				Ok(())
			},
			Step::Sell { deed, to } => {
				DeedOwners::insert(deed, PEOPLE[to].clone());
				Ok(())
			},
			Step::NextEpoch { decided } => {
				Epoch::set(&(Epoch::get() + 1));
				if decided {
					FirstUndecided::set(&Epoch::get());
				}
				Ok(())
			},
			Step::Settle { weight_percent } => {
				// All of it settles about a dozen epochs of jobs.
				let whole = <() as crate::WeightInfo>::settle_epoch(1) * 12;
				let limit = whole / 100 * weight_percent;
				assert!(Poai::on_idle(1, limit).all_lte(limit));
				Ok(())
			},
			Step::Claim { who, in_r1 } => Poai::claim(signed(who), in_r1.then_some(1)),
			Step::MovePool { percent } => {
				PoolPrice::set(&(2 * R1 / 100 * percent));
				Ok(())
			},
		}
	}
}

impl Model {
	/// Lets a step happen to the chain, and follows what the chain says it did.
	fn apply(&mut self, step: Step) {
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
			Event::JobCreated { owner, price_per_epoch, replicas, end, .. } => {
				let epochs = u128::from(end - Epoch::get());
				let cost = price_per_epoch * u128::from(replicas) * epochs;
				*self.most_cost.entry(owner).or_default() += cost;
			},
			Event::NodePaid { owner, quality, reward, burned, .. } => {
				let pay = ENTRY_PRICE * u128::from(quality) / 255;
				assert_eq!((reward, burned), (pay - pay * 15 / 100, pay * 15 / 100));
				*self.accrued.entry(owner).or_default() += reward;
				self.spent += pay;
			},
			Event::UsdcBurned { r1, .. } => self.burned_r1 += r1,
			Event::RewardsClaimed { owner, usdc, .. } => {
				assert_eq!(self.accrued.remove(&owner), Some(usdc));
			},
			_ => {},
		}
	}

	/// Compares the chain with the model.
	fn check(&self, issued_at_start: u128) {
		check_invariants();
		let everybody: u128 = self.net_deposits.values().sum();
		let free: u128 = Escrows::<Test>::iter_values().map(|escrow| escrow.free).sum();
		let in_jobs: u128 = Jobs::<Test>::iter_values().map(|job| job.balance).sum();
		assert_eq!(everybody, free + in_jobs + self.spent, "what came in is somewhere");
		assert_eq!(WorkPaid::get().iter().sum::<u128>(), self.spent, "all work is counted");
		assert_eq!(Accrued::<Test>::iter().collect::<BTreeMap<_, _>>(), self.accrued);
		assert_eq!(Usdc::total_issuance(), PEOPLE.len() as u128 * FORTUNE);
		assert_eq!(Balances::total_issuance(), issued_at_start - self.burned_r1);
		for owner in PEOPLE {
			let free = Escrows::<Test>::get(&owner).unwrap_or_default().free;
			let theirs = Jobs::<Test>::iter_values().filter(|job| job.owner == owner);
			let kept = free + theirs.map(|job| job.balance).sum::<u128>();
			let lost = self.net_deposits.get(&owner).copied().unwrap_or_default() - kept;
			let most = self.most_cost.get(&owner).copied().unwrap_or_default();
			assert!(lost <= most, "{owner:?} lost {lost}, ordered for {most}");
		}
	}

	/// Lets every job come to its end, and checks that nothing is left in any.
	fn finish(&mut self) {
		PoolPrice::set(&(2 * R1));
		for _ in 0..3 {
			enter_epoch(Epoch::get() + 1_000);
			Poai::on_idle(1, Weight::MAX);
			events().into_iter().for_each(|event| self.follow(event));
		}
		assert!(Jobs::<Test>::iter_values().all(|job| job.started_at.is_none()));
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	#[test]
	fn money_should_be_conserved_when_anything_happens(
		steps in proptest::collection::vec(steps(), 1..150),
	) {
		ExtBuilder.build().execute_with(|| {
			let issued = Balances::total_issuance();
			let mut model = Model::default();
			// Otherwise most sequences run on empty escrows.
			for who in 0..PEOPLE.len() {
				model.apply(Step::Deposit { who, amount: 500 * USDC });
			}
			for step in steps {
				model.apply(step);
				model.check(issued);
			}
			model.finish();
			model.check(issued);
		});
	}
}
