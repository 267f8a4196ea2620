// SPDX-License-Identifier: Apache-2.0

//! What closing an epoch weighs in each block, by the number of deeds.
//!
//! A program, not a timed test: it puts the state of a whole epoch into memory, as if a full set of
//! oracles had revealed every page, and calls `on_idle` of `pallet-oracles` block by block, with
//! the weight that a block without transactions leaves it. It prints one JSON object.
//!
//! Weights are what the chain counts with, so the result is the same on every machine, and as good
//! as the pallet's `weights.rs`.

#![expect(clippy::print_stdout, reason = "a program: its result is on stdout")]

use frame_support::{
	BoundedVec,
	dispatch::DispatchClass,
	traits::{Get, Hooks},
	weights::Weight,
};
use pallet_oracles::{
	EpochNow, EpochOracles, EpochRecord, Epochs, FirstUndecided, NextToSettle, OldestSnapshot,
	Oracle, OracleReport, Outcome, PageSet, ReportPage, Reports, Reveals, WeightInfo as _,
};
use pallet_timestamp::WeightInfo as _;
use r1_math::node_deed::DEEDS_MAX;
use r1_primitives::{EpochIndex, OracleIndex, PageIndex, WORK_ENTRIES_MAX, WorkEntry};
use ratio1_runtime::{
	AccountId, BlockNumber, Executive, Header, Oracles, Runtime, System,
	configs::{RuntimeBlockWeights, VALIDATORS_MAX},
	genesis_state::genesis_state,
};
use serde_json::{Value, json};
use sp_io::TestExternalities;
use sp_runtime::traits::Header as _;

/// Numbers of deeds; there can be no more than the last, because the supply is capped.
const DEEDS: [u32; 3] = [1_000, 10_000, DEEDS_MAX];

/// The epoch that is closed.
const EPOCH: EpochIndex = 0;

/// The block after which it is: some block, early enough that every sweep is at its beginning.
const FIRST_BLOCK: BlockNumber = 10;

/// More blocks than any epoch takes; that many mean that one is never decided.
const BLOCKS_MAX: BlockNumber = 1_000;

fn main() {
	let epochs: Vec<Value> = DEEDS.into_iter().map(|deeds| close_epoch(deeds).to_json()).collect();
	let bound = bound();
	let result = json!({
		"oracles": VALIDATORS_MAX,
		"work_entries": WORK_ENTRIES_MAX,
		"steps_per_block": steps_per_block(),
		"bound": weight_to_json(bound),
		"bound_share": share_of_block(bound),
		"epochs": epochs,
	});
	println!("{result:#}");
}

/// How an epoch was closed.
struct Closing {
	deeds: u32,
	/// What `on_idle` used in each block, until the epoch was decided.
	blocks: Vec<Weight>,
}

impl Closing {
	fn to_json(&self) -> Value {
		let most = self.blocks.iter().fold(Weight::zero(), |most, block| most.max(*block));
		let total = self.blocks.iter().fold(Weight::zero(), |sum, block| sum + *block);
		json!({
			"deeds": self.deeds,
			"blocks": self.blocks.len(),
			"block_max": weight_to_json(most),
			"block_max_share": share_of_block(most),
			"total": weight_to_json(total),
			"each_block_ref_time": self.blocks.iter().map(Weight::ref_time).collect::<Vec<_>>(),
		})
	}
}

/// Closes an epoch with so many deeds.
fn close_epoch(deeds: u32) -> Closing {
	let state = genesis_state("local_testnet").expect("the preset exists");
	TestExternalities::from(state).execute_with(|| {
		reveal_everything(deeds);
		let mut blocks = Vec::new();
		for number in FIRST_BLOCK..FIRST_BLOCK + BLOCKS_MAX {
			let left = start_empty_block(number);
			let used = Oracles::on_idle(number, left);
			assert!(used.all_lte(left), "block {number} used more than was left");
			assert!(used.all_lte(bound()), "block {number} used more than the bound");
			blocks.push(used);
			let record = Epochs::<Runtime>::get(EPOCH).expect("it was stored");
			if record.outcome.is_some() {
				assert_eq!(record.outcome, Some(Outcome::Settled));
				assert_eq!(stored_deeds(), deeds);
				return Closing { deeds, blocks };
			}
		}
		panic!("an epoch of {deeds} deeds was not decided in {BLOCKS_MAX} blocks")
	})
}

/// Puts the reports of a full set of oracles into the state, ready to be settled.
fn reveal_everything(deeds: u32) {
	let record = EpochRecord {
		commits_until: FIRST_BLOCK,
		reveals_until: FIRST_BLOCK,
		deeds,
		oracles: VALIDATORS_MAX,
		commits: VALIDATORS_MAX,
		reveals: VALIDATORS_MAX,
		next_epoch: EPOCH + 1,
		outcome: None,
	};
	System::set_block_number(FIRST_BLOCK - 1);
	FirstUndecided::<Runtime>::put(EPOCH);
	NextToSettle::<Runtime>::put(EPOCH);
	OldestSnapshot::<Runtime>::put(EPOCH);
	EpochNow::<Runtime>::put(EPOCH + 1);
	Epochs::<Runtime>::insert(EPOCH, record);
	let indices = 0..VALIDATORS_MAX as OracleIndex;
	let oracles = indices.clone().map(|index| {
		let mut seed = [0; 32];
		seed[..2].copy_from_slice(&index.to_le_bytes());
		Oracle { node: AccountId::new(seed), key: sp_core::sr25519::Public::from_raw(seed).into() }
	});
	EpochOracles::<Runtime>::insert(EPOCH, BoundedVec::truncate_from(oracles.collect()));

	let pages = record.availability_pages();
	let revealed = (0..=pages).fold(PageSet::default(), PageSet::with);
	for oracle in indices {
		let report = OracleReport { commitment: [7; 32], revealed };
		Reports::<Runtime>::insert(EPOCH, oracle, report);
		for page in 0..pages {
			let contents = availability(oracle, record.deeds_in(page));
			Reveals::<Runtime>::insert((EPOCH, page, oracle), contents);
		}
		Reveals::<Runtime>::insert((EPOCH, pages, oracle), work());
	}
}

/// A page on which no two oracles agree.
fn availability(oracle: OracleIndex, deeds: u32) -> ReportPage {
	let values = (0..deeds).map(|deed| (deed + u32::from(oracle)) as u8);
	ReportPage::Availability(BoundedVec::truncate_from(values.collect()))
}

/// As many jobs as a page can hold, each with one node: the most verdicts, in the most steps.
fn work() -> ReportPage {
	let entries =
		(0..WORK_ENTRIES_MAX).map(|entry| WorkEntry { job: 1 + entry, deed: 1, quality: 255 });
	ReportPage::Work(BoundedVec::truncate_from(entries.collect()))
}

/// Begins a block as its author does, and returns the weight that is left when it has no
/// transactions but the timestamp's.
fn start_empty_block(number: BlockNumber) -> Weight {
	let header = Header::new(
		number,
		Default::default(),
		Default::default(),
		System::block_hash(number - 1),
		Default::default(),
	);
	Executive::initialize_block(&header);
	let limits = RuntimeBlockWeights::get();
	let timestamp = <Runtime as pallet_timestamp::Config>::WeightInfo::set();
	let inherents = timestamp + limits.get(DispatchClass::Mandatory).base_extrinsic;
	limits
		.max_block
		.saturating_sub(System::block_weight().total())
		.saturating_sub(inherents)
}

/// What `on_idle` can use at most, whatever there is to settle: the heaviest step in each place,
/// verdicts that become final in each place, and the sweep of ballots.
fn bound() -> Weight {
	type Weights = <Runtime as pallet_oracles::Config>::WeightInfo;
	let heaviest = Weights::settle_begin(VALIDATORS_MAX)
		.max(Weights::settle_availability(VALIDATORS_MAX))
		.max(Weights::settle_work(VALIDATORS_MAX));
	let step = heaviest + Weights::settle_none() + Weights::finalise_verdict();
	step.saturating_mul(steps_per_block().into()) + Weights::sweep_ballots()
}

fn steps_per_block() -> u32 {
	<Runtime as pallet_oracles::Config>::StepsPerBlock::get()
}

/// Deeds that have a verdict.
fn stored_deeds() -> u32 {
	let pages = pallet_oracles::Availability::<Runtime>::iter_prefix(EPOCH);
	pages.map(|(_page, values): (PageIndex, _)| values.len() as u32).sum()
}

fn weight_to_json(weight: Weight) -> Value {
	json!({ "ref_time": weight.ref_time(), "proof_size": weight.proof_size() })
}

/// Share of a block's reference time; its proof has no limit on a chain of its own.
fn share_of_block(weight: Weight) -> f64 {
	weight.ref_time() as f64 / RuntimeBlockWeights::get().max_block.ref_time() as f64
}
