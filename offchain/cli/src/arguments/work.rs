// SPDX-License-Identifier: Apache-2.0

//! What can be asked for and of work: escrows, jobs, daemons and inference.

use crate::amount::UsdcAmount;
use clap::{ArgGroup, Args, Subcommand, ValueEnum, value_parser};
use r1_chain::Address;
use std::path::PathBuf;

/// Nodes of a job, if nobody says how many: one may fail.
pub(crate) const REPLICAS: u32 = 2;

/// Epochs of a job, if nobody says how many: the fewest that the chain takes.
pub(crate) const EPOCHS: u32 = 30;

/// Resource class of a job, if nobody says which: ENTRY.
pub(crate) const RESOURCES: u8 = 1;

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
		/// The escrow's owner, who gets it, if the signer is a delegate.
		#[arg(long)]
		owner: Option<Address>,
	},
	/// Accounts that may spend from the signer's escrow.
	#[command(subcommand)]
	Delegate(Delegate),
}

/// Delegates of an escrow.
#[derive(Debug, Subcommand)]
pub(crate) enum Delegate {
	/// Makes an account a delegate, or changes what it may do.
	Set {
		/// The account.
		#[arg(long)]
		account: Address,
		/// What it may do from now on, separated by commas; nothing else.
		#[arg(long, required = true, value_delimiter = ',')]
		rights: Vec<Right>,
	},
	/// Takes all rights from a delegate.
	Remove {
		/// The account.
		#[arg(long)]
		account: Address,
	},
	/// Every delegate, and what it may do.
	List {
		/// The escrow's owner; by default the account that signs.
		#[arg(long)]
		owner: Option<Address>,
	},
}

/// What a delegate may do.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Right {
	/// Everything.
	All,
	/// Order jobs.
	CreateJobs,
	/// Make jobs longer.
	ExtendDuration,
	/// Let jobs run on more nodes.
	ExtendReplicas,
	/// Move back to the escrow what jobs cannot spend.
	RedeemUnused,
	/// End jobs.
	CloseJobs,
	/// Change what jobs are.
	UpdateJobs,
	/// Move free USDC to the owner.
	Withdraw,
}

/// Jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
	/// Every job that is not closed.
	List,
	/// Prints an example of a specification, to begin with.
	Init {
		/// Of which kind.
		kind: JobKind,
	},
	/// Checks a specification, without asking anybody.
	Validate {
		/// The specification, in YAML or JSON.
		path: PathBuf,
	},
	/// The resource classes that jobs are ordered with, and their prices.
	Classes,
	/// What a job would cost, or more of one that there is.
	Cost(JobCost),
	/// Orders a job: what a specification says, or a model to be served. Says what it costs first.
	Submit(JobSubmit),
	/// How far a job is on the node of the daemon at `--edge-url`.
	Status {
		/// The job.
		#[arg(long)]
		job: u32,
	},
	/// What a container of a job wrote last, on the node of the daemon at `--edge-url`.
	Logs(JobLogs),
	/// Runs a command in a container of a job, on the node of the daemon at `--edge-url`; ends with
	/// the command's exit code.
	Exec(JobExec),
	/// How many requests a job's model has answered on the node of the daemon at `--edge-url`.
	Receipts {
		/// The job.
		#[arg(long)]
		job: u32,
	},
	/// Checks a receipt that `infer` or `edil predict` saved, or evidence of one, against the chain at
	/// `--node-url`; exit code 1 if the chain does not show that it was counted.
	Receipt(JobReceiptCheck),
	/// Changes what a job is, while it runs; sign as its owner, or a delegate.
	Update(JobUpdate),
	/// Makes a job longer, at the price that it was ordered at.
	Extend {
		/// The job.
		#[arg(long)]
		job: u32,
		/// By how many epochs.
		#[arg(long, value_parser = value_parser!(u32).range(1..))]
		epochs: u32,
	},
	/// Lets a job run on more nodes, at the price that it was ordered at.
	Scale {
		/// The job.
		#[arg(long)]
		job: u32,
		/// On how many in all.
		#[arg(long, value_parser = value_parser!(u32).range(1..))]
		replicas: u32,
	},
	/// Moves back to the escrow what a job cannot spend; a job that never ran ends.
	Redeem {
		/// The job.
		#[arg(long)]
		job: u32,
	},
	/// Ends a job; what it did not spend goes back to the escrow.
	Close {
		/// The job.
		#[arg(long)]
		job: u32,
	},
}

/// Kinds of specifications.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum JobKind {
	/// One container.
	Container,
	/// Several containers that know each other.
	Stack,
	/// A model.
	Model,
	/// A model that is evaluated on ciphertexts.
	EncryptedModel,
	/// Files to keep.
	Storage,
	/// A model that nodes train together.
	Learning,
}

/// A job to be priced.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("more").args(["epochs", "replicas"]).multiple(true))]
pub(crate) struct JobCost {
	/// A job that there is: what `--epochs` more would cost, or `--replicas` in all.
	#[arg(long, requires = "more")]
	pub(crate) job: Option<u32>,
	/// On how many nodes; 2 if it is not said.
	#[arg(long)]
	pub(crate) replicas: Option<u32>,
	/// For how many epochs; 30 if it is not said.
	#[arg(long)]
	pub(crate) epochs: Option<u32>,
	/// Resource class, by its number in `job classes`; 1 if it is not said.
	#[arg(long, conflicts_with = "job")]
	pub(crate) resources: Option<u8>,
}

/// Lines of a container.
#[derive(Args, Debug)]
pub(crate) struct JobLogs {
	/// The job.
	#[arg(long)]
	pub(crate) job: u32,
	/// The container; a job with one container has no other.
	#[arg(long)]
	pub(crate) container: Option<String>,
	/// How many lines, at most 10 000.
	#[arg(long, default_value_t = 100)]
	pub(crate) lines: u32,
	/// Goes on with each line that it writes, until it ends.
	#[arg(long, short)]
	pub(crate) follow: bool,
}

/// A command in a container.
#[derive(Args, Debug)]
pub(crate) struct JobExec {
	/// The job.
	#[arg(long)]
	pub(crate) job: u32,
	/// The container; a job with one container has no other.
	#[arg(long)]
	pub(crate) container: Option<String>,
	/// Lets the command read what this one reads; otherwise it reads nothing.
	#[arg(long, short = 'i')]
	pub(crate) stdin: bool,
	/// Gives the command a terminal, in the place of this one.
	#[arg(long, short = 't', requires = "stdin")]
	pub(crate) tty: bool,
	/// The command and its arguments, behind `--`.
	#[arg(last = true, required = true)]
	pub(crate) command: Vec<String>,
}

/// A receipt to be checked.
#[derive(Args, Debug)]
pub(crate) struct JobReceiptCheck {
	/// The file with the receipt, or with evidence of one.
	pub(crate) file: PathBuf,
	/// Where evidence goes that the daemon at `--edge-url` has of the receipt: the node forgets it.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
}

/// An order of a job.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true).args(["specification", "model"]))]
pub(crate) struct JobSubmit {
	/// What the job is, in YAML or JSON; `job init` prints examples.
	#[arg(long, value_name = "FILE", conflicts_with = "name")]
	pub(crate) specification: Option<PathBuf>,
	/// Name under which a model is served: lower case letters, digits and dashes.
	#[arg(long, requires = "model")]
	pub(crate) name: Option<String>,
	/// The ONNX model; it is added to the content store.
	#[arg(long, requires = "name")]
	pub(crate) model: Option<PathBuf>,
	/// On how many nodes.
	#[arg(long, default_value_t = REPLICAS)]
	pub(crate) replicas: u32,
	/// For how many epochs.
	#[arg(long, default_value_t = EPOCHS)]
	pub(crate) epochs: u32,
	/// Resource class, by its number in `job classes`; 1 is ENTRY.
	#[arg(long, default_value_t = RESOURCES)]
	pub(crate) resources: u8,
	/// The most that it may cost, in USDC; without it, what it costs now.
	#[arg(long)]
	pub(crate) cost_max: Option<UsdcAmount>,
	/// Whose escrow pays, and whose the job is, if the signer is a delegate.
	#[arg(long)]
	pub(crate) owner: Option<Address>,
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

/// What a job shall be from now on; what is not said stays as it is.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("changes").required(true).multiple(true))]
pub(crate) struct JobUpdate {
	/// The job.
	#[arg(long)]
	pub(crate) job: u32,
	/// Another specification, in YAML or JSON; what else is changed, is changed in it.
	#[arg(long, value_name = "FILE", group = "changes")]
	pub(crate) specification: Option<PathBuf>,
	/// Another ONNX model; it is added to the content store.
	#[arg(long, group = "changes")]
	pub(crate) model: Option<PathBuf>,
	/// A secret, by its name in the job and the file that `secret seal` wrote; may be given several
	/// times.
	#[arg(long, value_name = "NAME=FILE", value_parser = named_file, group = "changes")]
	pub(crate) secret: Vec<(String, PathBuf)>,
	/// The name of a secret that the job shall have no more; may be given several times.
	#[arg(long, value_name = "NAME", group = "changes")]
	pub(crate) without_secret: Vec<String>,
}

/// A name, and a file that something is in.
fn named_file(text: &str) -> Result<(String, PathBuf), String> {
	match text.split_once('=') {
		Some((name, file)) if !name.is_empty() && !file.is_empty() => {
			Ok((name.to_owned(), file.into()))
		},
		_ => Err("it looks like NAME=FILE".to_owned()),
	}
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
	/// Where the receipt of the answer goes; `job receipt` checks it.
	#[arg(long)]
	pub(crate) receipt: Option<PathBuf>,
}
