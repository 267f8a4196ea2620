// SPDX-License-Identifier: Apache-2.0

//! Random histories against a model small enough to be obviously right.

use crate::{COLLECTION, DeedOfNode, Deeds, Error, Issued, mock::*};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use r1_primitives::{DeedId, traits::DeedInspect};
use sp_runtime::{AccountId32, DispatchResult};
use std::collections::BTreeMap;

const TEST_NODES: u8 = 4;

/// Deeds that a history sells, and the highest number that a random call names: the model knows
/// nothing of tiers.
const TEST_DEEDS: DeedId = 12;

#[derive(Clone, Copy, Debug)]
enum Step {
	Buy { buyer: bool, units: u32 },
	Link { caller: bool, deed: DeedId, node: u8 },
	Unlink { caller: bool, deed: DeedId },
	Transfer { from: bool, deed: DeedId },
	PassTime { secs: u64 },
	SetUnclaimed { deed: Option<DeedId> },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = any::<bool>;
	let deed = || 0..=TEST_DEEDS;
	let step = prop_oneof![
		2 => (who(), 0..4u32).prop_map(|(buyer, units)| Step::Buy { buyer, units }),
		4 => (who(), deed(), 0..TEST_NODES)
			.prop_map(|(caller, deed, node)| Step::Link { caller, deed, node }),
		2 => (who(), deed()).prop_map(|(caller, deed)| Step::Unlink { caller, deed }),
		2 => (who(), deed()).prop_map(|(from, deed)| Step::Transfer { from, deed }),
		1 => prop_oneof![Just(COOLDOWN_SECS), Just(COOLDOWN_SECS + 1), 1..COOLDOWN_SECS]
			.prop_map(|secs| Step::PassTime { secs }),
		1 => prop::option::of(deed()).prop_map(|deed| Step::SetUnclaimed { deed }),
	];
	prop::collection::vec(step, 1..60)
}

fn person(is_alice: bool) -> AccountId32 {
	if is_alice { ALICE } else { BOB }
}

/// What a deed should be.
#[derive(Clone, Debug)]
struct ModelDeed {
	owner: AccountId32,
	node: Option<u8>,
	linked_at: Option<u64>,
}

/// What the pallet should do.
#[derive(Default)]
struct Model {
	/// Deed 1 comes first.
	deeds: Vec<ModelDeed>,
	unclaimed: Option<DeedId>,
}

impl Model {
	fn index_of(&self, caller: &AccountId32, deed: DeedId) -> Result<usize, Error<Test>> {
		let index = (deed as usize).checked_sub(1).ok_or(Error::UnknownDeed)?;
		let record = self.deeds.get(index).ok_or(Error::UnknownDeed)?;
		if record.owner == *caller { Ok(index) } else { Err(Error::NotDeedOwner) }
	}

	fn buy(&mut self, buyer: AccountId32, units: u32) -> Result<(), Error<Test>> {
		if units == 0 {
			return Err(Error::ZeroUnits);
		}
		let deed = ModelDeed { owner: buyer, node: None, linked_at: None };
		self.deeds.extend(vec![deed; units as usize]);
		Ok(())
	}

	fn link(&mut self, caller: &AccountId32, deed: DeedId, node: u8) -> Result<(), Error<Test>> {
		let index = self.index_of(caller, deed)?;
		let record = &self.deeds[index];
		if self.deeds.iter().any(|other| other.node == Some(node)) {
			return Err(Error::NodeAlreadyLinked);
		}
		if record.linked_at.is_some_and(|at| NowSecs::get() - at <= COOLDOWN_SECS) {
			return Err(Error::LinkCooldown);
		}
		if record.node.is_some() && self.unclaimed == Some(deed) {
			return Err(Error::UnclaimedEpochs);
		}
		self.deeds[index].node = Some(node);
		self.deeds[index].linked_at = Some(NowSecs::get());
		Ok(())
	}

	fn unlink(&mut self, caller: &AccountId32, deed: DeedId) -> Result<(), Error<Test>> {
		let index = self.index_of(caller, deed)?;
		if self.deeds[index].node.is_none() {
			return Err(Error::DeedNotLinked);
		}
		if self.unclaimed == Some(deed) {
			return Err(Error::UnclaimedEpochs);
		}
		self.deeds[index].node = None;
		Ok(())
	}

	/// Whether pallet-nfts lets the deed go.
	fn transfer(&mut self, from: &AccountId32, deed: DeedId, to: AccountId32) -> bool {
		match self.index_of(from, deed) {
			Ok(index) if self.deeds[index].node.is_none() => {
				self.deeds[index].owner = to;
				true
			},
			_ => false,
		}
	}

	/// Plays a step on both sides, and compares what they say.
	fn play(&mut self, step: Step) {
		match step {
			Step::Buy { .. } if self.deeds.len() >= TEST_DEEDS as usize => {},
			Step::Buy { buyer, units } => {
				agree(|| buy(person(buyer), units, 1), self.buy(person(buyer), units))
			},
			Step::Link { caller, deed, node } => {
				agree(|| link(person(caller), deed, node), self.link(&person(caller), deed, node))
			},
			Step::Unlink { caller, deed } => {
				agree(|| unlink(person(caller), deed), self.unlink(&person(caller), deed))
			},
			Step::Transfer { from, deed } => {
				let (from, to) = (person(from), person(!from));
				let signed = RuntimeOrigin::signed(from.clone());
				let moved =
					with_storage_layer(|| Nfts::transfer(signed, COLLECTION, deed, to.clone()));
				assert_eq!(moved.is_ok(), self.transfer(&from, deed, to));
			},
			Step::PassTime { secs } => NowSecs::set(&(NowSecs::get() + secs)),
			Step::SetUnclaimed { deed } => {
				UnclaimedDeed::set(&deed);
				self.unclaimed = deed;
			},
		}
	}

	/// Compares the pallet's state with the model's.
	fn check(&self) {
		assert_eq!(Issued::<Test>::get() as usize, self.deeds.len());
		assert_eq!(Deeds::<Test>::iter().count(), self.deeds.len());
		let mut nodes = BTreeMap::new();
		for (record, deed) in self.deeds.iter().zip(1..) {
			assert_eq!(NodeDeeds::owner_of(deed).as_ref(), Some(&record.owner));
			assert_eq!(NodeDeeds::node_of(deed), record.node.map(node));
			if let Some(index) = record.node {
				let linked_before = nodes.insert(node(index), deed);
				assert_eq!(linked_before, None, "a node is linked to two deeds");
			}
		}
		assert_eq!(DeedOfNode::<Test>::iter().collect::<BTreeMap<_, _>>(), nodes);
		NodeDeeds::do_try_state().expect("the invariants hold");
	}
}

/// Runs a call as a block would, undone if it fails; it must end as the model says.
fn agree(call: impl FnOnce() -> DispatchResult, expected: Result<(), Error<Test>>) {
	assert_eq!(with_storage_layer(call), expected.map_err(Into::into));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn pallet_should_agree_with_the_model_after_every_step(steps in steps()) {
		ExtBuilder::default().build_and_execute(|| {
			let mut model = Model::default();
			for step in steps {
				model.play(step);
				model.check();
			}
		});
	}
}
