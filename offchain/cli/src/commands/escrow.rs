// SPDX-License-Identifier: Apache-2.0

//! USDC in and out of an escrow.

use super::{done, submit};
use crate::{
	arguments::{Arguments, Escrow},
	output::Answer,
};
use r1_chain::calls;

pub(super) async fn run(arguments: &Arguments, command: &Escrow) -> anyhow::Result<Answer> {
	let call = match command {
		Escrow::Deposit { amount } => calls::deposit(amount.base_units()),
		Escrow::Withdraw { amount } => calls::withdraw(amount.base_units()),
	};
	done(&call, &submit(arguments, &call).await?)
}
