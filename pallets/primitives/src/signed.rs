// SPDX-License-Identifier: Apache-2.0

//! What is signed, and how it is told apart from everything else that is signed.

use crate::{DeedId, EpochIndex, NodeKey};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A body that somebody signs outside the chain.
///
/// The signed bytes are `r1/<purpose>/v1 || genesis hash || SCALE(body)`: a signature made for one
/// purpose or one chain means nothing for another. Each body holds an epoch, a nonce or an expiry.
pub trait SignedBody: Encode {
	/// What the signature is for, in kebab case.
	const PURPOSE: &'static str;

	/// The bytes to sign.
	fn signing_payload(&self, genesis_hash: &[u8; 32]) -> Vec<u8> {
		let mut payload = Vec::with_capacity(
			// Only a capacity: a wrong guess costs one reallocation.
			self.size_hint().saturating_add(64),
		);
		payload.extend_from_slice(b"r1/");
		payload.extend_from_slice(Self::PURPOSE.as_bytes());
		payload.extend_from_slice(b"/v1");
		payload.extend_from_slice(genesis_hash);
		self.encode_to(&mut payload);
		payload
	}
}

/// A node's consent to be linked to a deed: signed with the node key, given to the deed's owner.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct LinkProof {
	/// The account that may use the proof.
	pub owner: [u8; 32],
	/// The deed that the node agrees to be linked to.
	pub deed: DeedId,
	/// The node that agrees, whose key signs.
	pub node: NodeKey,
	/// Unix time of the deed's last link before this one, in seconds; 0 if there was none.
	///
	/// It changes with each link, so that a proof is good for one.
	pub last_linked_at_secs: u64,
	/// The last epoch in which the proof may be used.
	pub expires_at_epoch: EpochIndex,
}

impl SignedBody for LinkProof {
	const PURPOSE: &'static str = "link";
}

/// Leave to buy Node Deeds: signed by a permit issuer, who knows the buyer, and used up by one
/// purchase.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct PurchasePermit {
	/// The account that may buy.
	pub buyer: [u8; 32],
	/// Number of the invoice, which the issuer gives once and the chain accepts once.
	pub invoice: [u8; 32],
	/// The most that the buyer may ever have bought for, this purchase included; in whole US
	/// dollars without tax.
	pub usd_limit: u32,
	/// Value added tax on top of the price, in basis points; at most 10 000.
	pub tax_basis_points: u16,
	/// The last epoch in which the permit may be used.
	pub expires_at_epoch: EpochIndex,
}

impl SignedBody for PurchasePermit {
	const PURPOSE: &'static str = "purchase";
}
