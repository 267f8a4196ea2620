// SPDX-License-Identifier: Apache-2.0

//! What can be asked on the command line.

mod economy;

pub(crate) use economy::{
	Application, Burn, Buy, Deed, History, InvoiceNumber, IssuePermit, Permit, Price, Rewards,
};

use crate::amount::{R1Amount, UsdcAmount};
use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use r1_api::{ClientOptions, EdgeClient};
use r1_chain::{Address, Chain, Signer};
use std::{path::PathBuf, time::Duration};

/// Longest wait for a daemon, which itself gives up after two minutes: whoever asks shall hear its
/// reason, and not only that it took too long.
const EDGE_TIMEOUT: Duration = Duration::from_secs(150);

/// Ratio1 from the shell: deeds, rewards, burns, jobs, files and inference.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Arguments {
	/// WebSocket URL of a chain node.
	#[arg(long, global = true, env = "R1_NODE_URL", default_value = "ws://127.0.0.1:9944")]
	pub(crate) node_url: String,

	/// HTTP URL of an edge daemon.
	#[arg(long, global = true, env = "R1_EDGE_URL", default_value = "http://127.0.0.1:31236")]
	pub(crate) edge_url: String,

	/// File with the secret URI of the account that signs, or a node's key file; without it,
	/// `R1_SIGNER` is read.
	#[arg(long, global = true, env = "R1_SIGNER_FILE")]
	pub(crate) signer_file: Option<PathBuf>,

	/// Print JSON instead of tables.
	#[arg(long, global = true)]
	pub(crate) json: bool,

	/// Send nothing to the chain: say what the call would cost, and whether it would be refused.
	/// Files that a job needs are still added to the content store, and session keys are still
	/// made by the chain node, which keeps them without any use.
	#[arg(long, global = true)]
	pub(crate) dry_run: bool,

	/// What to do.
	#[command(subcommand)]
	pub(crate) command: Command,
}

impl Arguments {
	/// Connects to the chain.
	pub(crate) async fn chain(&self) -> anyhow::Result<Chain> {
		Ok(Chain::connect(&self.node_url).await?)
	}

	/// A client of the edge daemon.
	pub(crate) fn edge(&self) -> anyhow::Result<EdgeClient> {
		edge_at(&self.edge_url)
	}

	/// The account that signs. Secrets come by file or environment, never by argument, where other
	/// users of the machine could read them.
	pub(crate) fn signer(&self) -> anyhow::Result<Signer> {
		let uri = match &self.signer_file {
			Some(path) => std::fs::read_to_string(path)
				.with_context(|| format!("could not read the signer file {}", path.display()))?,
			None => std::env::var("R1_SIGNER").context(
				"no account to sign with: give --signer-file, or set R1_SIGNER to a secret URI",
			)?,
		};
		Ok(Signer::from_uri(uri.trim())?)
	}
}

/// A client of the edge daemon at a URL.
pub(crate) fn edge_at(url: &str) -> anyhow::Result<EdgeClient> {
	let options = ClientOptions { request_timeout: EDGE_TIMEOUT, ..ClientOptions::default() };
	Ok(EdgeClient::new(url, &options)?)
}

/// Groups of commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
	/// The network as a whole.
	#[command(subcommand)]
	Network(Network),
	/// The oracles: validators in their role as witnesses.
	#[command(subcommand)]
	Oracle(Oracle),
	/// Epochs, and what the oracles said of them.
	#[command(subcommand)]
	Epoch(Epoch),
	/// Balances of an account.
	Account {
		/// The account; by default the one that signs.
		account: Option<Address>,
	},
	/// What a Node Deed costs now.
	Price(Price),
	/// Leave to buy Node Deeds.
	#[command(subcommand)]
	Permit(Permit),
	/// Deeds: buy them, see who owns and runs what, link and move them.
	#[command(subcommand, alias = "deeds")]
	Deed(Deed),
	/// Rewards for availability and work.
	#[command(subcommand)]
	Rewards(Rewards),
	/// Burns R1, for good.
	Burn(Burn),
	/// Applications that R1 is burned for, and who burned most.
	#[command(subcommand)]
	Application(Application),
	/// USDC set aside for jobs.
	#[command(subcommand)]
	Escrow(Escrow),
	/// Jobs.
	#[command(subcommand)]
	Job(Job),
	/// Files in the content store, by way of an edge daemon.
	#[command(subcommand)]
	File(File),
	/// The edge daemon at `--edge-url`.
	#[command(subcommand)]
	Node(Node),
	/// Sends inputs to a served model, and prints its outputs.
	Infer(Infer),
	/// Sends R1.
	Transfer {
		/// Who receives it.
		to: Address,
		/// How much, in R1.
		amount: R1Amount,
	},
}

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

/// The escrow.
#[derive(Debug, Subcommand)]
pub(crate) enum Escrow {
	/// Moves USDC into the signer's escrow.
	Deposit {
		/// How much, in USDC.
		amount: UsdcAmount,
	},
	/// Moves free USDC out of it.
	Withdraw {
		/// How much, in USDC.
		amount: UsdcAmount,
	},
}

/// Jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
	/// Every job that is not closed.
	List,
	/// Orders a model to be served.
	Submit(JobSubmit),
	/// Ends a job.
	Close {
		/// The job.
		#[arg(long)]
		job: u32,
	},
}

/// An order of inference.
#[derive(Args, Debug)]
pub(crate) struct JobSubmit {
	/// Name under which the model is served: lower case letters, digits and dashes.
	#[arg(long)]
	pub(crate) name: String,
	/// The ONNX model; it is added to the content store.
	#[arg(long)]
	pub(crate) model: PathBuf,
	/// On how many nodes.
	#[arg(long, default_value_t = 2)]
	pub(crate) replicas: u32,
	/// For how many epochs.
	#[arg(long, default_value_t = 30)]
	pub(crate) epochs: u32,
	/// Resource class, by its number in the price table; 1 is ENTRY.
	#[arg(long, default_value_t = 1)]
	pub(crate) resources: u8,
	/// How far two nodes' outputs may differ; float results depend on the processor.
	#[arg(long, default_value_t = 1e-4)]
	pub(crate) tolerance: f64,
	/// Smallest number in the random inputs that oracles probe the model with.
	#[arg(long, default_value_t = 0.0)]
	pub(crate) probe_minimum: f64,
	/// Largest number in them; numbers like those of real inputs make good probes.
	#[arg(long, default_value_t = 1.0)]
	pub(crate) probe_maximum: f64,
}

/// Files.
#[derive(Debug, Subcommand)]
pub(crate) enum File {
	/// Adds a file, and prints its CID.
	Add {
		/// The file.
		path: PathBuf,
	},
	/// Fetches a file by its CID.
	Get {
		/// Its CID.
		cid: String,
		/// Where to write it.
		#[arg(long)]
		output: PathBuf,
	},
}

/// An edge daemon.
#[derive(Debug, Subcommand)]
pub(crate) enum Node {
	/// Its key, its deed, its peers and its jobs.
	Status,
}

/// One request for inference.
#[derive(Args, Debug)]
pub(crate) struct Infer {
	/// The model.
	#[arg(long)]
	pub(crate) model: String,
	/// JSON file with an Open Inference Protocol request.
	#[arg(long)]
	pub(crate) request: PathBuf,
}

#[cfg(test)]
mod tests;
