// SPDX-License-Identifier: Apache-2.0

//! What can be asked of federated learning.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Federated learning: many train one model, and nobody sees what any of them has learnt alone.
#[derive(Debug, Subcommand)]
pub(crate) enum Learn {
	/// Makes a model that has learnt nothing, for a job to begin with.
	Init(LearnInit),
	/// Opens a round of a job, for the nodes that run it now.
	///
	/// It starts from the sum of the job's last round, or from the specification's model if there is
	/// none. Sign as the job's owner, or a delegate who may update jobs.
	Open(LearnOpen),
	/// The rounds of a job, and what the node of the daemon at `--edge-url` does in them.
	Status {
		/// The job.
		#[arg(long)]
		job: u32,
	},
	/// Writes the model that a job has learnt, worked out of what is on the chain, and checked by it.
	Result(LearnResult),
	/// Closes the open round of a job before its end; it counts for nobody.
	Close {
		/// The job.
		#[arg(long)]
		job: u32,
	},
	/// Lets the node of the daemon at `--edge-url` learn from data, which stays there.
	Join(LearnJoin),
	/// Takes data from the node.
	Leave {
		/// The name of the data set.
		name: String,
	},
	/// The data that the node may learn from.
	Data,
}

/// A model to be made.
#[derive(Args, Debug)]
pub(crate) struct LearnInit {
	/// Numbers of a sample, hidden neurons if there are any, and classes: `64,10` or `64,32,10`.
	#[arg(long, value_delimiter = ',', required = true)]
	pub(crate) layers: Vec<usize>,
	/// What the first weights follow from.
	#[arg(long, default_value_t = 1)]
	pub(crate) seed: u64,
	/// The model's file; one that exists is not overwritten.
	#[arg(long)]
	pub(crate) output: PathBuf,
}

/// A round to be opened.
#[derive(Args, Debug)]
pub(crate) struct LearnOpen {
	/// The job.
	#[arg(long)]
	pub(crate) job: u32,
	/// Participants that each phase must have; by default two thirds of the job's nodes, and three at
	/// least.
	#[arg(long)]
	pub(crate) minimum: Option<u8>,
	/// How many must reveal shares, and so how many would have to conspire to see an update; by default
	/// more than half of the minimum.
	#[arg(long)]
	pub(crate) threshold: Option<u8>,
	/// How far a parameter may move in a round; with noise, how long the whole update may be.
	#[arg(long, default_value_t = 8.0)]
	pub(crate) clip: f64,
	/// Bits after the point of what is sent.
	#[arg(long, default_value_t = r1_learning::limits::SCALE_BITS_DEFAULT)]
	pub(crate) scale_bits: u8,
	/// Samples beyond which more data counts no more.
	#[arg(long, default_value_t = 10_000)]
	pub(crate) max_weight: u32,
	/// Adds noise of so many times the clip to the sum, so that it hides each participant; all of them
	/// count alike then.
	#[arg(long)]
	pub(crate) noise: Option<f64>,
	/// Blocks that each phase lasts at most; one ends as soon as everybody has done their part.
	#[arg(long, default_value_t = 30)]
	pub(crate) phase_blocks: u32,
	/// Blocks for training and publishing what was learnt, at most.
	#[arg(long, default_value_t = 120)]
	pub(crate) training_blocks: u32,
}

/// A model to be written.
#[derive(Args, Debug)]
pub(crate) struct LearnResult {
	/// The job.
	#[arg(long)]
	pub(crate) job: u32,
	/// The round; by default the last that was completed.
	#[arg(long)]
	pub(crate) round: Option<u64>,
	/// Says on which share of these samples the model is right.
	#[arg(long)]
	pub(crate) test: Option<PathBuf>,
	/// The model's file; one that exists is not overwritten.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
}

/// Data to learn from.
#[derive(Args, Debug)]
pub(crate) struct LearnJoin {
	/// The name of the data set, by which jobs ask for it.
	pub(crate) name: String,
	/// Its file: safetensors with `x`, floats by sample and feature, and `y`, a label for each.
	#[arg(long)]
	pub(crate) data: PathBuf,
}
