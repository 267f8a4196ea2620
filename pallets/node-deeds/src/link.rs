// SPDX-License-Identifier: Apache-2.0

//! Links between deeds and nodes: a node's consent, the cooldown, and when a link may end.

use crate::{Config, Deed, DeedOfNode, Deeds, Error, Event, Pallet};
use frame_support::{ensure, traits::UnixTime};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{
	DeedId, EpochIndex, LinkProof, SignedBody,
	traits::{CurrentEpoch, RewardLedger},
};
use sp_core::ed25519;
use sp_runtime::{
	DispatchResult,
	traits::{Get, Verify, Zero},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_link(
		owner: T::AccountId,
		deed: DeedId,
		node: T::AccountId,
		expires_at_epoch: EpochIndex,
		signature: &ed25519::Signature,
	) -> DispatchResult {
		let record = Self::deed_of_owner(deed, &owner)?;
		ensure!(!DeedOfNode::<T>::contains_key(&node), Error::<T>::NodeAlreadyLinked);
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
		ensure!(Self::is_signed_by_node(&proof, signature), Error::<T>::InvalidNodeProof);

		if let Some(previous_node) = record.node {
			Self::end_link(deed, &owner, previous_node, record.linked_at_secs)?;
		}
		DeedOfNode::<T>::insert(&node, deed);
		Deeds::<T>::insert(deed, Deed { node: Some(node.clone()), linked_at_secs: now_secs });
		T::Rewards::on_linked(deed, epoch);

		Self::deposit_event(Event::NodeLinked { deed, owner, node, epoch });
		Ok(())
	}

	pub(crate) fn do_unlink(owner: T::AccountId, deed: DeedId) -> DispatchResult {
		let record = Self::deed_of_owner(deed, &owner)?;
		let node = record.node.ok_or(Error::<T>::DeedNotLinked)?;
		Self::end_link(deed, &owner, node, record.linked_at_secs)
	}

	/// Ends a link that exists, if nothing that the deed earned by it would be lost.
	fn end_link(
		deed: DeedId,
		owner: &T::AccountId,
		node: T::AccountId,
		linked_at_secs: u64,
	) -> DispatchResult {
		ensure!(T::Rewards::is_claimed_up_to_date(deed), Error::<T>::UnclaimedEpochs);

		DeedOfNode::<T>::remove(&node);
		Deeds::<T>::insert(deed, Deed { node: None, linked_at_secs });

		let epoch = T::Epochs::current_epoch();
		Self::deposit_event(Event::NodeUnlinked { deed, owner: owner.clone(), node, epoch });
		Ok(())
	}

	fn deed_of_owner(deed: DeedId, owner: &T::AccountId) -> Result<Deed<T::AccountId>, Error<T>> {
		let record = Deeds::<T>::get(deed).ok_or(Error::<T>::UnknownDeed)?;
		let deed_owner = Self::item_owner(deed).ok_or(Error::<T>::UnknownDeed)?;
		ensure!(deed_owner == *owner, Error::<T>::NotDeedOwner);
		Ok(record)
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
