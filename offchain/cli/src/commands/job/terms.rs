// SPDX-License-Identifier: Apache-2.0

//! What jobs cost, and more or less of one that there is.

use crate::{
	amount::UsdcAmount,
	arguments::{Arguments, EPOCHS, JobCost, REPLICAS, RESOURCES},
	commands::{event, or_dash, submit},
	output::{Answer, say},
};
use anyhow::{Context as _, bail, ensure};
use r1_chain::{
	Account, Chain, Receipt,
	calls::{self, Call},
	economy::{ClassKind, GpuGrade, ResourceClass},
	events::Event,
};
use serde::Serialize;

/// A job that may be ordered.
#[derive(Clone, Copy)]
pub(super) struct Size {
	pub(super) resources: u8,
	pub(super) replicas: u32,
	pub(super) epochs: u32,
}

/// What a job would cost.
#[derive(Serialize)]
pub(super) struct Estimate {
	resources: u8,
	class: String,
	replicas: u32,
	epochs: u32,
	price_per_epoch: UsdcAmount,
	cost: UsdcAmount,
}

impl Estimate {
	/// What a job would cost now.
	pub(super) async fn of(chain: &Chain, size: Size) -> anyhow::Result<Self> {
		let Size { resources, replicas, epochs } = size;
		let quote = chain.job_quote(resources, replicas, epochs).await?;
		let class = quote.class.with_context(|| {
			format!("there is no resource class {resources}; `r1ctl job classes` lists them")
		})?;
		ensure!(
			class.is_offered,
			"the network offers the resource class {} no more; `r1ctl job classes` lists others",
			class.name
		);
		let cost = quote.cost.context("the job costs more than can be counted")?;
		Ok(Self {
			resources,
			class: class.name.to_string(),
			replicas,
			epochs,
			price_per_epoch: class.price_per_epoch.into(),
			cost: cost.into(),
		})
	}

	/// The most that an order may cost: what somebody said, or this.
	pub(super) fn cost_max(&self, said: Option<UsdcAmount>) -> anyhow::Result<u128> {
		let Some(most) = said else { return Ok(self.cost.base_units()) };
		if most.base_units() < self.cost.base_units() {
			bail!("the job costs {} USDC, and may cost {most} USDC at most", self.cost);
		}
		Ok(most.base_units())
	}

	/// Says it to whoever is about to sign.
	pub(super) async fn announce(&self, chain: &Chain, owner: Account) -> anyhow::Result<()> {
		let free = UsdcAmount::from(chain.balances(owner).await?.escrow_free);
		say(&self.sentence(free));
		Ok(())
	}

	fn sentence(&self, free: UsdcAmount) -> String {
		let Self { class, replicas, epochs, price_per_epoch, cost, .. } = self;
		format!(
			"this costs {cost} USDC, which is {price_per_epoch} for a node of class {class} and an \
			 epoch, for {replicas} nodes and {epochs} epochs; the escrow has {free} USDC free"
		)
	}
}

/// What more of a job would cost.
#[derive(Serialize)]
struct MoreCost {
	job: u32,
	/// How many epochs longer it would be.
	#[serde(skip_serializing_if = "Option::is_none")]
	epochs: Option<u32>,
	#[serde(skip_serializing_if = "Option::is_none")]
	epochs_cost: Option<UsdcAmount>,
	/// On how many nodes it would run.
	#[serde(skip_serializing_if = "Option::is_none")]
	replicas: Option<u32>,
	#[serde(skip_serializing_if = "Option::is_none")]
	replicas_cost: Option<UsdcAmount>,
}

/// Prices a job, or more of one; signs nothing.
pub(super) async fn cost(arguments: &Arguments, what: &JobCost) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let Some(job) = what.job else {
		let estimate = Estimate::of(
			&chain,
			Size {
				resources: what.resources.unwrap_or(RESOURCES),
				replicas: what.replicas.unwrap_or(REPLICAS),
				epochs: what.epochs.unwrap_or(EPOCHS),
			},
		);
		let estimate = estimate.await?;
		let lines = [
			("class", format!("{} {}", estimate.resources, estimate.class)),
			("nodes", estimate.replicas.to_string()),
			("epochs", estimate.epochs.to_string()),
			("price of a node and epoch", format!("{} USDC", estimate.price_per_epoch)),
			("to pay", format!("{} USDC", estimate.cost)),
		];
		return Answer::one(&estimate, &lines);
	};
	let mut more = MoreCost {
		job,
		epochs: what.epochs,
		epochs_cost: None,
		replicas: what.replicas,
		replicas_cost: None,
	};
	let mut lines = vec![("job", job.to_string())];
	if let Some(epochs) = what.epochs {
		let cost = longer(&chain, job, epochs).await?;
		more.epochs_cost = Some(cost);
		lines.push(("to be longer", format!("{cost} USDC for {epochs} epochs")));
	}
	if let Some(replicas) = what.replicas {
		let cost = larger(&chain, job, replicas).await?;
		more.replicas_cost = Some(cost);
		lines.push(("to be larger", format!("{cost} USDC for {replicas} nodes in all")));
	}
	Answer::one(&more, &lines)
}

async fn longer(chain: &Chain, job: u32, epochs: u32) -> anyhow::Result<UsdcAmount> {
	let cost = chain.duration_quote(job, epochs).await?;
	cost.map(UsdcAmount::from).with_context(|| {
		format!(
			"job {job} cannot be {epochs} epochs longer: it is unknown or has ended, its class is \
			 offered no more, or no job may be so long"
		)
	})
}

async fn larger(chain: &Chain, job: u32, replicas: u32) -> anyhow::Result<UsdcAmount> {
	let cost = chain.replicas_quote(job, replicas).await?;
	cost.map(UsdcAmount::from).with_context(|| {
		format!(
			"job {job} cannot be let run on {replicas} nodes: it is unknown or ends with this \
			 epoch, it has as many, its class is offered no more, or no job may have so many"
		)
	})
}

#[derive(Serialize)]
struct ClassRow {
	resources: u8,
	name: String,
	kind: &'static str,
	price_per_epoch: UsdcAmount,
	cpu_millicores: u32,
	memory_mib: u32,
	/// All that the machine has, if there is no number.
	storage_gib: Option<u32>,
	gpu: Option<&'static str>,
	is_offered: bool,
}

impl From<(u8, ResourceClass)> for ClassRow {
	fn from((resources, class): (u8, ResourceClass)) -> Self {
		Self {
			resources,
			name: class.name.to_string(),
			kind: match class.kind {
				ClassKind::Generic => "generic",
				ClassKind::Service => "service",
				ClassKind::Native => "native",
			},
			price_per_epoch: class.price_per_epoch.into(),
			cpu_millicores: class.cpu_millicores,
			memory_mib: class.memory_mib,
			storage_gib: class.storage_gib,
			gpu: class.gpu.map(|grade| match grade {
				GpuGrade::Entry => "entry",
				GpuGrade::Medium => "medium",
				GpuGrade::High => "high",
				GpuGrade::Ultra => "ultra",
			}),
			is_offered: class.is_offered,
		}
	}
}

/// The table of classes, as the chain has it.
pub(super) async fn classes(arguments: &Arguments) -> anyhow::Result<Answer> {
	let classes = arguments.chain().await?.resource_classes().await?;
	let rows = classes.into_iter().map(ClassRow::from).collect::<Vec<_>>();
	let header =
		["class", "name", "kind", "USDC per epoch", "CPUs", "MiB", "GiB stored", "GPU", "offered"];
	Answer::rows(&rows, &header, |row| {
		vec![
			row.resources.to_string(),
			row.name.clone(),
			row.kind.to_owned(),
			row.price_per_epoch.to_string(),
			cores(row.cpu_millicores),
			row.memory_mib.to_string(),
			row.storage_gib.map_or_else(|| "all".to_owned(), |gib| gib.to_string()),
			or_dash(row.gpu),
			if row.is_offered { "yes".into() } else { "-".into() },
		]
	})
}

/// Cores as people count them: `0.25`, `3`.
fn cores(millicores: u32) -> String {
	let text = format!("{}.{:03}", millicores / 1_000, millicores % 1_000);
	text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What became of a job, and of its money.
#[derive(Serialize)]
struct Changed {
	job: u32,
	/// Whether the job is gone.
	is_closed: bool,
	/// The first epoch that does not pay; `None` if that did not change.
	end_epoch: Option<u32>,
	/// On how many nodes it shall run; `None` if that did not change.
	replicas: Option<u32>,
	/// What moved from the escrow into the job.
	cost: Option<UsdcAmount>,
	/// What moved back.
	refund: Option<UsdcAmount>,
}

/// Makes a job longer, and says before what that costs.
pub(super) async fn extend(arguments: &Arguments, job: u32, epochs: u32) -> anyhow::Result<Answer> {
	let cost = longer(&arguments.chain().await?, job, epochs).await?;
	say(&format!("this costs {cost} USDC"));
	change(arguments, &calls::extend_duration(job, epochs)).await
}

/// Lets a job run on more nodes, and says before what that costs.
pub(super) async fn scale(
	arguments: &Arguments,
	job: u32,
	replicas: u32,
) -> anyhow::Result<Answer> {
	let cost = larger(&arguments.chain().await?, job, replicas).await?;
	say(&format!("this costs {cost} USDC"));
	change(arguments, &calls::extend_replicas(job, replicas)).await
}

/// Signs a call about a job, and says what became of it.
pub(super) async fn change(arguments: &Arguments, call: &Call) -> anyhow::Result<Answer> {
	submit(arguments, call, |receipt| {
		let changed = changed(receipt)?;
		let mut lines = vec![("job", changed.job.to_string())];
		if changed.is_closed {
			lines.push(("state", "closed".to_owned()));
		}
		lines.extend(changed.end_epoch.map(|end| ("ends at epoch", end.to_string())));
		lines.extend(changed.replicas.map(|replicas| ("nodes", replicas.to_string())));
		lines.extend(changed.cost.map(|cost| ("paid", format!("{cost} USDC"))));
		lines.extend(changed.refund.map(|refund| ("back in escrow", format!("{refund} USDC"))));
		Answer::one(&changed, &lines)
	})
	.await
}

/// What the chain says became of a job.
fn changed(receipt: &Receipt) -> anyhow::Result<Changed> {
	let nothing = |job| Changed {
		job,
		is_closed: false,
		end_epoch: None,
		replicas: None,
		cost: None,
		refund: None,
	};
	let of_job = event(receipt, |event| {
		matches!(
			event,
			Event::JobClosed(_)
				| Event::JobEnding(_)
				| Event::JobDurationExtended(_)
				| Event::JobReplicasExtended(_)
				| Event::UnusedRedeemed(_)
		)
		.then_some(event)
	});
	Ok(match of_job? {
		Event::JobClosed(closed) => {
			Changed { is_closed: true, refund: Some(closed.refund.into()), ..nothing(closed.job) }
		},
		Event::JobEnding(ending) => Changed {
			end_epoch: Some(ending.end),
			refund: Some(ending.refund.into()),
			..nothing(ending.job)
		},
		Event::JobDurationExtended(longer) => Changed {
			end_epoch: Some(longer.end),
			cost: Some(longer.cost.into()),
			..nothing(longer.job)
		},
		Event::JobReplicasExtended(larger) => Changed {
			replicas: Some(larger.replicas),
			cost: Some(larger.cost.into()),
			..nothing(larger.job)
		},
		Event::UnusedRedeemed(redeemed) => {
			Changed { refund: Some(redeemed.refund.into()), ..nothing(redeemed.job) }
		},
		_ => bail!("the event is about no job"),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_chain::events::{JobClosed, JobEnding, Owner};

	#[test]
	fn cores_should_be_counted_as_people_do() {
		for (millicores, text) in [(250, "0.25"), (500, "0.5"), (1_000, "1"), (22_000, "22")] {
			assert_eq!(cores(millicores), text);
		}
	}

	#[test]
	fn estimate_should_say_all_that_it_is_made_of() {
		let estimate = Estimate {
			resources: 1,
			class: "ENTRY".to_owned(),
			replicas: 2,
			epochs: 30,
			price_per_epoch: 375_000.into(),
			cost: 22_500_000.into(),
		};
		assert_eq!(
			estimate.sentence(100_000_000.into()),
			"this costs 22.50 USDC, which is 0.375 for a node of class ENTRY and an epoch, for 2 \
			 nodes and 30 epochs; the escrow has 100.00 USDC free"
		);
		assert_eq!(estimate.cost_max(None).unwrap(), 22_500_000);
		assert_eq!(estimate.cost_max(Some(22_500_001.into())).unwrap(), 22_500_001);
		let error = estimate.cost_max(Some(22_499_999.into())).unwrap_err().to_string();
		assert_eq!(error, "the job costs 22.50 USDC, and may cost 22.499999 USDC at most");
	}

	#[test]
	fn closing_should_say_whether_the_job_is_gone_or_ends() {
		let receipt = |event| Receipt { block_hash: [0; 32], events: vec![event] };
		let (job, owner, refund) = (7, Owner([1; 32]), 5);
		let gone = changed(&receipt(Event::JobClosed(JobClosed { job, owner, refund }))).unwrap();
		assert!(gone.is_closed && gone.end_epoch.is_none());
		let ending = Event::JobEnding(JobEnding { job, end: 9, refund });
		let ending = changed(&receipt(ending)).unwrap();
		assert_eq!((ending.is_closed, ending.end_epoch), (false, Some(9)));
		assert!(changed(&Receipt { block_hash: [0; 32], events: Vec::new() }).is_err());
	}
}
