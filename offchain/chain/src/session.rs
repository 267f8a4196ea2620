// SPDX-License-Identifier: Apache-2.0

//! Session keys: what a validator makes blocks, finalises them and reports with.

use crate::{Chain, QueryError, state, storage};
use r1_core::Account;
use std::collections::BTreeMap;
use subxt::rpcs::{Error, client::RpcParams};

/// The node's method that makes session keys, and proves to the chain who shall own them.
const ROTATE_KEYS: &str = "author_rotateKeysWithOwner";

/// Code of the node's answer to a method that it does not have, or not for this caller.
const METHOD_NOT_FOUND: i32 = -32_601;

/// Size of each key, in bytes.
const KEY_BYTES: usize = 32;

/// Session keys that a node keeps, and its proof that it does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionKeys {
	/// Makes blocks.
	pub babe: [u8; KEY_BYTES],
	/// Finalises them.
	pub grandpa: [u8; KEY_BYTES],
	/// Signs an oracle's reports.
	pub orac: [u8; KEY_BYTES],
	/// The keys' signatures of their owner.
	pub proof: Vec<u8>,
	/// Whether their owner has none on the chain yet, so that a deposit is due.
	pub are_first: bool,
}

impl Chain {
	/// Lets the node make session keys that belong to an account.
	///
	/// The node keeps them for good, whether or not they are ever registered.
	///
	/// # Errors
	///
	/// The node does not answer, does not take such a question from this caller, or answers with
	/// keys that the chain would not take.
	pub async fn new_session_keys(&self, owner: Account) -> Result<SessionKeys, SessionKeysError> {
		let at = self.at_finalised().await.map_err(SessionKeysError::Query)?;
		let known = state::entry(&at, "session keys", storage::session_keys(), (owner,))
			.await
			.map_err(SessionKeysError::Query)?;
		let mut parameters = RpcParams::new();
		parameters
			.push(format!("0x{}", hex::encode(owner)))
			.map_err(|error| refused(&error))?;
		let answer: BTreeMap<String, Option<String>> = self
			.rpc()
			.request(ROTATE_KEYS, parameters)
			.await
			.map_err(|error| refused(&error))?;
		let are_first = known.is_none();
		Ok(SessionKeys { are_first, ..read(&answer)? })
	}
}

/// Why the node made no keys.
fn refused(error: &Error) -> SessionKeysError {
	match error {
		Error::User(answer)
			if answer.code == METHOD_NOT_FOUND && answer.message.contains("unsafe") =>
		{
			SessionKeysError::Unsafe
		},
		error => SessionKeysError::Node { reason: error.to_string() },
	}
}

/// The keys in the node's answer.
fn read(answer: &BTreeMap<String, Option<String>>) -> Result<SessionKeys, SessionKeysError> {
	let field = |name: &'static str| answer.get(name).and_then(Option::as_deref);
	let keys = bytes("keys", field("keys").unwrap_or_default())?;
	let (keys, rest) = keys.as_chunks::<KEY_BYTES>();
	let (&[babe, grandpa, orac], []) = (keys, rest) else {
		return Err(SessionKeysError::Malformed { field: "keys" });
	};
	let proof = bytes("proof", field("proof").ok_or(SessionKeysError::NoProof)?)?;
	Ok(SessionKeys { babe, grandpa, orac, proof, are_first: false })
}

fn bytes(field: &'static str, text: &str) -> Result<Vec<u8>, SessionKeysError> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	hex::decode(digits).map_err(|_| SessionKeysError::Malformed { field })
}

/// There are no session keys to register.
#[derive(Debug, thiserror::Error)]
pub enum SessionKeysError {
	/// The chain could not be asked whether the account has keys.
	#[error(transparent)]
	Query(QueryError),
	/// The node takes unsafe methods only from callers that it trusts.
	#[error(
		"the node makes no keys for callers from elsewhere; run this on the node's own machine and \
		 give its local address as --node-url, where it allows unsafe RPC methods"
	)]
	Unsafe,
	/// The node answered without a proof.
	#[error(
		"the node does not prove that the keys are its own, and the chain takes no others; use a \
		 node of a matching version"
	)]
	NoProof,
	/// The answer does not have the form that is expected.
	#[error("the node's session {field} are not what this version expects; use matching versions")]
	Malformed {
		/// The part of the answer.
		field: &'static str,
	},
	/// The connection failed, or the node has no such method.
	#[error("the node made no session keys: {reason}")]
	Node {
		/// The reason. As text, because the client's errors repeat what caused them.
		reason: String,
	},
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::rpcs::UserError;

	fn answer(keys: &str, proof: Option<&str>) -> Result<SessionKeys, String> {
		let fields = [("keys", Some(keys)), ("proof", proof)];
		let answer = fields.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
		read(&answer.into()).map_err(|error| error.to_string())
	}

	#[test]
	fn keys_should_be_read_in_their_order_with_the_proof() {
		let keys = ["01", "02", "03"].map(|byte| byte.repeat(KEY_BYTES)).concat();
		let keys = format!("0x{keys}");
		assert_eq!(
			answer(&keys, Some("0x0405")),
			Ok(SessionKeys {
				babe: [1; 32],
				grandpa: [2; 32],
				orac: [3; 32],
				proof: vec![4, 5],
				are_first: false,
			})
		);
		let refusal = |keys: &str, proof| answer(keys, proof).unwrap_err();
		assert!(refusal(&keys, None).contains("does not prove"));
		assert!(refusal(&keys, Some("0xzz")).contains("session proof"));
		for wrong in ["", "0x", "0xzz", &keys[..keys.len() - 2], &format!("{keys}04")] {
			assert!(refusal(wrong, Some("0x04")).contains("session keys"), "{wrong}");
		}
		let error = read(&BTreeMap::new()).unwrap_err();
		assert!(matches!(error, SessionKeysError::Malformed { field: "keys" }));
	}

	#[test]
	fn node_should_be_named_as_unwilling_only_when_the_method_is_unsafe() {
		let error = |code, message: &str| {
			refused(&Error::User(UserError { code, message: message.to_owned(), data: None }))
		};
		let unwilling =
			error(METHOD_NOT_FOUND, "RPC call is unsafe to be called externally").to_string();
		assert!(unwilling.contains("the node's own machine"), "{unwilling}");
		for error in [error(METHOD_NOT_FOUND, "Method not found"), error(1, "unsafe")] {
			assert!(matches!(error, SessionKeysError::Node { .. }), "{error}");
		}
	}
}
