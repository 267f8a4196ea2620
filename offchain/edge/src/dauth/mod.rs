// SPDX-License-Identifier: Apache-2.0

//! Who may use this daemon: sign-in, tokens, and what the chain says about their holders.

mod answers;
mod sealing;
mod revocations;
#[cfg(test)]
mod tests;

pub(crate) use revocations::{Needs, prepare};

use answers::{Answers, Moment};
use r1_chain::ChainHandle;
use r1_core::{Account, BlockHash, ChainState, Clock, NodeIdentity, SystemRng};
use r1_dauth::{
	Ask, Challenges, Denied, Grant, Redeemed, Revocation, RevocationError, Revocations, Right,
	SealingKey, SignInError, Subject, TokenError, TokenIssuer, VerifiedToken, is_entitled,
	limits::TOKEN_SECS_MAX, may_speak_for,
};
use r1_primitives::DeedId;
use revocations::Made;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::{
	sync::{Semaphore, mpsc},
	task::spawn_blocking,
};

/// How long a token lives unless less is asked for, in seconds: an hour.
pub(crate) const TOKEN_SECS: u64 = 3_600;

/// Sign-ins whose signatures are checked at a time. Whoever sends wrong ones all day keeps one
/// thread busy and no more, and others wait in line with him.
const SIGN_INS_AT_A_TIME: usize = 1;

/// A handle on sign-in and tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Dauth {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	identity: Arc<NodeIdentity>,
	sealing_key: SealingKey,
	genesis_hash: BlockHash,
	chain: ChainHandle,
	mesh: r1_net::Handle,
	challenges: Arc<Challenges>,
	redeemed: Mutex<Redeemed>,
	sign_ins: Semaphore,
	answers: Mutex<Answers>,
	revocations: Mutex<Revocations>,
	/// Those that this node makes, on their way to the disk and to others.
	made: mpsc::Sender<Made>,
	/// Whether requests of this machine need a token too.
	requires_tokens: bool,
}

/// Who asks, when he shows no token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trust {
	/// A program of this machine.
	ThisMachine,
	/// Anybody.
	Nobody,
}

/// Why a request is not let through.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Refused {
	/// Nothing is known of the chain.
	#[error("the daemon has not seen a finalised block yet")]
	NoChain,
	/// This node has no deed, so nobody would believe its tokens.
	#[error("this node is linked to no deed, so it cannot issue tokens; sign in at one that is")]
	NoDeed,
	/// Nobody signed in.
	#[error(transparent)]
	SignIn(#[from] SignInError),
	/// The token is none.
	#[error(transparent)]
	Token(Arc<TokenError>),
	/// The token does not allow it.
	#[error(transparent)]
	Denied(#[from] Denied),
	/// It allowed it once.
	#[error("the token has expired")]
	Expired,
	/// Its issuer has taken it back.
	#[error("the token has been revoked")]
	Revoked,
	/// The chain does not entitle its holder to it.
	#[error("on this node, the chain does not entitle this account or job to {ask}")]
	NotEntitled {
		/// What was asked.
		ask: String,
	},
	/// Its issuer has no say in who asks here.
	#[error(
		"the token was issued by the node of deed {deed}, whose word on who asks does not count here"
	)]
	OfAnotherNode {
		/// The deed.
		deed: DeedId,
	},
	/// There is no token.
	#[error("this needs a token")]
	NoToken,
	/// Only the issuer revokes.
	#[error("the token was issued by the node of deed {deed}, which alone can revoke it")]
	NotTheIssuer {
		/// The deed.
		deed: DeedId,
	},
	/// Its holder could do nothing with it anyway.
	#[error("this account owns no deed and no job, so its tokens open nothing that is not public")]
	NothingToRevoke,
	/// The daemon stops.
	#[error("the daemon is stopping")]
	Stopping,
	/// A node does not say whom its secrets are sealed for.
	#[error("node 0x{node} does not say whom its secrets are sealed for: {reason}")]
	NoSealingKey {
		/// The node.
		node: String,
		/// What happened.
		reason: String,
	},
	/// There is no room for a revocation.
	#[error(transparent)]
	Revocation(#[from] RevocationError),
}

impl From<TokenError> for Refused {
	fn from(error: TokenError) -> Self {
		Self::Token(Arc::new(error))
	}
}

/// A token, and when it ends.
pub(crate) struct Issued {
	pub(crate) token: String,
	pub(crate) account: Account,
	pub(crate) expires_at_secs: u64,
}

impl Dauth {
	// # Signing in

	/// A text for an account's wallet to sign.
	pub(crate) fn challenge(&self, account: Account, clock: &dyn Clock) -> String {
		let (now, uptime) = (clock.now_secs(), uptime_secs(clock));
		self.inner.challenges.issue(account, now, uptime, &SystemRng)
	}

	/// A token for whoever signed a challenge, for so many seconds.
	pub(crate) async fn sign_in(
		&self,
		challenge: String,
		signature: Vec<u8>,
		secs: u64,
		clock: &dyn Clock,
	) -> Result<Issued, Refused> {
		let deed = self.deed()?;
		let challenges = Arc::clone(&self.inner.challenges);
		// Closed only with the process.
		let turn = self.inner.sign_ins.acquire().await.map_err(|_| SignInError::Busy)?;
		let uptime = uptime_secs(clock);
		let check = move || challenges.verify(&challenge, &signature, uptime);
		let signed = spawn_blocking(check).await.map_err(|_| SignInError::Busy)??;
		drop(turn);
		let account = lock(&self.inner.redeemed).redeem(signed, uptime_secs(clock))?;
		let now_secs = clock.now_secs();
		let expires_at_secs = now_secs.saturating_add(secs);
		let subject = Subject::Account(account);
		let grant = Grant { subject, rights: Right::everything(), expires_at_secs };
		let token = self.issuer(deed).mint(&grant, now_secs)?;
		Ok(Issued { token, account, expires_at_secs })
	}

	/// A token for an instance of a job that runs here.
	pub(crate) fn mint(&self, grant: &Grant, now_secs: u64) -> Result<String, Refused> {
		Ok(self.issuer(self.deed()?).mint(grant, now_secs)?)
	}

	// # Using tokens

	/// On whose behalf something may be done; nobody's in particular for this machine's programs,
	/// unless they need tokens too.
	pub(crate) fn authorise(
		&self,
		token: Option<&str>,
		trust: Trust,
		ask: &Ask,
		now_secs: u64,
	) -> Result<Option<Subject>, Refused> {
		let Some(token) = token else {
			return match trust {
				Trust::ThisMachine if !self.inner.requires_tokens => Ok(None),
				_ => Err(Refused::NoToken),
			};
		};
		let state = self.state()?;
		let moment = Moment { now_secs, block: state.finalised.hash };
		let key = Answers::key(token, ask);
		if let Some(known) = lock(&self.inner.answers).get(moment, &key) {
			return known.map(Some);
		}
		let outcome = self.judge(token, ask, now_secs, &state);
		lock(&self.inner.answers).insert(moment, key, outcome.clone());
		outcome.map(Some)
	}

	/// On whose behalf a token is, whatever it allows.
	pub(crate) fn subject(&self, token: &str) -> Result<Subject, Refused> {
		self.speaker(token).map(|(_, subject)| subject)
	}

	/// Whose node says on whose behalf a token is, whatever it allows.
	pub(crate) fn speaker(&self, token: &str) -> Result<(DeedId, Subject), Refused> {
		let state = self.state()?;
		let token = VerifiedToken::read(token, |deed| state.node_of(deed))?;
		if lock(&self.inner.revocations).contain(&token) {
			return Err(Refused::Revoked);
		}
		Ok((token.deed(), token.subject()?))
	}

	/// Whether programs of this machine need no token.
	pub(crate) fn trusts_this_machine(&self) -> bool {
		!self.inner.requires_tokens
	}

	fn judge(
		&self,
		token: &str,
		ask: &Ask,
		now_secs: u64,
		state: &ChainState,
	) -> Result<Subject, Refused> {
		let token = VerifiedToken::read(token, |deed| state.node_of(deed))?;
		if lock(&self.inner.revocations).contain(&token) {
			return Err(Refused::Revoked);
		}
		let genesis_hash = &self.inner.genesis_hash;
		let subject = token.authorise(ask, now_secs, genesis_hash).map_err(|denied| {
			// Whether it is only too late, its holder wants to know.
			let was_allowed = token.authorise(ask, 0, genesis_hash).is_ok();
			if was_allowed { Refused::Expired } else { denied.into() }
		})?;
		let node = self.inner.identity.key();
		if !may_speak_for(token.deed(), &subject, &node, state) {
			return Err(Refused::OfAnotherNode { deed: token.deed() });
		}
		match is_entitled(&subject, ask, &node, state) {
			true => Ok(subject),
			false => Err(Refused::NotEntitled { ask: ask.to_string() }),
		}
	}

	// # Revoking them

	/// Revokes a token that this node issued, here and everywhere. Whoever has the token may.
	pub(crate) async fn revoke(&self, token: &str, now_secs: u64) -> Result<(), Refused> {
		let (state, deed) = (self.state()?, self.deed()?);
		let token = VerifiedToken::read(token, |deed| state.node_of(deed))?;
		if token.deed() != deed {
			return Err(Refused::NotTheIssuer { deed: token.deed() });
		}
		// Accounts cost nothing, so revocations must: nobody fills the room of others for free.
		if let Subject::Account(account) = token.subject()?
			&& !state.has_stake(&account)
		{
			return Err(Refused::NothingToRevoke);
		}
		// When it ends by itself only its checks know, which a day covers.
		let expires_at_secs = now_secs.saturating_add(TOKEN_SECS_MAX);
		let Some(revocation) = Revocation::of(&token, expires_at_secs) else { return Ok(()) };
		let signed = revocation.sign(&self.inner.identity, &self.inner.genesis_hash);
		self.keep(signed).await
	}

	fn state(&self) -> Result<Arc<ChainState>, Refused> {
		self.inner.chain.state().ok_or(Refused::NoChain)
	}

	/// The deed that this node speaks for.
	fn deed(&self) -> Result<DeedId, Refused> {
		self.state()?.deeds.deed_of(&self.inner.identity.key()).ok_or(Refused::NoDeed)
	}

	fn issuer(&self, deed: DeedId) -> TokenIssuer {
		TokenIssuer::new(&self.inner.identity, deed, self.inner.genesis_hash)
	}
}

/// How long the process has been running, as far as its clock knows.
fn uptime_secs(clock: &dyn Clock) -> u64 {
	clock.monotonic_ms() / 1_000
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	// What these hold is changed in one step each.
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
