// SPDX-License-Identifier: Apache-2.0

//! Namespaces as they were when epochs ended, from which this node proves what they held.

use super::{NoReplica, Space};
use crate::{
	proof::{Claim, Proof},
	record::Digest,
	tree::Tree,
};
use r1_primitives::EpochIndex;
use std::collections::VecDeque;

/// Epochs of which a namespace is kept as it was. The verdict of an epoch is on the chain some minutes
/// after its end, so three are the one whose verdict is awaited, and two to prove something of.
///
/// A snapshot shares with the namespace whatever has not changed since, so it takes nothing at first,
/// and at most what the namespace held, which is within its quota. All of them together take at most
/// three times that, for a namespace that was replaced as a whole in each epoch. As much of it is on the
/// disk, where each is written as a whole.
pub const SNAPSHOTS_MAX: usize = 3;

/// Why there is no proof.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProveError {
	/// The node is no replica.
	#[error(transparent)]
	NoReplica(#[from] NoReplica),
	/// The node was not there, or it is too long ago.
	#[error(
		"this node does not know what the namespace held when epoch {epoch} ended; it keeps the \
		 last {SNAPSHOTS_MAX} that it has seen"
	)]
	UnknownEpoch {
		/// The epoch.
		epoch: EpochIndex,
	},
}

/// A namespace as it was, the newest last.
#[derive(Debug, Default)]
pub(super) struct Snapshots(VecDeque<(EpochIndex, Tree)>);

impl Snapshots {
	/// Those that were kept before, the newest last.
	pub(super) fn restored(snapshots: VecDeque<(EpochIndex, Tree)>) -> Self {
		Self(snapshots)
	}

	fn keep(&mut self, epoch: EpochIndex, tree: Tree) {
		if self.0.len() == SNAPSHOTS_MAX {
			self.0.pop_front();
		}
		self.0.push_back((epoch, tree));
	}

	fn get(&self, epoch: EpochIndex) -> Option<&Tree> {
		self.0.iter().find(|(known, _)| *known == epoch).map(|(_, tree)| tree)
	}
}

impl Space {
	/// Keeps the namespace as it is now, as what it was when an epoch ended, and returns its root. What
	/// was kept of an epoch stays as it is. It is written to the disk by and by.
	///
	/// # Errors
	///
	/// The node is no replica any more.
	pub fn anchor(&self, epoch: EpochIndex) -> Result<Digest, NoReplica> {
		let mut snapshots = self.snapshots();
		if let Some(tree) = snapshots.get(epoch) {
			return Ok(tree.known_root());
		}
		let tree = self.snapshot()?;
		let root = tree.known_root();
		snapshots.keep(epoch, tree.clone());
		self.write_anchor(epoch, tree);
		Ok(root)
	}

	/// Proves what a record of a claim's name was, or that there was none.
	///
	/// # Errors
	///
	/// The node is no replica any more, or was none then.
	pub fn prove(&self, claim: Claim) -> Result<Proof, ProveError> {
		let epoch = claim.epoch;
		let snapshots = self.snapshots();
		if self.is_given_up() {
			return Err(NoReplica.into());
		}
		let tree = snapshots.get(epoch).ok_or(ProveError::UnknownEpoch { epoch })?;
		Ok(Proof::of(claim, tree))
	}
}
