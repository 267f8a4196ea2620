// SPDX-License-Identifier: Apache-2.0

//! The history of every payment, and of every deed, read from the chain's events.

use super::{address, short};
use crate::{
	amount::{R1Amount, UsdcAmount},
	arguments::{Arguments, History},
	output::Answer,
};
use anyhow::ensure;
use r1_chain::events::{DeedsBought, Event, Recorded};
use serde::Serialize;
use std::{collections::BTreeSet, ops::Range};

/// One line of the history.
#[derive(Debug, Eq, PartialEq, Serialize)]
struct Entry {
	block: u32,
	what: &'static str,
	deed: Option<u32>,
	/// How many deeds a purchase was of, counted from `deed`.
	units: Option<u32>,
	job: Option<u32>,
	/// Epochs, the last not included.
	epochs: Option<(u32, u32)>,
	account: Option<String>,
	r1: Option<R1Amount>,
	usdc: Option<UsdcAmount>,
	note: String,
}

impl Entry {
	/// A line about nothing yet.
	fn at(block: u32) -> Self {
		Self {
			block,
			what: "",
			deed: None,
			units: None,
			job: None,
			epochs: None,
			account: None,
			r1: None,
			usdc: None,
			note: String::new(),
		}
	}

	/// Whether the line is about a deed, alone or as one of a purchase.
	fn is_about(&self, deed: u32) -> bool {
		self.deed.is_some_and(|first| {
			let units = self.units.unwrap_or(1);
			deed.checked_sub(first).is_some_and(|place| place < units)
		})
	}
}

pub(super) async fn history(arguments: &Arguments, order: &History) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let blocks = blocks(order, chain.finalised_number().await?)?;
	let rows = entries(&chain.history(blocks).await?, order.deed);
	let header = ["block", "what", "deed", "job", "epochs", "account", "R1", "USDC", "note"];
	Answer::rows(&rows, &header, |row| {
		vec![
			row.block.to_string(),
			row.what.to_owned(),
			or_nothing(row.deed),
			or_nothing(row.job),
			or_nothing(row.epochs.map(|(from, to)| format!("{from}..{to}"))),
			or_nothing(row.account.as_deref().map(short)),
			or_nothing(row.r1),
			or_nothing(row.usdc),
			row.note.clone(),
		]
	})
}

/// What there is, or an empty cell.
fn or_nothing(value: Option<impl ToString>) -> String {
	value.map_or(String::new(), |value| value.to_string())
}

/// The blocks that are asked for, of those that are final.
fn blocks(order: &History, finalised: u32) -> anyhow::Result<Range<u32>> {
	let &History { from_block, to_block, .. } = order;
	if let Some(to_block) = to_block {
		ensure!(
			to_block <= finalised,
			"block {to_block} is not final yet; the newest that is, is {finalised}"
		);
		ensure!(
			from_block <= to_block,
			"the history cannot begin with block {from_block} and end with block {to_block}"
		);
	}
	Ok(from_block..to_block.unwrap_or(finalised).saturating_add(1))
}

/// The lines of a history, or of one deed's.
fn entries(history: &[Recorded], deed: Option<u32>) -> Vec<Entry> {
	// A Master Deed that is burned says so itself, and its item says it again.
	let told = history
		.iter()
		.filter_map(|recorded| match &recorded.event {
			Event::MasterDeedBurned(event) => Some((recorded.block, event.deed)),
			_ => None,
		})
		.collect::<BTreeSet<_>>();
	let is_told = |recorded: &Recorded| match &recorded.event {
		Event::ItemBurned(event) => told.contains(&(recorded.block, event.item)),
		_ => false,
	};
	history
		.iter()
		.filter(|recorded| !is_told(recorded))
		.filter_map(entry)
		.filter(|entry| deed.is_none_or(|deed| entry.is_about(deed)))
		.collect()
}

/// What an event did; `None` if it moved neither money nor a deed.
fn entry(recorded: &Recorded) -> Option<Entry> {
	let Recorded { block, event } = &recorded;
	sale(event, *block)
		.or_else(|| deed(event, *block))
		.or_else(|| availability(event, *block))
		.or_else(|| work(event, *block))
}

/// A line of a block, of which only these fields are not empty.
macro_rules! entry {
	($block:expr, $($field:ident: $value:expr),* $(,)?) => {
		Some(Entry { $($field: $value,)* ..Entry::at($block) })
	};
}

/// What a purchase did, and where the money went.
fn sale(event: &Event, block: u32) -> Option<Entry> {
	match event {
		Event::DeedsBought(event) => entry!(
			block,
			what: "deeds bought",
			deed: Some(event.first_deed),
			units: Some(event.units),
			account: Some(address(event.buyer.0)),
			r1: Some(event.total.into()),
			note: purchase_note(event),
		),
		Event::LiquidityAdded(event) => entry!(
			block,
			what: "liquidity added",
			r1: Some(event.r1.into()),
			usdc: Some(event.usdc.into()),
		),
		Event::LiquidityReserved(event) => entry!(
			block,
			what: "liquidity reserved",
			usdc: Some(event.usdc.into()),
		),
		Event::ProceedsPaid(event) => entry!(
			block,
			what: "sale proceeds",
			usdc: Some(event.company.saturating_add(event.tax).into()),
			note: format!("of it tax {}", UsdcAmount::from(event.tax)),
		),
		_ => None,
	}
}

/// What was bought; of the permit only what the block tells of it.
fn purchase_note(event: &DeedsBought) -> String {
	let tax = event.tax.map(|tax| format!(", tax {}", R1Amount::from(tax)));
	let invoice = event.invoice.map(|invoice| format!(", invoice 0x{}", hex::encode(invoice)));
	let (tax, invoice) = (tax.unwrap_or_default(), invoice.unwrap_or_default());
	format!("{} at tier {}{tax}{invoice}", event.units, event.tier)
}

/// What became of a deed.
fn deed(event: &Event, block: u32) -> Option<Entry> {
	match event {
		Event::MasterDeedAssigned(event) => entry!(
			block,
			what: "master deed assigned",
			deed: Some(event.deed),
			account: Some(address(event.owner.0)),
			note: format!(
				"may release {} R1 from epoch {}",
				R1Amount::from(event.allocation),
				event.first_epoch
			),
		),
		Event::MasterDeedBurned(event) => entry!(
			block,
			what: "master deed burned",
			deed: Some(event.deed),
			account: Some(address(event.owner.0)),
			note: format!("{} R1 may be assigned again", R1Amount::from(event.returned)),
		),
		Event::GenesisDeedIssued(event) => entry!(
			block,
			what: "genesis deed issued",
			deed: Some(event.deed),
			account: Some(address(event.owner.0)),
		),
		Event::ItemTransferred(event) => entry!(
			block,
			what: "deed transferred",
			deed: Some(event.item),
			account: Some(address(event.to.0)),
			note: format!("from {}", short(&address(event.from.0))),
		),
		Event::ItemBurned(event) => entry!(
			block,
			what: "deed burned",
			deed: Some(event.item),
			account: Some(address(event.owner.0)),
		),
		Event::DeedBanned(event) => {
			entry!(block, what: "deed banned", deed: Some(event.deed))
		},
		Event::DeedUnbanned(event) => {
			entry!(block, what: "ban lifted", deed: Some(event.deed))
		},
		_ => None,
	}
}

/// What was minted, and what was burned by choice.
fn availability(event: &Event, block: u32) -> Option<Entry> {
	match event {
		Event::AvailabilityClaimed(event) => entry!(
			block,
			what: "availability minted",
			deed: Some(event.deed),
			epochs: Some((event.from_epoch, event.to_epoch)),
			account: Some(address(event.owner.0)),
			r1: Some(event.amount.into()),
			note: gate_note(event.carry_over.unwrap_or(0), event.withheld.unwrap_or(0)),
		),
		Event::RewardForfeited(event) => entry!(
			block,
			what: "reward forfeited",
			deed: Some(event.deed),
			account: Some(address(event.to.0)),
			r1: Some(event.amount.into()),
			note: "to who proved an offence".to_owned(),
		),
		// What it tells of is in the line of the claim; a sum here would count it twice.
		Event::TreasuryPaid(event) => entry!(
			block,
			what: "to the treasury",
			deed: Some(event.deed),
			epochs: Some((event.from_epoch, event.to_epoch)),
			note: [
				("liquidity", event.liquidity),
				("expenses", event.expenses),
				("marketing", event.marketing),
				("grants", event.grants),
				("social responsibility", event.social_responsibility),
			]
			.map(|(name, amount)| format!("{name} {}", R1Amount::from(amount)))
			.join(", "),
		),
		Event::R1Burned(event) => entry!(
			block,
			what: "burned by choice",
			account: Some(address(event.burner.0)),
			r1: Some(event.amount.into()),
			note: event.application.map_or(String::new(), |application| {
				format!("for application 0x{}", hex::encode(application.0))
			}),
		),
		_ => None,
	}
}

/// What the gate of adoption did to a payment; nothing to say of one that it does not touch.
fn gate_note(carry_over: u128, withheld: u128) -> String {
	let parts = [("withheld before", carry_over), ("withheld now", withheld)]
		.into_iter()
		.filter(|(_, amount)| 0 < *amount)
		.map(|(name, amount)| format!("{name} {}", R1Amount::from(amount)));
	parts.collect::<Vec<_>>().join(", ")
}

/// What work was paid, and what moved into or out of the pot of escrows.
fn work(event: &Event, block: u32) -> Option<Entry> {
	let (what, job, account, usdc, r1) = match event {
		Event::NodePaid(event) => {
			return entry!(
				block,
				what: "work accrued",
				deed: Some(event.deed),
				job: Some(event.job),
				epochs: Some((event.epoch, event.epoch.saturating_add(1))),
				account: Some(address(event.owner.0)),
				usdc: Some(event.reward.into()),
				note: format!("quality {} of 255", event.quality),
			);
		},
		Event::UsdcBurned(event) => {
			return entry!(
				block,
				what: "burned",
				job: Some(event.job),
				epochs: Some((event.epoch, event.epoch.saturating_add(1))),
				r1: Some(event.r1.into()),
				usdc: Some(event.usdc.into()),
			);
		},
		Event::WorkClaimed(event) => ("work paid out", None, event.owner, event.usdc, event.r1),
		Event::EscrowDeposited(event) => ("escrow deposit", None, event.owner, event.amount, None),
		Event::EscrowWithdrawn(event) => {
			("escrow withdrawal", None, event.owner, event.amount, None)
		},
		Event::JobClosed(event) => ("job refund", Some(event.job), event.owner, event.refund, None),
		_ => return None,
	};
	entry!(
		block,
		what: what,
		job: job,
		account: Some(address(account.0)),
		usdc: Some(usdc.into()),
		r1: r1.map(R1Amount::from),
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_chain::events::{
		AvailabilityClaimed, DeedNamed, ItemBurned, MasterDeedBurned, NodeLinked, Owner, R1Burned,
		RewardForfeited,
	};

	const R1: u128 = 1_000_000_000_000_000_000;

	#[test]
	fn history_should_be_of_blocks_that_are_final() {
		let of = |from_block, to_block, finalised| {
			blocks(&History { from_block, to_block, deed: None }, finalised)
				.map_err(|error| error.to_string())
		};
		assert_eq!(of(1, None, 9), Ok(1..10));
		// Before the first block is final there is no history, and that is no mistake.
		assert_eq!(of(1, None, 0), Ok(1..1));
		assert_eq!(of(3, Some(5), 9), Ok(3..6));
		assert_eq!(of(9, Some(9), 9), Ok(9..10));
		let error = of(3, Some(10), 9).unwrap_err();
		assert_eq!(error, "block 10 is not final yet; the newest that is, is 9");
		let error = of(6, Some(5), 9).unwrap_err();
		assert_eq!(error, "the history cannot begin with block 6 and end with block 5");
	}

	fn line(event: Event) -> Option<Entry> {
		entry(&Recorded { block: 7, event })
	}

	#[test]
	fn claim_should_tell_what_the_gate_did_only_if_it_did_something() {
		let claim = |carry_over, withheld| {
			line(Event::AvailabilityClaimed(AvailabilityClaimed {
				deed: 4,
				owner: Owner([1; 32]),
				from_epoch: 5,
				to_epoch: 9,
				amount: 3 * R1,
				carry_over: Some(carry_over),
				withheld: Some(withheld),
			}))
			.unwrap()
		};
		let open = claim(0, 0);
		assert_eq!((open.deed, open.epochs, open.note.as_str()), (Some(4), Some((5, 9)), ""));
		assert_eq!(claim(R1, 0).note, "withheld before 1.00");
		assert_eq!(claim(R1, 2 * R1).note, "withheld before 1.00, withheld now 2.00");
	}

	#[test]
	fn history_of_a_deed_should_hold_the_purchase_that_it_was_part_of() {
		let bought = |invoice, tax| {
			Event::DeedsBought(DeedsBought {
				buyer: Owner([1; 32]),
				invoice,
				first_deed: 4,
				units: 3,
				tier: 1,
				price_per_deed: R1,
				total: 3 * R1,
				tax,
			})
		};
		let history = [Recorded { block: 7, event: bought(None, None) }];
		for deed in 0..9 {
			assert_eq!(entries(&history, Some(deed)).len(), usize::from((4..7).contains(&deed)));
		}
		// A block of release 100 tells neither tax nor invoice.
		assert_eq!(entries(&history, None)[0].note, "3 at tier 1");
		let note = line(bought(Some([0xab; 32]), Some(R1))).unwrap().note;
		assert_eq!(note, format!("3 at tier 1, tax 1.00, invoice 0x{}", "ab".repeat(32)));
	}

	#[test]
	fn burn_of_a_deed_should_be_one_line() {
		let owner = Owner([1; 32]);
		let item = |item| Event::ItemBurned(ItemBurned { collection: 1, item, owner });
		let master = Event::MasterDeedBurned(MasterDeedBurned { deed: 4, owner, returned: R1 });
		let history = [item(4), master, item(5)].map(|event| Recorded { block: 7, event });
		let lines = entries(&history, None);
		let lines = lines.iter().map(|line| (line.what, line.deed)).collect::<Vec<_>>();
		assert_eq!(lines, [("master deed burned", Some(4)), ("deed burned", Some(5))]);
	}

	#[test]
	fn history_should_hold_what_a_deed_forfeited() {
		let to = Owner([1; 32]);
		let forfeited = RewardForfeited { deed: 4, to, amount: 2 * R1 };
		let line = line(Event::RewardForfeited(forfeited)).unwrap();
		assert_eq!((line.what, line.deed), ("reward forfeited", Some(4)));
		assert_eq!((line.account, line.r1), (Some(address(to.0)), Some((2 * R1).into())));
	}

	#[test]
	fn history_should_hold_bans_and_burns_and_leave_links_out() {
		let banned = line(Event::DeedBanned(DeedNamed { deed: 4 })).unwrap();
		assert_eq!((banned.block, banned.what, banned.deed), (7, "deed banned", Some(4)));
		let burned = line(Event::R1Burned(R1Burned {
			burner: Owner([1; 32]),
			application: None,
			amount: R1,
			burner_total: R1,
			application_total: None,
		}));
		assert_eq!(burned.unwrap().r1, Some(R1.into()));
		let (owner, node) = (Owner([1; 32]), Owner([2; 32]));
		let linked = NodeLinked { deed: 4, owner, node, epoch: 1 };
		assert_eq!(line(Event::NodeLinked(linked)), None);
	}
}
