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
use frame_support::{
	BoundedVec,
	traits::{Get as _, fungible::Mutate as _, fungibles::Mutate as _},
};
use pallet_oracles::{AvailabilityPage, JobQuality};
use pallet_poai::{JobKind, Specification};
use r1_math::node_deed::DEEDS_MAX;
use r1_primitives::{
	DEEDS_PER_PAGE, DeedId, EpochIndex, JobId, PlacementRound, page_of, traits::Market as _,
};

frame_benchmarking::define_benchmarks!(
	[pallet_node_deeds, crate::NodeDeeds]
	[pallet_oracles, crate::Oracles]
	[pallet_availability, crate::Availability]
	[pallet_poai, crate::Poai]
);

/// Sets up, for a pallet that is measured, what it reads in others.
#[derive(Debug)]
pub struct Setup;

/// Fills the samples of the price with the pool's, so that the average is what a swap yields.
fn sample_spot_price() {
	let price = Pool::spot_price().expect("the preset opens the pool");
	let samples = vec![price; 16];
	pallet_node_deeds::PriceSamples::<Runtime>::put(BoundedVec::truncate_from(samples));
}

/// Issues `deeds` and links each to a node of its own.
fn activate(deeds: impl IntoIterator<Item = (DeedId, AccountId)>) -> Vec<DeedId> {
	let activated = deeds.into_iter().map(|(deed, owner)| {
		let node: AccountId = frame_benchmarking::account("node", deed, 0);
		crate::NodeDeeds::issue_linked(deed, &owner, &node);
		deed
	});
	activated.collect()
}

impl pallet_node_deeds::BenchmarkHelper for Setup {
	fn open_market() {
		assert!(Pool::spot_price().is_some(), "the preset opens the pool");
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
		activate((1..=count).map(|deed| (deed, frame_benchmarking::account("operator", deed, 0))))
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
		Poai::create_job(origin, JobKind::Inference, 1, replicas, epochs, specification)
			.expect("the developer orders a job");
		let job = pallet_poai::NextJobId::<Runtime>::get() - 1;
		let deeds = <Self as pallet_poai::BenchmarkHelper>::active_deeds(replicas);
		(job, 0, deeds)
	}
}

impl pallet_availability::BenchmarkHelper for Setup {
	/// Spreads the deeds over all pages of the table: two share one only if there are more deeds
	/// than pages.
	fn set_up(owner: &AccountId, deeds: u32, epochs: EpochIndex) -> Vec<DeedId> {
		let distance = DEEDS_MAX / deeds.max(1);
		let deeds = activate((0..deeds).map(|index| (1 + index * distance, owner.clone())));
		let page_full = AvailabilityPage::truncate_from(vec![u8::MAX; DEEDS_PER_PAGE as usize]);
		for epoch in 0..epochs {
			for (page, _) in deeds.iter().filter_map(|deed| page_of(*deed)) {
				pallet_oracles::Availability::<Runtime>::insert(epoch, page, &page_full);
			}
		}
		<Self as pallet_poai::BenchmarkHelper>::enter_epoch(epochs);
		deeds
	}
}
