// SPDX-License-Identifier: Apache-2.0

//! Rewards: what is due, and claims.

use super::{address, event, history, r1, submit, submit_to, usdc};
use crate::{
	amount::R1Amount,
	arguments::{Arguments, Rewards},
	output::{Answer, say},
};
use anyhow::ensure;
use r1_chain::{
	Chain, Receipt, calls,
	economy::{ClaimLimits, Payment},
	events::Event,
};
use serde::Serialize;
use std::collections::BTreeMap;

pub(super) async fn run(arguments: &Arguments, command: &Rewards) -> anyhow::Result<Answer> {
	match command {
		Rewards::Preview { deeds, epochs_max } => preview(arguments, deeds, *epochs_max).await,
		Rewards::Claim { deeds, epochs_max } => claim(arguments, deeds, *epochs_max).await,
		Rewards::ClaimWork { r1_minimum } => claim_work(arguments, *r1_minimum).await,
		Rewards::History { from_block, deed } => {
			history::history(arguments, *from_block, *deed).await
		},
		Rewards::Recent { deed } => recent(arguments, *deed).await,
	}
}

/// What is known of the deeds of a claim.
struct Claimable {
	/// The deeds that were named, or else all that the signer owns and runs; ascending.
	deeds: Vec<u32>,
	/// Whether they were named.
	were_named: bool,
	/// Decided epochs of each that are not claimed, in the same order.
	unclaimed: Vec<u32>,
	/// The first epoch of each that is not claimed, in the same order.
	next_epochs: Vec<u32>,
	/// Why a deed cannot be claimed, in the same order.
	reasons: Vec<Option<&'static str>>,
	/// The first epoch without verdict.
	first_undecided_epoch: u32,
	limits: ClaimLimits,
}

impl Claimable {
	async fn read(arguments: &Arguments, chain: &Chain, named: &[u32]) -> anyhow::Result<Self> {
		let state = chain.finalised_state().await?;
		let accounts = chain.reward_accounts().await?;
		let deeds = match named {
			[] => {
				let owner = arguments.signer()?.account();
				let deeds = state
					.deeds
					.iter()
					.filter(|(_, deed)| deed.owner == owner && deed.node.is_some())
					.filter(|(_, deed)| !deed.is_banned)
					.map(|(deed, _)| deed)
					.collect::<Vec<_>>();
				let owner = address(owner);
				ensure!(!deeds.is_empty(), "{owner} owns no deed that is linked to a node");
				deeds
			},
			named => named.to_vec(),
		};
		let decided_before = state.first_undecided_epoch;
		let unclaimed = deeds
			.iter()
			.map(|deed| {
				let account = accounts.get(deed);
				account.map_or(0, |account| decided_before.saturating_sub(account.next_epoch))
			})
			.collect();
		let next_epochs = deeds
			.iter()
			.map(|deed| accounts.get(deed).map_or(0, |account| account.next_epoch))
			.collect();
		let reasons = deeds
			.iter()
			.map(|deed| match state.deeds.get(*deed) {
				None => Some("there is no such deed, or not any more"),
				Some(deed) if deed.is_banned => Some("the deed is banned"),
				Some(deed) if deed.node.is_none() => Some("the deed is not linked to a node"),
				Some(_) => None,
			})
			.collect();
		Ok(Self {
			deeds,
			were_named: !named.is_empty(),
			unclaimed,
			next_epochs,
			reasons,
			first_undecided_epoch: decided_before,
			limits: chain.claim_limits().await?,
		})
	}

	/// Refuses what one claim cannot hold; the chain would not say what is wrong with it.
	fn check(&self) -> anyhow::Result<()> {
		let most = self.limits.deeds_max;
		ensure!(
			!self.were_named || u32::try_from(self.deeds.len()).is_ok_and(|deeds| deeds <= most),
			"{} deeds are too many for one claim, which may hold {most}: claim them in parts",
			self.deeds.len()
		);
		Ok(())
	}

	/// Decided epochs that are not claimed yet after deeds were paid up to an epoch each.
	fn left_after(&self, paid: &BTreeMap<u32, u32>) -> u64 {
		let each = self.deeds.iter().zip(&self.unclaimed).map(|(deed, unclaimed)| {
			paid.get(deed)
				.map_or(*unclaimed, |to_epoch| self.first_undecided_epoch.saturating_sub(*to_epoch))
		});
		each.map(u64::from).sum()
	}

	/// The deeds of the next claim, and how many epochs of each it asks for.
	///
	/// Deeds that nobody named are left to a later claim if one cannot hold them all, those that
	/// have nothing to claim first. What was named is claimed as it was: the chain answers if that
	/// is too much.
	fn plan(&self, epochs_max: Option<u32>) -> (Vec<u32>, u32) {
		let mut planned = self
			.deeds
			.iter()
			.copied()
			.zip(self.unclaimed.iter().copied())
			.collect::<Vec<_>>();
		if !self.were_named {
			let due = planned.iter().copied().filter(|(_, unclaimed)| 0 < *unclaimed);
			let due = due.collect::<Vec<_>>();
			// Of nothing due, the chain says so.
			planned = if due.is_empty() { planned } else { due };
			planned.truncate(usize::try_from(self.limits.deeds_max).unwrap_or(usize::MAX));
		}
		let longest = planned.iter().map(|(_, unclaimed)| *unclaimed).max().unwrap_or(0);
		let deeds = planned.into_iter().map(|(deed, _)| deed).collect::<Vec<_>>();
		let possible = longest.clamp(1, self.limits.epochs_max(&deeds));
		(deeds, epochs_max.unwrap_or(possible))
	}
}

/// A payment for availability, made or due.
#[derive(Serialize)]
struct Row {
	deed: u32,
	/// Its number among the payments of the deed, from 0; unknown of one that is only due.
	number: Option<u32>,
	from_epoch: u32,
	/// The first epoch that is not part of it.
	to_epoch: u32,
	/// Minted, in base units; holds the carry-over.
	r1: String,
	/// Withheld before, and paid now.
	carry_over_r1: String,
	/// Withheld now.
	withheld_r1: String,
	/// Why there is nothing to be paid.
	reason: Option<&'static str>,
}

impl Row {
	fn of(deed: u32, number: Option<u32>, payment: &Payment) -> Self {
		Self {
			deed,
			number,
			from_epoch: payment.from_epoch,
			to_epoch: payment.to_epoch,
			r1: payment.amount.to_string(),
			carry_over_r1: payment.carry_over.to_string(),
			withheld_r1: payment.withheld.to_string(),
			reason: None,
		}
	}

	/// A deed that is paid nothing, from the first epoch that is not claimed.
	fn of_nothing(deed: u32, next_epoch: u32, reason: &'static str) -> Self {
		Self {
			deed,
			number: None,
			from_epoch: next_epoch,
			to_epoch: next_epoch,
			r1: "0".to_owned(),
			carry_over_r1: "0".to_owned(),
			withheld_r1: "0".to_owned(),
			reason: Some(reason),
		}
	}

	fn table(rows: &[Self]) -> anyhow::Result<Answer> {
		let header =
			["deed", "epochs", "R1 minted", "of it withheld before", "withheld now", "note"];
		Answer::rows(rows, &header, |row| {
			vec![
				row.deed.to_string(),
				format!("{}..{}", row.from_epoch, row.to_epoch),
				r1(&row.r1),
				r1(&row.carry_over_r1),
				r1(&row.withheld_r1),
				row.reason.unwrap_or_default().to_owned(),
			]
		})
	}
}

async fn preview(
	arguments: &Arguments,
	named: &[u32],
	epochs_max: Option<u32>,
) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let claimable = Claimable::read(arguments, &chain, named).await?;
	let mut rows = Vec::new();
	let known = claimable.next_epochs.iter().zip(&claimable.reasons);
	for (deed, (next_epoch, reason)) in claimable.deeds.iter().zip(known) {
		// Each alone, because the chain answers for one deed as if it were claimed alone.
		let possible = claimable.limits.epochs_max(&[*deed]);
		let epochs = epochs_max.map_or(possible, |epochs| epochs.min(possible));
		for (deed, payment) in chain.claimable(&[*deed], epochs).await? {
			rows.push(match payment {
				Some(payment) if payment.from_epoch < payment.to_epoch => {
					Row::of(deed, None, &payment)
				},
				Some(_) => Row::of_nothing(deed, *next_epoch, "no epoch is due yet"),
				None => {
					let reason = reason.unwrap_or("a verdict of the oracles is missing");
					Row::of_nothing(deed, *next_epoch, reason)
				},
			});
		}
	}
	Row::table(&rows)
}

async fn claim(
	arguments: &Arguments,
	named: &[u32],
	epochs_max: Option<u32>,
) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let claimable = Claimable::read(arguments, &chain, named).await?;
	claimable.check()?;
	let (deeds, epochs_max) = claimable.plan(epochs_max);
	let call = calls::claim_availability(&deeds, epochs_max);
	submit_to(&chain, arguments, &call, |receipt| {
		let rows = receipt.events.iter().filter_map(|event| match event {
			Event::AvailabilityClaimed(claimed) => Some(Row {
				deed: claimed.deed,
				number: None,
				from_epoch: claimed.from_epoch,
				to_epoch: claimed.to_epoch,
				r1: claimed.amount.to_string(),
				carry_over_r1: claimed.carry_over.unwrap_or(0).to_string(),
				withheld_r1: claimed.withheld.unwrap_or(0).to_string(),
				reason: None,
			}),
			_ => None,
		});
		let rows = rows.collect::<Vec<_>>();
		let paid = rows.iter().map(|row| (row.deed, row.to_epoch)).collect();
		match claimable.left_after(&paid) {
			0 => say("nothing is left to claim of the epochs that are decided"),
			left => {
				say(&format!("{left} decided epochs, counted for each deed, are left: claim again"))
			},
		}
		Row::table(&rows)
	})
	.await
}

async fn recent(arguments: &Arguments, deed: u32) -> anyhow::Result<Answer> {
	let payments = arguments.chain().await?.recent_payments(deed).await?;
	let rows = payments
		.iter()
		.map(|(number, payment)| Row::of(deed, Some(*number), payment))
		.collect::<Vec<_>>();
	Row::table(&rows)
}

#[derive(Serialize)]
struct WorkClaimed {
	usdc: String,
	r1: Option<String>,
}

async fn claim_work(arguments: &Arguments, r1_minimum: Option<R1Amount>) -> anyhow::Result<Answer> {
	let call = calls::claim_work(r1_minimum.map(|minimum| minimum.base_units()));
	submit(arguments, &call, work_claimed).await
}

fn work_claimed(receipt: &Receipt) -> anyhow::Result<Answer> {
	let claimed = event(receipt, |event| match event {
		Event::WorkClaimed(claimed) => Some(claimed),
		_ => None,
	})?;
	let row = WorkClaimed {
		usdc: claimed.usdc.to_string(),
		r1: claimed.r1.map(|amount| amount.to_string()),
	};
	Answer::one(
		&row,
		&[
			("USDC earned", usdc(&row.usdc)),
			(
				"paid as",
				row.r1.as_deref().map_or("USDC".into(), |amount| format!("{} R1", r1(amount))),
			),
		],
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	const LIMITS: ClaimLimits = ClaimLimits { deeds_max: 3, reads_max: 150, settlements_max: 60 };

	fn claimable(were_named: bool, deeds: &[(u32, u32)]) -> Claimable {
		let (deeds, unclaimed): (Vec<u32>, Vec<u32>) = deeds.iter().copied().unzip();
		Claimable {
			next_epochs: unclaimed.iter().map(|unclaimed| 1_000 - unclaimed).collect(),
			reasons: vec![None; deeds.len()],
			first_undecided_epoch: 1_000,
			deeds,
			were_named,
			unclaimed,
			limits: LIMITS,
		}
	}

	#[test]
	fn claim_should_take_what_is_due_and_fits() {
		let own = |deeds: &[(u32, u32)]| claimable(false, deeds).plan(None);
		assert_eq!(own(&[(2, 5), (3, 7)]), (vec![2, 3], 7));
		// Deeds without anything to claim are left out, and so are those beyond the limit.
		assert_eq!(own(&[(2, 0), (3, 7)]), (vec![3], 7));
		assert_eq!(own(&[(2, 1), (3, 0), (4, 1), (5, 1), (6, 9)]), (vec![2, 4, 5], 1));
		// More epochs than fit: 50 of a page and two checkpoints, 20 of three deeds.
		assert_eq!(own(&[(2, 500)]), (vec![2], 50));
		assert_eq!(own(&[(2, 500), (3, 1), (4, 1)]), (vec![2, 3, 4], 20));
		// Nothing is due; the chain says so.
		assert_eq!(own(&[(2, 0), (3, 0)]), (vec![2, 3], 1));
	}

	#[test]
	fn claim_should_be_refused_when_more_deeds_are_named_than_fit() {
		let deeds = [(2, 1), (3, 1), (4, 1), (5, 1)];
		assert!(claimable(true, &deeds[..3]).check().is_ok());
		assert!(claimable(false, &deeds).check().is_ok());
		let error = claimable(true, &deeds).check().unwrap_err().to_string();
		assert!(error.contains("4 deeds") && error.contains("may hold 3"), "{error}");
	}

	#[test]
	fn claim_should_leave_what_it_did_not_reach() {
		let deeds = claimable(false, &[(2, 500), (3, 1), (4, 7)]);
		assert_eq!(deeds.left_after(&BTreeMap::new()), 508);
		// 20 of the first, all of the second, none of the third.
		assert_eq!(deeds.left_after(&BTreeMap::from([(2, 520), (3, 1_000)])), 487);
	}

	#[test]
	fn claim_should_be_as_it_was_asked_for() {
		let named = claimable(true, &[(2, 0), (3, 4), (4, 0), (5, 0)]);
		assert_eq!(named.plan(None), (vec![2, 3, 4, 5], 4));
		assert_eq!(named.plan(Some(99)), (vec![2, 3, 4, 5], 99));
	}
}
