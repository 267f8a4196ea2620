// SPDX-License-Identifier: Apache-2.0

//! What the calls around licences cost: claims by the number of epochs and deeds, a link, a sale.
//!
//! A program, not a timed test: each call runs on the state of the local preset, in memory, and the
//! program prints one JSON object. For each call it has the weight that the chain charges, and the
//! time that it took here: the median of several runs of the runtime as it is built natively,
//! without a database below it.

#![expect(clippy::print_stdout, reason = "a program: its result is on stdout")]
#![expect(clippy::disallowed_types, reason = "a benchmark takes the time")]

use frame_support::{
	BoundedVec,
	dispatch::{DispatchClass, GetDispatchInfo as _},
	traits::tokens::nonfungibles_v2::Mutate as _,
	weights::Weight,
};
use pallet_availability::{
	Accounts, Checkpoint, DeedsSold, DeedsSoldCount, RewardAccount, WorkVolume, WorkVolumeCount,
};
use pallet_nfts::ItemConfig;
use pallet_node_deeds::{Deed, DeedOfNode, Deeds, Issued, MasterCollection, PurchaseOrder};
use pallet_oracles::{Availability as Table, AvailabilityPage, EpochNow, FirstUndecided};
use r1_primitives::{
	DEEDS_PER_PAGE, DeedId, DeedTerms, EpochIndex, LinkProof, PurchasePermit, R1, SignedBody as _,
	USDC, page_of,
};
use ratio1_runtime::{
	AccountId, Nfts, Runtime, RuntimeCall, RuntimeOrigin, System, configs::RuntimeBlockWeights,
	genesis_state::genesis_state,
};
use serde_json::{Value, json};
use sp_core::{Pair as _, ed25519, sr25519};
use sp_io::TestExternalities;
use sp_runtime::{MultiSignature, traits::Dispatchable as _};
use std::time::{Duration, Instant};

/// Epochs that one deed has not claimed.
const EPOCHS: [u32; 4] = [1, 30, 365, 3_650];

/// Licence-epochs that a transaction of the deployed network can hold.
const DEPLOYED_LICENCE_EPOCHS: u32 = 5_000;

/// Deeds and epochs of the largest claim.
const LARGEST: (u32, u32) = (100, 500);

/// Runs of each call; the median counts.
const RUNS: usize = 5;

/// The collection of the Node Deeds.
const NODE_COLLECTION: u32 = pallet_node_deeds::COLLECTION;

fn main() {
	let mut calls = Vec::new();
	for epochs in EPOCHS {
		let name = format!("claim of {epochs} epochs, Node Deed");
		calls.push(measure(&name, || claim(&[node_deed(0)], epochs)));
	}
	for epochs in EPOCHS {
		let name = format!("claim of {epochs} epochs, Master Deed");
		calls.push(measure(&name, || claim(&[master_deed(0)], epochs)));
	}
	calls.push(measure("claim of 30 epochs, 100 Node Deeds of one page", || {
		claim(&(0..100).map(node_deed).collect::<Vec<_>>(), 30)
	}));
	calls.push(measure("claim of 30 epochs, 100 Node Deeds over all pages", || {
		// As far apart as deeds can be.
		claim(&(0..100).map(|index| node_deed(index * 460)).collect::<Vec<_>>(), 30)
	}));
	let (deeds, epochs) = LARGEST;
	calls.push(measure(
		&format!("claim of {epochs} epochs, {deeds} Node Deeds of one page"),
		|| claim(&(0..deeds).map(node_deed).collect::<Vec<_>>(), epochs),
	));
	calls.push(measure("link", link));
	for units in [1, 5] {
		calls.push(measure(&format!("buy of {units}"), || buy(units)));
	}
	let result = json!({
		"deployed_licence_epochs": DEPLOYED_LICENCE_EPOCHS,
		"licence_epochs": deeds * epochs,
		"block_ref_time": normal_ref_time(),
		"calls": calls,
	});
	println!("{result:#}");
}

/// A call with its caller, and the state that it runs on.
struct Scene {
	state: TestExternalities,
	caller: AccountId,
	call: RuntimeCall,
}

/// A deed of the state that a claim is made on.
#[derive(Clone, Copy)]
struct Position {
	deed: DeedId,
	terms: DeedTerms,
}

/// The `index`-th Node Deed; deed 1 is the Genesis Deed.
fn node_deed(index: u32) -> Position {
	Position { deed: 2 + index, terms: DeedTerms::Node }
}

/// The `index`-th Master Deed, which is of the largest size and past its cliff.
fn master_deed(index: u32) -> Position {
	let allocation = r1_math::master_deed::ALLOCATION_MAX;
	Position { deed: 2 + index, terms: DeedTerms::Master { allocation, first_epoch: 0 } }
}

/// Runs a call some times, each time on a state of its own.
fn measure(name: &str, scene: impl Fn() -> Scene) -> Value {
	let mut times = Vec::new();
	let (mut declared, mut used) = (Weight::zero(), Weight::zero());
	for _ in 0..RUNS {
		let Scene { mut state, caller, call } = scene();
		declared = call.get_dispatch_info().total_weight();
		let (time, outcome) = state.execute_with(|| {
			let started = Instant::now();
			let outcome = call.dispatch(RuntimeOrigin::signed(caller));
			(started.elapsed(), outcome)
		});
		let outcome = outcome.unwrap_or_else(|error| panic!("{name}: {:?}", error.error));
		used = outcome.actual_weight.unwrap_or(declared);
		times.push(time);
	}
	json!({
		"call": name,
		"declared_ref_time": declared.ref_time(),
		"used_ref_time": used.ref_time(),
		"used_share": used.ref_time() as f64 / normal_ref_time() as f64,
		"used_proof_size": used.proof_size(),
		"native_micros": median(times).as_secs_f64() * 1e6,
	})
}

fn median(mut times: Vec<Duration>) -> Duration {
	times.sort_unstable();
	times[times.len() / 2]
}

/// What ordinary transactions may take in a block.
fn normal_ref_time() -> u64 {
	let weights = RuntimeBlockWeights::get();
	let class = weights.get(DispatchClass::Normal);
	class.max_total.unwrap_or(weights.max_block).ref_time()
}

fn genesis() -> TestExternalities {
	let state = genesis_state("local_testnet").expect("the preset exists");
	let mut state = TestExternalities::from(state);
	state.execute_with(|| System::set_block_number(1));
	state
}

/// A claim of deeds that all have so many decided epochs with full availability.
fn claim(positions: &[Position], epochs: EpochIndex) -> Scene {
	let owner = person("//Bob");
	let mut state = genesis();
	state.execute_with(|| {
		EpochNow::<Runtime>::put(epochs);
		FirstUndecided::<Runtime>::put(epochs);
		let last = positions.iter().map(|position| position.deed).max().unwrap_or(1);
		Issued::<Runtime>::put(last);
		for position in positions {
			give(*position, &owner);
		}
		for epoch in 0..epochs {
			fill_table(epoch, positions);
			grow_adoption(epoch);
		}
	});
	let deeds = positions.iter().map(|position| position.deed).collect();
	let call = pallet_availability::Call::claim {
		deeds: BoundedVec::truncate_from(deeds),
		epochs_max: epochs,
	};
	Scene { state, caller: owner, call: call.into() }
}

/// Issues a deed that is linked to a node since epoch 0.
fn give(Position { deed, terms }: Position, owner: &AccountId) {
	let collection = match terms {
		DeedTerms::Node => NODE_COLLECTION,
		_ => MasterCollection::<Runtime>::get().expect("genesis creates it"),
	};
	Nfts::mint_into(&collection, &deed, owner, &ItemConfig::default(), true)
		.expect("the item is new");
	let mut node = [0xee; 32];
	node[..4].copy_from_slice(&deed.to_le_bytes());
	let node = AccountId::new(node);
	DeedOfNode::<Runtime>::insert(&node, deed);
	let record = Deed { terms, node: Some(node), linked_at_secs: 1, is_banned: false };
	Deeds::<Runtime>::insert(deed, record);
	Accounts::<Runtime>::insert(deed, RewardAccount::default());
}

fn fill_table(epoch: EpochIndex, positions: &[Position]) {
	let page_full = AvailabilityPage::truncate_from(vec![u8::MAX; DEEDS_PER_PAGE as usize]);
	for (page, _) in positions.iter().filter_map(|position| page_of(position.deed)) {
		Table::<Runtime>::insert(epoch, page, &page_full);
	}
}

/// Adds a checkpoint of both totals in an epoch, so that adoption rises and every epoch reads both.
fn grow_adoption(epoch: EpochIndex) {
	let of = |total| Checkpoint { epoch, total };
	DeedsSold::<Runtime>::insert(epoch, of(u128::from(epoch)));
	DeedsSoldCount::<Runtime>::put(epoch + 1);
	WorkVolume::<Runtime>::insert(epoch, of(u128::from(epoch) * 1_000 * USDC));
	WorkVolumeCount::<Runtime>::put(epoch + 1);
}

fn link() -> Scene {
	let owner = person("//Bob");
	let mut state = genesis();
	let position = node_deed(0);
	let node = ed25519::Pair::from_seed(&[7; 32]);
	let signature = state.execute_with(|| {
		Issued::<Runtime>::put(position.deed);
		Nfts::mint_into(&NODE_COLLECTION, &position.deed, &owner, &ItemConfig::default(), true)
			.expect("the item is new");
		Deeds::<Runtime>::insert(position.deed, Deed::new(position.terms));
		let proof = LinkProof {
			owner: owner.clone().into(),
			deed: position.deed,
			node: node.public().0,
			last_linked_at_secs: 0,
			expires_at_epoch: 9,
		};
		node.sign(&proof.signing_payload(&System::block_hash(0).0))
	});
	let call = pallet_node_deeds::Call::link {
		deed: position.deed,
		node: AccountId::new(node.public().0),
		expires_at_epoch: 9,
		signature,
	};
	Scene { state, caller: owner, call: call.into() }
}

fn buy(units: u32) -> Scene {
	let buyer = person("//Bob");
	let issuer = sr25519::Pair::from_string("//Alice", None).expect("a well-known key");
	let mut state = genesis();
	let permit = PurchasePermit {
		buyer: buyer.clone().into(),
		invoice: [7; 32],
		usd_limit: 10_000,
		tax_basis_points: 2_100,
		expires_at_epoch: 9,
	};
	let signature = state.execute_with(|| {
		use frame_support::traits::Hooks as _;
		// The first block samples the price.
		ratio1_runtime::NodeDeeds::on_initialize(1);
		issuer.sign(&permit.signing_payload(&System::block_hash(0).0))
	});
	let order =
		PurchaseOrder { units, tier: 1, price_per_deed_max: 1_000_000 * R1, allow_partial: false };
	let call = pallet_node_deeds::Call::buy {
		order,
		permit,
		issuer: AccountId::new(issuer.public().0),
		signature: MultiSignature::Sr25519(signature),
	};
	Scene { state, caller: buyer, call: call.into() }
}

/// An account that the preset endows.
fn person(uri: &str) -> AccountId {
	AccountId::new(sr25519::Pair::from_string(uri, None).expect("a well-known key").public().0)
}
