// SPDX-License-Identifier: Apache-2.0

//! Benchmarks of the worst case of each call and hook.

use crate::{Call, Config, Deed, DeedOfNode, Deeds, Issued, Pallet, PriceSamples};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{BoundedVec, traits::fungible::Mutate};
use frame_system::RawOrigin;
use r1_math::node_deed::{DEEDS_MAX, LAST_TIER, TIERS};
use r1_primitives::{
	DeedId, EpochIndex, LinkProof, R1, SignedBody,
	traits::{CurrentEpoch, DeedInspect, RewardLedger},
};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_runtime::{
	AccountId32,
	traits::{Get, One},
};

/// Names the node keys that the benchmarks make.
const NODE_KEY_TYPE: KeyTypeId = KeyTypeId(*b"node");

/// What the benchmarks need from the runtime.
pub trait BenchmarkHelper {
	/// Makes the market give a price, by the longest way that it has to find one.
	fn open_market();
}

/// Fills the samples with a price of 1 USD.
fn fill_price_samples<T: Config>() {
	let samples = vec![R1; T::PriceSamplesMax::get() as usize];
	PriceSamples::<T>::put(BoundedVec::truncate_from(samples));
}

/// Issues deed 1 to `owner` and links it to a node, so that nothing waits to be claimed.
fn linked_deed<T: Config>(owner: &AccountId32) -> DeedId {
	let deed = 1;
	Pallet::<T>::issue_linked(deed, owner, &account("node", 0, 0));
	deed
}

impl<T: Config> Pallet<T> {
	/// Issues a deed, and all before it, and links it to a node: for the benchmarks of others too.
	///
	/// # Panics
	///
	/// The deed was issued before.
	pub fn issue_linked(deed: DeedId, owner: &AccountId32, node: &AccountId32) {
		Self::issue_item(deed, owner).expect("the item is new");
		Self::set_issued(deed.max(Issued::<T>::get()));
		// Linked at no time, so that no cooldown holds, whatever the clock of the benchmark says.
		Deeds::<T>::insert(deed, Deed { node: Some(node.clone()), linked_at_secs: 0 });
		DeedOfNode::<T>::insert(node, deed);
		T::Rewards::on_linked(deed, T::Epochs::current_epoch());
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst: the average of all samples, three accounts, and every deed is a new item. The last
	/// tier holds as many deeds as any purchase may.
	#[benchmark]
	fn buy(n: Linear<1, { T::DeedsPerPurchaseMax::get() }>) {
		let buyer: AccountId32 = whitelisted_caller();
		fill_price_samples::<T>();
		let last_tier_units = TIERS.last().expect("there are tiers").units;
		let issued = DEEDS_MAX - last_tier_units;
		Pallet::<T>::set_issued(issued);
		<T as Config>::Currency::set_balance(&buyer, 1_000_000_000 * R1);

		#[extrinsic_call]
		_(RawOrigin::Signed(buyer.clone()), n, LAST_TIER, u128::MAX);

		assert_eq!(Pallet::<T>::owner_of(issued + n), Some(buyer));
	}

	/// Worst: the deed is linked to another node, whose link ends first.
	#[benchmark]
	fn link() {
		let owner: AccountId32 = whitelisted_caller();
		let deed = linked_deed::<T>(&owner);
		let public = sp_io::crypto::ed25519_generate(NODE_KEY_TYPE, None);
		let expires_at_epoch = EpochIndex::MAX;
		let proof =
			LinkProof { owner: owner.clone().into(), deed, node: public.0, expires_at_epoch };
		let payload = proof.signing_payload(&Pallet::<T>::genesis_hash());
		let signature: ed25519::Signature =
			sp_io::crypto::ed25519_sign(NODE_KEY_TYPE, &public, &payload).expect("the key is ours");
		let node = AccountId32::from(public.0);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed, node.clone(), expires_at_epoch, signature);

		assert_eq!(Pallet::<T>::node_of(deed), Some(node));
	}

	/// There is one way through.
	#[benchmark]
	fn unlink() {
		let owner: AccountId32 = whitelisted_caller();
		let deed = linked_deed::<T>(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed);

		assert_eq!(Pallet::<T>::node_of(deed), None);
	}

	/// Worst: the market is open, and the oldest of all samples makes room.
	#[benchmark]
	fn sample_price() {
		T::BenchmarkHelper::open_market();
		PriceSamples::<T>::put(BoundedVec::truncate_from(vec![
			0;
			T::PriceSamplesMax::get() as usize
		]));

		#[block]
		{
			Pallet::<T>::sample_price_at(One::one());
		}

		assert!(PriceSamples::<T>::get().last().is_some_and(|price| *price > 0));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
