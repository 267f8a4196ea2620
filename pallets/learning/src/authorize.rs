// SPDX-License-Identifier: Apache-2.0

//! What turns a node's signature into a valid transaction, and why it is refused.
//!
//! A node's key holds no money. So what a node says of a round is free, and what passes once cannot
//! pass again: a round takes one thing of each kind from each node that it has invited.

use crate::{Config, Error, Pallet, Publication, Verdict};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{pallet_prelude::*, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{
	NodeKey, SignedBody,
	learning::{AnnounceBody, Announcement, AttestBody, FileKind, PublishBody, RoundId},
};
use sp_core::ed25519;
use sp_runtime::{
	traits::{SaturatedConversion, Saturating, Verify, Zero},
	transaction_validity::TransactionValidityWithRefund,
};

/// Codes of [`InvalidTransaction::Custom`] with which this pallet refuses a transaction.
pub mod refusal {
	/// The content identifier is empty.
	pub const EMPTY_CID: u8 = 1;
	/// The aggregate does not have as many contributors as there are uploads.
	pub const WRONG_CONTRIBUTORS: u8 = 2;
	/// The finding names somebody who has not published such a file.
	pub const NAMED_WRONGLY: u8 = 3;
}

impl<T: Config> Pallet<T> {
	pub(crate) fn authorize_announce(
		_source: TransactionSource,
		round: &RoundId,
		announcement: &Announcement,
		signature: &ed25519::Signature,
	) -> TransactionValidityWithRefund {
		let checked =
			Self::check_announcement(*round, announcement).map_err(|error| refuse(&error))?;
		let body = AnnounceBody { round: *round, announcement: *announcement };
		Self::verify(announcement.account, &body, signature)?;
		Self::accept((b"announce", round, announcement.account), checked.round.ends_at)
	}

	pub(crate) fn authorize_publish(
		_source: TransactionSource,
		round: &RoundId,
		kind: &FileKind,
		publication: &Publication,
		signature: &ed25519::Signature,
	) -> TransactionValidityWithRefund {
		let checked =
			Self::check_publication(*round, *kind, publication).map_err(|error| refuse(&error))?;
		let body = PublishBody { round: *round, kind: *kind, publication: publication.clone() };
		Self::verify(publication.account, &body, signature)?;
		Self::accept((b"publish", round, kind, publication.account), checked.round.ends_at)
	}

	pub(crate) fn authorize_attest(
		_source: TransactionSource,
		round: &RoundId,
		oracle: &NodeKey,
		verdict: &Verdict,
		signature: &ed25519::Signature,
	) -> TransactionValidityWithRefund {
		let checked =
			Self::check_attestation(*round, oracle, verdict).map_err(|error| refuse(&error))?;
		let body = AttestBody { round: *round, oracle: *oracle, verdict: verdict.clone() };
		Self::verify(*oracle, &body, signature)?;
		Self::accept((b"attest", round, oracle), checked.round.ends_at)
	}

	/// The bytes that a node signs.
	pub(crate) fn signing_payload(body: &impl SignedBody) -> Vec<u8> {
		// The hash of block 0 is the one that the system pallet never forgets.
		let genesis_hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		body.signing_payload(genesis_hash.as_fixed_bytes())
	}

	fn verify(
		signer: NodeKey,
		body: &impl SignedBody,
		signature: &ed25519::Signature,
	) -> Result<(), InvalidTransaction> {
		let payload = Self::signing_payload(body);
		match signature.verify(payload.as_slice(), &ed25519::Public::from_raw(signer)) {
			true => Ok(()),
			false => Err(InvalidTransaction::BadProof),
		}
	}

	/// A transaction that alone may carry its tag, and lives until the phase ends.
	fn accept(tag: impl Encode, until: BlockNumberFor<T>) -> TransactionValidityWithRefund {
		let now = frame_system::Pallet::<T>::block_number();
		ValidTransaction::with_tag_prefix("Learning")
			.priority(T::TransactionPriority::get())
			.and_provides(tag)
			.longevity(until.saturating_sub(now).saturated_into::<u64>().max(1))
			.propagate(true)
			.build()
			.map(|validity| (validity, Weight::zero()))
	}
}

/// How the transaction pool shall see an error.
fn refuse<T>(error: &Error<T>) -> InvalidTransaction {
	match error {
		Error::PhaseNotBegun => InvalidTransaction::Future,
		Error::NotParticipant | Error::NotOracle | Error::DroppedOut => {
			InvalidTransaction::BadSigner
		},
		Error::EmptyCid => InvalidTransaction::Custom(refusal::EMPTY_CID),
		Error::WrongContributors => InvalidTransaction::Custom(refusal::WRONG_CONTRIBUTORS),
		Error::NamedWrongly => InvalidTransaction::Custom(refusal::NAMED_WRONGLY),
		_ => InvalidTransaction::Stale,
	}
}
