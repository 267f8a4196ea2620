// SPDX-License-Identifier: Apache-2.0

//! What the program prints: from the ledger's facts to numbers.

use crate::{
	chain::{Limits, Node},
	ledger::SeenBlock,
	observe::Observer,
};
use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use std::time::Duration;
use subxt::{backend::BlockRef, events::Phase, utils::H256};
use tokio::time::Instant;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
	/// What the runtime allows.
	pub(crate) limits: Limits,
	/// Accounts that sent.
	pub(crate) senders: u32,
	/// The phase that finds the throughput.
	pub(crate) saturation: Saturation,
	/// The phase that finds the latency.
	pub(crate) steady: Steady,
}

/// What a full pool showed.
#[derive(Debug, Serialize)]
pub(crate) struct Saturation {
	/// Transfers that were always waiting for a block.
	outstanding: usize,
	/// Length of the window.
	seconds: f64,
	/// Blocks that became final in the window.
	blocks: usize,
	/// Transfers in them that succeeded, by their events.
	transfers: usize,
	/// The throughput.
	transfers_per_sec: f64,
	/// Transfers in the fullest of them.
	transfers_per_block_max: usize,
	/// From the first sight of a block to its finality.
	block_finality_secs: Percentiles,
}

/// What a moderate rate showed.
#[derive(Debug, Serialize)]
pub(crate) struct Steady {
	/// Transfers a second.
	rate_per_sec: u32,
	/// Length of the phase.
	seconds: f64,
	/// From sending a transfer to the finality of its block.
	transfer_finality_secs: Percentiles,
	/// From the first sight of a block to its finality.
	block_finality_secs: Percentiles,
}

/// A distribution, from all of its samples.
#[derive(Debug, Serialize)]
pub(crate) struct Percentiles {
	samples: usize,
	p50: f64,
	p99: f64,
	max: f64,
}

impl Saturation {
	/// Counts what became final after `from`, up to `until`.
	///
	/// # Errors
	///
	/// Nothing did, or a transfer was in a block and failed there.
	pub(crate) async fn between(
		observer: &Observer,
		node: &Node,
		outstanding: usize,
		from: Instant,
		until: Instant,
	) -> Result<Self> {
		let is_inside =
			|block: &SeenBlock<'_>| from < block.finalised_at && block.finalised_at <= until;
		let (blocks, latencies): (Vec<(H256, usize)>, Vec<Duration>) = observer
			.ledger()
			.finalised_blocks()
			.filter(is_inside)
			.map(|block| ((block.hash, block.transfers.len()), finality_of(&block)))
			.unzip();
		let mut transfers = 0;
		for (block, included) in &blocks {
			let succeeded = successful_transfers(node, *block).await?;
			ensure!(succeeded == *included, "{included} transfers, {succeeded} successful");
			transfers += succeeded;
		}
		let seconds = until.duration_since(from).as_secs_f64();
		Ok(Self {
			outstanding,
			seconds,
			blocks: blocks.len(),
			transfers,
			transfers_per_sec: transfers as f64 / seconds,
			transfers_per_block_max: blocks.iter().map(|(_, count)| *count).max().unwrap_or(0),
			block_finality_secs: Percentiles::of(latencies)?,
		})
	}
}

impl Steady {
	/// Takes a sample of each transfer that was sent, and each block that was first seen, between
	/// two moments. All of them must be final.
	///
	/// # Errors
	///
	/// There was none.
	pub(crate) fn between(
		observer: &Observer,
		rate_per_sec: u32,
		from: Instant,
		until: Instant,
	) -> Result<Self> {
		let ledger = observer.ledger();
		let is_inside = |at: &Instant| from <= *at && *at < until;
		let mut of_blocks = Vec::new();
		let mut of_transfers = Vec::new();
		for block in ledger.finalised_blocks() {
			if is_inside(&block.imported_at) {
				of_blocks.push(finality_of(&block));
			}
			let submitted =
				block.transfers.iter().filter_map(|transfer| ledger.submitted_at(transfer));
			of_transfers.extend(
				submitted.filter(is_inside).map(|at| block.finalised_at.duration_since(at)),
			);
		}
		Ok(Self {
			rate_per_sec,
			seconds: until.duration_since(from).as_secs_f64(),
			transfer_finality_secs: Percentiles::of(of_transfers)?,
			block_finality_secs: Percentiles::of(of_blocks)?,
		})
	}
}

impl Percentiles {
	/// By nearest rank: each is one of the samples.
	fn of(mut samples: Vec<Duration>) -> Result<Self> {
		samples.sort_unstable();
		let nearest = |percent: usize| {
			let rank = (samples.len() * percent).div_ceil(100);
			samples.get(rank.saturating_sub(1)).map(Duration::as_secs_f64)
		};
		Ok(Self {
			samples: samples.len(),
			p50: nearest(50).context("there are no samples")?,
			p99: nearest(99).context("there are no samples")?,
			max: nearest(100).context("there are no samples")?,
		})
	}
}

fn finality_of(block: &SeenBlock<'_>) -> Duration {
	block.finalised_at.duration_since(block.imported_at)
}

/// Transfers of a block that succeeded, by what the runtime says of them.
async fn successful_transfers(node: &Node, block: H256) -> Result<usize> {
	let at_block = node.client.at_block(BlockRef::from_hash(block)).await?;
	let events = at_block.events().fetch().await?;
	let mut count = 0;
	for event in events.iter() {
		let event = event?;
		let is_transfer = (event.pallet_name(), event.event_name()) == ("Balances", "Transfer");
		count += usize::from(is_transfer && matches!(event.phase(), Phase::ApplyExtrinsic(_)));
	}
	Ok(count)
}
