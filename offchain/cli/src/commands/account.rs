// SPDX-License-Identifier: Apache-2.0

//! Balances and transfers.

use super::{address, done, submit};
use crate::{
	amount::{R1Amount, UsdcAmount},
	arguments::Arguments,
	output::Answer,
};
use r1_chain::{Address, calls};
use serde::Serialize;

#[derive(Serialize)]
struct Account {
	account: String,
	r1: R1Amount,
	usdc: UsdcAmount,
	escrow_free_usdc: UsdcAmount,
	accrued_usdc: UsdcAmount,
}

pub(super) async fn show(
	arguments: &Arguments,
	account: Option<Address>,
) -> anyhow::Result<Answer> {
	let account = match account {
		Some(account) => account,
		None => Address(arguments.signer()?.account()),
	};
	let balances = arguments.chain().await?.balances(account.0).await?;
	let row = Account {
		account: address(account.0),
		r1: balances.r1.into(),
		usdc: balances.usdc.into(),
		escrow_free_usdc: balances.escrow_free.into(),
		accrued_usdc: balances.accrued.into(),
	};
	Answer::one(
		&row,
		&[
			("account", row.account.clone()),
			("R1", row.r1.to_string()),
			("USDC", row.usdc.to_string()),
			("escrow, free", row.escrow_free_usdc.to_string()),
			("rewards, accrued", row.accrued_usdc.to_string()),
		],
	)
}

pub(super) async fn transfer(
	arguments: &Arguments,
	to: Address,
	amount: R1Amount,
) -> anyhow::Result<Answer> {
	let call = calls::transfer(to.0, amount.base_units());
	submit(arguments, &call, |receipt| done(&call, receipt)).await
}
