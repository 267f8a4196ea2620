// SPDX-License-Identifier: Apache-2.0

//! Tokens whose signatures were checked, and what they allow.

use super::{Denied, NOT_AS_ISSUED, TokenError, check_count, invalid, moment};
use crate::{
	limits::{FACTS_MAX, ITERATIONS_MAX, RULES_TIME_MAX, TOKEN_BYTES_MAX},
	rights::{Ask, Subject},
	shape,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use biscuit_auth::{
	Authorizer, AuthorizerBuilder, AuthorizerLimits, Biscuit, PublicKey,
	builder::{Algorithm, Rule, fact, string},
	error,
};
use r1_core::{BlockHash, protobuf::Reader};
use r1_primitives::{DeedId, NodeKey};
use std::{cell::Cell, sync::LazyLock};

/// A token that its issuer signed.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
	pub(super) biscuit: Biscuit,
	pub(super) deed: DeedId,
}

impl VerifiedToken {
	/// Reads a token and checks who signed it at once, for whoever does both with each request: what
	/// [`Token::parse`] and [`Token::verify`] refuse is refused, and the rest is read once.
	///
	/// # Errors
	///
	/// Those of both.
	pub fn read(
		text: &str,
		node_of: impl Fn(DeedId) -> Option<NodeKey>,
	) -> Result<Self, TokenError> {
		if TOKEN_BYTES_MAX < text.len() {
			return Err(TokenError::TooLong { bytes: text.len() });
		}
		let bytes = URL_SAFE.decode(text).map_err(invalid)?;
		// Each costs a signature, which comes before everything else in the library.
		check_count(blocks_in(&bytes)?)?;
		let issuer = Cell::new(None);
		let key_of = |deed: Option<DeedId>| {
			issuer.set(deed);
			let node = deed.and_then(&node_of).ok_or(error::Format::UnknownPublicKey)?;
			PublicKey::from_bytes(&node, Algorithm::Ed25519)
		};
		let biscuit = Biscuit::from(bytes, key_of);
		let deed = issuer.get();
		let biscuit = biscuit.map_err(|error| match (error, deed) {
			(error::Token::Format(error::Format::UnknownPublicKey), Some(deed)) => {
				TokenError::UnknownIssuer { deed }
			},
			(error::Token::Format(error::Format::UnknownPublicKey), None) => TokenError::NoIssuer,
			(error, _) => invalid(error),
		})?;
		if biscuit.to_base64()? != text {
			return Err(invalid(NOT_AS_ISSUED));
		}
		shape::check(&biscuit.external_public_keys(), |index| biscuit.print_block_source(index))?;
		Ok(Self { biscuit, deed: deed.ok_or(TokenError::NoIssuer)? })
	}

	/// The deed whose node issued it.
	#[must_use]
	pub fn deed(&self) -> DeedId {
		self.deed
	}

	/// What each of its blocks can be revoked by; revoking one revokes all tokens that have it.
	#[must_use]
	pub fn ids(&self) -> Vec<Vec<u8>> {
		self.biscuit.revocation_identifiers()
	}

	/// On whose behalf its issuer made it, whatever it still allows.
	///
	/// # Errors
	///
	/// The issuer named nobody, or in a way that is not known.
	pub fn subject(&self) -> Result<Subject, TokenError> {
		let mut authorizer = AuthorizerBuilder::new().set_limits(limits()).build(&self.biscuit)?;
		subject_in(&mut authorizer)?.ok_or_else(|| invalid("it names nobody"))
	}

	/// The chain that it is for, by the hash of its block 0.
	///
	/// # Errors
	///
	/// The issuer named none.
	pub fn genesis_hash(&self) -> Result<BlockHash, TokenError> {
		let mut authorizer = AuthorizerBuilder::new().set_limits(limits()).build(&self.biscuit)?;
		let (chain,): (String,) = authorizer.query_exactly_one("chain($chain) <- chain($chain)")?;
		let mut hash = [0; 32];
		hex::decode_to_slice(chain, &mut hash).map_err(invalid)?;
		Ok(hash)
	}

	/// On whose behalf something may be done.
	///
	/// # Errors
	///
	/// The token does not allow it, or no longer, or not on this chain.
	pub fn authorise(
		&self,
		ask: &Ask,
		now_secs: u64,
		genesis_hash: &BlockHash,
	) -> Result<Subject, Denied> {
		let denied = || Denied::NotAllowed { ask: ask.to_string() };
		let outcome = self.run(ask, now_secs, genesis_hash);
		match outcome {
			Ok(subject) => subject.ok_or_else(denied),
			Err(error::Token::RunLimit(_)) => Err(Denied::TooExpensive),
			Err(_denied) => Err(denied()),
		}
	}

	fn run(
		&self,
		ask: &Ask,
		now_secs: u64,
		genesis_hash: &BlockHash,
	) -> Result<Option<Subject>, error::Token> {
		let mut authorizer = AUTHORIZER
			.clone()
			.fact(fact("here", &[string(&hex::encode(genesis_hash))]))?
			.fact(fact("service", &[string(ask.service.name())]))?
			.fact(fact("verb", &[string(ask.verb.name())]))?
			.fact(fact("scope", &[string(ask.scope.as_str())]))?
			.fact(fact("time", &[moment(now_secs)]))?
			.build(&self.biscuit)?;
		authorizer.authorize()?;
		subject_in(&mut authorizer)
	}
}

/// When something is allowed. A chain that is not the token's has none of its rights.
const POLICIES: &str = r#"
	allow if here($chain), chain($chain), service($service), verb($verb), scope($scope),
		right($service, $verb, $scope);
	allow if here($chain), chain($chain), service($service), verb($verb),
		right($service, $verb, "*");
"#;

/// The policies and the limits, read once.
static AUTHORIZER: LazyLock<AuthorizerBuilder> = LazyLock::new(|| {
	AuthorizerBuilder::new()
		.code(POLICIES)
		.expect("the policies are written in the language; qed")
		.set_limits(limits())
});

/// What asks for whom the issuer named, read once.
static SUBJECT: LazyLock<Rule> = LazyLock::new(|| {
	"subject($kind, $name) <- subject($kind, $name)"
		.try_into()
		.expect("the question is written in the language; qed")
});

/// The field of a token that holds a further block, in the format of tokens.
const BLOCK_FIELD: u32 = 3;

/// How many blocks a token has, without reading any.
fn blocks_in(bytes: &[u8]) -> Result<usize, TokenError> {
	let mut fields = Reader::new(bytes);
	let mut blocks = 1;
	while let Some(field) = fields.next_field().map_err(invalid)? {
		blocks += usize::from(field.number == BLOCK_FIELD);
	}
	Ok(blocks)
}

fn limits() -> AuthorizerLimits {
	AuthorizerLimits {
		max_facts: FACTS_MAX,
		max_iterations: ITERATIONS_MAX,
		max_time: RULES_TIME_MAX,
	}
}

fn subject_in(authorizer: &mut Authorizer) -> Result<Option<Subject>, error::Token> {
	let (kind, name): (String, String) = authorizer.query_exactly_one(SUBJECT.clone())?;
	Ok(subject_of(&kind, &name))
}

fn subject_of(kind: &str, name: &str) -> Option<Subject> {
	match kind {
		"account" => {
			let mut account = [0; 32];
			hex::decode_to_slice(name, &mut account).ok()?;
			Some(Subject::Account(account))
		},
		"job" => name.parse().ok().map(Subject::Job),
		_ => None,
	}
}
