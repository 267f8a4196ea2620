// SPDX-License-Identifier: Apache-2.0

use super::*;
use subxt::tx::{TransactionUnknown, TransactionValid};

#[test]
fn explanation_should_tell_a_refusal_from_a_call_that_was_not_tried() {
	let invalid = |reason| explain(&ValidationResult::Invalid(reason));
	let refusal = |reason: &str| Outlook::Refusal(reason.to_owned());
	assert_eq!(invalid(TransactionInvalid::Payment), refusal("the account cannot pay the fee"));
	assert_eq!(invalid(TransactionInvalid::Stale), refusal("the transaction is not valid: Stale"));
	let valid = ValidationResult::Valid(TransactionValid {
		priority: 0,
		requires: Vec::new(),
		provides: Vec::new(),
		longevity: 1,
		propagate: true,
	});
	let unknown = ValidationResult::Unknown(TransactionUnknown::CannotLookup);
	for (validity, word) in [(valid, "valid"), (unknown, "CannotLookup")] {
		let outlook = explain(&validity);
		assert!(matches!(&outlook, Outlook::Untried(reason) if reason.contains(word)));
	}
}

fn sent() -> Sent {
	Sent { call: "Burn.burn".to_owned(), hash: [0xab; 32] }
}

#[test]
fn sent_transaction_should_be_refused_only_if_the_node_says_that_it_is_invalid() {
	let invalid = TransactionStatusError::Invalid("Stale".to_owned());
	let error = sent().waiting(invalid.into());
	assert_eq!(error.to_string(), "Burn.burn was refused: Stale");
	assert!(!error.may_have_been_sent());
	let message = "Invalid Transaction".to_owned();
	let answer = rpcs::UserError { code: INVALID_TRANSACTION, message, data: None };
	let refused = BackendError::from(rpcs::Error::User(answer));
	let error = sent().sending(&ExtrinsicError::ErrorSubmittingTransaction(refused));
	assert!(matches!(error, SubmitError::Refused { .. }), "{error}");

	let lost = || BackendError::other("the connection was lost");
	let dropped = TransactionStatusError::Dropped("pool is full".to_owned());
	let unknown = [
		sent().waiting(dropped.into()),
		sent().waiting(TransactionProgressError::CannotGetNextProgressUpdate(lost())),
		sent().waiting(TransactionProgressError::UnexpectedEndOfTransactionStatusStream),
		sent().sending(&ExtrinsicError::ErrorSubmittingTransaction(lost())),
		sent().reading(&TransactionEventsError::CannotFetchBlockBody {
			block_hash: [1; 32].into(),
			error: lost(),
		}),
		SubmitError::NotFinal { call: "Burn.burn".to_owned(), hash: [0xab; 32] },
	];
	for error in unknown {
		let text = error.to_string();
		assert!(error.may_have_been_sent(), "{text}");
		assert!(text.contains("was sent") && text.contains(&"ab".repeat(32)), "{text}");
		assert!(text.contains("before you send it again"), "{text}");
	}
}

#[test]
fn order_should_have_failed_only_if_the_event_of_governance_says_so() {
	// `Err(DispatchError::Module(..))` and `Ok(())`.
	assert_eq!(failed_order("Sudo", "Sudid", &[1, 3, 9, 2]), Some([3, 9, 2].as_slice()));
	assert_eq!(failed_order("Sudo", "Sudid", &[0]), None);
	assert_eq!(failed_order("Sudo", "KeyChanged", &[1, 3]), None);
	assert_eq!(failed_order("Burn", "Sudid", &[1, 3]), None);
}
