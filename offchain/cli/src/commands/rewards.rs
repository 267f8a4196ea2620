// SPDX-License-Identifier: Apache-2.0

//! Rewards: what is due, and claims.

use super::{Caller, address, event, history, submit};
use crate::{
	amount::{R1Amount, UsdcAmount},
	arguments::{Arguments, Rewards},
	output::{Answer, say},
};
use anyhow::ensure;
use r1_chain::{Chain, Receipt, calls, economy::Payment, events::Event};
use serde::Serialize;
use std::collections::BTreeMap;

pub(super) async fn run(arguments: &Arguments, command: &Rewards) -> anyhow::Result<Answer> {
	match command {
		Rewards::Preview { deeds, epochs_max } => preview(arguments, deeds, *epochs_max).await,
		Rewards::Claim { deeds, epochs_max } => claim(arguments, deeds, *epochs_max).await,
		Rewards::ClaimWork { r1_minimum } => claim_work(arguments, *r1_minimum).await,
		Rewards::History(order) => history::history(arguments, order).await,
		Rewards::Recent { deed } => recent(arguments, *deed).await,
	}
}

/// Which deeds a claim is about.
enum Wanted<'a> {
	/// Those that were named.
	Named(&'a [u32]),
	/// All that an account owns and runs.
	OwnedBy([u8; 32]),
}

/// What is known of the deeds of a claim.
struct Claimable {
	/// Ascending, unless they were named in another order.
	deeds: Vec<Candidate>,
	/// Whether they were named.
	were_named: bool,
	/// The first epoch without verdict.
	first_undecided_epoch: u32,
	/// How many deeds one claim may name.
	deeds_max: u32,
}

/// A deed that may be claimed.
#[derive(Clone, Copy, Debug)]
struct Candidate {
	deed: u32,
	/// Decided epochs that are not claimed.
	unclaimed: u32,
	/// The first epoch that is not claimed.
	next_epoch: u32,
	/// Why it cannot be claimed.
	reason: Option<&'static str>,
}

impl Claimable {
	async fn read(chain: &Chain, wanted: Wanted<'_>) -> anyhow::Result<Self> {
		let state = chain.finalised_state().await?;
		let accounts = chain.reward_accounts().await?;
		let first_undecided_epoch = state.first_undecided_epoch;
		let (deeds, were_named) = match wanted {
			Wanted::Named(deeds) => (deeds.to_vec(), true),
			Wanted::OwnedBy(owner) => {
				let deeds = state
					.deeds
					.iter()
					.filter(|(_, deed)| deed.owner == owner && deed.node.is_some())
					.filter(|(_, deed)| !deed.is_banned)
					.map(|(deed, _)| deed)
					.collect::<Vec<_>>();
				let owner = address(owner);
				ensure!(!deeds.is_empty(), "{owner} owns no deed that is linked to a node");
				(deeds, false)
			},
		};
		let candidate = |deed| {
			let account = accounts.get(&deed);
			let unclaimed =
				account.map(|account| first_undecided_epoch.saturating_sub(account.next_epoch));
			let reason = match state.deeds.get(deed) {
				None => Some("there is no such deed, or not any more"),
				Some(deed) if deed.is_banned => Some("the deed is banned"),
				Some(deed) if deed.node.is_none() => Some("the deed is not linked to a node"),
				Some(_) => None,
			};
			Candidate {
				deed,
				unclaimed: unclaimed.unwrap_or(0),
				next_epoch: account.map_or(0, |account| account.next_epoch),
				reason,
			}
		};
		Ok(Self {
			deeds: deeds.into_iter().map(candidate).collect(),
			were_named,
			first_undecided_epoch,
			deeds_max: chain.deeds_per_claim_max().await?,
		})
	}

	/// Decided epochs that are not claimed yet after deeds were paid up to an epoch each.
	fn left_after(&self, paid: &BTreeMap<u32, u32>) -> u64 {
		let left = |candidate: &Candidate| {
			paid.get(&candidate.deed).map_or(candidate.unclaimed, |to_epoch| {
				self.first_undecided_epoch.saturating_sub(*to_epoch)
			})
		};
		self.deeds.iter().map(left).map(u64::from).sum()
	}

	/// The deeds of the next claim.
	///
	/// Deeds that nobody named are left to a later claim if one cannot hold them all, those that
	/// have nothing to claim first. More than fit are refused if they were named; the chain would
	/// not say what is wrong with them.
	fn plan(&self) -> anyhow::Result<Vec<Candidate>> {
		let most = usize::try_from(self.deeds_max).unwrap_or(usize::MAX);
		if self.were_named {
			ensure!(
				self.deeds.len() <= most,
				"{} deeds are too many for one claim, which may hold {most}: claim them in parts",
				self.deeds.len()
			);
			return Ok(self.deeds.clone());
		}
		let due = self.deeds.iter().filter(|candidate| 0 < candidate.unclaimed);
		let due = due.copied().collect::<Vec<_>>();
		// Of nothing due, the chain says so.
		let mut planned = if due.is_empty() { self.deeds.clone() } else { due };
		planned.truncate(most);
		Ok(planned)
	}
}

/// How many epochs of its deeds a claim asks for, of those that the chain says it may.
///
/// All that is due, or what was asked for: the chain answers if that is too much.
fn epochs(planned: &[Candidate], asked: Option<u32>, possible: u32) -> anyhow::Result<u32> {
	ensure!(
		0 < possible,
		"{} deeds are too many for one claim, even of one epoch: name fewer with --deeds",
		planned.len()
	);
	let longest = planned.iter().map(|candidate| candidate.unclaimed).max().unwrap_or(0);
	Ok(asked.unwrap_or(longest.clamp(1, possible)))
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
	/// Minted; holds the carry-over.
	r1: R1Amount,
	/// Withheld before, and paid now.
	carry_over_r1: R1Amount,
	/// Withheld now.
	withheld_r1: R1Amount,
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
			r1: payment.amount.into(),
			carry_over_r1: payment.carry_over.into(),
			withheld_r1: payment.withheld.into(),
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
			r1: 0.into(),
			carry_over_r1: 0.into(),
			withheld_r1: 0.into(),
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
				row.r1.to_string(),
				row.carry_over_r1.to_string(),
				row.withheld_r1.to_string(),
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
	let wanted = match named {
		[] => Wanted::OwnedBy(arguments.signer()?.account()),
		named => Wanted::Named(named),
	};
	let chain = arguments.chain().await?;
	let claimable = Claimable::read(&chain, wanted).await?;
	let deeds = claimable.deeds.iter().map(|candidate| candidate.deed).collect::<Vec<_>>();
	// The chain answers for no more epochs than a claim of the deed alone may hold.
	let payments = chain.claimable(&deeds, epochs_max.unwrap_or(u32::MAX)).await?;
	let rows = claimable.deeds.iter().zip(payments).map(|(candidate, (deed, payment))| {
		let of_nothing = |reason| Row::of_nothing(deed, candidate.next_epoch, reason);
		match payment {
			Some(payment) if payment.from_epoch < payment.to_epoch => Row::of(deed, None, &payment),
			Some(_) => of_nothing("no epoch is due yet"),
			None => of_nothing(candidate.reason.unwrap_or("a verdict of the oracles is missing")),
		}
	});
	Row::table(&rows.collect::<Vec<_>>())
}

async fn claim(
	arguments: &Arguments,
	named: &[u32],
	epochs_max: Option<u32>,
) -> anyhow::Result<Answer> {
	let caller = Caller::connect(arguments).await?;
	let chain = &caller.chain;
	let wanted = match named {
		[] => Wanted::OwnedBy(caller.signer.account()),
		named => Wanted::Named(named),
	};
	let claimable = Claimable::read(chain, wanted).await?;
	let planned = claimable.plan()?;
	let deeds = planned.iter().map(|candidate| candidate.deed).collect::<Vec<_>>();
	let epochs_max = epochs(&planned, epochs_max, chain.epochs_per_claim_max(&deeds).await?)?;
	let call = calls::claim_availability(&deeds, epochs_max);
	let answer = |receipt: &Receipt| {
		let rows = receipt.events.iter().filter_map(|event| match event {
			Event::AvailabilityClaimed(claimed) => Some(Row {
				deed: claimed.deed,
				number: None,
				from_epoch: claimed.from_epoch,
				to_epoch: claimed.to_epoch,
				r1: claimed.amount.into(),
				carry_over_r1: claimed.carry_over.unwrap_or(0).into(),
				withheld_r1: claimed.withheld.unwrap_or(0).into(),
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
	};
	caller.submit(&call, answer).await
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
	usdc: UsdcAmount,
	r1: Option<R1Amount>,
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
	let row = WorkClaimed { usdc: claimed.usdc.into(), r1: claimed.r1.map(R1Amount::from) };
	let paid_as = row.r1.map_or("USDC".into(), |amount| format!("{amount} R1"));
	Answer::one(&row, &[("USDC earned", row.usdc.to_string()), ("paid as", paid_as)])
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Deeds, and how many epochs of each are unclaimed.
	fn claimable(were_named: bool, deeds: &[(u32, u32)]) -> Claimable {
		let candidate = |&(deed, unclaimed): &(u32, u32)| Candidate {
			deed,
			unclaimed,
			next_epoch: 1_000 - unclaimed,
			reason: None,
		};
		Claimable {
			deeds: deeds.iter().map(candidate).collect(),
			were_named,
			first_undecided_epoch: 1_000,
			deeds_max: 3,
		}
	}

	/// The deeds of a claim, and its epochs if the chain allows it 50.
	fn plan(claimable: &Claimable, asked: Option<u32>) -> (Vec<u32>, u32) {
		let planned = claimable.plan().unwrap();
		let epochs = epochs(&planned, asked, 50).unwrap();
		(planned.iter().map(|candidate| candidate.deed).collect(), epochs)
	}

	#[test]
	fn claim_should_take_what_is_due_and_fits() {
		let own = |deeds: &[(u32, u32)]| plan(&claimable(false, deeds), None);
		assert_eq!(own(&[(2, 5), (3, 7)]), (vec![2, 3], 7));
		// Deeds without anything to claim are left out, and so are those beyond the limit.
		assert_eq!(own(&[(2, 0), (3, 7)]), (vec![3], 7));
		assert_eq!(own(&[(2, 1), (3, 0), (4, 1), (5, 1), (6, 9)]), (vec![2, 4, 5], 1));
		// More epochs than fit.
		assert_eq!(own(&[(2, 500)]), (vec![2], 50));
		// Nothing is due; the chain says so.
		assert_eq!(own(&[(2, 0), (3, 0)]), (vec![2, 3], 1));
	}

	#[test]
	fn claim_should_be_refused_when_it_holds_more_deeds_than_fit() {
		let deeds = [(2, 1), (3, 1), (4, 1), (5, 1)];
		assert_eq!(claimable(true, &deeds[..3]).plan().unwrap().len(), 3);
		let error = claimable(true, &deeds).plan().unwrap_err().to_string();
		assert!(error.contains("4 deeds") && error.contains("may hold 3"), "{error}");

		let planned = claimable(true, &deeds[..3]).plan().unwrap();
		let error = epochs(&planned, Some(9), 0).unwrap_err().to_string();
		assert!(error.contains("3 deeds") && error.contains("name fewer"), "{error}");
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
		let named = claimable(true, &[(2, 0), (3, 4), (4, 0)]);
		assert_eq!(plan(&named, None), (vec![2, 3, 4], 4));
		assert_eq!(plan(&named, Some(99)), (vec![2, 3, 4], 99));
	}
}
