// SPDX-License-Identifier: Apache-2.0

//! Files of a round are fetched as soon as they are published: whoever published one may be lost before
//! it is needed, and then nobody else would have it.

use super::{Actor, Failure};
use cid::Cid;
use r1_core::{LearningFile, LearningRound};
use r1_learning::{
	limits::{REVEAL_FILE_BYTES_MAX, SHARE_FILE_BYTES_MAX},
	protocol::upload_bytes,
};
use r1_primitives::{NodeKey, learning::RoundId};
use std::{
	collections::BTreeSet,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Files of open rounds that were fetched, by round and CID. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered(Arc<Mutex<BTreeSet<(RoundId, Vec<u8>)>>>);

impl Gathered {
	/// Whether there is a file that a node has yet to fetch: of participants, shares; of oracles, all.
	pub(super) fn lacks_any(&self, round: &LearningRound, own: &NodeKey, is_oracle: bool) -> bool {
		wanted(round, own, is_oracle).any(|(file, _)| !self.has(round.id, file))
	}

	/// Forgets rounds that are over.
	pub(super) fn retain(&self, is_open: impl Fn(RoundId) -> bool) {
		self.lock().retain(|(round, _)| is_open(*round));
	}

	fn has(&self, round: RoundId, file: &LearningFile) -> bool {
		self.lock().contains(&(round, file.cid.clone()))
	}

	fn note(&self, round: RoundId, file: &LearningFile) {
		self.lock().insert((round, file.cid.clone()));
	}

	fn lock(&self) -> MutexGuard<'_, BTreeSet<(RoundId, Vec<u8>)>> {
		// Each change is one insertion, so a panic elsewhere leaves the set sound.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The files that a node wants of a round, and how long each may be.
fn wanted<'a>(
	round: &'a LearningRound,
	own: &'a NodeKey,
	is_oracle: bool,
) -> impl Iterator<Item = (&'a LearningFile, usize)> {
	let is_in = is_oracle || round.invited.contains(own);
	let shares = round.shared.iter().filter(move |_| is_in);
	let uploads = round.uploaded.iter().filter(move |_| is_oracle);
	let reveals = round.revealed.iter().filter(move |_| is_oracle);
	let upload_bytes_max = upload_bytes(round.spec.length);
	let of_others = move |file: &&LearningFile| file.account != *own;
	let shares = shares.map(|file| (file, SHARE_FILE_BYTES_MAX));
	let uploads = uploads.map(move |file| (file, upload_bytes_max));
	let reveals = reveals.map(|file| (file, REVEAL_FILE_BYTES_MAX));
	shares.chain(uploads).chain(reveals).filter(move |(file, _)| of_others(file))
}

impl Actor {
	/// Fetches what was published; each file comes or does not, whatever becomes of the others.
	pub(super) async fn gather(
		&self,
		round: &LearningRound,
		is_oracle: bool,
	) -> Result<(), Failure> {
		let mut missing = None;
		for (file, bytes_max) in wanted(round, &self.own, is_oracle) {
			if self.gathered.has(round.id, file) {
				continue;
			}
			let files = self.files.files().clone().with_file_bytes_max(bytes_max as u64);
			let fetched = match Cid::try_from(file.cid.as_slice()) {
				// Blocks stay on the disk, as those of every file that was read.
				Ok(cid) => files.write_to(&cid, &mut tokio::io::sink()).await.map(drop),
				Err(_none) => Ok(()),
			};
			match fetched {
				Err(error) if !error.is_content_fault() => {
					missing = Some(Failure::transient(&error));
				},
				Ok(()) | Err(_) => self.gathered.note(round.id, file),
			}
		}
		missing.map_or(Ok(()), Err)
	}
}
