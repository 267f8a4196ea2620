// SPDX-License-Identifier: Apache-2.0

//! Random sequences of everything that can happen, beside a small model of the money and the work.

mod model;

use super::*;
use crate::{Rights, Settlement, SettlementPass, WeightInfo};
use frame_support::{dispatch::DispatchResult, traits::Hooks, weights::Weight};
use model::Model;
use proptest::prelude::*;
use r1_primitives::{EpochIndex, R1, USDC};
use sp_runtime::StateVersion;

/// Something that happens to the chain.
#[derive(Clone, Copy, Debug)]
enum Step {
	Deposit { who: usize, amount: u128 },
	Withdraw { who: usize, owner: usize, amount: u128 },
	Delegate { owner: usize, delegate: usize, bits: u8 },
	Order { who: usize, owner: usize, replicas: u32, epochs: u32 },
	ExtendDuration { who: usize, job: JobId, epochs: u32 },
	ExtendReplicas { who: usize, job: JobId, replicas: u32 },
	Redeem { who: usize, job: JobId },
	Close { who: usize, job: JobId },
	Place { job: JobId, first: DeedId, count: u32 },
	Attest { job: JobId, deed: DeedId, quality: u8 },
	Attend { job: JobId, deed: DeedId, rounds: u16, missed: u16 },
	Sell { deed: DeedId, to: usize },
	NextEpoch { decided: bool },
	Settle { weight_percent: u64 },
	Claim { who: usize, in_r1: bool },
	MovePool { percent: u128 },
	RefuseSwap { nodes: u128 },
	SetPrice { price: u128, is_offered: bool },
}

const PEOPLE: [AccountId32; 3] = [ALICE, BOB, CAROL];

fn steps() -> impl Strategy<Value = Step> {
	let who = 0..PEOPLE.len();
	// Mostly one's own escrow.
	let pair = (0..PEOPLE.len(), 0..PEOPLE.len(), 0..3u8)
		.prop_map(|(who, other, own)| (who, if own > 0 { who } else { other }));
	let job = 1..8u32;
	let deed = 1..6u32;
	prop_oneof![
		1 => (who.clone(), 0..200 * USDC).prop_map(|(who, amount)| Step::Deposit { who, amount }),
		1 => (pair.clone(), 0..100 * USDC)
			.prop_map(|((who, owner), amount)| Step::Withdraw { who, owner, amount }),
		2 => (who.clone(), who.clone(), any::<u8>())
			.prop_map(|(owner, delegate, bits)| Step::Delegate { owner, delegate, bits }),
		3 => (pair, 0..4u32, 29..34u32).prop_map(|((who, owner), replicas, epochs)| {
			Step::Order { who, owner, replicas, epochs }
		}),
		2 => (who.clone(), job.clone(), 0..5u32)
			.prop_map(|(who, job, epochs)| Step::ExtendDuration { who, job, epochs }),
		2 => (who.clone(), job.clone(), 1..5u32)
			.prop_map(|(who, job, replicas)| Step::ExtendReplicas { who, job, replicas }),
		1 => (who.clone(), job.clone()).prop_map(|(who, job)| Step::Redeem { who, job }),
		1 => (who.clone(), job.clone()).prop_map(|(who, job)| Step::Close { who, job }),
		4 => (job.clone(), deed.clone(), 0..5u32)
			.prop_map(|(job, first, count)| Step::Place { job, first, count }),
		2 => (job.clone(), deed.clone(), 1..5u16, 0..5u16).prop_map(|(job, deed, rounds, missed)| {
			Step::Attend { job, deed, rounds, missed: missed.min(rounds) }
		}),
		3 => (job, deed.clone(), any::<u8>())
			.prop_map(|(job, deed, quality)| Step::Attest { job, deed, quality }),
		2 => (deed, who.clone()).prop_map(|(deed, to)| Step::Sell { deed, to }),
		4 => any::<bool>().prop_map(|decided| Step::NextEpoch { decided }),
		4 => (0..=100u64).prop_map(|weight_percent| Step::Settle { weight_percent }),
		3 => (who, any::<bool>()).prop_map(|(who, in_r1)| Step::Claim { who, in_r1 }),
		1 => (90..110u128).prop_map(|percent| Step::MovePool { percent }),
		1 => (0..4u128).prop_map(|nodes| Step::RefuseSwap { nodes }),
		1 => (300_000..500_000u128, 0..4u8)
			.prop_map(|(price, offer)| Step::SetPrice { price, is_offered: offer > 0 }),
	]
}

impl Step {
	/// Lets it happen; an error is a call that the chain refused.
	fn take(self) -> DispatchResult {
		let signed = |who: usize| RuntimeOrigin::signed(PEOPLE[who].clone());
		match self {
			Step::Deposit { who, amount } => Poai::deposit(signed(who), amount),
			Step::Withdraw { who, owner, amount } if who == owner => {
				Poai::withdraw(signed(who), amount)
			},
			Step::Withdraw { who, owner, amount } => {
				Poai::withdraw_for(signed(who), PEOPLE[owner].clone(), amount)
			},
			Step::Delegate { owner, delegate, bits: 0 } => {
				Poai::remove_delegate(signed(owner), PEOPLE[delegate].clone())
			},
			Step::Delegate { owner, delegate, bits } => {
				let rights = Rights::from_bits(bits);
				Poai::set_delegate(signed(owner), PEOPLE[delegate].clone(), rights)
			},
			Step::Order { who, owner, replicas, epochs } if who == owner => {
				Poai::create_job(signed(who), an_order(ENTRY, replicas, epochs))
			},
			Step::Order { who, owner, replicas, epochs } => {
				let order = an_order(ENTRY, replicas, epochs);
				Poai::create_job_for(signed(who), PEOPLE[owner].clone(), order)
			},
			Step::ExtendDuration { who, job, epochs } => {
				Poai::extend_duration(signed(who), job, epochs)
			},
			Step::ExtendReplicas { who, job, replicas } => {
				Poai::extend_replicas(signed(who), job, replicas)
			},
			Step::Redeem { who, job } => Poai::redeem_unused(signed(who), job),
			Step::Close { who, job } => Poai::close_job(signed(who), job),
			Step::Claim { who, in_r1 } => Poai::claim(signed(who), in_r1.then_some(1)),
			Step::Place { job, first, count } => {
				let deeds: Vec<_> = (first..first + count).collect();
				let round = Poai::open_round(job).unwrap_or_default();
				Poai::place(job, round, &deeds)
			},
			elsewhere => {
				elsewhere.happen();
				Ok(())
			},
		}
	}

	/// What is not asked of the pallet.
	fn happen(self) {
		match self {
			Step::Attest { job, deed, quality } => attest(Epoch::get(), job, deed, quality),
			Step::Attend { job, deed, rounds, missed } => {
				attend(Epoch::get(), job, deed, rounds, missed);
			},
			Step::Sell { deed, to } => DeedOwners::insert(deed, PEOPLE[to].clone()),
			Step::NextEpoch { decided } => {
				Epoch::set(&(Epoch::get() + 1));
				if decided {
					FirstUndecided::set(&Epoch::get());
				}
			},
			Step::Settle { weight_percent } => {
				// All of it settles about a dozen epochs of jobs.
				let whole = <() as WeightInfo>::settle_epoch(1) * 12;
				let limit = whole / 100 * weight_percent;
				assert!(Poai::on_idle(1, limit).all_lte(limit));
			},
			Step::MovePool { percent } => PoolPrice::set(&(2 * R1 / 100 * percent)),
			Step::RefuseSwap { nodes } => {
				RefusedSwap::set(&(nodes > 0).then_some(nodes * ENTRY_BURNED));
			},
			Step::SetPrice { price, is_offered } => {
				let changed = ResourceClass { price_per_epoch: price, is_offered, ..class(ENTRY) };
				ResourceClasses::<Test>::insert(ENTRY, changed);
			},
			asked => unreachable!("{asked:?} is asked of the pallet"),
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

	#[test]
	fn money_and_work_should_add_up_when_anything_happens(
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

	#[test]
	fn failing_jobs_should_never_block_another_nor_lose_an_epoch(
		sizes in proptest::collection::vec(1..5u32, 1..12),
		refused in 1..5u32,
		epochs in 1..4u32,
		nodes_per_block in 5..20u32,
	) {
		ExtBuilder.build().execute_with(|| {
			let jobs: Vec<_> = sizes.iter().map(|size| {
				let deeds: Vec<_> = (1..=*size).collect();
				(running_job(&ALICE, 40, *size, &deeds), *size)
			}).collect();
			RefusedSwap::set(&Some(u128::from(refused) * ENTRY_BURNED));
			let per_block = <() as WeightInfo>::settle_base()
				+ <() as WeightInfo>::visit_job()
				+ <() as WeightInfo>::settle_epoch(nodes_per_block);
			for epoch in 11..11 + epochs {
				enter_epoch(epoch);
				let mut blocks = 0;
				while Settlement::<Test>::get() != (SettlementPass::Done { before: epoch }) {
					Poai::on_idle(1, per_block);
					blocks += 1;
					assert!(blocks < 200, "the pass does not come to its end");
				}
				for (id, size) in &jobs {
					let settled = if *size == refused { 10 } else { epoch };
					assert_eq!(job(*id).settled_before, settled, "{size} nodes");
				}
			}
			RefusedSwap::set(&None);
			finish_epoch();
			// Every epoch of every node was paid once, of the failing jobs as well.
			let nodes: u32 = sizes.iter().sum();
			let accrued: u128 = (1..5).map(|deed| Poai::accrued(operator(deed))).sum();
			assert_eq!(accrued, u128::from(nodes * (epochs + 1)) * ENTRY_REWARD);
			check_invariants();
		});
	}
}
