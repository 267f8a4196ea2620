// SPDX-License-Identifier: Apache-2.0

//! What can be asked about access: signing in, tokens and secrets.

use clap::{
	Args, Subcommand,
	builder::{PossibleValuesParser, TypedValueParser},
};
use r1_chain::Address;
use r1_dauth::{
	Recipient, Scope, Service,
	limits::{SCOPE_BYTES_MAX, TOKEN_SECS_MAX},
};
use std::{path::PathBuf, str::FromStr};

/// Signing in at a daemon.
#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
	/// Gets a token from the daemon at `--edge-url`, for the account that signs.
	///
	/// What the daemon asks to be signed is looked at first: only a challenge to sign in is signed,
	/// for this account and for the chain of the node at `--node-url`, if that answers.
	///
	/// For example `r1ctl auth login --output token`, then `export R1_TOKEN_FILE=token`.
	Login(Login),
	/// Says whom the daemon at `--edge-url` takes the token for; exit code 1 if for nobody, which is
	/// so with a token that has expired, was revoked, or may not look at the node.
	Whoami,
}

/// A token to be got.
#[derive(Args, Debug)]
pub(crate) struct Login {
	/// How long the token shall be good, as in 90s, 30m, 1h or 1d: a day at most.
	#[arg(long, default_value = "1h")]
	pub(crate) expires: Lifetime,
	/// Sign in at the node of this deed only, which the chain names. Without it, a daemon that you
	/// do not trust could hand on the challenge of another one, and sign in there with your answer.
	#[arg(long)]
	pub(crate) deed: Option<u32>,
	#[command(flatten)]
	pub(crate) output: TokenOutput,
}

/// Tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
	/// Prints a token that allows less than the one that is given; asks nobody.
	///
	/// The token is read from `--token-file` or `R1_TOKEN_FILE`, or else from standard input.
	Attenuate(Attenuate),
	/// What can be read of a token without any key; with a chain node that answers, also whether it
	/// is what it says, and whom it speaks for. Exit code 1 if no daemon would believe it.
	///
	/// The token is read as for `token attenuate`. Whether it has expired or was revoked,
	/// `auth whoami` tells.
	Show,
	/// Revokes a token on all nodes, and every token that was narrowed from it.
	///
	/// Asks the daemon at `--edge-url`, which must be the one that has issued it. The token is read
	/// as for `token attenuate`.
	Revoke,
}

/// How a token is to be narrowed.
#[derive(Args, Debug)]
pub(crate) struct Attenuate {
	/// Only these services, separated by commas.
	#[arg(long = "service", value_name = "SERVICE", value_delimiter = ',', value_parser = services())]
	pub(crate) services: Vec<Service>,
	/// Only this part of the services: a namespace of the store, or whatever has a name; may be
	/// given several times.
	#[arg(long = "namespace", value_name = "NAME", value_parser = scope)]
	pub(crate) namespaces: Vec<Scope>,
	/// Only what belongs to this job; may be given several times.
	#[arg(long = "job", value_name = "JOB")]
	pub(crate) jobs: Vec<u32>,
	/// Only what changes nothing.
	#[arg(long)]
	pub(crate) read_only: bool,
	/// Only for so long from now, as in 90s, 30m, 1h or 1d.
	#[arg(long)]
	pub(crate) expires: Option<Lifetime>,
	#[command(flatten)]
	pub(crate) output: TokenOutput,
}

/// Where a token goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct TokenOutput {
	/// File to write the token to, instead of printing it. Only its owner can read it, and a file
	/// that exists is overwritten only if it holds a token.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
}

/// Secrets of jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Secret {
	/// Seals a secret for the nodes of a job, and prints it as text that everybody may see.
	///
	/// The chain says which nodes those are. The daemon at `--edge-url` hands on whom they want
	/// their secrets sealed for, which each has signed.
	Seal(Seal),
	/// Opens a sealed secret, and seals it again for the nodes that a job has now.
	///
	/// A node that was added later gets the secret like this. Only one of those whom it was sealed
	/// for can do it: see `--recipient` of `secret seal`. Others that it was sealed for and that are
	/// no nodes of the job have to be named again.
	Reseal(Reseal),
	/// Makes an identity of age, which secrets can be sealed for, and prints its recipient.
	Key {
		/// The file to write. Only its owner can read it, and a file that exists is never
		/// overwritten.
		#[arg(long)]
		output: PathBuf,
	},
	/// Opens a sealed secret, and prints it byte for byte.
	Open {
		/// The sealed secret.
		#[arg(long)]
		file: PathBuf,
		/// File with an identity that it was sealed for.
		#[arg(long)]
		identity: PathBuf,
		/// Whose secret it must be.
		#[arg(long)]
		owner: Address,
	},
}

/// A secret to be sealed.
#[derive(Args, Debug)]
pub(crate) struct Seal {
	#[command(flatten)]
	pub(crate) to: SealTo,
	/// What it is called in the job: 1 to 64 lower-case letters, digits and dashes.
	#[arg(long)]
	pub(crate) name: SecretName,
	/// File with the secret, which is taken byte for byte.
	#[arg(long)]
	pub(crate) file: PathBuf,
	/// The job's owner; by default the account that signs.
	#[arg(long)]
	pub(crate) owner: Option<Address>,
}

/// A secret to be sealed again.
#[derive(Args, Debug)]
pub(crate) struct Reseal {
	#[command(flatten)]
	pub(crate) to: SealTo,
	/// The sealed secret.
	#[arg(long)]
	pub(crate) file: PathBuf,
	/// File with an identity that it was sealed for; it stays sealed for it too.
	#[arg(long)]
	pub(crate) identity: PathBuf,
}

/// Whom a secret is sealed for, and where it goes.
#[derive(Args, Debug)]
pub(crate) struct SealTo {
	/// The job whose nodes shall open it.
	#[arg(long = "to-job", value_name = "JOB")]
	pub(crate) job: u32,
	/// Seal it for this recipient of age too, such as your own, so that you can open it; may be
	/// given several times.
	#[arg(long = "recipient", value_name = "AGE1..")]
	pub(crate) recipients: Vec<Recipient>,
	/// Leave nodes out that do not say whom their secrets are sealed for. They cannot open it before
	/// it is sealed again.
	#[arg(long)]
	pub(crate) skip_unreachable: bool,
	/// File to write the sealed secret to, instead of printing it. A file that exists is overwritten
	/// only if it holds a sealed secret.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
}

/// How long something is good, in seconds: 1 to [`TOKEN_SECS_MAX`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Lifetime(pub(crate) u64);

impl FromStr for Lifetime {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
		let unit = units
			.iter()
			.find_map(|(unit, secs)| Some((text.strip_suffix(*unit)?, *secs)))
			.filter(|(number, _)| number.bytes().all(|digit| digit.is_ascii_digit()));
		let secs = unit.and_then(|(number, secs)| number.parse::<u64>().ok()?.checked_mul(secs));
		match secs {
			Some(secs @ 1..=TOKEN_SECS_MAX) => Ok(Self(secs)),
			_ => Err(format!("`{text}` is no time of up to a day: write 90s, 30m, 1h or 1d")),
		}
	}
}

/// Most characters of a secret's name.
const SECRET_NAME_MAX: usize = 64;

/// Name of a secret, as specifications of jobs take it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SecretName(pub(crate) String);

impl FromStr for SecretName {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let is_allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
		let fits = (1..=SECRET_NAME_MAX).contains(&text.len());
		if !fits || !text.bytes().all(is_allowed) {
			return Err(format!(
				"`{text}` is no name of a secret: write 1 to {SECRET_NAME_MAX} lower-case letters, \
				 digits and dashes"
			));
		}
		Ok(Self(text.to_owned()))
	}
}

/// Services by their names, which the help lists.
fn services() -> impl TypedValueParser<Value = Service> {
	PossibleValuesParser::new(Service::ALL.map(Service::name))
		.try_map(|name| Service::named(&name).ok_or("there is no such service"))
}

fn scope(name: &str) -> Result<Scope, String> {
	Scope::new(name).ok_or_else(|| {
		format!(
			"`{name}` is no name: write 1 to {SCOPE_BYTES_MAX} letters, digits and signs of `/_.:@-`"
		)
	})
}
