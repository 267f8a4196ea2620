// SPDX-License-Identifier: Apache-2.0

//! What R1 and a Node Deed cost.

use crate::{Chain, QueryError, state, storage, view::view};
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType};

/// What is on sale, and what some of it costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Price {
	/// Median price of one R1, in 10^-18 USD; `None` before the first sample.
	pub r1_price_usd: Option<u128>,
	/// The tier on sale; `None` without a price, or if every deed is sold.
	pub offer: Option<Offer>,
	/// What was asked for; `None` if there is no offer, or it costs more than can be written.
	pub quote: Option<Quote>,
}

/// What the sale offers.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Offer {
	/// The tier on sale, counted from 1.
	pub tier: u8,
	/// Deeds left in the tier.
	pub units_left: u32,
	/// Price of one deed in whole US dollars.
	pub price_usd: u32,
	/// Price of one deed in base units of R1, at the median price of R1.
	pub price_per_deed: u128,
}

/// What a purchase would cost, in base units of R1.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Quote {
	/// Deeds that one purchase can get: those asked for, or what the tier or a purchase holds.
	pub units: u32,
	/// Price of one deed, without tax.
	pub price_per_deed: u128,
	/// Price of all, without tax.
	pub taxable: u128,
	/// The tax.
	pub tax: u128,
	/// Everything that the buyer pays.
	pub total: u128,
}

impl Chain {
	/// What is on sale, and what `units` deeds would cost with tax.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn price(&self, units: u32, tax_basis_points: u16) -> Result<Price, QueryError> {
		let at = self.at_finalised().await?;
		let arguments = vec![Value::u128(units.into()), Value::u128(tax_basis_points.into())];
		Ok(Price {
			r1_price_usd: view(&at, "NodeDeeds", "r1_price", Vec::new()).await?,
			offer: view(&at, "NodeDeeds", "offer", Vec::new()).await?,
			quote: view(&at, "NodeDeeds", "quote", arguments).await?,
		})
	}

	/// The tier that is on sale, from 1.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn tier(&self) -> Result<u8, QueryError> {
		let at = self.at_finalised().await?;
		Ok(state::value(&at, "tier", storage::current_tier()).await?.unwrap_or(1))
	}
}
