// SPDX-License-Identifier: Apache-2.0

//! What nodes have said of the namespaces of their jobs, epoch by epoch.

use codec::Encode as _;
use r1_core::{ChainState, verify};
use r1_primitives::{ANCHORS_MAX, Anchor, AnchorBody, DeedId, EpochIndex, JobId, NodeKey};
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;

/// Epochs of which statements are kept: the one that runs, and those that are reported on.
const EPOCHS_MAX: usize = 3;

/// What nodes have said. Of each epoch there are at most as many roots as deeds have jobs.
#[derive(Debug, Default)]
pub(super) struct Heard(BTreeMap<EpochIndex, BTreeMap<(JobId, DeedId), [u8; 32]>>);

/// Why a statement is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Refused {
	/// It is none.
	#[error("it is no statement")]
	Malformed,
	/// It is of another time.
	#[error("it is about epoch {epoch}, and it is epoch {now}")]
	Epoch {
		/// The epoch that it is about.
		epoch: EpochIndex,
		/// The one that is.
		now: EpochIndex,
	},
	/// It has more roots than a report, or they are out of order.
	#[error("its roots are out of order, or too many")]
	Disorder,
	/// The node has not signed it.
	#[error("its signature is not the node's")]
	Signature,
	/// The node works for nobody.
	#[error("the node has no deed")]
	NoDeed,
}

impl Heard {
	/// Takes what a node says of jobs that are placed on it, and ignores what it says of others, which
	/// may be placed by blocks that are not seen here yet. What it has said first stays.
	pub(super) fn take(
		&mut self,
		node: &NodeKey,
		(body, signature): &(AnchorBody, [u8; 64]),
		state: &ChainState,
		now_secs: u64,
	) -> Result<(), Refused> {
		let AnchorBody { epoch, roots } = body;
		let now = state.clock.epoch_at(now_secs).unwrap_or(0);
		// It is told at the end of its epoch, and may come a moment later.
		if ![now.checked_sub(1), Some(now)].contains(&Some(*epoch)) {
			return Err(Refused::Epoch { epoch: *epoch, now });
		}
		let is_ascending = roots.is_sorted_by(|(job, _), (next, _)| job < next);
		if (ANCHORS_MAX as usize) < roots.len() || !is_ascending {
			return Err(Refused::Disorder);
		}
		let deed = state.deeds.deed_of(node).ok_or(Refused::NoDeed)?;
		verify(node, body, &state.genesis_hash, signature).map_err(|_| Refused::Signature)?;
		let of_epoch = self.0.entry(*epoch).or_default();
		for (job, root) in roots {
			let is_its = state.jobs.get(job).is_some_and(|job| job.deeds.contains(&deed));
			if is_its {
				of_epoch.entry((*job, deed)).or_insert(*root);
			}
		}
		while EPOCHS_MAX < self.0.len() {
			self.0.pop_first();
		}
		Ok(())
	}

	/// The roots of an epoch, ascending by job and deed; if there are more than a report holds, those
	/// that the epoch chooses. All oracles choose alike, also if some have not heard of all.
	pub(super) fn of(&self, epoch: EpochIndex) -> Vec<Anchor> {
		let all = self.0.get(&epoch).into_iter().flatten();
		let mut anchors: Vec<Anchor> = all
			.map(|((job, deed), root)| Anchor { job: *job, deed: *deed, root: *root })
			.collect();
		if (ANCHORS_MAX as usize) < anchors.len() {
			anchors.sort_by_cached_key(|it| blake2_256(&(epoch, it.job, it.deed).encode()));
			anchors.truncate(ANCHORS_MAX as usize);
			anchors.sort_unstable();
		}
		anchors
	}
}
