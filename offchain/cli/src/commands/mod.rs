// SPDX-License-Identifier: Apache-2.0

//! What each command does.

mod network;
mod nodes;
mod oracle;
mod epoch;
mod settlement;
mod account;
mod price;
mod permit;
mod deed;
mod link;
mod rewards;
mod history;
mod burn;
mod escrow;
mod job;
mod fs;
mod cstore;
mod proof;
mod node;
mod infer;
mod edil;
mod learn;
mod keys;
mod auth;
mod token;
mod secret;
mod doctor;
mod config;
mod manual;

use crate::{
	amount::R1Amount,
	arguments::{Arguments, Command, Config},
	output::Answer,
};
use anyhow::Context as _;
use r1_chain::{Address, Chain, Outlook, Receipt, Rehearsal, Signer, calls::Call, events::Event};
use serde::Serialize;
use std::time::Duration;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::time::timeout;

/// Longest wait for a chain node that is of use, but not needed.
const CHAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs a command.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
	match &arguments.command {
		Command::Network(command) => network::run(arguments, command).await,
		Command::Oracle(command) => oracle::run(arguments, command).await,
		Command::Epoch(command) => epoch::run(arguments, command).await,
		Command::Account { account } => account::show(arguments, *account).await,
		Command::Transfer { to, amount } => account::transfer(arguments, *to, *amount).await,
		Command::Price(order) => price::run(arguments, order).await,
		Command::Permit(command) => permit::run(arguments, command).await,
		Command::Deed(command) => deed::run(arguments, command).await,
		Command::Rewards(command) => rewards::run(arguments, command).await,
		Command::Burn(order) => burn::run(arguments, order).await,
		Command::Application(command) => burn::applications(arguments, command).await,
		Command::Escrow(command) => escrow::run(arguments, command).await,
		Command::Job(command) => job::run(arguments, command).await,
		Command::Cstore(command) => cstore::run(arguments, command).await,
		Command::Fs(command) => fs::run(arguments, command).await,
		Command::Node(command) => node::run(arguments, command).await,
		Command::Infer(command) => infer::run(arguments, command).await,
		Command::Edil(command) => edil::run(arguments, command).await,
		Command::Learn(command) => learn::run(arguments, command).await,
		Command::Keys(command) => keys::run(arguments, command),
		Command::Auth(command) => auth::run(arguments, command).await,
		Command::Token(command) => token::run(arguments, command).await,
		Command::Secret(command) => secret::run(arguments, command).await,
		Command::Doctor => doctor::run(arguments).await,
		Command::Config(Config::Print) => config::print(arguments),
		Command::Completions(order) => manual::completions(order),
		Command::Manual(order) => manual::run(order),
	}
}

/// Somebody who signs calls, and the chain that gets them.
struct Caller {
	signer: Signer,
	chain: Chain,
	is_dry_run: bool,
}

impl Caller {
	/// Reads the key and connects.
	async fn connect(arguments: &Arguments) -> anyhow::Result<Self> {
		// Without a key there is nothing to connect for, and the missing key is what to say.
		let signer = arguments.signer()?;
		Ok(Self { signer, chain: arguments.chain().await?, is_dry_run: arguments.dry_run })
	}

	/// Signs a call, waits until it is final, and answers with what it did.
	///
	/// With `--dry-run` nothing is sent, and the answer is what the call would do.
	async fn submit(
		&self,
		call: &Call,
		answer: impl FnOnce(&Receipt) -> anyhow::Result<Answer>,
	) -> anyhow::Result<Answer> {
		if self.is_dry_run {
			return self.rehearse(call).await;
		}
		answer(&self.chain.submit(call, &self.signer).await?)
	}

	/// Answers with what a call would do; sends nothing.
	async fn rehearse(&self, call: &Call) -> anyhow::Result<Answer> {
		rehearsed(self.chain.rehearse(call, &self.signer).await?, None)
	}
}

/// Submits a call that needs nothing of the chain beforehand.
async fn submit(
	arguments: &Arguments,
	call: &Call,
	answer: impl FnOnce(&Receipt) -> anyhow::Result<Answer>,
) -> anyhow::Result<Answer> {
	Caller::connect(arguments).await?.submit(call, answer).await
}

/// What would become of a call.
#[derive(Serialize)]
struct Rehearsed {
	call: String,
	fee_r1: R1Amount,
	deposit_r1: Option<R1Amount>,
	/// What a purchase would cost.
	purchase: Option<Purchase>,
	/// Unknown if the node could not try the call.
	would_succeed: Option<bool>,
	refusal: Option<String>,
	/// Why the node could not try it.
	untried: Option<String>,
}

/// What a purchase of deeds would cost now.
#[derive(Serialize)]
struct Purchase {
	units: u32,
	price_per_deed: R1Amount,
	tax: R1Amount,
	total: R1Amount,
}

/// The answer to a rehearsal; it says no only if the call would be refused.
fn rehearsed(rehearsal: Rehearsal, purchase: Option<Purchase>) -> anyhow::Result<Answer> {
	let (would_succeed, refusal, untried, outcome) = match rehearsal.outlook {
		Outlook::Success => (Some(true), None, None, "it would succeed".to_owned()),
		Outlook::Refusal(reason) => {
			let outcome = format!("it would be refused: {reason}");
			(Some(false), Some(reason), None, outcome)
		},
		Outlook::Untried(reason) => {
			let outcome = format!("not known, because it could not be tried: {reason}");
			(None, None, Some(reason), outcome)
		},
	};
	let row = Rehearsed {
		call: rehearsal.call,
		fee_r1: rehearsal.fee.into(),
		deposit_r1: rehearsal.deposit.map(R1Amount::from),
		purchase,
		would_succeed,
		refusal,
		untried,
	};
	let deposit = row.deposit_r1.map_or("none".into(), |deposit| deposit.to_string());
	let mut lines = vec![
		("call", row.call.clone()),
		("fee in R1, at most", row.fee_r1.to_string()),
		("deposit in R1", deposit),
	];
	if let Some(purchase) = &row.purchase {
		lines.extend([
			("deeds", purchase.units.to_string()),
			("price of one in R1", purchase.price_per_deed.to_string()),
			("tax in R1", purchase.tax.to_string()),
			("to pay in R1", purchase.total.to_string()),
		]);
	}
	lines.extend([("outcome", outcome), ("sent", "nothing".to_owned())]);
	Ok(Answer::one(&row, &lines)?.negative(would_succeed == Some(false)))
}

/// The chain, for those who can do without: they do not wait long for a node that may be away.
async fn reachable(arguments: &Arguments) -> anyhow::Result<Chain> {
	let connected = timeout(CHAIN_TIMEOUT, arguments.chain()).await;
	connected.with_context(|| {
		format!("{} gave no answer in {} s", arguments.node_url, CHAIN_TIMEOUT.as_secs())
	})?
}

/// The first event that `pick` takes; a call that succeeded has emitted its own.
fn event<'a, T>(
	receipt: &'a Receipt,
	pick: impl Fn(&'a Event) -> Option<&'a T>,
) -> anyhow::Result<&'a T> {
	receipt
		.events
		.iter()
		.find_map(pick)
		.context("the call succeeded without its event; do the versions match?")
}

/// A finalised call that has nothing more to say.
#[derive(Serialize)]
struct Done {
	call: String,
	block_hash: String,
}

/// The answer to a call that has nothing more to say.
fn done(call: &Call, receipt: &Receipt) -> anyhow::Result<Answer> {
	let done =
		Done { call: call.name(), block_hash: format!("0x{}", hex::encode(receipt.block_hash)) };
	Answer::one(&done, &[("call", done.call.clone()), ("block", done.block_hash.clone())])
}

/// An account in a table.
fn address(account: [u8; 32]) -> String {
	Address(account).to_string()
}

/// An account in a table that has many columns.
fn short(address: &str) -> String {
	address
		.parse::<Address>()
		.map_or_else(|_| address.to_owned(), |address| address.short())
}

/// A moment as people read it.
fn date(unix_secs: u64) -> String {
	i64::try_from(unix_secs)
		.ok()
		.and_then(|secs| OffsetDateTime::from_unix_timestamp(secs).ok()?.format(&Rfc3339).ok())
		.unwrap_or_else(|| format!("{unix_secs} s of Unix time"))
}

/// What there is, or a dash.
fn or_dash(value: Option<impl ToString>) -> String {
	value.map_or("-".into(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rehearsal_should_say_no_only_to_a_call_that_would_be_refused() {
		for (outlook, negative, would_succeed) in [
			(Outlook::Success, false, serde_json::json!(true)),
			(Outlook::Refusal("Burn::BelowMinimum".into()), true, serde_json::json!(false)),
			(Outlook::Untried("no answer".into()), false, serde_json::Value::Null),
		] {
			let call = "Burn.burn".to_owned();
			let rehearsal = Rehearsal { call, fee: 1, deposit: None, outlook };
			let answer = rehearsed(rehearsal, None).unwrap();
			assert_eq!(answer.is_negative(), negative);
			assert_eq!(answer.json()["would_succeed"], would_succeed);
		}
	}
}
