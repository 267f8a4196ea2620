// SPDX-License-Identifier: Apache-2.0

//! Follows the newest finalised block, and publishes the state that it leaves behind.
//!
//! The node announces every finalised block, and begins with those of the last half minute. To read
//! the state of each in turn would make a daemon that starts, or that is slow, live in the past: it
//! would beat in slots that are over. So an announcement only says that there is something newer;
//! what is read is the newest, and of the blocks that were skipped no more than hash and time.

use crate::{Chain, ConnectError, QueryError, client::QUERIES_AT_ONCE, state};
use futures::{StreamExt, TryStreamExt, stream};
use r1_core::{BlockHash, ChainState, RecentBlocks, error_chain};
use std::{ops::Range, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, info, warn};

/// First delay before reconnecting; it doubles up to [`RECONNECT_DELAY_MAX`].
const RECONNECT_DELAY_MIN: Duration = Duration::from_millis(250);

/// Longest delay before reconnecting: a node that restarts is noticed within it.
const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(10);

/// Longest silence of a healthy chain: finality may stall, but the stream is asked anew after it.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Skipped blocks whose hash and time are still asked for: half a minute of 2 s blocks. Beats of
/// others name the newest block that they know, which is hardly ever older.
const SKIPPED_BLOCKS_MAX: u32 = 16;

/// Which node to follow.
#[derive(Clone, Debug)]
pub struct FollowConfig {
	/// The node's WebSocket URL.
	pub url: String,
	/// The chain that it must serve; `None` takes whatever it serves first.
	pub genesis_hash: Option<BlockHash>,
}

/// What the follower publishes. Clones share it.
#[derive(Clone, Debug)]
pub struct ChainHandle {
	state: watch::Receiver<Option<Arc<ChainState>>>,
	connected: watch::Receiver<bool>,
}

impl ChainHandle {
	/// A handle on states that come from elsewhere than a node, as in a test or a simulation.
	#[must_use]
	pub fn fed_by(state: watch::Receiver<Option<Arc<ChainState>>>) -> Self {
		let (_, connected) = watch::channel(true);
		Self { state, connected }
	}

	/// The newest finalised state; `None` until the node has answered once.
	#[must_use]
	pub fn state(&self) -> Option<Arc<ChainState>> {
		self.state.borrow().clone()
	}

	/// Whether the node is reachable now; the state may still be that of an earlier moment.
	#[must_use]
	pub fn is_connected(&self) -> bool {
		*self.connected.borrow()
	}

	/// A receiver that sees every newer state, though not each one in between.
	#[must_use]
	pub fn watch(&self) -> watch::Receiver<Option<Arc<ChainState>>> {
		self.state.clone()
	}
}

/// Starts following. The task ends when `cancel` is cancelled.
pub fn follow(config: FollowConfig, cancel: CancellationToken, tasks: &TaskTracker) -> ChainHandle {
	let (publish, state) = watch::channel(None);
	let (connection, connected) = watch::channel(false);
	let follower = Follower { config, publish, connection };
	tasks.spawn(async move {
		cancel.run_until_cancelled(follower.run()).await;
	});
	ChainHandle { state, connected }
}

struct Follower {
	config: FollowConfig,
	publish: watch::Sender<Option<Arc<ChainState>>>,
	connection: watch::Sender<bool>,
}

/// Why one connection ended.
#[derive(Debug, thiserror::Error)]
enum FollowError {
	#[error(transparent)]
	Connect(#[from] ConnectError),
	#[error(transparent)]
	Query(#[from] QueryError),
	#[error("the node serves another chain than the one followed so far")]
	OtherChain,
	#[error("the node ended the stream of finalised blocks")]
	StreamEnded,
}

impl Follower {
	async fn run(mut self) {
		let mut delay = RECONNECT_DELAY_MIN;
		loop {
			let before = self.newest();
			let error = match self.follow_one_connection().await {
				Ok(never) => match never {},
				Err(error) => error,
			};
			self.connection.send_replace(false);
			// Progress shows that the node is well: the next outage starts with a short delay.
			if self.newest() != before {
				delay = RECONNECT_DELAY_MIN;
			}
			warn!(
				target: "r1::chain",
				url = self.config.url,
				error = error_chain(&error),
				retry_in_ms = delay.as_millis(),
				"lost the chain",
			);
			tokio::time::sleep(delay).await;
			delay = RECONNECT_DELAY_MAX.min(delay * 2);
		}
	}

	fn newest(&self) -> Option<u32> {
		self.publish.borrow().as_ref().map(|state| state.finalised.number)
	}

	fn recent_blocks(&self) -> RecentBlocks {
		let published = self.publish.borrow();
		published.as_ref().map(|state| state.recent_blocks.clone()).unwrap_or_default()
	}

	async fn follow_one_connection(&mut self) -> Result<std::convert::Infallible, FollowError> {
		let chain = Chain::connect(&self.config.url).await?;
		let genesis_hash = *self.config.genesis_hash.get_or_insert(chain.genesis_hash());
		if genesis_hash != chain.genesis_hash() {
			return Err(FollowError::OtherChain);
		}
		info!(target: "r1::chain", url = self.config.url, "following the chain");
		self.connection.send_replace(true);
		let mut blocks = chain.finalised_blocks().await?;
		loop {
			match tokio::time::timeout(SILENCE_MAX, blocks.next()).await {
				Ok(Some(announced)) => {
					let number = announced.map_err(QueryError::node)?.number();
					// The first that are announced are older than what was read with the first of
					// them: nothing needs to be asked.
					if self.newest().is_some_and(|newest| number <= newest.into()) {
						continue;
					}
				},
				Ok(None) => return Err(FollowError::StreamEnded),
				// Finality may have stalled, or the connection died unnoticed: ask.
				Err(_) => {},
			}
			self.publish_newest(&chain).await?;
		}
	}

	async fn publish_newest(&mut self, chain: &Chain) -> Result<(), FollowError> {
		let newest = chain.at_finalised().await?;
		let number = state::number_of(&newest);
		let published = self.newest();
		if published.is_some_and(|published| published >= number) {
			return Ok(());
		}
		let mut recent = self.recent_blocks();
		for (hash, timestamp_secs) in skipped_blocks(chain, skipped(published, number)).await? {
			recent.push(hash, timestamp_secs);
		}
		let state = state::read(&newest, recent).await?;
		debug!(
			target: "r1::chain",
			block = number,
			epoch = state.current_epoch,
			deeds = state.deeds.len(),
			jobs = state.jobs.len(),
			"finalised",
		);
		self.publish.send_replace(Some(Arc::new(state)));
		Ok(())
	}
}

/// The blocks that came between the last state that was published and the next, oldest first, and
/// no more of them than anybody still names.
fn skipped(published: Option<u32>, next: u32) -> Range<u32> {
	let oldest = next.saturating_sub(SKIPPED_BLOCKS_MAX);
	published.map_or(oldest, |published| oldest.max(published.saturating_add(1)))..next
}

async fn skipped_blocks(
	chain: &Chain,
	numbers: Range<u32>,
) -> Result<Vec<(BlockHash, u64)>, QueryError> {
	stream::iter(numbers)
		.map(async |number| {
			let at_block = chain.at_number(number.into()).await?;
			Ok((at_block.block_hash().0, state::timestamp_secs(&at_block).await?))
		})
		.buffered(QUERIES_AT_ONCE)
		.try_collect()
		.await
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn skipped_should_be_what_lies_between_two_states() {
		for (published, next, expected) in [
			(Some(9), 10, 10..10),
			(Some(7), 10, 8..10),
			(Some(0), 3, 1..3),
			// Long away, or never there: the last few only.
			(Some(7), 100, 84..100),
			(None, 100, 84..100),
			(None, 5, 0..5),
			(None, 0, 0..0),
		] {
			assert_eq!(skipped(published, next), expected, "{published:?} to {next}");
		}
	}
}
