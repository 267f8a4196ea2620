// SPDX-License-Identifier: Apache-2.0

//! Benchmarks of the worst case of each call and hook.

use crate::{
	Call, Config, Deed, DeedOfNode, Deeds, GenesisDeed, IsPaused, Issued, Link, LiquidityShare,
	MasterCollection, MasterPermit, MasterPermits, NodeDeedsSold, Pallet, PermitIssuers,
	PriceSamples, PurchaseOrder,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	BoundedBTreeSet, BoundedVec,
	traits::{EnsureOrigin, fungible::Mutate},
};
use frame_system::RawOrigin;
use pallet_nfts::{Pallet as Nfts, PriceDirection, PriceWithDirection};
use r1_math::node_deed::{DEEDS_MAX, LAST_TIER, TIERS};
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex, LinkProof, PurchasePermit, R1, SignedBody,
	traits::{CurrentEpoch, DeedInspect, Market, RewardLedger},
};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_runtime::{
	AccountId32, MultiSignature, MultiSigner,
	traits::{Get, IdentifyAccount, One, StaticLookup},
};

/// Names the keys that the benchmarks make.
const KEY_TYPE: KeyTypeId = KeyTypeId(*b"node");

/// What the benchmarks need from the runtime.
pub trait BenchmarkHelper {
	/// Makes the market give a price, by the longest way that it has to find one, and so deep that
	/// the largest purchase of the dearest tier hardly moves it.
	fn open_market();

	/// Gives a deed's reward account as many payments as it keeps.
	fn fill_history(deed: DeedId);
}

/// Fills the samples with the market's price.
fn fill_price_samples<T: Config>() {
	let price = T::Market::spot_price().expect("the market is open");
	let samples = vec![price; T::PriceSamplesMax::get() as usize];
	PriceSamples::<T>::put(BoundedVec::truncate_from(samples));
}

/// Issues the next deed, a Node Deed, to `owner` and links it to the `index`-th node, so that
/// nothing waits to be claimed.
fn linked_deed<T: Config>(owner: &AccountId32, index: u32) -> DeedId {
	let deed = Issued::<T>::get() + 1;
	Pallet::<T>::issue_linked(deed, owner, &account("node", index, 0));
	deed
}

/// Gives a Master Deed to `owner`, links it, and authorises something.
fn linked_master<T: Config>(owner: &AccountId32, permit: MasterPermit<AccountId32>) -> DeedId {
	Pallet::<T>::do_assign_master(owner.clone(), R1).expect("the deed can be given");
	let deed = Issued::<T>::get();
	let node: AccountId32 = account("node", deed, 0);
	Deeds::<T>::mutate(deed, |record| {
		let record = record.as_mut().expect("the deed is issued");
		record.node = Some(node.clone());
		record.linked_at_secs = 1;
	});
	DeedOfNode::<T>::insert(node, deed);
	T::Rewards::on_linked(deed, T::Epochs::current_epoch());
	MasterPermits::<T>::insert(deed, permit);
	deed
}

/// Sets a price, approves as many transfers as an item can have, and offers a swap.
fn arrange_everything<T: Config>(owner: &AccountId32, collection: u32, deed: DeedId) {
	let origin = || T::RuntimeOrigin::from(RawOrigin::Signed(owner.clone()));
	let buyer = T::Lookup::unlookup(account("buyer", 0, 0));
	let longest = T::MaxDeadlineDuration::get();
	Nfts::<T>::set_price(origin(), collection, deed, Some(1u32.into()), Some(buyer))
		.expect("the owner may sell");
	for index in 0..T::ApprovalsLimit::get() {
		let delegate = T::Lookup::unlookup(account("delegate", index, 0));
		Nfts::<T>::approve_transfer(origin(), collection, deed, delegate, Some(longest))
			.expect("there is room for the approval");
	}
	let price = PriceWithDirection { amount: 1u32.into(), direction: PriceDirection::Receive };
	Nfts::<T>::create_swap(
		origin(),
		collection,
		deed,
		collection,
		Some(deed),
		Some(price),
		longest,
	)
	.expect("the owner may swap");
}

/// The consent of a new node to be linked to a deed.
fn new_link<T: Config>(owner: &AccountId32, deed: DeedId) -> Link<AccountId32> {
	let public = sp_io::crypto::ed25519_generate(KEY_TYPE, None);
	let expires_at_epoch = EpochIndex::MAX;
	let last_linked_at_secs = Deeds::<T>::get(deed).map_or(0, |record| record.linked_at_secs);
	let proof = LinkProof {
		owner: owner.clone().into(),
		deed,
		node: public.0,
		last_linked_at_secs,
		expires_at_epoch,
	};
	let payload = proof.signing_payload(&Pallet::<T>::genesis_hash());
	let signature: ed25519::Signature =
		sp_io::crypto::ed25519_sign(KEY_TYPE, &public, &payload).expect("the key is ours");
	Link { deed, node: AccountId32::from(public.0), expires_at_epoch, signature }
}

/// Fills all places of issuers but one; returns an account that is not among them.
fn fill_issuers<T: Config>() -> AccountId32 {
	let issuers = (1..T::PermitIssuersMax::get()).map(|index| account("issuer", index, 0));
	let issuers = BoundedBTreeSet::try_from(issuers.collect::<alloc::collections::BTreeSet<_>>());
	PermitIssuers::<T>::put(issuers.expect("there are places for all of them"));
	account("issuer", 0, 0)
}

impl<T: Config> Pallet<T> {
	/// Issues a Node Deed, and all before it, and links it to a node: for the benchmarks of others
	/// too.
	///
	/// # Panics
	///
	/// The deed was issued before.
	pub fn issue_linked(deed: DeedId, owner: &AccountId32, node: &AccountId32) {
		Self::issue_linked_as(deed, DeedTerms::Node, owner, node);
		NodeDeedsSold::<T>::mutate(|sold| *sold += 1);
	}

	/// Issues a deed of any kind, and all before it, and links it to a node.
	///
	/// # Panics
	///
	/// The deed was issued before.
	pub fn issue_linked_as(
		deed: DeedId,
		terms: DeedTerms,
		owner: &AccountId32,
		node: &AccountId32,
	) {
		Self::issue_item(terms, deed, owner).expect("the item is new");
		Issued::<T>::put(deed.max(Issued::<T>::get()));
		// Linked at no time, so that no cooldown holds, whatever the clock of the benchmark says.
		Deeds::<T>::insert(deed, Deed { node: Some(node.clone()), ..Deed::new(terms) });
		DeedOfNode::<T>::insert(node, deed);
		T::Rewards::on_linked(deed, T::Epochs::current_epoch());
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst: the median of all samples, an issuer whose signature takes longest to check among as
	/// many as there can be, liquidity that is added and reserved both, all accounts of the payment,
	/// and every deed is a new item. The last tier holds as many deeds as any purchase may.
	#[benchmark]
	fn buy(n: Linear<1, { T::DeedsPerPurchaseMax::get() }>) {
		let buyer: AccountId32 = whitelisted_caller();
		T::BenchmarkHelper::open_market();
		fill_price_samples::<T>();
		let last_tier_units = TIERS.last().expect("there are tiers").units;
		Pallet::<T>::set_sold(DEEDS_MAX - last_tier_units);
		for account in [&buyer, &T::LiquidityAccount::get()] {
			<T as Config>::Currency::set_balance(account, 100_000_000 * R1);
		}
		LiquidityShare::<T>::put(5_000);
		fill_issuers::<T>();
		let public = sp_io::crypto::ecdsa_generate(KEY_TYPE, None);
		let issuer = MultiSigner::Ecdsa(public).into_account();
		Pallet::<T>::do_add_permit_issuer(issuer.clone()).expect("there is a place left");
		let permit = PurchasePermit {
			buyer: buyer.clone().into(),
			invoice: [7; 32],
			usd_limit: u32::MAX,
			tax_basis_points: 2_100,
			expires_at_epoch: EpochIndex::MAX,
		};
		let payload = permit.signing_payload(&Pallet::<T>::genesis_hash());
		let signature =
			sp_io::crypto::ecdsa_sign(KEY_TYPE, &public, &payload).expect("the key is ours");
		let order = PurchaseOrder {
			units: n,
			tier: LAST_TIER,
			price_per_deed_max: u128::MAX,
			allow_partial: false,
		};
		let issued = Issued::<T>::get();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer.clone()),
			order,
			permit,
			issuer,
			MultiSignature::Ecdsa(signature),
		);

		assert_eq!(Pallet::<T>::owner_of(issued + n), Some(buyer));
	}

	/// Worst: the deed is linked to another node, whose link ends first.
	#[benchmark]
	fn link() {
		let owner: AccountId32 = whitelisted_caller();
		let deed = linked_deed::<T>(&owner, 0);
		let Link { deed, node, expires_at_epoch, signature } = new_link::<T>(&owner, deed);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed, node.clone(), expires_at_epoch, signature);

		assert_eq!(Pallet::<T>::node_of(deed), Some(node));
	}

	/// Worst: a Master Deed, whose collection is looked up, with everything arranged for it in
	/// pallet-nfts that can be taken back.
	#[benchmark]
	fn unlink() {
		let owner: AccountId32 = whitelisted_caller();
		let deed = linked_master::<T>(&owner, MasterPermit::Burn);
		let collection = MasterCollection::<T>::get().expect("a Master Deed is issued");
		arrange_everything::<T>(&owner, collection, deed);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed);

		assert_eq!(Pallet::<T>::node_of(deed), None);
		assert!(!pallet_nfts::ItemPriceOf::<T>::contains_key(collection, deed));
		assert!(!pallet_nfts::PendingSwapOf::<T>::contains_key(collection, deed));
		let item = pallet_nfts::Item::<T>::get(collection, deed).expect("the deed has an item");
		assert!(item.approvals.is_empty());
	}

	/// Worst: each deed is linked to another node, whose link ends first.
	#[benchmark]
	fn link_batch(n: Linear<1, { T::LinksPerBatchMax::get() }>) {
		let owner: AccountId32 = whitelisted_caller();
		let links: Vec<_> = (0..n)
			.map(|index| new_link::<T>(&owner, linked_deed::<T>(&owner, index)))
			.collect();
		let last = links.last().cloned().expect("there is a link");

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), BoundedVec::truncate_from(links));

		assert_eq!(Pallet::<T>::node_of(last.deed), Some(last.node));
	}

	/// Worst: a Master Deed, as it is counted for both owners; the link of a Node Deed costs less.
	#[benchmark]
	fn transfer() {
		let owner: AccountId32 = whitelisted_caller();
		let to: AccountId32 = account("receiver", 0, 0);
		Pallet::<T>::do_assign_master(to.clone(), R1).expect("the deed can be given");
		if !GenesisDeed::<T>::exists() {
			Pallet::<T>::do_issue_genesis_deed(account("treasury", 0, 0)).expect("it is the first");
		}
		let deed = linked_master::<T>(&owner, MasterPermit::TransferTo(to.clone()));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed, to.clone());

		assert_eq!(Pallet::<T>::owner_of(deed), Some(to));
	}

	/// Worst: a Master Deed that is linked, and whose account keeps all the payments that it can.
	#[benchmark]
	fn burn() {
		let owner: AccountId32 = whitelisted_caller();
		let deed = linked_master::<T>(&owner, MasterPermit::Burn);
		T::BenchmarkHelper::fill_history(deed);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed);

		assert_eq!(Pallet::<T>::owner_of(deed), None);
	}

	/// Worst: the first one of a chain whose collection is still to be created.
	#[benchmark]
	fn assign_master() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let owner: AccountId32 = account("owner", 0, 0);
		MasterCollection::<T>::kill();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, owner.clone(), R1);

		assert_eq!(Pallet::<T>::owner_of(Issued::<T>::get()), Some(owner));
		Ok(())
	}

	/// Worst: the collection is still to be created.
	#[benchmark]
	fn issue_genesis_deed() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let owner: AccountId32 = account("owner", 0, 0);
		MasterCollection::<T>::kill();
		// The genesis that the benchmarks start from may have issued it.
		GenesisDeed::<T>::kill();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, owner.clone());

		assert_eq!(GenesisDeed::<T>::get().and_then(Pallet::<T>::owner_of), Some(owner));
		Ok(())
	}

	/// Worst: another authorisation is replaced.
	#[benchmark]
	fn authorise_transfer() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let to: AccountId32 = account("receiver", 0, 0);
		let deed = linked_master::<T>(&account("owner", 0, 0), MasterPermit::Burn);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, deed, to.clone());

		assert_eq!(MasterPermits::<T>::get(deed), Some(MasterPermit::TransferTo(to)));
		Ok(())
	}

	/// Worst: another authorisation is replaced.
	#[benchmark]
	fn authorise_burn() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let owner: AccountId32 = account("owner", 0, 0);
		let deed = linked_master::<T>(&owner, MasterPermit::TransferTo(owner.clone()));

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, deed);

		assert_eq!(MasterPermits::<T>::get(deed), Some(MasterPermit::Burn));
		Ok(())
	}

	/// There is one way through.
	#[benchmark]
	fn revoke_authorisation() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let deed = linked_master::<T>(&account("owner", 0, 0), MasterPermit::Burn);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, deed);

		assert_eq!(MasterPermits::<T>::get(deed), None);
		Ok(())
	}

	/// There is one way through.
	#[benchmark]
	fn ban() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let deed = linked_deed::<T>(&account("owner", 0, 0), 0);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, deed);

		assert!(!Pallet::<T>::is_active(deed));
		Ok(())
	}

	/// There is one way through.
	#[benchmark]
	fn unban() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let deed = linked_deed::<T>(&account("owner", 0, 0), 0);
		Pallet::<T>::do_ban(deed).expect("it is not banned");

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, deed);

		assert!(Pallet::<T>::is_active(deed));
		Ok(())
	}

	/// There is one way through.
	#[benchmark]
	fn pause() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin);

		assert!(IsPaused::<T>::get());
		Ok(())
	}

	/// There is one way through.
	#[benchmark]
	fn unpause() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		IsPaused::<T>::put(true);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin);

		assert!(!IsPaused::<T>::get());
		Ok(())
	}

	/// Worst: the last place is taken.
	#[benchmark]
	fn add_permit_issuer() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let issuer = fill_issuers::<T>();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, issuer.clone());

		assert!(PermitIssuers::<T>::get().contains(&issuer));
		Ok(())
	}

	/// Worst: all places are taken.
	#[benchmark]
	fn remove_permit_issuer() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let issuer = fill_issuers::<T>();
		Pallet::<T>::do_add_permit_issuer(issuer.clone()).expect("there is a place left");

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, issuer.clone());

		assert!(!PermitIssuers::<T>::get().contains(&issuer));
		Ok(())
	}

	/// Worst: a share above 0, for which the liquidity account is looked at.
	#[benchmark]
	fn set_liquidity_share() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		<T as Config>::Currency::set_balance(&T::LiquidityAccount::get(), R1);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 10_000);

		assert_eq!(LiquidityShare::<T>::get(), 10_000);
		Ok(())
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
