// SPDX-License-Identifier: Apache-2.0

//! USDC in and out of an escrow, and who may spend it.

use super::{address, done, submit};
use crate::{
	arguments::{Arguments, Delegate, Escrow, Right},
	output::Answer,
};
use anyhow::Context as _;
use clap::ValueEnum as _;
use r1_chain::{Address, Rights, calls};
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Escrow) -> anyhow::Result<Answer> {
	// The chain's own words for too little of a currency do not say which, or how much.
	let (call, what) = match command {
		Escrow::Deposit { amount } => {
			(calls::deposit(amount.base_units()), format!("could not deposit {amount} USDC"))
		},
		Escrow::Withdraw { amount, owner } => {
			let call = calls::withdraw(amount.base_units(), owner.map(|owner| owner.0));
			(call, format!("could not withdraw {amount} USDC"))
		},
		Escrow::Delegate(Delegate::Set { account, rights }) => {
			let rights = Rights::all_of(rights.iter().copied().map(bits));
			let call = calls::set_delegate(account.0, rights);
			(call, format!("could not make {account} a delegate"))
		},
		Escrow::Delegate(Delegate::Remove { account }) => {
			let call = calls::remove_delegate(account.0);
			(call, format!("could not take the rights from {account}"))
		},
		Escrow::Delegate(Delegate::List { owner }) => return delegates(arguments, *owner).await,
	};
	submit(arguments, &call, |receipt| done(&call, receipt)).await.context(what)
}

#[derive(Serialize)]
struct DelegateRow {
	account: String,
	rights: Vec<String>,
}

async fn delegates(arguments: &Arguments, owner: Option<Address>) -> anyhow::Result<Answer> {
	let owner = match owner {
		Some(owner) => owner.0,
		None => arguments.signer()?.account(),
	};
	let delegates = arguments.chain().await?.delegates(owner).await?;
	let rows = delegates
		.into_iter()
		.map(|(account, rights)| DelegateRow { account: address(account), rights: names(rights) })
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["delegate", "may"], |row| {
		vec![row.account.clone(), row.rights.join(", ")]
	})
}

/// What the chain calls a right.
fn bits(right: Right) -> Rights {
	match right {
		Right::All => Rights::ALL,
		Right::CreateJobs => Rights::CREATE_JOBS,
		Right::ExtendDuration => Rights::EXTEND_DURATION,
		Right::ExtendReplicas => Rights::EXTEND_REPLICAS,
		Right::RedeemUnused => Rights::REDEEM_UNUSED,
		Right::CloseJobs => Rights::CLOSE_JOBS,
		Right::UpdateJobs => Rights::UPDATE_JOBS,
		Right::Withdraw => Rights::WITHDRAW,
	}
}

/// The words for rights, as `escrow delegate set` takes them.
fn names(rights: Rights) -> Vec<String> {
	let each = Right::value_variants().iter().filter(|right| **right != Right::All);
	let among = each.filter(|right| rights.contains(bits(**right)));
	among
		.filter_map(|right| Some(right.to_possible_value()?.get_name().to_owned()))
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rights_should_be_shown_in_the_words_in_which_they_are_given() {
		let some = Rights::all_of([bits(Right::CreateJobs), bits(Right::Withdraw)]);
		assert_eq!(names(some), ["create-jobs", "withdraw"]);
		assert_eq!(names(Rights::ALL).len(), 7);
		let each = Right::value_variants().iter().filter(|right| **right != Right::All);
		assert_eq!(Rights::all_of(each.map(|right| bits(*right))), Rights::ALL);
		assert_eq!(names(Rights::all_of([])), [""; 0]);
	}
}
