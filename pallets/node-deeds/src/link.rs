// SPDX-License-Identifier: Apache-2.0

//! Links between deeds and nodes: a node's consent, the cooldown, and when a link may end.

use crate::{Config, Deed, DeedOfNode, Deeds, Error, Event, Link, Pallet};
use frame_support::{ensure, traits::UnixTime};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{
	DeedId, LinkProof, SignedBody,
	traits::{CurrentEpoch, RewardLedger},
};
use sp_core::ed25519;
use sp_runtime::{
	DispatchResult,
	traits::{Get, Verify, Zero},
};

impl<T: Config> Pallet<T> {
	/// Links deeds of `owner`, one after the other.
	pub(crate) fn do_link(
		owner: &T::AccountId,
		links: impl IntoIterator<Item = Link<T::AccountId>>,
	) -> DispatchResult {
		Self::ensure_not_paused()?;
		links.into_iter().try_for_each(|link| Self::link_one(owner, link))
	}

	pub(crate) fn do_unlink(owner: &T::AccountId, deed: DeedId) -> DispatchResult {
		Self::ensure_not_paused()?;
		let record = Self::deed_of_owner(deed, owner)?;
		ensure!(record.node.is_some(), Error::<T>::DeedNotLinked);
		ensure!(!record.is_banned, Error::<T>::DeedBanned);
		Self::end_link(deed, owner, record)?;
		Ok(())
	}

	/// Ends a link, if there is one, and if nothing that the deed earned by it would be lost;
	/// returns the record as it is then.
	pub(crate) fn end_link(
		deed: DeedId,
		owner: &T::AccountId,
		record: Deed<T::AccountId>,
	) -> Result<Deed<T::AccountId>, Error<T>> {
		ensure!(record.node.is_none() || T::Rewards::may_unlink(deed), Error::<T>::UnclaimedEpochs);
		Ok(Self::cut_link(deed, owner, record))
	}

	/// Ends a link, if there is one, whatever is lost by it; returns the record as it is then.
	pub(crate) fn cut_link(
		deed: DeedId,
		owner: &T::AccountId,
		mut record: Deed<T::AccountId>,
	) -> Deed<T::AccountId> {
		if let Some(node) = record.node.take() {
			DeedOfNode::<T>::remove(&node);
			Deeds::<T>::insert(deed, &record);
			let epoch = T::Epochs::current_epoch();
			Self::deposit_event(Event::NodeUnlinked { deed, owner: owner.clone(), node, epoch });
		}
		record
	}

	/// The record of a deed that `owner` owns.
	pub(crate) fn deed_of_owner(
		deed: DeedId,
		owner: &T::AccountId,
	) -> Result<Deed<T::AccountId>, Error<T>> {
		let record = Deeds::<T>::get(deed).ok_or(Error::<T>::UnknownDeed)?;
		let deed_owner = Self::item_owner(record.terms, deed).ok_or(Error::<T>::UnknownDeed)?;
		ensure!(deed_owner == *owner, Error::<T>::NotDeedOwner);
		Ok(record)
	}

	fn link_one(owner: &T::AccountId, link: Link<T::AccountId>) -> DispatchResult {
		let Link { deed, node, expires_at_epoch, signature } = link;
		let record = Self::deed_of_owner(deed, owner)?;
		ensure!(!DeedOfNode::<T>::contains_key(&node), Error::<T>::NodeAlreadyLinked);
		ensure!(!record.is_banned, Error::<T>::DeedBanned);
		let now_secs = T::Time::now().as_secs();
		ensure!(
			record.may_be_linked_at(now_secs, T::LinkCooldownSecs::get()),
			Error::<T>::LinkCooldown
		);
		let epoch = T::Epochs::current_epoch();
		ensure!(epoch <= expires_at_epoch, Error::<T>::NodeProofExpired);
		let proof = LinkProof {
			owner: owner.clone().into(),
			deed,
			node: node.clone().into(),
			expires_at_epoch,
		};
		ensure!(Self::is_signed_by_node(&proof, &signature), Error::<T>::InvalidNodeProof);

		let record = Self::end_link(deed, owner, record)?;
		DeedOfNode::<T>::insert(&node, deed);
		Deeds::<T>::insert(
			deed,
			Deed { node: Some(node.clone()), linked_at_secs: now_secs, ..record },
		);
		T::Rewards::on_linked(deed, epoch);

		Self::deposit_event(Event::NodeLinked { deed, owner: owner.clone(), node, epoch });
		Ok(())
	}

	fn is_signed_by_node(proof: &LinkProof, signature: &ed25519::Signature) -> bool {
		let payload = proof.signing_payload(&Self::genesis_hash());
		signature.verify(payload.as_slice(), &ed25519::Public::from_raw(proof.node))
	}

	/// Names the chain in everything that is signed outside of it; never pruned.
	pub(crate) fn genesis_hash() -> [u8; 32] {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).0
	}
}
