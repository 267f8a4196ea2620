// SPDX-License-Identifier: Apache-2.0

//! Oracles that contradict themselves: how it is proven, and what this pallet does about it.
//!
//! Here the oracle only loses its say in the epoch; what else becomes of it is decided behind
//! [`OracleConduct`].

use crate::{
	CommitBody, Commitment, Config, EpochOracles, Epochs, Error, Event, Evidence, EvidenceOf,
	NextToSettle, OracleOf, Pallet, Proven, Reports, RevealBody, SettlingStage, SignatureOf,
	commitment_of,
};
use frame_support::ensure;
use r1_primitives::{EpochIndex, Misconduct, OracleConduct, OracleIndex, SignedBody};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_report_misconduct(
		reporter: &AccountId32,
		epoch: EpochIndex,
		index: OracleIndex,
		evidence: &EvidenceOf<T>,
	) -> DispatchResult {
		ensure!(EpochOracles::<T>::contains_key(epoch), Error::<T>::EpochUnknown);
		let oracle = Self::oracle_of(epoch, index)?;
		ensure!(!Proven::<T>::contains_key(epoch, index), Error::<T>::AlreadyProven);
		let kind = Self::judge(epoch, index, &oracle, evidence)?;
		Self::convict(epoch, index, &oracle.node, kind, Some(reporter));
		Ok(())
	}

	/// Takes an oracle's say in an epoch, and hands it over to whoever punishes.
	pub(crate) fn convict(
		epoch: EpochIndex,
		index: OracleIndex,
		oracle: &AccountId32,
		kind: Misconduct,
		reporter: Option<&AccountId32>,
	) {
		Proven::<T>::insert(epoch, index, kind);
		Self::discount(epoch, index);
		T::Conduct::on_misconduct(oracle, kind, epoch, reporter);
		Self::deposit_event(Event::MisconductProven {
			epoch,
			oracle: oracle.clone(),
			kind,
			reporter: reporter.cloned(),
		});
	}

	/// No longer counts a whole report, unless it is being settled already.
	fn discount(epoch: EpochIndex, index: OracleIndex) {
		let is_being_settled = epoch == NextToSettle::<T>::get() && SettlingStage::<T>::exists();
		if is_being_settled {
			return;
		}
		let Some(mut record) = Epochs::<T>::get(epoch).filter(|record| record.outcome.is_none())
		else {
			return;
		};
		let report = Reports::<T>::get(epoch, index);
		if report.is_some_and(|report| report.revealed.count() == record.pages()) {
			// Saturating: it was counted when its last page came.
			record.reveals = record.reveals.saturating_sub(1);
			Epochs::<T>::insert(epoch, record);
		}
	}

	/// What a piece of evidence proves against an oracle.
	fn judge(
		epoch: EpochIndex,
		index: OracleIndex,
		oracle: &OracleOf<T>,
		evidence: &EvidenceOf<T>,
	) -> Result<Misconduct, Error<T>> {
		let committed = |deeds: u32, commitment: Commitment, signature| {
			let body = CommitBody { epoch, oracle: index, deeds, commitment };
			Self::is_signed(oracle, &body, signature)
		};
		let revealed = |reveal: &RevealBody, signature| {
			ensure!((reveal.epoch, reveal.oracle) == (epoch, index), Error::<T>::NotMisconduct);
			Self::is_signed(oracle, reveal, signature)
		};
		match evidence {
			Evidence::TwoCommitments { deeds, one, one_signature, other, other_signature } => {
				ensure!(one != other, Error::<T>::NotMisconduct);
				committed(*deeds, *one, one_signature)?;
				committed(*deeds, *other, other_signature)?;
				Ok(Misconduct::TwoReports)
			},
			Evidence::OtherReport {
				commitment,
				commitment_signature,
				reveal,
				reveal_signature,
			} => {
				ensure!(*commitment != reveal.commitment, Error::<T>::NotMisconduct);
				committed(reveal.deeds, *commitment, commitment_signature)?;
				revealed(reveal, reveal_signature)?;
				Ok(Misconduct::FalseReveal)
			},
			Evidence::OtherContents { reveal, signature, page_hashes, salt } => {
				let named = commitment_of(epoch, index, salt, page_hashes);
				ensure!(named == reveal.commitment, Error::<T>::NotMisconduct);
				let page_hash = page_hashes.get(usize::from(reveal.page));
				ensure!(page_hash != Some(&reveal.contents), Error::<T>::NotMisconduct);
				revealed(reveal, signature)?;
				Ok(Misconduct::FalseReveal)
			},
		}
	}

	fn is_signed(
		oracle: &OracleOf<T>,
		body: &impl SignedBody,
		signature: &SignatureOf<T>,
	) -> Result<(), Error<T>> {
		Self::verify(oracle, body, signature).map_err(|_| Error::<T>::InvalidEvidenceSignature)
	}
}
