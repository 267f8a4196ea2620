// SPDX-License-Identifier: Apache-2.0

//! What can be asked of the network: its state, its oracles and its epochs.

use clap::Subcommand;
use std::path::PathBuf;

/// The network as a whole.
#[derive(Debug, Subcommand)]
pub(crate) enum Network {
	/// Block, epoch, oracles, deeds, jobs and issuance.
	Status,
	/// Availability that the oracles agreed on.
	Availability {
		/// The epoch; by default the newest that is decided.
		#[arg(long)]
		epoch: Option<u32>,
	},
	/// Every deed and its node: availability, maintenance, and what its machine is, as far as the
	/// edge daemon at `--edge-url` knows.
	Nodes,
}

/// The oracles.
#[derive(Debug, Subcommand)]
pub(crate) enum Oracle {
	/// The oracles of the current epoch with their scores and reports, who cheated, who wants to
	/// validate, and who would be elected now.
	Status,
	/// Makes the session keys of the signer's node, and registers them; sign with the node's key.
	///
	/// The chain node at `--node-url` makes the keys and keeps them, so this must be the node that
	/// shall validate, and it must allow unsafe RPC methods, as it does for callers on its own
	/// machine. They count from the session after the next. Registered again, they replace the
	/// older ones. The first ones take a deposit.
	Keys,
	/// Makes the signer's node a candidate to validate; sign with the node's key.
	///
	/// The node needs session keys first: see `oracle keys`. Without them, the chain refuses.
	Ready,
	/// Makes the signer's node no candidate any more.
	Withdraw,
}

/// Epochs.
#[derive(Debug, Subcommand)]
pub(crate) enum Epoch {
	/// What the chain keeps of an epoch that is over.
	Show {
		/// The epoch.
		epoch: u32,
	},
	/// Says what was in an epoch that the oracles did not agree on; sign as governance, which is
	/// the sudo key.
	Settle {
		/// The epoch.
		epoch: u32,
		/// JSON file that says what was: availability by deed, and the quality of work.
		///
		/// For example `{ "availability": { "2": 255, "3": 128 }, "work": [ { "job": 1, "deed": 2,
		/// "quality": 255 } ] }`. All values are 0 to 255. Deeds that are not named count as 0, and
		/// work that is not named was not done.
		#[arg(long)]
		table: PathBuf,
	},
	/// Decides for good that an epoch without agreement pays nothing; sign as governance, which is
	/// the sudo key.
	Void {
		/// The epoch.
		epoch: u32,
	},
}
