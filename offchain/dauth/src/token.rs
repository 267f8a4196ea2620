// SPDX-License-Identifier: Apache-2.0

//! Capability tokens: biscuits in whose first block a node says what their holder may do.
//!
//! ```text
//!  first block, signed by a node    subject("account", "0x..");
//!                                   chain("0x..");
//!                                   right("files", "read", "*"); ...
//!                                   check if time($now), $now < 2026-11-23T00:00:00Z;
//!  further blocks, by any holder    check if verb("read"); check if scope($s), ...
//! ```
//!
//! Further blocks can only add checks that count: facts and rules of theirs are not believed by the
//! policies of whoever authorises, which is what biscuits are for.

use crate::{
	limits::{
		FACTS_MAX, ITERATIONS_MAX, NARROWED_MAX, RIGHTS_MAX, RULES_TIME_MAX, TOKEN_BLOCKS_MAX,
		TOKEN_BYTES_MAX, TOKEN_SECS_MAX,
	},
	rights::{ANY_SCOPE, Ask, Right, Scope, Service, Subject, Verb},
	shape,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use biscuit_auth::{
	Authorizer, AuthorizerBuilder, AuthorizerLimits, Biscuit, KeyPair, PrivateKey, PublicKey,
	UnverifiedBiscuit,
	builder::{Algorithm, BlockBuilder, Rule, Term, date, fact, set, string},
	error,
};
use r1_core::{BlockHash, NodeIdentity, protobuf::Reader};
use r1_primitives::{DeedId, NodeKey};
use std::{
	cell::Cell,
	collections::HashMap,
	sync::LazyLock,
	time::{Duration, SystemTime},
};

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

/// How a token is narrowed. What is empty or absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Attenuation {
	/// Only these services.
	pub services: Vec<Service>,
	/// Only these parts of them.
	pub scopes: Vec<Scope>,
	/// Only what changes nothing.
	pub is_read_only: bool,
	/// Only before this moment, in Unix seconds.
	pub expires_at_secs: Option<u64>,
}

/// Why a token cannot be made, or is none.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
	/// It is longer than any of ours.
	#[error("a token has at most {TOKEN_BYTES_MAX} characters; this one has {bytes}")]
	TooLong {
		/// Its length.
		bytes: usize,
	},
	/// It was narrowed too often.
	#[error("a token has at most {TOKEN_BLOCKS_MAX} blocks; this one has {blocks}")]
	TooManyBlocks {
		/// Its blocks.
		blocks: usize,
	},
	/// It does not name its issuer.
	#[error("the token does not say by which deed's node it was issued")]
	NoIssuer,
	/// The deed of its issuer has no node now.
	#[error("deed {deed}, whose node issued the token, has no node; sign in at another node")]
	UnknownIssuer {
		/// The deed.
		deed: DeedId,
	},
	/// It would allow too much at once, or for too long.
	#[error(
		"a token has at most {RIGHTS_MAX} rights, narrowings of at most {NARROWED_MAX} values, and \
		 lives for at most {TOKEN_SECS_MAX} s"
	)]
	TooMuch,
	/// It is no biscuit, or not signed by whom it names.
	#[error("the token is not valid: {reason}")]
	Invalid {
		/// What the library says.
		reason: String,
	},
}

/// Why something is not allowed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Denied {
	/// The token does not allow it, or no more.
	#[error("the token does not allow to {ask}, or has expired, or is of another chain")]
	NotAllowed {
		/// What was asked.
		ask: String,
	},
	/// Its rules are more work than they may be.
	#[error("the token's rules take too long to check")]
	TooExpensive,
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

const BEFORE: &str = "check if time($now), $now < {end}";

/// A token that has been read and is not yet believed.
#[derive(Clone, Debug)]
pub struct Token(UnverifiedBiscuit);

impl Token {
	/// Reads a token, which has nothing in it that is costly to evaluate.
	///
	/// # Errors
	///
	/// It is none, or larger than one may be, or has blocks that are not made here.
	pub fn parse(text: &str) -> Result<Self, TokenError> {
		if TOKEN_BYTES_MAX < text.len() {
			return Err(TokenError::TooLong { bytes: text.len() });
		}
		let token = UnverifiedBiscuit::from_base64(text)?;
		// Base64 has bits that mean nothing; a token is written in one way.
		if token.to_base64()? != text {
			return Err(invalid(NOT_AS_ISSUED));
		}
		check_count(token.block_count())?;
		shape::check(&token)?;
		Ok(Self(token))
	}

	/// A token that allows no more than this one, made without asking anybody.
	///
	/// # Errors
	///
	/// It has been narrowed too often, or by too much at once.
	pub fn attenuate(&self, by: &Attenuation) -> Result<String, TokenError> {
		check_count(self.0.block_count() + 1)?;
		if NARROWED_MAX < by.scopes.len().max(by.services.len()) {
			return Err(TokenError::TooMuch);
		}
		let narrowed = self.0.append(by.block()?)?.to_base64()?;
		match narrowed.len() {
			bytes if TOKEN_BYTES_MAX < bytes => Err(TokenError::TooLong { bytes }),
			_ => Ok(narrowed),
		}
	}

	/// The deed whose node it says has issued it.
	#[must_use]
	pub fn issuer(&self) -> Option<DeedId> {
		self.0.root_key_id()
	}

	/// Its blocks: the issuer's, and one for each time that it was narrowed.
	#[must_use]
	pub fn block_count(&self) -> usize {
		self.0.block_count()
	}

	/// Checks that the node of its issuer's deed signed it; the chain knows which node that is.
	///
	/// # Errors
	///
	/// It did not, or the deed has no node.
	pub fn verify(
		self,
		node_of: impl FnOnce(DeedId) -> Option<NodeKey>,
	) -> Result<VerifiedToken, TokenError> {
		let deed = self.0.root_key_id().ok_or(TokenError::NoIssuer)?;
		let node = node_of(deed).ok_or(TokenError::UnknownIssuer { deed })?;
		let key = PublicKey::from_bytes(&node, Algorithm::Ed25519).map_err(invalid)?;
		Ok(VerifiedToken { biscuit: self.0.verify(key).map_err(invalid)?, deed })
	}
}

impl Attenuation {
	fn block(&self) -> Result<BlockBuilder, TokenError> {
		let mut block = BlockBuilder::new();
		if self.is_read_only {
			let read = parameters([("verb", string(Verb::Read.name()))]);
			block = block.code_with_params("check if verb({verb})", read, HashMap::new())?;
		}
		let services = self.services.iter().map(|service| service.name());
		let scopes = self.scopes.iter().map(Scope::as_str);
		for (code, names) in [
			("check if service($one), {names}.contains($one)", services.collect::<Vec<_>>()),
			("check if scope($one), {names}.contains($one)", scopes.collect()),
		] {
			if !names.is_empty() {
				let names = set(names.into_iter().map(string).collect());
				block =
					block.code_with_params(code, parameters([("names", names)]), HashMap::new())?;
			}
		}
		if let Some(end) = self.expires_at_secs {
			let end = parameters([("end", moment(end))]);
			block = block.code_with_params(BEFORE, end, HashMap::new())?;
		}
		Ok(block)
	}
}

/// A token that its issuer signed.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
	biscuit: Biscuit,
	deed: DeedId,
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
		shape::check(&biscuit)?;
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

/// What is said of a text that is another than its token has.
const NOT_AS_ISSUED: &str = "it is not written as it was issued";

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

fn check_count(blocks: usize) -> Result<(), TokenError> {
	match blocks {
		0..=TOKEN_BLOCKS_MAX => Ok(()),
		_ => Err(TokenError::TooManyBlocks { blocks }),
	}
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

fn subject_text(subject: &Subject) -> (&'static str, String) {
	match subject {
		Subject::Account(account) => ("account", hex::encode(account)),
		Subject::Job(job) => ("job", job.to_string()),
	}
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

fn parameters<const N: usize>(named: [(&str, Term); N]) -> HashMap<String, Term> {
	named.map(|(name, term)| (name.to_owned(), term)).into()
}

/// A moment as a term; the end of the year 9999, after which dates have no text, for all that come
/// after it.
fn moment(unix_secs: u64) -> Term {
	let seconds = Duration::from_secs(unix_secs.min(253_402_300_799));
	date(&SystemTime::UNIX_EPOCH.checked_add(seconds).unwrap_or(SystemTime::UNIX_EPOCH))
}

fn invalid(error: impl std::fmt::Display) -> TokenError {
	TokenError::Invalid { reason: error.to_string() }
}

impl From<error::Token> for TokenError {
	fn from(error: error::Token) -> Self {
		invalid(error)
	}
}
