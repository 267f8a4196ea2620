// SPDX-License-Identifier: Apache-2.0

//! The chain that an input acts on: its state, its blocks, and its clock.

use crate::{actions::report::Report, checks, people::Node};
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo as _},
	traits::{Authorize as _, GetCallMetadata as _, fungible::Inspect as _},
	weights::Weight,
};
use frame_system::RawOrigin;
use fuzzing::{Choices, Coverage};
use pallet_node_deeds::{Deeds, GenesisDeed, Issued, MasterCollection, Moving};
use pallet_oracles::{EpochNow, EpochOracles};
use r1_primitives::{EpochIndex, OracleIndex};
use ratio1_runtime::{
	BlockNumber, Executive, Hash, Header, Nfts, Runtime, RuntimeCall, RuntimeOrigin, System,
	UncheckedExtrinsic,
	configs::{RuntimeBlockWeights, UsdcAsset},
	constants::time::MILLISECS_PER_BLOCK,
	genesis_state::genesis_state,
};
use sp_consensus_babe::digests::{CompatibleDigestItem as _, PreDigest, SecondaryPlainPreDigest};
use sp_core::storage::Storage;
use sp_io::TestExternalities;
use sp_runtime::{
	Digest, DigestItem,
	traits::{Dispatchable as _, Header as _},
	transaction_validity::TransactionSource,
};
use std::{collections::BTreeMap, sync::LazyLock};

/// The state of the preset, which every input starts from.
static GENESIS: LazyLock<Storage> =
	LazyLock::new(|| genesis_state("development").expect("the preset exists; qed"));

/// The slot of the first block: some day in 2027.
const FIRST_SLOT: u64 = 900_000_000;

/// Slots in an epoch of the preset: a minute of slots of two seconds.
const SLOTS_PER_EPOCH: u64 = 30;

/// A chain in the middle of a block.
pub(crate) struct World {
	pub(crate) state: TestExternalities,
	/// The newest block, which is being made.
	number: BlockNumber,
	parent: Hash,
	slot: u64,
	/// All USDC there is: nothing here makes any.
	usdc_issuance: u128,
	/// What the oracles have committed to.
	pub(crate) reports: BTreeMap<(EpochIndex, OracleIndex), Report>,
	pub(crate) coverage: Coverage,
}

impl World {
	/// A chain in its first block; in a few cases one on which the Genesis Deed is still to be
	/// issued.
	pub(crate) fn new(choices: &mut Choices<'_>) -> Self {
		let mut state = TestExternalities::from(GENESIS.clone());
		if choices.one_in(8) {
			state.execute_with(forget_genesis_deed);
		}
		let usdc_issuance = state.execute_with(UsdcAsset::total_issuance);
		let mut world = Self {
			state,
			number: 1,
			parent: Hash::repeat_byte(7),
			slot: FIRST_SLOT,
			usdc_issuance,
			reports: BTreeMap::new(),
			coverage: Coverage::new(),
		};
		world.begin_block();
		world
	}

	/// Ends the last block; what was reached in all.
	pub(crate) fn finish(mut self) -> Coverage {
		self.end_block();
		self.coverage
	}

	/// Looks at the state, or changes it behind the back of the pallets.
	pub(crate) fn with<R>(&mut self, look: impl FnOnce() -> R) -> R {
		self.state.execute_with(look)
	}

	/// The epoch that the chain is in.
	pub(crate) fn epoch(&mut self) -> EpochIndex {
		self.with(|| EpochNow::<Runtime>::get().expect("the first block starts the clock"))
	}

	/// The oracles of an epoch, by position; none if they are forgotten.
	pub(crate) fn oracles(&mut self, epoch: EpochIndex) -> Vec<Node> {
		let oracles = self.with(|| EpochOracles::<Runtime>::get(epoch));
		let node = |account| Node::of(account).expect("only our nodes have session keys; qed");
		oracles.iter().map(|oracle| node(&oracle.node)).collect()
	}

	/// Names the chain in what is signed.
	pub(crate) fn genesis_hash(&mut self) -> [u8; 32] {
		self.with(|| System::block_hash(0).0)
	}

	// # Blocks

	pub(crate) fn next_block(&mut self) {
		self.enter_slot(self.slot + 1);
	}

	/// Goes to the first slot of the epoch that is so many after the current one, of 1 at least.
	pub(crate) fn skip_epochs(&mut self, epochs: u32) {
		let epoch = u64::from(self.epoch()) + u64::from(epochs);
		self.enter_slot(FIRST_SLOT + epoch * SLOTS_PER_EPOCH);
	}

	fn enter_slot(&mut self, slot: u64) {
		self.end_block();
		self.slot = slot;
		self.number += 1;
		self.begin_block();
	}

	/// Begins a block as its author does: with the slot in the digest, and the time.
	fn begin_block(&mut self) {
		// By nobody whom a call in it could put out of the session: a validator would not finish such
		// a block, and another one would make it.
		let authority_index = u32::MAX;
		let slot = SecondaryPlainPreDigest { authority_index, slot: self.slot.into() };
		let slot = DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(slot));
		let header = Header::new(
			self.number,
			Hash::default(),
			Hash::default(),
			self.parent,
			Digest { logs: vec![slot] },
		);
		let now = self.slot * MILLISECS_PER_BLOCK;
		let inherent = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now }.into());
		self.with(|| {
			Executive::initialize_block(&header);
			assert_eq!(Executive::apply_extrinsic(inherent), Ok(Ok(())), "the time is set");
		});
	}

	fn end_block(&mut self) {
		let header = self.with(Executive::finalize_block);
		self.parent = header.hash();
		self.note_events();
		let usdc_issuance = self.usdc_issuance;
		self.with(|| checks::check_state(usdc_issuance));
	}

	// # Calls

	/// Dispatches a call, whoever may have signed it; whether it succeeded.
	pub(crate) fn call(&mut self, origin: RuntimeOrigin, call: impl Into<RuntimeCall>) -> bool {
		let call = call.into();
		let name = name_of(&call);
		let declared = call.get_dispatch_info().call_weight;
		if !self.make_room(declared) {
			self.reach(name, "too heavy for a block");
			return false;
		}
		let is_ours = checks::is_ours(&call);
		let measured = self.measure(|| call.dispatch(origin));
		let (post_info, outcome) = match &measured.result {
			Ok(post_info) => (post_info, "ok"),
			Err(error) => (&error.post_info, <&'static str>::from(error.error)),
		};
		let charged = post_info.actual_weight.unwrap_or(declared);
		if is_ours {
			assert!(charged.all_lte(declared), "{name}: {charged:?} of {declared:?}, {outcome}");
			measured.check_proof(&name, charged);
		}
		if measured.result.is_err() {
			measured.check_unchanged(&name);
		}
		self.use_up(charged);
		self.reach(name, outcome);
		measured.result.is_ok()
	}

	/// Dispatches a call that needs no account, if its signature authorizes it; whether it did.
	pub(crate) fn authorized_call(&mut self, call: impl Into<RuntimeCall>) -> bool {
		let call = call.into();
		let name = name_of(&call);
		let declared = call.weight_of_authorize();
		// Both in one block: the next one may close a window.
		assert!(self.make_room(declared + call.get_dispatch_info().call_weight), "{name}");
		let measured = self.measure(|| call.authorize(TransactionSource::External));
		measured.check_unchanged(&name);
		let is_pooled = measured.result.is_some_and(|validity| validity.is_ok());
		let measured = self.measure(|| call.authorize(TransactionSource::InBlock));
		measured.check_unchanged(&name);
		measured.check_proof(&format!("{name}, authorizing"), declared);
		match measured.result.expect("the call can be authorized; qed") {
			Ok(_) => {
				assert!(is_pooled, "a block takes {name}, and no pool");
				self.use_up(declared);
				let is_done = self.call(RawOrigin::Authorized.into(), call);
				assert!(is_done, "{name} was authorized, and failed");
				true
			},
			Err(error) => {
				self.reach(name, &format!("refused: {error:?}"));
				false
			},
		}
	}

	/// Begins another block if a call has no room in this one; `false` if it has room in none.
	///
	/// There is no room in a block that ends a session: it counts as full.
	fn make_room(&mut self, declared: Weight) -> bool {
		let limits = RuntimeBlockWeights::get();
		let of_class = limits.get(DispatchClass::Normal);
		if of_class.max_extrinsic.is_some_and(|most| !declared.all_lte(most)) {
			return false;
		}
		// The next block may be one that ends a session.
		for _ in 0..2 {
			if !self.has_room(declared) {
				self.next_block();
			}
		}
		true
	}

	fn has_room(&mut self, declared: Weight) -> bool {
		let limits = RuntimeBlockWeights::get();
		let used = self.with(System::block_weight);
		let used_by_class = used.get(DispatchClass::Normal).saturating_add(declared);
		let of_class = limits.get(DispatchClass::Normal);
		used.total().saturating_add(declared).all_lte(limits.max_block)
			&& of_class.max_total.is_none_or(|most| used_by_class.all_lte(most))
	}

	/// Counts what a call was charged for, so that what is left for the hooks is as in any block.
	fn use_up(&mut self, charged: Weight) {
		self.with(|| System::register_extra_weight_unchecked(charged, DispatchClass::Normal));
	}

	pub(crate) fn reach(&mut self, what: String, outcome: &str) {
		self.coverage.insert((what, outcome.to_owned()));
	}
}

/// A call as people name it: `NodeDeeds.buy`.
fn name_of(call: &RuntimeCall) -> String {
	let metadata = call.get_call_metadata();
	format!("{}.{}", metadata.pallet_name, metadata.function_name)
}

/// Takes back what genesis did about the Genesis Deed, as if the preset had named no owner.
fn forget_genesis_deed() {
	let deed = GenesisDeed::<Runtime>::take().expect("the preset names an owner; qed");
	let collection = MasterCollection::<Runtime>::get().expect("genesis creates it; qed");
	Moving::<Runtime>::put(deed);
	Nfts::do_burn(collection, deed, |_| Ok(())).expect("the item is not locked; qed");
	Moving::<Runtime>::kill();
	Deeds::<Runtime>::remove(deed);
	Issued::<Runtime>::kill();
}
