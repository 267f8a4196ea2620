// SPDX-License-Identifier: Apache-2.0

//! Jobs: order, list, change, end.

mod on_node;
mod receipts;
mod exec;
mod terminal;
mod specification;
mod terms;

pub(super) use receipts::save as save_receipt;

use super::{Caller, address, done, event, or_dash, secret::SEALED_BEGINNING, short, submit};
use crate::{
	amount::UsdcAmount,
	arguments::{Arguments, Job, JobSubmit, JobUpdate},
	output::Answer,
};
use anyhow::{Context as _, bail, ensure};
use cid::Cid;
use r1_api::{InferenceJobSpecification, JobKindName, ModelFormat};
use r1_chain::{
	Receipt,
	calls::{self, JobOrder},
	events::Event,
};
use serde::Serialize;
use std::collections::BTreeMap;
use terms::{Estimate, Size};

pub(super) async fn run(arguments: &Arguments, command: &Job) -> anyhow::Result<Answer> {
	match command {
		Job::List => list(arguments).await,
		Job::Init { kind } => Ok(specification::example(*kind)),
		Job::Validate { path } => specification::validate(path),
		Job::Classes => terms::classes(arguments).await,
		Job::Cost(what) => terms::cost(arguments, what).await,
		Job::Submit(order) => submit_job(arguments, order).await,
		Job::Status { job } => on_node::status(arguments, *job).await,
		Job::Logs(which) if which.follow => on_node::follow(arguments, which).await,
		Job::Logs(which) => on_node::logs(arguments, which).await,
		Job::Exec(order) => exec::exec(arguments, order).await,
		Job::Receipts { job } => receipts::list(arguments, *job).await,
		Job::Receipt(order) => receipts::check(arguments, order).await,
		Job::Update(change) => update(arguments, change).await,
		Job::Extend { job, epochs } => terms::extend(arguments, *job, *epochs).await,
		Job::Scale { job, replicas } => terms::scale(arguments, *job, *replicas).await,
		Job::Redeem { job } => terms::change(arguments, &calls::redeem_unused(*job)).await,
		Job::Close { job } => terms::change(arguments, &calls::close_job(*job)).await,
	}
}

#[derive(Serialize)]
struct JobRow {
	job: u32,
	owner: String,
	resources: u8,
	price_per_epoch: UsdcAmount,
	replicas: u32,
	awaits_placement: bool,
	deeds: Vec<u32>,
	nodes: Vec<String>,
	end_epoch: u32,
}

async fn list(arguments: &Arguments) -> anyhow::Result<Answer> {
	let state = arguments.chain().await?.finalised_state().await?;
	let rows = state
		.jobs
		.values()
		.map(|job| JobRow {
			job: job.id,
			owner: address(job.owner),
			resources: job.resources,
			price_per_epoch: job.price_per_epoch.into(),
			replicas: job.replicas,
			awaits_placement: job.awaits_placement,
			deeds: job.deeds.clone(),
			nodes: job
				.deeds
				.iter()
				.filter_map(|deed| state.deeds.get(*deed)?.node)
				.map(address)
				.collect(),
			end_epoch: job.end_epoch,
		})
		.collect::<Vec<_>>();
	Answer::rows(
		&rows,
		&["job", "owner", "class", "replicas", "on deeds", "ends at epoch"],
		|row| {
			vec![
				row.job.to_string(),
				short(&row.owner),
				row.resources.to_string(),
				row.replicas.to_string(),
				if row.deeds.is_empty() { "waits".into() } else { format!("{:?}", row.deeds) },
				row.end_epoch.to_string(),
			]
		},
	)
}

#[derive(Serialize)]
struct Ordered {
	job: u32,
	#[serde(skip_serializing_if = "Option::is_none")]
	model: Option<String>,
	specification: String,
	price_per_epoch: UsdcAmount,
	cost: UsdcAmount,
	end_epoch: u32,
}

async fn submit_job(arguments: &Arguments, order: &JobSubmit) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	if let Some(path) = &order.specification {
		specification::check(path)?;
	}
	let caller = Caller::connect(arguments).await?;
	let owner = order.owner.map(|owner| owner.0);
	// What it costs is said before anything is sent anywhere.
	let size = Size { resources: order.resources, replicas: order.replicas, epochs: order.epochs };
	let estimate = Estimate::of(&caller.chain, size).await?;
	let cost_max = estimate.cost_max(order.cost_max)?;
	let payer = owner.unwrap_or_else(|| caller.signer.account());
	estimate.announce(&caller.chain, payer).await?;
	let (specification, model) = match (&order.specification, &order.name, &order.model) {
		(Some(path), ..) => (specification::read(path)?, None),
		(None, Some(name), Some(path)) => {
			let model = std::fs::read(path)
				.with_context(|| format!("could not read the model {}", path.display()))?;
			let model = edge.add_file(model).await?.cid;
			let specification = serde_json::to_vec(&InferenceJobSpecification {
				kind: JobKindName::Inference,
				name: name.clone(),
				model: model.clone(),
				format: ModelFormat::Onnx,
				tolerance: order.tolerance,
				probe_range: [order.probe_minimum, order.probe_maximum],
				secrets: BTreeMap::new(),
			})?;
			(specification, Some(model))
		},
		_ => bail!("give --specification, or --name and --model"),
	};
	let specification = edge.add_file(specification).await?.cid;
	let cid = Cid::try_from(specification.as_str())
		.with_context(|| format!("the daemon answered with `{specification}`, which is no CID"))?;
	let Size { resources, replicas, epochs } = size;
	let job = JobOrder { resources, replicas, epochs, cost_max, specification: cid.to_bytes() };
	let call = calls::create_job(&job, owner);
	caller
		.submit(&call, |receipt| ordered(receipt, model, specification, epochs))
		.await
}

fn ordered(
	receipt: &Receipt,
	model: Option<String>,
	specification: String,
	epochs: u32,
) -> anyhow::Result<Answer> {
	let created = event(receipt, |event| match event {
		Event::JobCreated(created) => Some(created),
		_ => None,
	})?;
	// The price may have fallen since it was asked for.
	let nodes_cost = created.price_per_epoch.saturating_mul(created.replicas.into());
	let row = Ordered {
		job: created.job,
		model,
		specification,
		price_per_epoch: created.price_per_epoch.into(),
		cost: nodes_cost.saturating_mul(epochs.into()).into(),
		end_epoch: created.end,
	};
	Answer::one(
		&row,
		&[
			("job", row.job.to_string()),
			("model", or_dash(row.model.as_deref())),
			("specification", row.specification.clone()),
			("price of a node and epoch", format!("{} USDC", row.price_per_epoch)),
			("paid", format!("{} USDC", row.cost)),
			("ends at epoch", row.end_epoch.to_string()),
		],
	)
}

/// Writes a job's specification anew, and tells the chain.
async fn update(arguments: &Arguments, change: &JobUpdate) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	let present = match &change.specification {
		Some(path) => specification::read(path)?,
		None => {
			let state = arguments.chain().await?.finalised_state().await?;
			let job = state.jobs.get(&change.job);
			let job = job.with_context(|| format!("no job {}", change.job))?;
			let cid = Cid::try_from(job.specification.as_slice()).context(
				"the job's specification has no CID; give a whole one with --specification",
			)?;
			edge.file(&cid.to_string()).await?
		},
	};
	let model = match &change.model {
		Some(path) => {
			let model = std::fs::read(path)
				.with_context(|| format!("could not read the model {}", path.display()))?;
			Some(edge.add_file(model).await?.cid)
		},
		None => None,
	};
	let sealed = change.secret.iter().map(|(name, path)| {
		let sealed = std::fs::read_to_string(path)
			.with_context(|| format!("could not read the sealed secret {}", path.display()))?;
		// Anything else would be public with the specification.
		ensure!(
			sealed.starts_with(SEALED_BEGINNING),
			"{} is no sealed secret; `r1ctl secret seal` makes one",
			path.display()
		);
		Ok((name.clone(), sealed))
	});
	let changes = specification::Changes {
		job: change.job,
		model,
		secrets: sealed.collect::<anyhow::Result<_>>()?,
		without_secrets: &change.without_secret,
	};
	let changed = specification::change(&present, changes)?;
	let added = edge.add_file(changed).await?.cid;
	let cid = Cid::try_from(added.as_str())
		.with_context(|| format!("the daemon answered with `{added}`, which is no CID"))?;
	let call = calls::update_job(change.job, &cid.to_bytes());
	submit(arguments, &call, |receipt| done(&call, receipt)).await
}
