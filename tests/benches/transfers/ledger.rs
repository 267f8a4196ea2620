// SPDX-License-Identifier: Apache-2.0

//! When each transfer was sent, and when each block was first seen: facts, and no clock.

use crate::senders::Signed;
use anyhow::{Result, ensure};
use std::collections::{HashMap, HashSet};
use subxt::utils::H256;
use tokio::time::Instant;

/// Everything that has been seen since the start.
#[derive(Default)]
pub(crate) struct Ledger {
	submitted: HashMap<H256, Submission>,
	/// Their hashes, in the order in which they were sent.
	order: Vec<H256>,
	/// Transfers that are in some imported block; a fork may still lose them.
	included: HashSet<H256>,
	/// Transfers that are in a finalised block.
	settled: HashSet<H256>,
	imported: HashMap<H256, Instant>,
	/// Our transfers in each block.
	bodies: HashMap<H256, Vec<H256>>,
	finalised: Vec<(H256, Instant)>,
}

struct Submission {
	at: Instant,
	bytes: Vec<u8>,
}

/// A finalised block, as it was seen.
pub(crate) struct SeenBlock<'ledger> {
	/// Its hash.
	pub(crate) hash: H256,
	/// When the observed node first showed it.
	pub(crate) imported_at: Instant,
	/// When the observed node first said that it is final.
	pub(crate) finalised_at: Instant,
	/// Our transfers in it.
	pub(crate) transfers: &'ledger [H256],
}

impl Ledger {
	/// Notes that a transfer is about to be sent.
	pub(crate) fn note_submitted(&mut self, transfer: &Signed, at: Instant) {
		let submission = Submission { at, bytes: transfer.bytes.clone() };
		self.submitted.insert(transfer.hash, submission);
		self.order.push(transfer.hash);
	}

	/// Notes the first sight of a block.
	pub(crate) fn note_imported(&mut self, block: H256, at: Instant) {
		self.imported.entry(block).or_insert(at);
	}

	/// Notes the hashes of a block's transactions.
	pub(crate) fn note_body(&mut self, block: H256, transactions: &[H256]) {
		let is_ours = |transaction: &&H256| self.submitted.contains_key(*transaction);
		let transfers: Vec<H256> = transactions.iter().filter(is_ours).copied().collect();
		self.included.extend(&transfers);
		self.bodies.insert(block, transfers);
	}

	/// Whether the transactions of a block are known.
	pub(crate) fn has_body(&self, block: H256) -> bool {
		self.bodies.contains_key(&block)
	}

	/// Notes that a block, whose body is known, is final.
	///
	/// # Errors
	///
	/// The block has transfers, and nobody saw when it was imported.
	pub(crate) fn note_finalised(&mut self, block: H256, at: Instant) -> Result<()> {
		let transfers = self.bodies.get(&block).map_or(&[][..], Vec::as_slice);
		if !self.imported.contains_key(&block) {
			// From before the start.
			ensure!(transfers.is_empty(), "block {block:?} is final, and was never seen before");
			return Ok(());
		}
		self.settled.extend(transfers);
		self.finalised.push((block, at));
		Ok(())
	}

	/// Transfers that were sent, and are in no block yet.
	pub(crate) fn waiting(&self) -> usize {
		self.submitted.len() - self.included.len()
	}

	/// Transfers that were sent, and are not final yet.
	pub(crate) fn unsettled(&self) -> usize {
		self.submitted.len() - self.settled.len()
	}

	/// Transfers that were sent before a moment and are not final yet, in their order.
	pub(crate) fn overdue(&self, before: Instant) -> Vec<Vec<u8>> {
		let open = self.order.iter().filter(|transfer| !self.settled.contains(*transfer));
		open.filter_map(|transfer| self.submitted.get(transfer))
			.filter(|submission| submission.at < before)
			.map(|submission| submission.bytes.clone())
			.collect()
	}

	/// When a transfer was sent.
	pub(crate) fn submitted_at(&self, transfer: &H256) -> Option<Instant> {
		self.submitted.get(transfer).map(|submission| submission.at)
	}

	/// All finalised blocks, in order.
	pub(crate) fn finalised_blocks(&self) -> impl Iterator<Item = SeenBlock<'_>> {
		self.finalised.iter().filter_map(|(hash, finalised_at)| {
			Some(SeenBlock {
				hash: *hash,
				imported_at: *self.imported.get(hash)?,
				finalised_at: *finalised_at,
				transfers: self.bodies.get(hash)?,
			})
		})
	}
}
