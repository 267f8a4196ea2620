// SPDX-License-Identifier: Apache-2.0

//! Watches one validator, and writes what it shows into the ledger.
//!
//! Imported blocks and finality have a task each, so that reading the body of a large block delays
//! no other moment.

use crate::{
	chain::{Config, Node},
	ledger::Ledger,
};
use anyhow::{Context as _, Result};
use std::{
	convert::Infallible,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};
use subxt::{client::Blocks, utils::H256};
use tokio::{
	sync::watch,
	time::{Instant, timeout},
};

/// Longest wait for something to become final: a healthy network needs a few seconds.
const FINALITY_TIMEOUT: Duration = Duration::from_secs(60);

/// Longest wait for everything that was sent: what was lost is sent again after half a minute.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(150);

/// Blocks that become final this close together have become final together: one justification
/// covers all of them, and the node says so one by one.
const TOGETHER: Duration = Duration::from_millis(200);

/// What is seen at one validator. Clones share it.
#[derive(Clone)]
pub(crate) struct Observer {
	node: Node,
	ledger: Arc<Mutex<Ledger>>,
	/// The last moment at which a block became final.
	finality: Arc<watch::Sender<Instant>>,
}

impl Observer {
	/// Starts to watch; the future that comes with it ends only when that cannot go on.
	pub(crate) async fn start(
		node: &Node,
	) -> Result<(Self, impl Future<Output = Result<Infallible>> + use<>)> {
		let (finality, _) = watch::channel(Instant::now());
		let observer =
			Self { node: node.clone(), ledger: Arc::default(), finality: Arc::new(finality) };
		let imported = node.client.stream_all_blocks().await?;
		let finalised = node.client.stream_blocks().await?;
		let imports = tokio::spawn(observer.clone().follow_imports(imported));
		let finality = tokio::spawn(observer.clone().follow_finality(finalised));
		let watching = async {
			tokio::select! {
				ended = imports => ended?,
				ended = finality => ended?,
			}
		};
		Ok((observer, watching))
	}

	/// What has been seen so far.
	pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
		// Each note is one insertion: a lock that was poisoned guards as good a ledger as any.
		self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// The next moment at which blocks have become final.
	pub(crate) async fn next_finality(&self) -> Result<Instant> {
		let mut finality = self.finality.subscribe();
		timeout(FINALITY_TIMEOUT, finality.changed())
			.await
			.with_context(|| format!("nothing became final in {FINALITY_TIMEOUT:?}"))??;
		while timeout(TOGETHER, finality.changed()).await.is_ok() {}
		Ok(*finality.borrow())
	}

	/// Waits until everything that was sent is final.
	pub(crate) async fn drained(&self) -> Result<()> {
		let drained = async {
			while self.ledger().unsettled() > 0 {
				self.next_finality().await?;
			}
			Ok(())
		};
		timeout(DRAIN_TIMEOUT, drained).await.unwrap_or_else(|_| {
			let unsettled = self.ledger().unsettled();
			anyhow::bail!("{unsettled} transfers were not final after {DRAIN_TIMEOUT:?}")
		})
	}

	async fn follow_imports(self, mut blocks: Blocks<Config>) -> Result<Infallible> {
		loop {
			let block = blocks.next().await.context("the stream of blocks ended")??;
			self.ledger().note_imported(block.hash(), Instant::now());
			self.read_body(block.hash()).await?;
		}
	}

	async fn follow_finality(self, mut blocks: Blocks<Config>) -> Result<Infallible> {
		loop {
			let block = blocks.next().await.context("the stream of finalised blocks ended")??;
			let now = Instant::now();
			if !self.ledger().has_body(block.hash()) {
				self.read_body(block.hash()).await?;
			}
			self.ledger().note_finalised(block.hash(), now)?;
			self.finality.send_replace(now);
		}
	}

	async fn read_body(&self, block: H256) -> Result<()> {
		let details = self.node.methods.chain_get_block(Some(block)).await?;
		let body = details.context("a block that was announced has a body")?.block.extrinsics;
		let transactions: Vec<H256> = body.iter().map(|bytes| self.node.hash(bytes)).collect();
		self.ledger().note_body(block, &transactions);
		Ok(())
	}
}
