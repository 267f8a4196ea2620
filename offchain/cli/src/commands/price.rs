// SPDX-License-Identifier: Apache-2.0

//! What a Node Deed costs now.

use crate::{
	amount::R1Amount,
	arguments::{Arguments, Price},
	output::Answer,
};
use serde::Serialize;

#[derive(Serialize)]
struct Priced {
	/// Median price of one R1, in 10^-18 USD, which has as many decimals as R1; absent until the
	/// first sample.
	r1_price_usd: Option<R1Amount>,
	offer: Option<Offer>,
	quote: Option<Quote>,
	/// Deeds that were asked for; the quote may be for fewer.
	asked: u32,
}

/// What is on sale.
#[derive(Serialize)]
struct Offer {
	tier: u8,
	units_left: u32,
	price_usd: u32,
	/// Without tax.
	price_per_deed: R1Amount,
}

/// What a purchase costs.
#[derive(Serialize)]
struct Quote {
	units: u32,
	taxable: R1Amount,
	tax: R1Amount,
	total: R1Amount,
}

pub(super) async fn run(arguments: &Arguments, order: &Price) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let price = chain.price(order.units, order.tax_basis_points).await?;
	let row = Priced {
		r1_price_usd: price.r1_price_usd.map(R1Amount::from),
		offer: price.offer.map(|offer| Offer {
			tier: offer.tier,
			units_left: offer.units_left,
			price_usd: offer.price_usd,
			price_per_deed: offer.price_per_deed.into(),
		}),
		quote: price.quote.map(|quote| Quote {
			units: quote.units,
			taxable: quote.taxable.into(),
			tax: quote.tax.into(),
			total: quote.total.into(),
		}),
		asked: order.units,
	};
	let price_of_r1 = row.r1_price_usd.map_or("no sample yet".into(), |price| price.to_string());
	let mut lines = vec![("median price of R1 in USD", price_of_r1)];
	match &row.offer {
		Some(offer) => lines.extend([
			("tier", offer.tier.to_string()),
			("deeds left in tier", offer.units_left.to_string()),
			("price of one in USD", offer.price_usd.to_string()),
			("price of one in R1", offer.price_per_deed.to_string()),
		]),
		None => lines.push(("on sale", "nothing".into())),
	}
	if let Some(quote) = &row.quote {
		lines.extend([
			("deeds in this order", deeds(quote.units, row.asked)),
			("price in R1", quote.taxable.to_string()),
			("tax in R1", quote.tax.to_string()),
			("to pay in R1", quote.total.to_string()),
		]);
	}
	Answer::one(&row, &lines)
}

/// How many deeds a quote is for, and why that is not what was asked for.
fn deeds(quoted: u32, asked: u32) -> String {
	match quoted < asked {
		true => format!("{quoted} of {asked}: no more can be bought at once now"),
		false => quoted.to_string(),
	}
}

#[cfg(test)]
mod tests {
	use super::deeds;

	#[test]
	fn quote_should_say_if_it_is_for_fewer_than_asked() {
		assert_eq!(deeds(3, 3), "3");
		assert_eq!(deeds(2, 3), "2 of 3: no more can be bought at once now");
	}
}
