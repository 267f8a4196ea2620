// SPDX-License-Identifier: Apache-2.0

//! What people and governance ask of the pallet in tests, signed as it has to be.

use super::*;
use crate::{Deeds, Link, PurchaseOrder};
use frame_support::BoundedVec;
use r1_primitives::{LinkProof, PurchasePermit, SignedBody};
use sp_core::{H256, Pair, ecdsa, ed25519, sr25519};
use sp_runtime::{DispatchResult, traits::IdentifyAccount};

/// A key that signs permits, of any kind that an account may have.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a test holds few of them")]
pub(crate) enum Signer {
	Ed25519(ed25519::Pair),
	Sr25519(sr25519::Pair),
	Ecdsa(ecdsa::Pair),
}

impl Signer {
	pub(crate) fn account(&self) -> AccountId32 {
		match self {
			Self::Ed25519(pair) => MultiSigner::from(pair.public()).into_account(),
			Self::Sr25519(pair) => MultiSigner::from(pair.public()).into_account(),
			Self::Ecdsa(pair) => MultiSigner::from(pair.public()).into_account(),
		}
	}

	fn sign(&self, payload: &[u8]) -> MultiSignature {
		match self {
			Self::Ed25519(pair) => pair.sign(payload).into(),
			Self::Sr25519(pair) => pair.sign(payload).into(),
			Self::Ecdsa(pair) => pair.sign(payload).into(),
		}
	}
}

/// The key of the issuer that the chain knows from genesis on.
pub(crate) fn issuer_key() -> Signer {
	Signer::Ed25519(ed25519::Pair::from_seed(&[200; 32]))
}

/// The issuer that the chain knows from genesis on.
pub(crate) fn issuer() -> AccountId32 {
	issuer_key().account()
}

/// A purchase, and what an issuer signed for it; a test changes one field to make it wrong.
#[derive(Clone)]
pub(crate) struct Purchase {
	pub(crate) buyer: AccountId32,
	pub(crate) order: PurchaseOrder,
	pub(crate) permit: PurchasePermit,
	pub(crate) issuer: AccountId32,
	pub(crate) signer: Signer,
	pub(crate) signed: PurchasePermit,
	pub(crate) signed_for_chain: H256,
}

impl Purchase {
	/// A purchase that is permitted in the current epoch, without tax and without limits.
	///
	/// The invoice follows from the deeds issued, so that no two purchases that succeed share one.
	pub(crate) fn new(buyer: AccountId32, units: u32, tier: u8) -> Self {
		let mut invoice = [0; 32];
		invoice[..4].copy_from_slice(&crate::Issued::<Test>::get().to_be_bytes());
		let permit = PurchasePermit {
			buyer: buyer.clone().into(),
			invoice,
			usd_limit: u32::MAX,
			tax_basis_points: 0,
			expires_at_epoch: Epoch::get(),
		};
		Self {
			buyer,
			order: PurchaseOrder {
				units,
				tier,
				price_per_deed_max: u128::MAX,
				allow_partial: false,
			},
			permit,
			issuer: issuer(),
			signer: issuer_key(),
			signed: permit,
			signed_for_chain: genesis_hash(),
		}
	}

	/// Changes the permit before it is signed.
	pub(crate) fn with_permit(mut self, change: impl FnOnce(&mut PurchasePermit)) -> Self {
		change(&mut self.permit);
		Self { signed: self.permit, ..self }
	}

	/// Lets somebody else sign.
	pub(crate) fn signed_by(self, signer: Signer) -> Self {
		Self { issuer: signer.account(), signer, ..self }
	}

	pub(crate) fn with_tax(self, basis_points: u16) -> Self {
		self.with_permit(|permit| permit.tax_basis_points = basis_points)
	}

	pub(crate) fn with_price_max(mut self, price_per_deed_max: u128) -> Self {
		self.order.price_per_deed_max = price_per_deed_max;
		self
	}

	pub(crate) fn allow_partial(mut self) -> Self {
		self.order.allow_partial = true;
		self
	}

	/// Signs and submits; the deeds' weight that is refunded is a test of its own.
	pub(crate) fn submit(self) -> DispatchResult {
		let origin = RuntimeOrigin::signed(self.buyer.clone());
		self.submit_from(origin).map(|_| ()).map_err(|error| error.error)
	}

	pub(crate) fn submit_from(
		self,
		origin: RuntimeOrigin,
	) -> frame_support::dispatch::DispatchResultWithPostInfo {
		let payload = self.signed.signing_payload(self.signed_for_chain.as_fixed_bytes());
		let signature = self.signer.sign(&payload);
		NodeDeeds::buy(origin, self.order, self.permit, self.issuer, signature)
	}
}

/// Buys deeds, as permitted.
pub(crate) fn buy(buyer: AccountId32, units: u32, tier: u8) -> DispatchResult {
	Purchase::new(buyer, units, tier).submit()
}

/// The key of the `index`-th test node.
pub(crate) fn node_key(index: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[index; 32])
}

/// The account of the `index`-th test node.
pub(crate) fn node(index: u8) -> AccountId32 {
	AccountId32::new(node_key(index).public().0)
}

pub(crate) fn genesis_hash() -> H256 {
	System::block_hash(0)
}

/// A request to link, and what the node signed for it; a test changes one field to make it wrong.
pub(crate) struct LinkRequest {
	pub(crate) caller: AccountId32,
	pub(crate) deed: DeedId,
	pub(crate) node: AccountId32,
	pub(crate) expires_at_epoch: EpochIndex,
	pub(crate) signer: ed25519::Pair,
	pub(crate) signed: LinkProof,
	pub(crate) signed_for_chain: H256,
}

impl LinkRequest {
	/// A request of `caller` that the `index`-th test node agreed to until the current epoch.
	pub(crate) fn new(caller: AccountId32, deed: DeedId, index: u8) -> Self {
		let expires_at_epoch = Epoch::get();
		Self {
			deed,
			node: node(index),
			expires_at_epoch,
			signer: node_key(index),
			signed: LinkProof {
				owner: caller.clone().into(),
				deed,
				node: node(index).into(),
				last_linked_at_secs: Deeds::<Test>::get(deed)
					.map_or(0, |record| record.linked_at_secs),
				expires_at_epoch,
			},
			signed_for_chain: genesis_hash(),
			caller,
		}
	}

	/// Lets the node agree until another epoch than the current one.
	pub(crate) fn until(mut self, expires_at_epoch: EpochIndex) -> Self {
		self.signed.expires_at_epoch = expires_at_epoch;
		Self { expires_at_epoch, ..self }
	}

	pub(crate) fn submit(self) -> DispatchResult {
		submit_link(self.caller.clone(), self.sign())
	}

	/// The same as a part of a batch.
	pub(crate) fn sign(self) -> Link<AccountId32> {
		let payload = self.signed.signing_payload(self.signed_for_chain.as_fixed_bytes());
		let signature = self.signer.sign(&payload);
		let Self { deed, node, expires_at_epoch, .. } = self;
		Link { deed, node, expires_at_epoch, signature }
	}
}

/// Asks for a link with a consent that was given before.
pub(crate) fn submit_link(caller: AccountId32, link: Link<AccountId32>) -> DispatchResult {
	let Link { deed, node, expires_at_epoch, signature } = link;
	NodeDeeds::link(RuntimeOrigin::signed(caller), deed, node, expires_at_epoch, signature)
}

/// Links deeds of `caller` to test nodes, with their consent, all or none.
pub(crate) fn link_batch(caller: AccountId32, links: &[(DeedId, u8)]) -> DispatchResult {
	let links = links
		.iter()
		.map(|(deed, index)| LinkRequest::new(caller.clone(), *deed, *index).sign());
	let links = BoundedVec::try_from(links.collect::<Vec<_>>()).expect("the batch is not too long");
	NodeDeeds::link_batch(RuntimeOrigin::signed(caller), links)
}

/// Links a deed of `caller` to the `index`-th test node, with its consent.
pub(crate) fn link(caller: AccountId32, deed: DeedId, index: u8) -> DispatchResult {
	LinkRequest::new(caller, deed, index).submit()
}

pub(crate) fn unlink(caller: AccountId32, deed: DeedId) -> DispatchResult {
	NodeDeeds::unlink(RuntimeOrigin::signed(caller), deed)
}

/// Lets the cooldown of everything that is linked now end.
pub(crate) fn pass_cooldown() {
	NowSecs::set(&(NowSecs::get() + COOLDOWN_SECS + 1));
}

/// Gives a Master Deed to `owner`.
pub(crate) fn assign(owner: AccountId32, allocation: u128) -> DispatchResult {
	NodeDeeds::assign_master(RuntimeOrigin::root(), owner, allocation)
}

pub(crate) fn transfer(from: AccountId32, deed: DeedId, to: AccountId32) -> DispatchResult {
	NodeDeeds::transfer(RuntimeOrigin::signed(from), deed, to)
}

pub(crate) fn burn(owner: AccountId32, deed: DeedId) -> DispatchResult {
	NodeDeeds::burn(RuntimeOrigin::signed(owner), deed)
}

pub(crate) fn ban(deed: DeedId) -> DispatchResult {
	NodeDeeds::ban(RuntimeOrigin::root(), deed)
}

pub(crate) fn unban(deed: DeedId) -> DispatchResult {
	NodeDeeds::unban(RuntimeOrigin::root(), deed)
}

pub(crate) fn pause() -> DispatchResult {
	NodeDeeds::pause(RuntimeOrigin::root())
}

pub(crate) fn unpause() -> DispatchResult {
	NodeDeeds::unpause(RuntimeOrigin::root())
}

pub(crate) fn authorise_transfer(deed: DeedId, to: AccountId32) -> DispatchResult {
	NodeDeeds::authorise_transfer(RuntimeOrigin::root(), deed, to)
}

pub(crate) fn authorise_burn(deed: DeedId) -> DispatchResult {
	NodeDeeds::authorise_burn(RuntimeOrigin::root(), deed)
}
