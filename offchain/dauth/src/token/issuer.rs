// SPDX-License-Identifier: Apache-2.0

//! Whoever makes tokens: a node, in the name of its deed.

use super::{BEFORE, TokenError, moment, parameters};
use crate::{
	limits::{RIGHTS_MAX, TOKEN_SECS_MAX},
	rights::{ANY_SCOPE, Right, Scope, Subject},
};
use biscuit_auth::{
	Biscuit, KeyPair, PrivateKey,
	builder::{Algorithm, fact, string},
};
use r1_core::{BlockHash, NodeIdentity};
use r1_primitives::DeedId;
use std::collections::HashMap;

/// What a token shall allow.
#[derive(Clone, Debug)]
pub struct Grant {
	/// To whom.
	pub subject: Subject,
	/// What; at most [`RIGHTS_MAX`].
	pub rights: Vec<Right>,
	/// Until when, in Unix seconds; at most [`TOKEN_SECS_MAX`] from now.
	pub expires_at_secs: u64,
}

/// Issues tokens in the name of a node's deed.
pub struct TokenIssuer {
	deed: DeedId,
	genesis_hash: BlockHash,
	key: KeyPair,
}

impl TokenIssuer {
	/// The issuer that a node is while it is linked to a deed.
	///
	/// The same key signs beats and consents. Those begin with `r1/`, which no first block of a
	/// token that is made here does, so that neither can be taken for the other.
	#[must_use]
	pub fn new(identity: &NodeIdentity, deed: DeedId, genesis_hash: BlockHash) -> Self {
		let private = PrivateKey::from_bytes(&identity.secret_seed(), Algorithm::Ed25519)
			.expect("any 32 bytes are a seed; qed");
		Self { deed, genesis_hash, key: KeyPair::from(&private) }
	}

	/// Makes a token, as text.
	///
	/// # Errors
	///
	/// It would allow more than a token may.
	pub fn mint(&self, grant: &Grant, now_secs: u64) -> Result<String, TokenError> {
		let lives = grant.expires_at_secs.saturating_sub(now_secs);
		if RIGHTS_MAX < grant.rights.len() || TOKEN_SECS_MAX < lives {
			return Err(TokenError::TooMuch);
		}
		let (kind, name) = subject_text(&grant.subject);
		let mut builder = Biscuit::builder()
			.root_key_id(self.deed)
			.fact(fact("subject", &[string(kind), string(&name)]))?
			.fact(fact("chain", &[string(&hex::encode(self.genesis_hash))]))?;
		for Right { service, verb, scope } in &grant.rights {
			let scope = scope.as_ref().map_or(ANY_SCOPE, Scope::as_str);
			let terms = [string(service.name()), string(verb.name()), string(scope)];
			builder = builder.fact(fact("right", &terms))?;
		}
		let expires = parameters([("end", moment(grant.expires_at_secs))]);
		let token = builder.code_with_params(BEFORE, expires, HashMap::new())?.build(&self.key)?;
		Ok(token.to_base64()?)
	}
}

impl std::fmt::Debug for TokenIssuer {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		formatter
			.debug_struct("TokenIssuer")
			.field("deed", &self.deed)
			.finish_non_exhaustive()
	}
}

fn subject_text(subject: &Subject) -> (&'static str, String) {
	match subject {
		Subject::Account(account) => ("account", hex::encode(account)),
		Subject::Job(job) => ("job", job.to_string()),
	}
}
