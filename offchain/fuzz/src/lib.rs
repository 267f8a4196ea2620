// SPDX-License-Identifier: Apache-2.0

//! Fuzzing of what daemons read from strangers.
//!
//! The tests of `r1-dauth` change one thing at a time. Here inputs are decisions: they begin with
//! something genuine, and then everything is done to it that somebody may do who has the libraries,
//! and keys of his own, and time.
//!
//! ```text
//! bytes ──Choices──> a genuine challenge, token, revocation or secret
//!                      │ cut, spliced, swapped, narrowed, signed by others, sent late or twice
//!                      v
//!             r1-dauth, r1-cstore, r1fs, r1-api, r1-edil, r1-learning, r1-deeploy ──outcome──> a model that knows how it was made ──> panic, or Coverage
//! ```
//!
//! # What is checked
//!
//! Whatever the input, nothing panics, and:
//!
//! - *Challenge*: nobody signs in but by a text that this process issued for this node and chain,
//!   byte for byte, in its time, once, and with a signature of it by the account that it names; and
//!   whoever has that does sign in.
//! - *Token*: what is believed is a token that its issuer and its holders made, with the same
//!   blocks in the same order, each of a shape that r1-dauth makes. It allows no more than what was granted and left by each narrowing,
//!   for the subject that it was made for, whatever blocks were appended; and exactly that if they
//!   were appended by us, in any order. Revoking one revokes what came of it, and nothing else.
//! - *Revocation*: it is taken if it is of its time, newer, and signed by the deed's node, and
//!   otherwise refused for the first of these reasons. Nodes that tell each other come to the same.
//!   What can be read is written as the same bytes.
//! - *Secret*: it opens to what was sealed, for the nodes that it was sealed for, in jobs of its
//!   owner; what a stranger sealed opens only if it is a secret of the owner, in its one encoding.
//! - *Resp*: it does not matter in which pieces requests come; each answer is one, in both versions;
//!   what is stored is sound and counted rightly, and what only reads changes nothing.
//! - *Replica*: whatever was done to messages, two replicas that repair each other hold the same.
//! - *Journal*: a damaged file adds nothing that was not written, an undamaged one loses nothing, and
//!   what is written after the damage is there again.
//! - *Quorum*: whatever members send each other, what a node has written down is all that it knows, and
//!   who has joined votes.
//! - *Proof*: whatever was done to a proof, it shows what was stored or leads to another root; what is
//!   read is written as the same bytes.
//! - *Dag*: however its blocks are made, a file that is read is what its maker's model says, and no
//!   entry of a directory has a name that leads elsewhere.
//! - *Car*: what is imported is whole below its roots, and comes out and in again as the same.
//! - *Multipart*: a form is read as what was written into it, in whatever pieces it comes, and one with
//!   more of something than it may have is refused.
//! - *Sealed*: content opens to what was sealed or not at all, and under no manifest but its own.
//! - *Model*: what is read has one form, and no inputs lead its logits beyond their bound.
//! - *Inference*: a message that is read has one form, what does not fit its model is refused, and what
//!   does is answered with as many logits as the model has.
//! - *Aggregation*: whatever participants do to the files that they publish, the sum is that of the
//!   updates, or there is none and nobody who is honest is blamed, unless as many lie as the threshold.
//! - *Learning*: state, sums, findings and models that are read have one meaning; keys survive a restart.
//! - *Probe*: a probe of work is of one kind, and what is read means the same when it is passed on.
//!
//! Not checked: what needs thousands of actions, such as that redeemed challenges and revocations
//! are bounded in number.
//!
//! # How to replay
//!
//! An input does the same each time. A test that fails says how to run its input again:
//!
//! ```text
//! R1_FUZZ_TARGET=<name> R1_FUZZ_INPUT=<hex> cargo test --package r1-offchain-fuzz replay
//! ```
//!
//! # How to attach a fuzzer
//!
//! The tests mutate inputs themselves (`tests/fuzzing`), guided by what [`run`] returns: they need
//! no tool. A fuzzer that counts lines calls [`run`] with its bytes and drops the result. With
//! cargo-afl:
//!
//! ```text
//! fn main() {
//!     afl::fuzz!(|bytes: &[u8]| { r1_offchain_fuzz::run(r1_offchain_fuzz::Target::Token, bytes); });
//! }
//! ```
//!
//! and with libFuzzer the same inside `fuzz_target!`. The folder of the target in `corpus/` is a
//! good start for either.
//!
//! # The corpus
//!
//! `corpus/<target>/NNN.bin` holds few and small inputs that together reach what a long run has
//! reached. `R1_FUZZ_SAVE=1` lets the mutating tests write it anew, which is needed when a menu
//! changes, because then bytes mean something else.
//!
//! `genuine/` holds tokens and sealed secrets that r1-dauth once made, and the keys of the secrets:
//! they have random bytes in them, and an input must do the same each time. So they also show that
//! what was made with an older version is still read. `R1_FUZZ_GENUINE=1` lets a test write them
//! anew.

mod edits;
mod reached;
mod challenge;
mod token;
mod revocation;
mod secret;
mod resp;
mod replica;
mod quorum;
mod proof;
mod files;
mod multipart;
mod edil;
mod learning;
mod probe;
#[cfg(test)]
mod tests;

use fuzzing::{Choices, Coverage};
use r1_primitives::NodeKey;
use reached::Reached;

/// The chain that everything is for.
const GENESIS: [u8; 32] = [0xee; 32];

/// The node that issues challenges.
const NODE: NodeKey = [6; 32];

/// When most inputs begin, in Unix seconds.
const NOW: u64 = 1_790_000_000;

/// The last moment that has a text, in Unix seconds: the end of the year 9999.
const LAST_SECS: u64 = 253_402_300_799;

/// What an input is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Target {
	/// Texts and signatures of whoever signs in.
	Challenge,
	/// Capability tokens.
	Token,
	/// Revocations of tokens, and what nodes tell each other of them.
	Revocation,
	/// Sealed secrets, and their keys.
	Secret,
	/// Requests in the protocol of Redis.
	Resp,
	/// What replicas of a namespace send each other.
	Replica,
	/// Files of the store.
	Journal,
	/// What nodes that agree on keys send each other.
	Quorum,
	/// Proofs of what the store held.
	Proof,
	/// DAGs of files and directories.
	Dag,
	/// CAR files.
	Car,
	/// Sealed files, and their manifests.
	Sealed,
	/// Forms in which files are uploaded.
	Multipart,
	/// Files of encrypted models.
	Model,
	/// Messages of encrypted inference.
	Inference,
	/// Rounds of federated learning.
	Aggregation,
	/// Files of federated learning that are read alone.
	Learning,
	/// Probes of work, and the answers.
	Probe,
}

impl Target {
	/// Every target.
	pub const ALL: [Self; 18] = [
		Self::Challenge,
		Self::Token,
		Self::Revocation,
		Self::Secret,
		Self::Resp,
		Self::Replica,
		Self::Journal,
		Self::Quorum,
		Self::Proof,
		Self::Dag,
		Self::Car,
		Self::Sealed,
		Self::Multipart,
		Self::Model,
		Self::Inference,
		Self::Aggregation,
		Self::Learning,
		Self::Probe,
	];

	/// The target's name, which is also that of its folder in `corpus/`.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::Challenge => "challenge",
			Self::Token => "token",
			Self::Revocation => "revocation",
			Self::Secret => "secret",
			Self::Resp => "resp",
			Self::Replica => "replica",
			Self::Journal => "journal",
			Self::Quorum => "quorum",
			Self::Proof => "proof",
			Self::Dag => "dag",
			Self::Car => "car",
			Self::Sealed => "sealed",
			Self::Multipart => "multipart",
			Self::Model => "model",
			Self::Inference => "inference",
			Self::Aggregation => "aggregation",
			Self::Learning => "learning",
			Self::Probe => "probe",
		}
	}
}

/// Does what an input says; returns what it reached.
///
/// # Panics
///
/// If anything is not as it must be: a fault was found.
pub fn run(target: Target, bytes: &[u8]) -> Coverage {
	let mut choices = Choices::new(bytes);
	let mut reached = Reached::default();
	let play = match target {
		Target::Challenge => challenge::play,
		Target::Token => token::play,
		Target::Revocation => revocation::play,
		Target::Secret => secret::play,
		Target::Resp => resp::play,
		Target::Replica => replica::play,
		Target::Journal => replica::play_files,
		Target::Quorum => quorum::play,
		Target::Proof => proof::play,
		Target::Dag => files::dag::play,
		Target::Car => files::car::play,
		Target::Sealed => files::sealed::play,
		Target::Multipart => multipart::play,
		Target::Model => edil::play_models,
		Target::Inference => edil::play_messages,
		Target::Aggregation => learning::play_rounds,
		Target::Learning => learning::play_files,
		Target::Probe => probe::play,
	};
	play(&mut choices, &mut reached);
	reached.into_coverage()
}
