// SPDX-License-Identifier: Apache-2.0

//! USDC in and out of an escrow.

use super::{done, submit};
use crate::{
	arguments::{Arguments, Escrow},
	output::Answer,
};
use anyhow::Context as _;
use r1_chain::calls;

pub(super) async fn run(arguments: &Arguments, command: &Escrow) -> anyhow::Result<Answer> {
	// The chain's own words for too little of a currency do not say which, or how much.
	let (call, what) = match command {
		Escrow::Deposit { amount } => {
			(calls::deposit(amount.base_units()), format!("could not deposit {amount} USDC"))
		},
		Escrow::Withdraw { amount } => {
			(calls::withdraw(amount.base_units()), format!("could not withdraw {amount} USDC"))
		},
	};
	submit(arguments, &call, |receipt| done(&call, receipt)).await.context(what)
}
