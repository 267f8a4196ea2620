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
		let terms = record.terms;
		Self::end_link(deed, owner, record)?;
		Self::take_back_arrangements(terms, deed, owner)
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
			last_linked_at_secs: record.linked_at_secs,
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
		if SMALL_ORDER_KEYS.contains(&low_bits(proof.node)) {
			return false;
		}
		let payload = proof.signing_payload(&Self::genesis_hash());
		signature.verify(payload.as_slice(), &ed25519::Public::from_raw(proof.node))
	}

	/// Names the chain in everything that is signed outside of it; never pruned.
	pub(crate) fn genesis_hash() -> [u8; 32] {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).0
	}
}

/// Keys of small order, without the sign of x: the points of the curve that a signature for which
/// nobody needs a secret can be made for. The verification that consensus needs accepts them.
///
/// In order: y = 0, 1, -1, p and p + 1 (which are not canonical), and the two of order 8.
const SMALL_ORDER_KEYS: [[u8; 32]; 7] = [
	[0; 32],
	ends(0x01, 0x00, 0x00),
	ends(0xec, 0xff, 0x7f),
	ends(0xed, 0xff, 0x7f),
	ends(0xee, 0xff, 0x7f),
	[
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
		0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
		0xfc, 0x05,
	],
	[
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
		0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
		0x03, 0x7a,
	],
];

/// Bytes that are all `middle` but for the first and the last.
const fn ends(first: u8, middle: u8, last: u8) -> [u8; 32] {
	let m = middle;
	[
		first, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m,
		m, m, last,
	]
}

/// A key without the sign of x, its highest bit.
fn low_bits(mut key: [u8; 32]) -> [u8; 32] {
	if let Some(last) = key.last_mut() {
		*last &= 0x7f;
	}
	key
}
