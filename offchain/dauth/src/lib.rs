// SPDX-License-Identifier: Apache-2.0

//! dAuth: who may do what, decided by the chain. No password exists anywhere.
//!
//! ```text
//!  person ──account──> Challenges::issue ──readable text──> wallet's signRaw
//!     │                                                          │
//!     │             Challenges::verify <──text, signature────────┘
//!     │                    │ account
//!     v                    v
//!  Attenuation <──token── TokenIssuer::mint, with the key of a node that has a deed
//!     │ narrower, offline
//!     v
//!  any node: Token::parse ──> VerifiedToken::authorise(ask, now) <── Revocations
//!                                         │ subject
//!                                         v
//!                                    is_entitled(ask, chain)
//! ```
//!
//! - A *challenge* is a text that a wallet signs: for one account, one node and one chain, once,
//!   within a minute.
//! - A *token* is a [biscuit](https://www.biscuitsec.org): rights that its holder can narrow without
//!   asking anybody, and that every node can check without asking anybody. The issuer is named by
//!   its deed, and the chain says which key that deed is linked to: when the link ends, so do the
//!   tokens.
//!
//! - A *secret* is sealed for the nodes of a job, in the format of [age](https://age-encryption.org),
//!   and says whose it is, so that nobody else's job gets it.
//!
//! Pure: no I/O, no clock. Not here: which account owns what, which is the chain's; routes, which
//! are the daemon's; and gossip.
//!
//! # Failure model
//!
//! - A challenge is proven by a key that lives as long as the process, so nothing is kept of those
//!   that were issued. After a restart, those that are open are refused, and one asks for another.
//! - Everything that a stranger sends is bounded before it is read: texts, tokens, blocks, facts and
//!   the time that rules may take.
//! - A clock that is off lets tokens live as much longer or shorter.

mod wallet;
mod challenge;
mod rights;
mod entitlement;
mod token;
mod shape;
mod revocation;
mod exchange;
mod secret;
mod sealing_key;
pub mod limits;
#[cfg(test)]
mod tests;

pub use challenge::{Challenges, Redeemed, SignInError, SignedChallenge};
pub use entitlement::{is_entitled, may_speak_for};
pub use exchange::{Answer, PAGE_REVOCATIONS_MAX, Question};
pub use revocation::{Place, Revocation, RevocationError, Revocations, SignedRevocation, TokenId};
pub use rights::{Ask, Right, Scope, Service, Subject, Verb};
pub use sealing_key::{SealingKeyError, SealingKeyStatement, SignedSealingKey};
pub use secret::{OpenError, Recipient, RecipientError, SealError, SealedSecret, SealingKey, seal};
pub use token::{Attenuation, Denied, Grant, Token, TokenError, TokenIssuer, VerifiedToken};
pub use wallet::{WalletError, verify_wallet};
