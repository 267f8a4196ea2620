// SPDX-License-Identifier: Apache-2.0

//! From a call to the finalised block that holds it: sign, rehearse, send, wait.

use crate::{
	Chain, QueryError, Signer,
	calls::Call,
	client::{AtBlock, Config, Transaction},
	events::Event,
	view::constant,
};
use r1_core::BlockHash;
use std::time::Duration;
use subxt::{
	config::DefaultExtrinsicParamsBuilder,
	error::{DispatchError, TransactionEventsError, TransactionFinalizedSuccessError},
	tx::{TransactionInvalid, ValidationResult},
};

/// Longest wait for a transaction to be finalised: 60 blocks of 2 s, so that a short stall of
/// finality does not lose a receipt.
const FINALISATION_TIMEOUT: Duration = Duration::from_secs(120);

/// Blocks in which a transaction may be included after it was signed; a minute of blocks of 2 s.
const MORTALITY_BLOCKS: u64 = 32;

/// The runtime's function that a block's author executes transactions with.
const APPLY_TRANSACTION: &str = "BlockBuilder_apply_extrinsic";

impl Chain {
	/// Submits a call and waits until the block that holds it is final.
	///
	/// A call that would fail in the newest finalised state is not sent.
	///
	/// # Errors
	///
	/// The transaction is refused, the call fails, or finality does not come in time. A call that
	/// fails in a block has changed nothing but the signer's fee; one that would fail, nothing.
	pub async fn submit(&self, call: &Call, signer: &Signer) -> Result<Receipt, SubmitError> {
		tokio::time::timeout(FINALISATION_TIMEOUT, self.submit_and_wait(call, signer))
			.await
			.unwrap_or_else(|_| Err(SubmitError::NotFinal { call: call.name() }))
	}

	/// Signs a call and lets the node say what would become of it; sends nothing.
	///
	/// # Errors
	///
	/// The node does not answer, or cannot execute the transaction. A call that the chain would
	/// refuse is no error here, but the answer.
	pub async fn rehearse(&self, call: &Call, signer: &Signer) -> Result<Rehearsal, SubmitError> {
		let at_block = self.at_finalised().await.map_err(SubmitError::Query)?;
		let transaction = self.sign(&at_block, call, signer).await?;
		let fee = transaction.partial_fee_estimate().await.map_err(|error| refused(call, error))?;
		let deposit = call
			.deposit()
			.map(|(pallet, name)| constant(&at_block, pallet, name))
			.transpose()
			.map_err(SubmitError::Query)?;
		let refusal = match rehearse(&at_block, transaction.encoded()).await {
			Outcome::Success => None,
			Outcome::Failure(error) => Some(describe(&error)),
			Outcome::Unknown => {
				let validity =
					transaction.validate().await.map_err(|error| refused(call, error))?;
				Some(explain(&validity))
			},
		};
		Ok(Rehearsal { call: call.name(), fee, deposit, refusal })
	}

	async fn submit_and_wait(&self, call: &Call, signer: &Signer) -> Result<Receipt, SubmitError> {
		let at_block = self.at_finalised().await.map_err(SubmitError::Query)?;
		let transaction = self.sign(&at_block, call, signer).await?;
		if let Outcome::Failure(error) = rehearse(&at_block, transaction.encoded()).await {
			return Err(SubmitError::WouldFail { call: call.name(), reason: describe(&error) });
		}
		let progress =
			transaction.submit_and_watch().await.map_err(|error| refused(call, error))?;
		let in_block = progress.wait_for_finalized().await.map_err(|error| refused(call, error))?;
		let events = in_block.wait_for_success().await.map_err(|error| failed(call, error))?;
		let events = events
			.iter()
			.filter_map(|event| event.ok().and_then(|event| Event::decode(&event)))
			.collect();
		Ok(Receipt { block_hash: in_block.block_hash().0, events })
	}

	/// Signs a call for the state of a block.
	async fn sign(
		&self,
		at_block: &AtBlock,
		call: &Call,
		signer: &Signer,
	) -> Result<Transaction, SubmitError> {
		// Signed as of the block before: a state does not know the hash of its own block yet, so
		// there the transaction would not be valid for the rehearsal.
		let birth = self
			.at_number(at_block.block_number().saturating_sub(1))
			.await
			.map_err(SubmitError::Query)?;
		let parameters = DefaultExtrinsicParamsBuilder::<Config>::new()
			.mortal_from_unchecked(MORTALITY_BLOCKS, birth.block_number(), birth.block_hash())
			.build();
		at_block
			.transactions()
			.create_signed(call.payload(), signer.keypair(), parameters)
			.await
			.map_err(|error| refused(call, error))
	}
}

/// What a finalised transaction did.
#[derive(Clone, Debug)]
pub struct Receipt {
	/// The block that holds it.
	pub block_hash: BlockHash,
	/// Events of our pallets that it emitted, in order.
	pub events: Vec<Event>,
}

/// What would become of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rehearsal {
	/// The call, as `Pallet.call`.
	pub call: String,
	/// What it would cost, in base units of R1; what it does not use of it is given back.
	pub fee: u128,
	/// What it would take as a deposit, in base units of R1.
	pub deposit: Option<u128>,
	/// Why the chain would refuse it; `None` if it would not.
	pub refusal: Option<String>,
}

/// A transaction did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
	/// The node could not be asked for what a transaction needs.
	#[error(transparent)]
	Query(QueryError),
	/// The call would fail, so it was not sent and cost nothing.
	#[error("{call} would fail, so it was not sent: {reason}")]
	WouldFail {
		/// The call.
		call: String,
		/// The pallet's error, as `Pallet::Error`, and what it means.
		reason: String,
	},
	/// The transaction never entered a block.
	#[error("{call} was refused: {reason}")]
	Refused {
		/// The call.
		call: String,
		/// The node's reason. As text, because the client's errors repeat what caused them.
		reason: String,
	},
	/// The call was in a block, and failed there.
	#[error("{call} failed: {reason}")]
	Failed {
		/// The call.
		call: String,
		/// The pallet's error, as `Pallet::Error`, and what it means.
		reason: String,
	},
	/// The call was submitted, but finality did not come in time.
	#[error("{call} was not final after {} s; it may still be", FINALISATION_TIMEOUT.as_secs())]
	NotFinal {
		/// The call.
		call: String,
	},
}

/// What an execution that leaves nothing behind says.
enum Outcome {
	/// The call succeeds.
	Success,
	/// The transaction is valid, and its call fails.
	Failure(DispatchError),
	/// The transaction is not valid, or the node could not execute it.
	Unknown,
}

/// Lets the node execute a transaction on the state of a block and forget what it did.
///
/// A rehearsal is a courtesy, and the block decides: whatever keeps the node from executing the
/// transaction is no answer here, and the node says it again when the transaction is sent.
async fn rehearse(at_block: &AtBlock, transaction: &[u8]) -> Outcome {
	let apis = at_block.runtime_apis();
	let answer = apis.call_raw(APPLY_TRANSACTION, Some(transaction)).await.unwrap_or_default();
	match answer.as_slice() {
		// `Ok(Ok(()))` and `Ok(Err(error))`.
		[0, 0, ..] => Outcome::Success,
		[0, 1, error @ ..] => DispatchError::decode_from(error, at_block.metadata())
			.map_or(Outcome::Unknown, Outcome::Failure),
		_ => Outcome::Unknown,
	}
}

/// Why a transaction that could not be executed would not be taken.
fn explain(validity: &ValidationResult) -> String {
	match validity {
		ValidationResult::Invalid(TransactionInvalid::Payment) => {
			"the account cannot pay the fee".to_owned()
		},
		ValidationResult::Invalid(reason) => format!("the transaction is not valid: {reason:?}"),
		ValidationResult::Unknown(reason) => {
			format!("the node cannot tell whether the transaction is valid: {reason:?}")
		},
		ValidationResult::Valid(_) => {
			"the transaction is valid, but the node could not execute it".to_owned()
		},
	}
}

fn refused(call: &Call, error: impl Into<subxt::Error>) -> SubmitError {
	SubmitError::Refused { call: call.name(), reason: error.into().to_string() }
}

fn failed(call: &Call, error: TransactionEventsError) -> SubmitError {
	match error {
		TransactionEventsError::ExtrinsicFailed(error) => {
			SubmitError::Failed { call: call.name(), reason: describe(&error) }
		},
		error => refused(call, TransactionFinalizedSuccessError::from(error)),
	}
}

/// The name of an error, and what its pallet's documentation says of it.
fn describe(error: &DispatchError) -> String {
	let DispatchError::Module(module) = error else { return error.to_string() };
	module.details().map_or_else(
		|_| module.to_string(),
		|details| {
			let docs = details.variant.docs.join(" ");
			format!("{}::{}: {}", details.pallet.name(), details.variant.name, docs.trim())
		},
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::tx::TransactionUnknown;

	#[test]
	fn explanation_should_say_why_a_transaction_is_not_taken() {
		let invalid = |reason| explain(&ValidationResult::Invalid(reason));
		assert_eq!(invalid(TransactionInvalid::Payment), "the account cannot pay the fee");
		assert_eq!(invalid(TransactionInvalid::Stale), "the transaction is not valid: Stale");
		let unknown = ValidationResult::Unknown(TransactionUnknown::CannotLookup);
		assert!(explain(&unknown).contains("CannotLookup"));
	}
}
