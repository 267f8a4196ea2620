// SPDX-License-Identifier: Apache-2.0

//! What a Node Deed costs now.

use super::r1;
use crate::{
	arguments::{Arguments, Price},
	output::Answer,
};
use serde::Serialize;

#[derive(Serialize)]
struct Priced {
	/// Average price of one R1, in 10^-18 USD; absent until the first sample.
	r1_price_usd: Option<String>,
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
	/// In base units of R1, without tax.
	price_per_deed: String,
}

/// What a purchase costs, in base units of R1.
#[derive(Serialize)]
struct Quote {
	units: u32,
	taxable: String,
	tax: String,
	total: String,
}

pub(super) async fn run(arguments: &Arguments, order: &Price) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let price = chain.price(order.units, order.tax_basis_points).await?;
	let row = Priced {
		r1_price_usd: price.r1_price_usd.map(|price| price.to_string()),
		offer: price.offer.map(|offer| Offer {
			tier: offer.tier,
			units_left: offer.units_left,
			price_usd: offer.price_usd,
			price_per_deed: offer.price_per_deed.to_string(),
		}),
		quote: price.quote.map(|quote| Quote {
			units: quote.units,
			taxable: quote.taxable.to_string(),
			tax: quote.tax.to_string(),
			total: quote.total.to_string(),
		}),
		asked: order.units,
	};
	let price_of_r1 = row.r1_price_usd.as_deref().map_or("no sample yet".into(), r1);
	let mut lines = vec![("price of R1 in USD", price_of_r1)];
	match &row.offer {
		Some(offer) => lines.extend([
			("tier", offer.tier.to_string()),
			("deeds left in tier", offer.units_left.to_string()),
			("price of one in USD", offer.price_usd.to_string()),
			("price of one in R1", r1(&offer.price_per_deed)),
		]),
		None => lines.push(("on sale", "nothing".into())),
	}
	if let Some(quote) = &row.quote {
		lines.extend([
			("deeds in this order", deeds(quote.units, row.asked)),
			("price in R1", r1(&quote.taxable)),
			("tax in R1", r1(&quote.tax)),
			("to pay in R1", r1(&quote.total)),
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
