// SPDX-License-Identifier: Apache-2.0

//! From a call to the finalised block that holds it: sign, rehearse, send, wait.

use crate::{
	Chain, QueryError, Signer,
	calls::Call,
	client::{AtBlock, Config, Transaction},
	events::{Event, EventError},
	view::constant,
};
use r1_core::BlockHash;
use std::time::Duration;
use subxt::{
	config::DefaultExtrinsicParamsBuilder,
	error::{
		BackendError, DispatchError, ExtrinsicError, RpcError, TransactionEventsError,
		TransactionProgressError, TransactionStatusError,
	},
	metadata::ArcMetadata,
	rpcs,
	tx::{TransactionInvalid, ValidationResult},
	utils::{AccountId32, MultiSignature},
};

/// Longest wait for a transaction to be finalised once it is sent: 60 blocks of 2 s, so that a
/// short stall of finality does not lose a receipt.
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
	/// What became of a transaction is not always known: see [`SubmitError::may_have_been_sent`].
	pub async fn submit(&self, call: &Call, signer: &Signer) -> Result<Receipt, SubmitError> {
		let at_block = self.at_finalised().await.map_err(SubmitError::Query)?;
		let transaction = self.sign(&at_block, call, signer).await?;
		self.send(&at_block, call, &transaction).await
	}

	/// Rehearses a transaction, sends it, and waits.
	async fn send(
		&self,
		at_block: &AtBlock,
		call: &Call,
		transaction: &Transaction,
	) -> Result<Receipt, SubmitError> {
		if let Outcome::Failure(error) = rehearse(at_block, transaction.encoded()).await {
			return Err(SubmitError::WouldFail { call: call.name(), reason: describe(&error) });
		}
		let sent = Sent { call: call.name(), hash: transaction.hash().0 };
		// Nothing is sent before here, so that whoever runs out of time has to look for the hash.
		let metadata = at_block.metadata();
		let receipt = sent.send_and_wait(transaction, &metadata);
		tokio::time::timeout(FINALISATION_TIMEOUT, receipt).await.unwrap_or_else(|_| {
			Err(SubmitError::NotFinal { call: sent.call.clone(), hash: sent.hash })
		})
	}

	/// Sends a call that carries its authorization in itself, and waits until the block that holds it is
	/// final. No account pays for it.
	///
	/// # Errors
	///
	/// As [`Self::submit`].
	pub async fn submit_authorized(&self, call: &Call) -> Result<Receipt, SubmitError> {
		let at_block = self.at_finalised().await.map_err(SubmitError::Query)?;
		let parameters = DefaultExtrinsicParamsBuilder::<Config>::new().build();
		// A general transaction: its extensions are signed by nobody, so that the account and the
		// signature, which the runtime has no place for, are left out.
		let transaction = at_block
			.transactions()
			.create_v5_signable_offline(call.payload(), parameters)
			.and_then(|mut unsigned| {
				let (nobody, nothing) = (AccountId32([0; 32]), MultiSignature::Ed25519([0; 64]));
				unsigned.sign_with_account_and_signature(&nobody, &nothing)
			})
			.map_err(|error| not_sent(call, error))?;
		self.send(&at_block, call, &transaction).await
	}

	/// Signs a call and lets the node say what would become of it; sends nothing.
	///
	/// # Errors
	///
	/// The node does not answer, or the call cannot be signed. A call that the chain would refuse,
	/// or that the node could not try, is no error here, but the answer.
	pub async fn rehearse(&self, call: &Call, signer: &Signer) -> Result<Rehearsal, SubmitError> {
		let at_block = self.at_finalised().await.map_err(SubmitError::Query)?;
		let transaction = self.sign(&at_block, call, signer).await?;
		let fee = transaction
			.partial_fee_estimate()
			.await
			.map_err(|error| not_sent(call, error))?;
		let deposit = call
			.deposit()
			.map(|(pallet, name)| constant(&at_block, pallet, name))
			.transpose()
			.map_err(SubmitError::Query)?;
		let outlook = match rehearse(&at_block, transaction.encoded()).await {
			Outcome::Success => Outlook::Success,
			Outcome::Failure(error) => Outlook::Refusal(describe(&error)),
			Outcome::Unknown => {
				let validity =
					transaction.validate().await.map_err(|error| not_sent(call, error))?;
				explain(&validity)
			},
		};
		Ok(Rehearsal { call: call.name(), fee, deposit, outlook })
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
			.create_signed(call.payload(), signer, parameters)
			.await
			.map_err(|error| not_sent(call, error))
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
	/// How it would end.
	pub outlook: Outlook,
}

/// How a call would end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outlook {
	/// The call would succeed.
	Success,
	/// The chain would refuse it, for this reason.
	Refusal(String),
	/// The node could not try it, for this reason; nothing is known against the call.
	Untried(String),
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
	/// The transaction could not be made ready, so nothing was sent.
	#[error("{call} was not sent: {reason}")]
	NotSent {
		/// The call.
		call: String,
		/// The reason. As text, because the client's errors repeat what caused them.
		reason: String,
	},
	/// The node found the transaction invalid, so it never entered a block.
	#[error("{call} was refused: {reason}")]
	Refused {
		/// The call.
		call: String,
		/// The node's reason.
		reason: String,
	},
	/// The transaction was sent, and then the node was lost or did not say how it ended.
	#[error(
		"{call} was sent; what became of it is not known: look for the hash 0x{} before you send \
		 it again: {reason}",
		hex::encode(hash)
	)]
	Unknown {
		/// The call.
		call: String,
		/// Hash of the transaction.
		hash: [u8; 32],
		/// What went wrong. As text, because the client's errors repeat what caused them.
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
	/// The call succeeded, but what it did is not understood.
	#[error(
		"{call} succeeded in block 0x{}, but its events could not be read",
		hex::encode(block_hash)
	)]
	Unread {
		/// The call.
		call: String,
		/// The block that holds it.
		block_hash: BlockHash,
		/// The event.
		#[source]
		source: EventError,
	},
	/// The call was sent, but finality did not come in time.
	#[error(
		"{call} was sent and was not final after {} s, but may still be: look for the hash 0x{} \
		 before you send it again",
		FINALISATION_TIMEOUT.as_secs(),
		hex::encode(hash)
	)]
	NotFinal {
		/// The call.
		call: String,
		/// Hash of the transaction.
		hash: [u8; 32],
	},
}

impl SubmitError {
	/// Whether the call may have been done, or may yet be, so that sending it again may do it
	/// twice.
	#[must_use]
	pub fn may_have_been_sent(&self) -> bool {
		matches!(self, Self::Unknown { .. } | Self::Unread { .. } | Self::NotFinal { .. })
	}
}

/// A transaction that is on its way.
struct Sent {
	call: String,
	hash: [u8; 32],
}

impl Sent {
	async fn send_and_wait(
		&self,
		transaction: &Transaction,
		metadata: &ArcMetadata,
	) -> Result<Receipt, SubmitError> {
		// Even an error of the sending leaves open whether the node has the transaction.
		let progress =
			transaction.submit_and_watch().await.map_err(|error| self.sending(&error))?;
		let in_block = progress.wait_for_finalized().await.map_err(|error| self.waiting(error))?;
		let block_hash = in_block.block_hash().0;
		let events = in_block.wait_for_success().await.map_err(|error| self.reading(&error))?;
		if let Some(reason) = events.iter().flatten().find_map(|event| {
			let error = failed_order(event.pallet_name(), event.event_name(), event.field_bytes())?;
			Some(describe_bytes(error, metadata))
		}) {
			return Err(SubmitError::Failed { call: self.call.clone(), reason });
		}
		let events = Event::decode_all(events.iter()).map_err(|source| SubmitError::Unread {
			call: self.call.clone(),
			block_hash,
			source,
		})?;
		Ok(Receipt { block_hash, events })
	}

	/// Why the node did not take the transaction.
	fn sending(&self, error: &ExtrinsicError) -> SubmitError {
		match &error {
			ExtrinsicError::ErrorSubmittingTransaction(error) if is_invalid(error) => {
				self.refused(error.to_string())
			},
			error => self.unknown(error.to_string()),
		}
	}

	/// Why the transaction did not become final.
	fn waiting(&self, error: TransactionProgressError) -> SubmitError {
		match error {
			TransactionProgressError::TransactionStatusError(TransactionStatusError::Invalid(
				reason,
			)) => self.refused(reason),
			error => self.unknown(error.to_string()),
		}
	}

	/// What the block says, or why it cannot be asked.
	fn reading(&self, error: &TransactionEventsError) -> SubmitError {
		match error {
			TransactionEventsError::ExtrinsicFailed(error) => {
				SubmitError::Failed { call: self.call.clone(), reason: describe(error) }
			},
			error => self.unknown(error.to_string()),
		}
	}

	fn refused(&self, reason: String) -> SubmitError {
		SubmitError::Refused { call: self.call.clone(), reason }
	}

	fn unknown(&self, reason: String) -> SubmitError {
		SubmitError::Unknown { call: self.call.clone(), hash: self.hash, reason }
	}
}

/// Code of the node's answer to a transaction that its runtime finds invalid.
const INVALID_TRANSACTION: i32 = 1010;

/// Whether the node answered that the transaction is invalid.
fn is_invalid(error: &BackendError) -> bool {
	matches!(
		error,
		BackendError::Rpc(RpcError::ClientError(rpcs::Error::User(answer)))
			if answer.code == INVALID_TRANSACTION
	)
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

/// What is to be expected of a transaction that could not be executed.
fn explain(validity: &ValidationResult) -> Outlook {
	match validity {
		ValidationResult::Invalid(TransactionInvalid::Payment) => {
			Outlook::Refusal("the account cannot pay the fee".to_owned())
		},
		ValidationResult::Invalid(reason) => {
			Outlook::Refusal(format!("the transaction is not valid: {reason:?}"))
		},
		ValidationResult::Unknown(reason) => Outlook::Untried(format!(
			"the node cannot tell whether the transaction is valid: {reason:?}"
		)),
		ValidationResult::Valid(_) => Outlook::Untried(
			"the transaction is valid, but the node could not execute it".to_owned(),
		),
	}
}

fn not_sent(call: &Call, error: impl Into<subxt::Error>) -> SubmitError {
	SubmitError::NotSent { call: call.name(), reason: error.into().to_string() }
}

/// The error of a call that governance made, if the event says that it failed.
///
/// The transaction around such a call succeeds all the same, so that only this event tells.
fn failed_order<'a>(pallet: &str, event: &str, fields: &'a [u8]) -> Option<&'a [u8]> {
	match (pallet, event, fields) {
		// The only field is a `Result`.
		("Sudo", "Sudid", [1, error @ ..]) => Some(error),
		_ => None,
	}
}

/// The name of an error in SCALE.
fn describe_bytes(error: &[u8], metadata: &ArcMetadata) -> String {
	DispatchError::decode_from(error, metadata.clone()).map_or_else(
		|_| format!("the error 0x{} is not one that this version knows", hex::encode(error)),
		|error| describe(&error),
	)
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
mod tests;
