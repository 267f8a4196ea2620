// SPDX-License-Identifier: Apache-2.0

//! Whether somebody has what is below a root, without having it oneself.
//!
//! ```text
//! seed ──> root ──draw──> child ──draw──> ... ──> leaf        each a block that the node must send
//! ```
//!
//! Whoever audits asks for the root's block. What it hashes to is known, so it is genuine, and its
//! links are; the seed and the node's own CID draw one of them, each as likely as its share of the
//! bytes. So a walk ends at a chunk that is as likely as its length, and who lacks a part of the bytes
//! fails so often. The seed must be one that the audited could not foresee.
//!
//! The weights are what links say, and who made the content may have lied in them: it then leads the
//! audits of its own content astray. A node that fetches each block when it is asked for it passes:
//! an audit shows that content can be had through a node in time, not on which disk it is.
//!
//! Pure: whoever audits moves the blocks.

use crate::{
	dag::{DagError, decode_weights},
	defaults::AUDIT_BLOCKS_MAX,
	walk::Walk,
};
use cid::Cid;
use r1_core::{BlockCheckError, RAW_CODEC, check_block, check_hash, cid_of};

/// A walk that waits for a block.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Audit {
	seed: [u8; 32],
	at: Cid,
	blocks_left: usize,
}

/// What came of a block.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Audited {
	/// It is right, and leads to another one.
	Next(Audit),
	/// It is right, and the last.
	Passed,
}

impl Audit {
	/// An audit of what is below `root`. The same seed takes the same way.
	#[must_use]
	pub fn new(root: Cid, seed: [u8; 32]) -> Self {
		Self { seed, at: root, blocks_left: AUDIT_BLOCKS_MAX }
	}

	/// The block to ask for.
	#[must_use]
	pub fn wanted(&self) -> &Cid {
		&self.at
	}

	/// Checks the block that was asked for.
	///
	/// # Errors
	///
	/// It is another one, which is the fault of who sent it; or it cannot be audited, which is that of
	/// who made the content ([`AuditError::is_content_fault`]).
	pub fn take(self, block: &[u8]) -> Result<Audited, AuditError> {
		let Self { seed, at, blocks_left } = self;
		check_hash(&at).map_err(AuditError::Unsupported)?;
		check_block(&at, block).map_err(AuditError::Wrong)?;
		if !Walk::is_node(&at) {
			return Ok(Audited::Passed);
		}
		let children =
			decode_weights(block).map_err(|source| AuditError::Malformed { cid: at, source })?;
		let Some(child) = draw(&seed, &at, &children) else { return Ok(Audited::Passed) };
		match blocks_left.checked_sub(1) {
			None | Some(0) => Err(AuditError::TooDeep { cid: at }),
			Some(blocks_left) => Ok(Audited::Next(Self { seed, at: child, blocks_left })),
		}
	}
}

/// One of the children, each as likely as its share of all weights. One without a weight counts as one
/// byte, so that each may be drawn.
fn draw(seed: &[u8; 32], at: &Cid, children: &[(Cid, u64)]) -> Option<Cid> {
	let weight = |(_, bytes): &(Cid, u64)| u128::from((*bytes).max(1));
	let total: u128 = children.iter().map(weight).sum();
	let digest = cid_of(RAW_CODEC, &[seed.as_slice(), &at.to_bytes()].concat());
	let mut drawn = [0; 8];
	drawn.copy_from_slice(digest.hash().digest().get(..8)?);
	// Weights that do not fit are lies, and the last children of liars are not drawn.
	let total = u64::try_from(total).unwrap_or(u64::MAX);
	let place = (u128::from(u64::from_le_bytes(drawn)) * u128::from(total)) >> 64;
	let mut before = 0;
	children.iter().find_map(|child| {
		before += weight(child);
		(place < before).then_some(child.0)
	})
}

/// Why an audit did not pass.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AuditError {
	/// What was sent is not the block that was asked for.
	#[error(transparent)]
	Wrong(BlockCheckError),
	/// A CID on the way has a hash that cannot be checked.
	#[error(transparent)]
	Unsupported(BlockCheckError),
	/// A block on the way is no node.
	#[error("block {cid} is no node")]
	Malformed {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		source: DagError,
	},
	/// The way is longer than any content needs.
	#[error("block {cid} is {AUDIT_BLOCKS_MAX} blocks below its root, and no leaf")]
	TooDeep {
		/// The block at which the audit stopped.
		cid: Cid,
	},
}

impl AuditError {
	/// Whether whoever made the content is to blame, and not who keeps it.
	#[must_use]
	pub fn is_content_fault(&self) -> bool {
		!matches!(self, Self::Wrong(_))
	}
}
