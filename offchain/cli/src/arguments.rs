// SPDX-License-Identifier: Apache-2.0

//! What can be asked on the command line.

mod network;
mod economy;
mod work;
mod cstore;
mod fs;
mod edil;
mod learn;
mod keys;
mod access;
mod tool;

pub(crate) use access::{Attenuate, Auth, Login, Reseal, Seal, SealTo, Secret, Token, TokenOutput};
pub(crate) use cstore::{
	Cstore, StoreDelete, StoreGet, StoreKey, StoreProve, StoreQuorum, StoreSet,
};
pub(crate) use economy::{
	Application, Burn, Buy, Deed, History, InvoiceNumber, IssuePermit, Permit, Price, Rewards,
};
pub(crate) use edil::{
	Edil, EdilCompile, EdilDecrypt, EdilEncrypt, EdilKeygen, EdilPassphrase, EdilPredict,
	EdilValues,
};
pub(crate) use fs::{Fs, FsAdd, FsCar, FsGet, FsHolder, FsKeys, FsPath};
pub(crate) use keys::{GenerateKey, ImportKey, KeyOutput, KeyScheme, Keys};
pub(crate) use learn::{Learn, LearnInit, LearnJoin, LearnOpen, LearnResult};
pub(crate) use network::{Epoch, Network, Oracle};
pub(crate) use tool::{Completions, Config, Manual};
pub(crate) use work::{
	Delegate, EPOCHS, Escrow, Infer, Job, JobCost, JobExec, JobKind, JobLogs, JobReceiptCheck,
	JobSubmit, JobUpdate, Node, REPLICAS, RESOURCES, Right,
};

use crate::{amount::R1Amount, files, secrets};
use anyhow::Context as _;
use clap::{
	ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, parser::ValueSource,
};
use r1_api::{ClientError, ClientOptions, EdgeClient};
use r1_chain::{Address, Chain, KeyFile, Signer};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// Longest wait for a daemon, which itself gives up after two minutes: whoever asks shall hear its
/// reason, and not only that it took too long.
const EDGE_TIMEOUT: Duration = Duration::from_secs(150);

/// Longest file of certificates that is read, in bytes: all that a system trusts fit in.
const CERTIFICATES_BYTES_MAX: usize = 1 << 20;

/// Ratio1 from the shell: deeds, rewards, burns, jobs, files and inference.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Arguments {
	/// WebSocket URL of a chain node.
	// The help would show a password in the variable's value, here and below.
	#[arg(
		long,
		global = true,
		env = "R1_NODE_URL",
		hide_env_values = true,
		default_value = "ws://127.0.0.1:9944"
	)]
	pub(crate) node_url: String,

	/// HTTP URL of an edge daemon.
	#[arg(
		long,
		global = true,
		env = "R1_EDGE_URL",
		hide_env_values = true,
		default_value = "http://127.0.0.1:31236"
	)]
	pub(crate) edge_url: String,

	/// File with the only certificates that vouch for daemons, in PEM; without it, those vouch that
	/// the system trusts.
	#[arg(long, global = true, env = "R1_EDGE_CERTIFICATE")]
	pub(crate) edge_certificate: Option<PathBuf>,

	/// Key file of the account that signs: a wallet's, a node's, or one with a secret URI; without
	/// it, `R1_SIGNER` is read.
	#[arg(long, global = true, env = "R1_SIGNER_FILE")]
	pub(crate) signer_file: Option<PathBuf>,

	/// File with the password of the key file; without it, `R1_PASSWORD` is read, or the terminal
	/// asked.
	#[arg(long, global = true, env = "R1_PASSWORD_FILE")]
	pub(crate) password_file: Option<PathBuf>,

	/// File with the token that the daemon at `--edge-url` asks for. Other daemons do not get it;
	/// but see `deed link-batch`.
	#[arg(long, global = true, env = "R1_TOKEN_FILE")]
	pub(crate) token_file: Option<PathBuf>,

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

	/// Where each argument came from, by its name.
	#[arg(skip)]
	pub(crate) sources: BTreeMap<String, ValueSource>,
}

impl Arguments {
	/// Reads the command line; ends the program if it asks for help, or is wrong.
	pub(crate) fn read() -> Self {
		let matches = Self::command().get_matches();
		Self::from_matches(&matches).unwrap_or_else(|error| error.exit())
	}

	fn from_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
		let sources = matches
			.ids()
			.filter_map(|id| Some((id.to_string(), matches.value_source(id.as_str())?)))
			.collect();
		Ok(Self { sources, ..Self::from_arg_matches(matches)? })
	}

	/// Connects to the chain.
	pub(crate) async fn chain(&self) -> anyhow::Result<Chain> {
		Ok(Chain::connect(&self.node_url).await?)
	}

	/// A client of the edge daemon.
	pub(crate) fn edge(&self) -> anyhow::Result<EdgeClient> {
		self.edges()?.at(&self.edge_url)
	}

	/// A client of the edge daemon that does not show it the token: for what needs none, while the
	/// token is missing or of no use.
	pub(crate) fn edge_without_token(&self) -> anyhow::Result<EdgeClient> {
		self.edges_with(None)?.at(&self.edge_url)
	}

	/// How daemons are reached, and the one at `--edge-url` with the token.
	pub(crate) fn edges(&self) -> anyhow::Result<Edges> {
		let token = self.token_file.as_deref().map(secrets::read_file).transpose()?;
		self.edges_with(token.map(|token| token.trim().to_owned()))
	}

	fn edges_with(&self, token: Option<String>) -> anyhow::Result<Edges> {
		let read = |path: &PathBuf| {
			let bytes = files::read(path, CERTIFICATES_BYTES_MAX)?;
			let pem = String::from_utf8(bytes)
				.with_context(|| format!("{} is not in PEM", path.display()))?;
			Ok::<_, anyhow::Error>(Certificate { path: path.clone(), pem })
		};
		Ok(Edges {
			home: self.edge_url.clone(),
			token,
			is_token_for_all: self.is_on_command_line("token_file"),
			certificate: self.edge_certificate.as_ref().map(read).transpose()?,
		})
	}

	/// Whether an argument was given as an option, and not by the environment.
	fn is_on_command_line(&self, name: &str) -> bool {
		self.sources.get(name) == Some(&ValueSource::CommandLine)
	}

	/// The account that signs. Secrets come by file or environment, never by argument, where other
	/// users of the machine could read them.
	pub(crate) fn signer(&self) -> anyhow::Result<Signer> {
		let secret = match &self.signer_file {
			Some(path) => secrets::read_file(path).context("there is no account to sign with")?,
			None => std::env::var(secrets::SIGNER_VARIABLE).context(
				"no account to sign with: give --signer-file, or set R1_SIGNER to a secret URI",
			)?,
		};
		let secret = secret.trim();
		if !secrets::is_key_file(secret) {
			return Ok(Signer::from_uri(secret)?);
		}
		let file = KeyFile::parse(secret)?;
		let purpose = format!("Password of {}", file.address());
		let password = secrets::password(self.password_file.as_deref(), &purpose)?;
		Ok(file.open(&password)?)
	}
}

/// How edge daemons are reached.
#[derive(Default)]
pub(crate) struct Edges {
	/// The URL of the daemon that the token is for.
	home: String,
	token: Option<String>,
	/// Whether other daemons that are asked get it too: only if it was given for this one command.
	is_token_for_all: bool,
	certificate: Option<Certificate>,
}

/// What vouches for daemons.
struct Certificate {
	path: PathBuf,
	pem: String,
}

impl Edges {
	/// A client of the daemon at a URL.
	pub(crate) fn at(&self, url: &str) -> anyhow::Result<EdgeClient> {
		self.within(EDGE_TIMEOUT, url)
	}

	/// A client of the daemon at a URL that waits so long for each answer.
	pub(crate) fn within(
		&self,
		request_timeout: Duration,
		url: &str,
	) -> anyhow::Result<EdgeClient> {
		let options = ClientOptions {
			request_timeout,
			token: self.token_for(url).map(ToOwned::to_owned),
			certificate_authority: self.certificate.as_ref().map(|one| one.pem.clone()),
			..ClientOptions::default()
		};
		EdgeClient::new(url, &options).map_err(|error| match (&error, &self.certificate) {
			(ClientError::InvalidCertificate { .. }, Some(certificate)) => {
				let path = certificate.path.display().to_string();
				anyhow::Error::new(error).context(format!("{path} cannot be used"))
			},
			_ => error.into(),
		})
	}

	/// Whether there is a token for a daemon.
	pub(crate) fn has_token_for(&self, url: &str) -> bool {
		self.token_for(url).is_some()
	}

	/// Whoever gets a token can use it, so that a daemon gets it only if somebody wants that.
	fn token_for(&self, url: &str) -> Option<&str> {
		self.token.as_deref().filter(|_| self.is_token_for_all || url == self.home)
	}
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
	/// The store that jobs share state through, by way of an edge daemon.
	#[command(subcommand)]
	Cstore(Cstore),
	/// Files by content, by way of an edge daemon.
	#[command(subcommand)]
	Fs(Fs),
	/// The edge daemon at `--edge-url`.
	#[command(subcommand)]
	Node(Node),
	/// Sends inputs to a served model, and prints its outputs.
	Infer(Infer),
	/// Encrypted inference: models that nodes evaluate on what they cannot read.
	#[command(subcommand)]
	Edil(Edil),
	/// Federated learning: many train one model, and nobody sees what any of them has learnt alone.
	#[command(subcommand)]
	Learn(Learn),
	/// Keys of accounts, in files that wallets import and export.
	#[command(subcommand)]
	Keys(Keys),
	/// Signing in at the edge daemon at `--edge-url`.
	#[command(subcommand)]
	Auth(Auth),
	/// Tokens, which say what their holder may do on daemons.
	#[command(subcommand)]
	Token(Token),
	/// Secrets of jobs, sealed for the nodes that run them.
	#[command(subcommand)]
	Secret(Secret),
	/// Sends R1.
	Transfer {
		/// Who receives it.
		to: Address,
		/// How much, in R1.
		amount: R1Amount,
	},
	/// Looks for what keeps this machine from taking part: chain node, daemon, clock, versions,
	/// container engine, disk.
	Doctor,
	/// The settings of this tool.
	#[command(subcommand)]
	Config(Config),
	/// Prints a script that completes commands in a shell.
	///
	/// For example `r1ctl completions bash > ~/.local/share/bash-completion/completions/r1ctl`.
	Completions(Completions),
	/// Prints the manual in the format of `man`.
	Manual(Manual),
}

#[cfg(test)]
pub(crate) use {access::Lifetime, tests::parse};

#[cfg(test)]
mod tests;
