// SPDX-License-Identifier: Apache-2.0

//! What the benchmarks of our pallets need from the pallets beside them, and the list of what
//! `cargo xtask weights` measures.
//!
//! Everything starts from the development preset, whose pool of R1 and USDC is open.

use crate::{
	AccountId, Assets, Balances, Poai, Runtime, RuntimeOrigin,
	constants::currency::{R1, USDC, USDC_ASSET_ID},
	market::Pool,
};
use alloc::{vec, vec::Vec};
use core::ops::Range;
use frame_support::{
	BoundedVec,
	traits::{Get as _, fungible::Mutate as _, fungibles::Mutate as _},
};
use pallet_availability::Payment;
use pallet_oracles::{AvailabilityPage, JobQuality};
use pallet_poai::{Order, Specification};
use r1_math::node_deed::DEEDS_MAX;
use r1_primitives::{
	DEEDS_PER_PAGE, DeedId, DeedTerms, EpochIndex, JobId, PlacementRound, page_of,
	traits::{Liquidity, Market as _},
};
use sp_staking::offence::OffenceSeverity;

frame_benchmarking::define_benchmarks!(
	[pallet_node_deeds, crate::NodeDeeds]
	[pallet_oracles, crate::Oracles]
	[pallet_availability, crate::Availability]
	[pallet_poai, crate::Poai]
	[pallet_burn, crate::Burn]
	[pallet_validators, crate::Validators]
	[pallet_learning, crate::Learning]
);

/// Sets up, for a pallet that is measured, what it reads in others.
#[derive(Debug)]
pub struct Setup;

/// Fills the samples of the price with the pool's, so that the median is what a swap yields.
fn sample_spot_price() {
	let price = Pool::spot_price().expect("the preset opens the pool");
	let samples = vec![price; 16];
	pallet_node_deeds::PriceSamples::<Runtime>::put(BoundedVec::truncate_from(samples));
}

/// Issues the `offset`-th deed after the last one, and all between, and links it to a node.
fn activate(offset: u32, terms: DeedTerms, owner: &AccountId) -> DeedId {
	let deed = pallet_node_deeds::Issued::<Runtime>::get() + offset;
	let node: AccountId = frame_benchmarking::account("node", deed, 0);
	crate::NodeDeeds::issue_linked_as(deed, terms, owner, &node);
	deed
}

impl pallet_node_deeds::BenchmarkHelper for Setup {
	/// Deepens the preset's pool, at its price.
	fn open_market() {
		let provider: AccountId = frame_benchmarking::account("provider", 0, 0);
		let offer = Liquidity { r1: 3_333_330_000 * R1, usdc: 1_000_000_000 * USDC };
		Balances::mint_into(&provider, 2 * offer.r1).expect("R1 can be made");
		Assets::mint_into(USDC_ASSET_ID, &provider, 2 * offer.usdc).expect("USDC can be made");
		Pool::add_liquidity(&provider, offer, Liquidity::default(), &provider)
			.expect("the preset opens the pool");
	}

	fn fill_history(deed: DeedId) {
		let kept = <Runtime as pallet_availability::Config>::PaymentsKept::get();
		pallet_availability::Accounts::<Runtime>::mutate(deed, |account| {
			account.get_or_insert_default().payments = kept;
		});
		let payment =
			Payment { from_epoch: 0, to_epoch: 1, amount: R1, carry_over: 0, withheld: 0 };
		for slot in 0..kept {
			pallet_availability::History::<Runtime>::insert(deed, slot, payment);
		}
	}
}

impl pallet_poai::BenchmarkHelper for Setup {
	fn fund(who: &AccountId, usdc: u128) {
		Balances::mint_into(who, 10 * R1).expect("a little R1 can be made");
		Assets::mint_into(USDC_ASSET_ID, who, usdc).expect("USDC can be made");
	}

	fn open_market() {
		sample_spot_price();
	}

	fn active_deeds(count: u32) -> Vec<DeedId> {
		let operators = (0..count).map(|index| frame_benchmarking::account("operator", index, 0));
		operators.map(|owner| activate(1, DeedTerms::Node, &owner)).collect()
	}

	fn enter_epoch(epoch: EpochIndex) {
		pallet_oracles::EpochNow::<Runtime>::put(epoch);
		pallet_oracles::FirstUndecided::<Runtime>::put(epoch);
	}

	fn attest(epoch: EpochIndex, job: JobId, deeds: &[DeedId], quality: u8) {
		let qualities = deeds.iter().map(|deed| (*deed, quality)).collect();
		pallet_oracles::Work::<Runtime>::insert(epoch, job, JobQuality::truncate_from(qualities));
	}
}

impl pallet_oracles::BenchmarkHelper for Setup {
	fn waiting_job(replicas: u32) -> (JobId, PlacementRound, Vec<DeedId>) {
		let developer: AccountId = frame_benchmarking::account("developer", 0, 0);
		let plenty = 10_000 * USDC;
		<Self as pallet_poai::BenchmarkHelper>::fund(&developer, 2 * plenty);
		let origin = RuntimeOrigin::signed(developer);
		Poai::deposit(origin.clone(), plenty).expect("the developer opens an escrow");
		let specification = Specification::truncate_from(vec![1; 64]);
		let epochs = <Runtime as pallet_poai::Config>::EpochsMin::get();
		// The cheapest class: what a vote costs does not depend on the price.
		let order = Order { resources: 1, replicas, epochs, cost_max: u128::MAX, specification };
		Poai::create_job(origin, order).expect("the developer orders a job");
		let job = pallet_poai::NextJobId::<Runtime>::get() - 1;
		let deeds = <Self as pallet_poai::BenchmarkHelper>::active_deeds(replicas);
		(job, 0, deeds)
	}

	fn prepare_punishment(oracle: &AccountId) {
		pallet_validators::prepare_offence::<Runtime>(oracle);
	}

	fn suspend_deeds() {
		let count = <Runtime as pallet_validators::Config>::SuspensionsMax::get();
		pallet_validators::fill_suspensions::<Runtime>(count);
	}

	fn owned_deed() -> (DeedId, AccountId) {
		let owner: AccountId = frame_benchmarking::account("operator", 0, 0);
		(activate(1, DeedTerms::Node, &owner), owner)
	}
}

impl pallet_availability::BenchmarkHelper for Setup {
	/// Spreads the deeds over all pages of the table: two share one only if there are more deeds
	/// than pages.
	fn active_deeds(owner: &AccountId, terms: &[DeedTerms]) -> Vec<DeedId> {
		let distance = DEEDS_MAX / (terms.len() as u32).max(1);
		terms.iter().map(|terms| activate(distance, *terms, owner)).collect()
	}

	fn decide(deeds: &[DeedId], epochs: Range<EpochIndex>) {
		let page_full = AvailabilityPage::truncate_from(vec![u8::MAX; DEEDS_PER_PAGE as usize]);
		for epoch in epochs.clone() {
			for (page, _) in deeds.iter().filter_map(|deed| page_of(*deed)) {
				pallet_oracles::Availability::<Runtime>::insert(epoch, page, &page_full);
			}
		}
		<Self as pallet_poai::BenchmarkHelper>::enter_epoch(epochs.end);
	}
}

impl pallet_validators::BenchmarkHelper<AccountId> for Setup {
	fn ready_node(owner: &AccountId, node: &AccountId) -> DeedId {
		// As many deeds as there are pages lie on one each.
		let pages: u32 = <Runtime as pallet_oracles::Config>::PagesMax::get();
		let distance = DEEDS_MAX / pages;
		let last = pallet_node_deeds::Issued::<Runtime>::get();
		let deed = last + if last + distance <= DEEDS_MAX { distance } else { 1 };
		crate::NodeDeeds::issue_linked_as(deed, DeedTerms::Node, owner, node);
		let seed = deed.to_le_bytes();
		let keys = crate::SessionKeys {
			babe: key_of(&seed).into(),
			grandpa: sp_core::ed25519::Public::from_raw(sp_io::hashing::blake2_256(&seed)).into(),
			orac: key_of(&seed).into(),
		};
		pallet_session::NextKeys::<Runtime>::insert(node, keys);
		deed
	}

	fn serve(last: &AccountId) {
		let count = crate::configs::VALIDATORS_MAX;
		let others = 1..count;
		let mut validators: Vec<AccountId> =
			others.map(|index| frame_benchmarking::account("validator", index, 0)).collect();
		validators.push(last.clone());
		pallet_session::Validators::<Runtime>::put(validators);
		// The limit is a third of all but one.
		let out = (0..(count - 1) / 3 - 1).map(|index| (index, OffenceSeverity::max_severity()));
		pallet_session::DisabledValidators::<Runtime>::put(out.collect::<Vec<_>>());
	}

	fn decide(epoch: EpochIndex, deeds: &[DeedId]) {
		<Self as pallet_availability::BenchmarkHelper>::decide(deeds, epoch..epoch + 1);
	}
}

impl pallet_learning::BenchmarkHelper for Setup {
	fn running_job(nodes: &[AccountId]) -> (JobId, AccountId) {
		use r1_primitives::traits::PlacementHandler as _;
		let replicas = nodes.len() as u32;
		let (job, round, _) = <Self as pallet_oracles::BenchmarkHelper>::waiting_job(replicas);
		let owner: AccountId = frame_benchmarking::account("operator", 0, 0);
		let deeds = nodes.iter().map(|node| {
			let deed = pallet_node_deeds::Issued::<Runtime>::get() + 1;
			crate::NodeDeeds::issue_linked_as(deed, DeedTerms::Node, &owner, node);
			deed
		});
		Poai::place(job, round, &deeds.collect::<Vec<_>>()).expect("the job waits for them");
		(job, frame_benchmarking::account("developer", 0, 0))
	}

	fn set_oracles(nodes: &[AccountId]) {
		let oracles = nodes.iter().map(|node| pallet_oracles::Oracle {
			node: node.clone(),
			key: key_of(node.as_ref()).into(),
		});
		let epoch = pallet_oracles::EpochNow::<Runtime>::get().unwrap_or(0);
		pallet_oracles::EpochNow::<Runtime>::put(epoch);
		let oracles = BoundedVec::truncate_from(oracles.collect());
		pallet_oracles::EpochOracles::<Runtime>::insert(epoch, oracles);
	}
}

/// A key that nobody has.
fn key_of(seed: &[u8]) -> sp_core::sr25519::Public {
	sp_core::sr25519::Public::from_raw(sp_io::hashing::blake2_256(seed))
}
