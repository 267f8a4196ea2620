// SPDX-License-Identifier: Apache-2.0

//! What must hold, whatever is called.

use crate::world::World;
use codec::Encode as _;
use frame_support::{dispatch::DispatchClass, traits::fungible::Inspect as _, weights::Weight};
use ratio1_runtime::{
	Availability, Balances, Burn, Hash, Learning, NodeDeeds, Oracles, Poai, RuntimeCall,
	RuntimeEvent, System, Validators,
	configs::{RuntimeBlockWeights, UsdcAsset},
	constants::currency::R1_CAP,
};
use std::fmt::Debug;

/// Bytes of proof that a call may need beyond what it is charged for.
///
/// The benchmarks leave out what every block reads anyway: its number, the phase that it is in and
/// the counter of its events. A call that reads nothing else needs 1.1 KiB for them here.
pub const PROOF_UNCOUNTED: u64 = 2 * 1024;

/// A call and the proof of what it did.
pub(crate) struct Measured<R> {
	pub(crate) result: R,
	/// Size of the storage proof, in bytes.
	proof_size: u64,
	root_before: Hash,
	root_after: Hash,
}

impl<R> Measured<R> {
	/// The proof is no larger than what is charged for it.
	pub(crate) fn check_proof(&self, name: &str, charged: Weight) {
		let allowed = charged.proof_size().saturating_add(PROOF_UNCOUNTED);
		let needed = self.proof_size;
		assert!(needed <= allowed, "{name} needs {needed} bytes of proof, and may {allowed}");
	}

	/// The state is what it was.
	pub(crate) fn check_unchanged(&self, name: &str) {
		assert_eq!(self.root_before, self.root_after, "{name} changed the state");
	}
}

impl World {
	/// Does something and records the proof of it.
	pub(crate) fn measure<R>(&mut self, act: impl FnOnce() -> R) -> Measured<R> {
		// All events of a block are one value. A chain appends to it without a proof.
		self.note_events();
		let root_before = self.commit();
		let (result, proof) = self.state.execute_and_prove(act);
		let proof_size = proof.encoded_size() as u64;
		let root_after = self.commit();
		Measured { result, proof_size, root_before, root_after }
	}

	/// Writes what has changed into the trie, which alone can prove what is read; its root.
	fn commit(&mut self) -> Hash {
		self.state.commit_all().expect("no transaction is open; qed");
		*self.state.backend.root()
	}

	/// Notes which events our pallets have emitted, and forgets all of them.
	pub(crate) fn note_events(&mut self) {
		let events = self.with(|| {
			let events = System::events();
			System::reset_events();
			events
		});
		for record in events {
			let (pallet, event) = match &record.event {
				RuntimeEvent::NodeDeeds(event) => ("NodeDeeds", variant_of(event)),
				RuntimeEvent::Oracles(event) => ("Oracles", variant_of(event)),
				RuntimeEvent::Availability(event) => ("Availability", variant_of(event)),
				RuntimeEvent::Poai(event) => ("Poai", variant_of(event)),
				RuntimeEvent::Burn(event) => ("Burn", variant_of(event)),
				RuntimeEvent::Validators(event) => ("Validators", variant_of(event)),
				RuntimeEvent::Learning(event) => ("Learning", variant_of(event)),
				_ => continue,
			};
			self.reach(format!("{pallet} event"), &event);
		}
	}
}

/// Whether a call is of a pallet of ours, whose weights are known to fit this runtime.
pub(crate) fn is_ours(call: &RuntimeCall) -> bool {
	matches!(
		call,
		RuntimeCall::NodeDeeds(_)
			| RuntimeCall::Oracles(_)
			| RuntimeCall::Availability(_)
			| RuntimeCall::Poai(_)
			| RuntimeCall::Burn(_)
			| RuntimeCall::Validators(_)
			| RuntimeCall::Learning(_)
	)
}

/// What must hold of the state after each block; there was so much USDC at genesis.
pub(crate) fn check_state(usdc_issuance: u128) {
	assert_eq!(NodeDeeds::do_try_state(), Ok(()), "node-deeds");
	assert_eq!(Oracles::do_try_state(), Ok(()), "oracles");
	assert_eq!(Availability::do_try_state(), Ok(()), "availability");
	assert_eq!(Poai::do_try_state(), Ok(()), "poai");
	assert_eq!(Burn::do_try_state(), Ok(()), "burn");
	assert_eq!(Validators::do_try_state(), Ok(()), "validators");
	assert_eq!(Learning::do_try_state(), Ok(()), "learning");
	let issuance = Balances::total_issuance();
	assert!(issuance <= R1_CAP, "{issuance} base units of R1 exist");
	assert_eq!(UsdcAsset::total_issuance(), usdc_issuance, "USDC was made or lost");
	// A session's end alone counts as a full block, so no call may be beside it.
	let (used, most) = (System::block_weight(), RuntimeBlockWeights::get().max_block);
	let is_within =
		used.total().all_lte(most) || *used.get(DispatchClass::Normal) == Weight::zero();
	assert!(is_within, "a block weighs {:?} of {most:?}", used.total());
}

/// The name of an event's variant.
fn variant_of(event: &impl Debug) -> String {
	let text = format!("{event:?}");
	// FRAME writes the name of the enum before it.
	let name = text.strip_prefix("Event::").unwrap_or(&text);
	name.split(|letter: char| !letter.is_alphanumeric())
		.next()
		.unwrap_or(name)
		.to_owned()
}
