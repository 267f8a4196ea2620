// SPDX-License-Identifier: Apache-2.0

//! What can be asked of encrypted inference. Everything secret stays on this machine.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Encrypted inference: models that nodes evaluate on what they cannot read.
#[derive(Debug, Subcommand)]
pub(crate) enum Edil {
	/// Makes a model of a head that the trainer exported, and reports what it takes.
	///
	/// A model that could come out wrong for any inputs is refused, and the neuron named.
	Compile(EdilCompile),
	/// Makes a secret key for a model, and the evaluation key that nodes need.
	Keygen(EdilKeygen),
	/// Encodes and encrypts values, and writes a request.
	Encrypt(EdilEncrypt),
	/// Decrypts a response, and prints the logits.
	Decrypt(EdilDecrypt),
	/// Does all of it: encrypts values, has the daemon at `--edge-url` evaluate them, and decrypts.
	Predict(EdilPredict),
}

/// A model to be compiled.
#[derive(Args, Debug)]
pub(crate) struct EdilCompile {
	/// The head, as the trainer exported it (`head.json`).
	#[arg(long)]
	pub(crate) head: PathBuf,
	/// The encoder that belongs to it (`encoder.json`); without one, inputs are encrypted as they are.
	#[arg(long)]
	pub(crate) encoder: Option<PathBuf>,
	/// How often a single step may be wrong, as a power of two: -54, or -128 if others learn of
	/// failures.
	#[arg(long, default_value_t = -54.0, allow_negative_numbers = true)]
	pub(crate) failure_log2: f64,
	/// The model's file; one that exists is not overwritten.
	#[arg(long)]
	pub(crate) output: PathBuf,
}

/// Keys to be made.
#[derive(Args, Debug)]
pub(crate) struct EdilKeygen {
	/// The model's file.
	#[arg(long)]
	pub(crate) model: PathBuf,
	/// Where the secret key goes. Only its owner can read it, and a file that exists is never
	/// overwritten.
	#[arg(long)]
	pub(crate) secret_key: PathBuf,
	/// Where the evaluation key goes, if the model needs one; it is no secret.
	#[arg(long)]
	pub(crate) evaluation_key: PathBuf,
	#[command(flatten)]
	pub(crate) passphrase: EdilPassphrase,
}

/// What a secret key is sealed with.
#[derive(Args, Debug)]
pub(crate) struct EdilPassphrase {
	/// File with the passphrase of the secret key; without one, the key lies open in its file.
	#[arg(long)]
	pub(crate) passphrase_file: Option<PathBuf>,
}

/// What is encrypted.
#[derive(Args, Debug)]
pub(crate) struct EdilValues {
	/// The secret key.
	#[arg(long)]
	pub(crate) secret_key: PathBuf,
	#[command(flatten)]
	pub(crate) passphrase: EdilPassphrase,
	/// The encoder that belongs to the model; without one, the values are the inputs.
	#[arg(long)]
	pub(crate) encoder: Option<PathBuf>,
	/// The values, as a list of numbers in JSON.
	#[arg(long)]
	pub(crate) values: PathBuf,
}

/// A request to be made.
#[derive(Args, Debug)]
pub(crate) struct EdilEncrypt {
	/// The model's file.
	#[arg(long)]
	pub(crate) model: PathBuf,
	#[command(flatten)]
	pub(crate) values: EdilValues,
	/// The request's file; one that exists is not overwritten.
	#[arg(long)]
	pub(crate) output: PathBuf,
}

/// A response to be opened.
#[derive(Args, Debug)]
pub(crate) struct EdilDecrypt {
	/// The model's file.
	#[arg(long)]
	pub(crate) model: PathBuf,
	/// The secret key.
	#[arg(long)]
	pub(crate) secret_key: PathBuf,
	#[command(flatten)]
	pub(crate) passphrase: EdilPassphrase,
	/// The request that it answers.
	#[arg(long)]
	pub(crate) request: PathBuf,
	/// The response.
	#[arg(long)]
	pub(crate) response: PathBuf,
}

/// A prediction.
#[derive(Args, Debug)]
pub(crate) struct EdilPredict {
	/// The name that the model is served under.
	pub(crate) name: String,
	#[command(flatten)]
	pub(crate) values: EdilValues,
	/// The evaluation key, which the daemon is given if it has not got it; a model without a bootstrap
	/// needs none.
	#[arg(long)]
	pub(crate) evaluation_key: Option<PathBuf>,
	/// Where the receipt of the answer goes; `job receipt` checks it.
	#[arg(long)]
	pub(crate) receipt: Option<PathBuf>,
}
