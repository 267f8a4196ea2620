// SPDX-License-Identifier: Apache-2.0

//! Rewards: what is due, and claims.

use super::{address, event, history, r1, submit, usdc};
use crate::{
	amount::R1Amount,
	arguments::{Arguments, Rewards},
	output::Answer,
};
use anyhow::ensure;
use r1_chain::{
	Chain, Receipt, calls,
	economy::{ClaimLimits, Payment},
	events::Event,
};
use serde::Serialize;

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
		let limits = chain.claim_limits().await?;
		Ok(Self { deeds, were_named: !named.is_empty(), unclaimed, limits })
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
		}
	}

	fn table(rows: &[Self]) -> anyhow::Result<Answer> {
		let header = ["deed", "epochs", "R1 minted", "of it withheld before", "withheld now"];
		Answer::rows(rows, &header, |row| {
			vec![
				row.deed.to_string(),
				format!("{}..{}", row.from_epoch, row.to_epoch),
				r1(&row.r1),
				r1(&row.carry_over_r1),
				r1(&row.withheld_r1),
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
	for deed in &claimable.deeds {
		// Each alone, because the chain answers for one deed as if it were claimed alone.
		let possible = claimable.limits.epochs_max(&[*deed]);
		let epochs = epochs_max.map_or(possible, |epochs| epochs.min(possible));
		for (deed, payment) in chain.claimable(&[*deed], epochs).await? {
			let payment = payment.filter(|payment| payment.from_epoch < payment.to_epoch);
			rows.extend(payment.map(|payment| Row::of(deed, None, &payment)));
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
	let (deeds, epochs_max) = Claimable::read(arguments, &chain, named).await?.plan(epochs_max);
	submit(arguments, &calls::claim_availability(&deeds, epochs_max), |receipt| {
		let rows = receipt.events.iter().filter_map(|event| match event {
			Event::AvailabilityClaimed(claimed) => Some(Row {
				deed: claimed.deed,
				number: None,
				from_epoch: claimed.from_epoch,
				to_epoch: claimed.to_epoch,
				r1: claimed.amount.to_string(),
				carry_over_r1: claimed.carry_over.to_string(),
				withheld_r1: claimed.withheld.to_string(),
			}),
			_ => None,
		});
		Row::table(&rows.collect::<Vec<_>>())
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
		let (deeds, unclaimed) = deeds.iter().copied().unzip();
		Claimable { deeds, were_named, unclaimed, limits: LIMITS }
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
	fn claim_should_be_as_it_was_asked_for() {
		let named = claimable(true, &[(2, 0), (3, 4), (4, 0), (5, 0)]);
		assert_eq!(named.plan(None), (vec![2, 3, 4, 5], 4));
		assert_eq!(named.plan(Some(99)), (vec![2, 3, 4, 5], 99));
	}
}
