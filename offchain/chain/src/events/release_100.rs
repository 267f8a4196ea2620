// SPDX-License-Identifier: Apache-2.0

//! Events that release 100 emitted with fewer fields: its blocks are still part of the history.

use super::{AvailabilityClaimed, DeedsBought, Owner};
use r1_primitives::{DeedId, EpochIndex};
use subxt::ext::scale_decode::{DecodeAsFields, DecodeAsType, Error, FieldIter, TypeResolver};

/// A purchase, as release 100 told of it.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Sale {
	buyer: Owner,
	first_deed: DeedId,
	units: u32,
	tier: u8,
	price_per_deed: u128,
	total: u128,
}

/// What a purchase tells since it takes a permit.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Permit {
	invoice: [u8; 32],
	tax: u128,
}

/// A claim, as release 100 told of it.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Claim {
	deed: DeedId,
	owner: Owner,
	from_epoch: EpochIndex,
	to_epoch: EpochIndex,
	amount: u128,
}

/// What a claim tells since adoption gates it.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Gate {
	carry_over: u128,
	withheld: u128,
}

impl DecodeAsFields for DeedsBought {
	fn decode_as_fields<'resolver, R: TypeResolver>(
		input: &mut &[u8],
		fields: &mut dyn FieldIter<'resolver, R::TypeId>,
		types: &'resolver R,
	) -> Result<Self, Error> {
		let (sale, permit) = grown::<Sale, Permit, R>(["invoice", "tax"], input, fields, types)?;
		let Sale { buyer, first_deed, units, tier, price_per_deed, total } = sale;
		let (invoice, tax) = permit.map(|permit| (permit.invoice, permit.tax)).unzip();
		Ok(Self { buyer, invoice, first_deed, units, tier, price_per_deed, total, tax })
	}
}

impl DecodeAsFields for AvailabilityClaimed {
	fn decode_as_fields<'resolver, R: TypeResolver>(
		input: &mut &[u8],
		fields: &mut dyn FieldIter<'resolver, R::TypeId>,
		types: &'resolver R,
	) -> Result<Self, Error> {
		let (claim, gate) =
			grown::<Claim, Gate, R>(["carry_over", "withheld"], input, fields, types)?;
		let Claim { deed, owner, from_epoch, to_epoch, amount } = claim;
		let (carry_over, withheld) = gate.map(|gate| (gate.carry_over, gate.withheld)).unzip();
		Ok(Self { deed, owner, from_epoch, to_epoch, amount, carry_over, withheld })
	}
}

/// What release 100 had of an event, and what came after it; `None` only if the event has none of
/// the `later` fields, so that one that lacks some of them is an error.
fn grown<'resolver, Base: DecodeAsFields, Later: DecodeAsFields, R: TypeResolver>(
	later: [&str; 2],
	input: &mut &[u8],
	fields: &mut dyn FieldIter<'resolver, R::TypeId>,
	types: &'resolver R,
) -> Result<(Base, Option<Later>), Error> {
	let fields = fields.collect::<Vec<_>>();
	let is_old = !fields.iter().any(|field| field.name.is_some_and(|name| later.contains(&name)));
	let mut again = *input;
	let base = Base::decode_as_fields(input, &mut fields.iter().cloned(), types)?;
	if is_old {
		return Ok((base, None));
	}
	let later = Later::decode_as_fields(&mut again, &mut fields.into_iter(), types)?;
	Ok((base, Some(later)))
}
