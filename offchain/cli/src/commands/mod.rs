// SPDX-License-Identifier: Apache-2.0

//! What each command does.

mod network;
mod account;
mod deeds;
mod rewards;
mod escrow;
mod job;
mod file;
mod node;
mod infer;

use crate::{
	arguments::{Arguments, Command},
	output::Answer,
};
use r1_chain::{Address, Receipt, calls::Call};
use serde::Serialize;

/// Runs a command.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
	match &arguments.command {
		Command::Network(command) => network::run(arguments, command).await,
		Command::Account { account } => account::show(arguments, *account).await,
		Command::Transfer { to, amount } => account::transfer(arguments, *to, *amount).await,
		Command::Deeds(command) => deeds::run(arguments, command).await,
		Command::Rewards(command) => rewards::run(arguments, command).await,
		Command::Escrow(command) => escrow::run(arguments, command).await,
		Command::Job(command) => job::run(arguments, command).await,
		Command::File(command) => file::run(arguments, command).await,
		Command::Node(command) => node::run(arguments, command).await,
		Command::Infer(command) => infer::run(arguments, command).await,
	}
}

/// Signs a call, and waits until it is final.
async fn submit(arguments: &Arguments, call: &Call) -> anyhow::Result<Receipt> {
	let signer = arguments.signer()?;
	Ok(arguments.chain().await?.submit(call, &signer).await?)
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
