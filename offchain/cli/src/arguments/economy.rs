// SPDX-License-Identifier: Apache-2.0

//! What can be asked of the economy: prices, permits, deeds, rewards and burns.

use crate::amount::R1Amount;
use clap::{Args, Subcommand, value_parser};
use r1_chain::{Address, Invoice};
use std::{path::PathBuf, str::FromStr};

/// The highest tax, in hundredths of a percent: the price once more.
const TAX_MAX: i64 = 10_000;

/// A purchase to be priced.
#[derive(Args, Debug)]
pub(crate) struct Price {
	/// How many deeds.
	#[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
	pub(crate) units: u32,
	/// Value added tax on top, in hundredths of a percent.
	#[arg(long, default_value_t = 0, value_parser = value_parser!(u16).range(..=TAX_MAX))]
	pub(crate) tax_basis_points: u16,
}

/// Leave to buy Node Deeds.
#[derive(Debug, Subcommand)]
pub(crate) enum Permit {
	/// Signs a permit for a buyer; refused if the chain does not know the signer as an issuer.
	Issue(IssuePermit),
}

/// A permit to be signed.
#[derive(Args, Debug)]
pub(crate) struct IssuePermit {
	/// Who may buy.
	#[arg(long)]
	pub(crate) buyer: Address,
	/// Number of the invoice: 64 hex digits, or `new` for a random one.
	#[arg(long, default_value = "new")]
	pub(crate) invoice: InvoiceNumber,
	/// The most that the buyer may ever have bought for, in whole US dollars without tax.
	#[arg(long)]
	pub(crate) usd_limit: u32,
	/// Value added tax on top of the price, in hundredths of a percent.
	#[arg(long, default_value_t = 0, value_parser = value_parser!(u16).range(..=TAX_MAX))]
	pub(crate) tax_basis_points: u16,
	/// For how many epochs after the current one the permit is good.
	#[arg(long, default_value_t = 1)]
	pub(crate) epochs: u32,
	/// Where to write it; it is printed in any case.
	#[arg(long)]
	pub(crate) output: Option<PathBuf>,
	/// Sign although the chain does not know the issuer yet: until governance adds it, nobody can
	/// buy with the permit.
	#[arg(long)]
	pub(crate) anyway: bool,
}

/// Number of an invoice, as it is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum InvoiceNumber {
	/// A random one.
	New,
	/// This one.
	Given(Invoice),
}

impl FromStr for InvoiceNumber {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		if text == "new" {
			return Ok(Self::New);
		}
		let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok();
		bytes
			.and_then(|bytes| bytes.try_into().ok())
			.map(Self::Given)
			.ok_or_else(|| format!("`{text}` is no invoice: give 64 hex digits, or `new`"))
	}
}

/// Deeds.
#[derive(Debug, Subcommand)]
pub(crate) enum Deed {
	/// Every deed, its owner, its node and what it was paid.
	List {
		/// Only deeds of this account.
		#[arg(long)]
		owner: Option<Address>,
	},
	/// Everything that the chain knows of one deed.
	Show {
		/// The deed.
		#[arg(long)]
		deed: u32,
	},
	/// Buys Node Deeds.
	Buy(Buy),
	/// Links a deed to the node of the edge daemon at `--edge-url`, which proves its key.
	Link {
		/// The deed.
		#[arg(long)]
		deed: u32,
	},
	/// Links several deeds, all or none.
	///
	/// Only the daemon at `--edge-url` gets the token, unless `--token-file` is given on the command
	/// line: then every daemon that is asked gets it, and each could use it.
	LinkBatch {
		/// JSON file with a list of `{ "deed": 7, "edge_url": "http://.." }`.
		#[arg(long)]
		file: PathBuf,
	},
	/// Takes a deed's node away.
	Unlink {
		/// The deed.
		#[arg(long)]
		deed: u32,
	},
	/// Announces that a deed's node will be away in some slots of an epoch to come: they count
	/// neither for nor against it. Sign as the deed's owner or its node.
	Maintenance {
		/// The deed.
		deed: u32,
		/// The epoch.
		#[arg(long)]
		epoch: u32,
		/// The first slot, counted from 0 within the epoch.
		#[arg(long)]
		first_slot: u32,
		/// How many slots: at most one in 24 of the epoch.
		#[arg(long, value_parser = value_parser!(u32).range(1..))]
		slots: u32,
	},
	/// Gives a deed to somebody else; a Node Deed loses its node.
	Transfer {
		/// The deed.
		#[arg(long)]
		deed: u32,
		/// Who receives it.
		#[arg(long)]
		to: Address,
	},
	/// Destroys a deed.
	Burn {
		/// The deed.
		#[arg(long)]
		deed: u32,
		/// Do it: there is no way back.
		#[arg(long)]
		yes: bool,
	},
}

/// A purchase.
#[derive(Args, Debug)]
pub(crate) struct Buy {
	/// How many.
	#[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
	pub(crate) units: u32,
	/// The most to pay for one without tax, in R1.
	#[arg(long)]
	pub(crate) price_max: R1Amount,
	/// The file that `permit issue` wrote.
	#[arg(long)]
	pub(crate) permit: PathBuf,
	/// Take fewer if the tier has fewer left.
	#[arg(long)]
	pub(crate) allow_partial: bool,
}

/// Rewards.
#[derive(Debug, Subcommand)]
pub(crate) enum Rewards {
	/// What a claim would pay now, for each deed alone; deeds that cannot be claimed are listed
	/// with the reason. One claim of several deeds may hold fewer epochs of each.
	Preview {
		/// The deeds; by default all that the signer owns and that run, without banned ones.
		#[arg(long, value_delimiter = ',')]
		deeds: Vec<u32>,
		/// Look at so many epochs of each deed only; by default, and at most, at all that one
		/// claim of that deed may hold, from the first that is not claimed.
		#[arg(long)]
		epochs_max: Option<u32>,
	},
	/// Mints what deeds earned by availability.
	Claim {
		/// The deeds; by default all that the signer owns, that run and have something to claim,
		/// as many as one claim may hold.
		#[arg(long, value_delimiter = ',')]
		deeds: Vec<u32>,
		/// Claim so many epochs of each deed only; by default all that one claim may hold. The
		/// answer says how many are left: claiming again goes on.
		#[arg(long)]
		epochs_max: Option<u32>,
	},
	/// Takes out what deeds earned by work.
	ClaimWork {
		/// Take R1 instead of USDC, at least this much.
		#[arg(long)]
		r1_minimum: Option<R1Amount>,
	},
	/// Every payment in a run of blocks, read from the chain's events.
	History(History),
	/// The newest payments of a deed for availability, read from the chain's state.
	Recent {
		/// The deed.
		#[arg(long)]
		deed: u32,
	},
}

/// The part of the history that is wanted.
#[derive(Args, Debug)]
pub(crate) struct History {
	/// The first block.
	#[arg(long, default_value_t = 1)]
	pub(crate) from_block: u32,
	/// The last block; by default the newest that is final.
	#[arg(long)]
	pub(crate) to_block: Option<u32>,
	/// Only what is about this deed.
	#[arg(long)]
	pub(crate) deed: Option<u32>,
}

/// R1 to be burned.
#[derive(Args, Debug)]
pub(crate) struct Burn {
	/// How much, in R1.
	#[arg(long)]
	pub(crate) amount: R1Amount,
	/// Slug of the application that it is burned for.
	#[arg(long)]
	pub(crate) application: Option<Slug>,
	/// Do it: there is no way back.
	#[arg(long)]
	pub(crate) yes: bool,
}

/// Most characters of a slug.
const SLUG_MAX: usize = 32;

/// Short name of an application.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Slug(pub(crate) String);

impl FromStr for Slug {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let is_allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
		if text.is_empty() || SLUG_MAX < text.len() || !text.bytes().all(is_allowed) {
			return Err(format!(
				"`{text}` is no short name: write 1 to {SLUG_MAX} lower-case letters, digits and \
				 dashes"
			));
		}
		Ok(Self(text.to_owned()))
	}
}

/// Applications that R1 is burned for.
#[derive(Debug, Subcommand)]
pub(crate) enum Application {
	/// Registers an application; its creator deposits R1.
	Register {
		/// Its short name: 1 to 32 lower-case letters, digits and dashes.
		#[arg(long)]
		slug: Slug,
		/// Its name for people.
		#[arg(long)]
		name: String,
	},
	/// Takes an application that nothing was burned for off the register, and gives the deposit
	/// back.
	Deregister {
		/// Its short name.
		#[arg(long)]
		slug: Slug,
	},
	/// Every application, those that most was burned for first.
	List,
	/// Those who burned most.
	Burners,
}
