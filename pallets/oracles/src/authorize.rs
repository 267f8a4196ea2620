// SPDX-License-Identifier: Apache-2.0

//! What turns a signed report or vote into a valid transaction, and why it is refused.
//!
//! A report may reach a node before the block that makes it due, because the oracle that sent it has
//! that block already. A pool that refuses a transaction bans it, and nobody sends it there twice, so
//! it would be left to its sender to put it into a block of its own, with luck before the window
//! closes. Pools therefore keep what is early; blocks take what is due.

use crate::{
	BallotOf, CommitBody, Commitment, Config, Error, OracleOf, PageHashes, Pallet, ReportPage,
	Salt, SignatureOf, VoteBody,
	reports::{Conduct, Early, Reveal},
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{pallet_prelude::*, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::{EpochIndex, OracleIndex, PageIndex, SignedBody};
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
	traits::{SaturatedConversion, Saturating, Zero},
	transaction_validity::TransactionValidityWithRefund,
};

/// Codes of [`InvalidTransaction::Custom`] with which this pallet refuses a transaction.
pub(crate) mod refusal {
	/// The report has no such page, or it is not of the kind that the page must be.
	pub(crate) const WRONG_PAGE: u8 = 1;
	/// The job cannot run on the deeds of the ballot.
	pub(crate) const PLACEMENT_INVALID: u8 = 2;
	/// There is no room for one more ballot.
	pub(crate) const TOO_MANY_BALLOTS: u8 = 3;
}

impl<T: Config> Pallet<T> {
	pub(crate) fn authorize_commit(
		source: TransactionSource,
		epoch: &EpochIndex,
		oracle: &OracleIndex,
		commitment: &Commitment,
		signature: &SignatureOf<T>,
	) -> TransactionValidityWithRefund {
		let body =
			|deeds| CommitBody { epoch: *epoch, oracle: *oracle, deeds, commitment: *commitment };
		let tag = (b"commit", epoch, oracle);
		let checked = match Self::check_commit(*epoch, *oracle, commitment) {
			Ok(checked) => checked,
			Err(error) => {
				let early = Self::early(source, &error, || Self::early_commit(*epoch, *oracle))?;
				Self::verify(&early.oracle, &body(early.deeds), signature)?;
				return Self::accept(tag, early.until);
			},
		};
		Self::verify(&checked.oracle, &body(checked.record.deeds), signature)?;
		let until = checked.record.commits_until;
		match checked.value {
			Conduct::Right(()) => Self::accept(tag, until),
			// Beside the first one, which may still be in the pool.
			Conduct::Wrong => Self::accept((b"two-reports", epoch, oracle), until),
		}
	}

	pub(crate) fn authorize_reveal(
		source: TransactionSource,
		epoch: &EpochIndex,
		oracle: &OracleIndex,
		page: &PageIndex,
		contents: &ReportPage,
		page_hashes: &PageHashes<T>,
		salt: &Salt,
		signature: &SignatureOf<T>,
	) -> TransactionValidityWithRefund {
		let reveal =
			Reveal { epoch: *epoch, oracle: *oracle, page: *page, contents, page_hashes, salt };
		let (signer, deeds, until) = match Self::check_reveal(&reveal) {
			Ok(checked) => (checked.oracle, checked.record.deeds, checked.record.reveals_until),
			Err(error) => {
				let early = Self::early(source, &error, || Self::early_reveal(&reveal))?;
				(early.oracle, early.deeds, early.until)
			},
		};
		Self::verify(&signer, &reveal.body(deeds), signature)?;
		Self::accept((b"reveal", epoch, oracle, page), until)
	}

	pub(crate) fn authorize_vote_placement(
		_source: TransactionSource,
		oracle: &OracleIndex,
		ballot: &BallotOf<T>,
		signature: &SignatureOf<T>,
	) -> TransactionValidityWithRefund {
		let (signer, _) = Self::check_vote(*oracle, ballot).map_err(|error| refuse(&error))?;
		Self::verify(&signer, &VoteBody { oracle: *oracle, ballot: ballot.clone() }, signature)?;
		// Saturating: block numbers do not end within the life of a chain.
		let expires_at = ballot.cast_at.saturating_add(T::BallotBlocks::get());
		Self::accept((b"vote", ballot.job, ballot.round, oracle), expires_at)
	}

	/// The bytes that an oracle signs.
	pub(crate) fn signing_payload(body: &impl SignedBody) -> Vec<u8> {
		// The hash of block 0 is the one that the system pallet never forgets.
		let genesis_hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		body.signing_payload(genesis_hash.as_fixed_bytes())
	}

	pub(crate) fn verify(
		signer: &OracleOf<T>,
		body: &impl SignedBody,
		signature: &SignatureOf<T>,
	) -> Result<(), InvalidTransaction> {
		if signer.key.verify(&Self::signing_payload(body), signature) {
			Ok(())
		} else {
			Err(InvalidTransaction::BadProof)
		}
	}

	/// What a pool looks at instead, if it is asked and something is early; else why it is refused.
	fn early(
		source: TransactionSource,
		error: &Error<T>,
		look: impl FnOnce() -> Result<Early<T>, Error<T>>,
	) -> Result<Early<T>, InvalidTransaction> {
		match (source, error) {
			(
				TransactionSource::Local | TransactionSource::External,
				Error::EpochNotOver | Error::RevealWindowNotOpen,
			) => look().map_err(|error| refuse(&error)),
			_ => Err(refuse(error)),
		}
	}

	/// A transaction that alone may carry its tag, and lives until the block `until`.
	fn accept(tag: impl Encode, until: BlockNumberFor<T>) -> TransactionValidityWithRefund {
		let now = frame_system::Pallet::<T>::block_number();
		ValidTransaction::with_tag_prefix("Oracles")
			.priority(T::ReportPriority::get())
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
		Error::EpochNotOver | Error::RevealWindowNotOpen | Error::BallotFromFuture => {
			InvalidTransaction::Future
		},
		Error::UnknownOracle => InvalidTransaction::BadSigner,
		Error::UnknownPage
		| Error::WrongPageCount
		| Error::WrongPageKind
		| Error::WorkNotAscending
		| Error::AnchorsNotAscending => InvalidTransaction::Custom(refusal::WRONG_PAGE),
		Error::PlacementInvalid => InvalidTransaction::Custom(refusal::PLACEMENT_INVALID),
		Error::TooManyBallots => InvalidTransaction::Custom(refusal::TOO_MANY_BALLOTS),
		_ => InvalidTransaction::Stale,
	}
}
