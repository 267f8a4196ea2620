// SPDX-License-Identifier: Apache-2.0

//! The network as a whole.

use super::{address, nodes, or_dash, short};
use crate::{
	amount::R1Amount,
	arguments::{Arguments, Network},
	output::Answer,
};
use anyhow::Context as _;
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Network) -> anyhow::Result<Answer> {
	match command {
		Network::Status => status(arguments).await,
		Network::Availability { epoch } => availability(arguments, *epoch).await,
		Network::Nodes => nodes::list(arguments).await,
	}
}

#[derive(Serialize)]
struct Status {
	genesis_hash: String,
	finalised_block: u32,
	block_timestamp_secs: u64,
	epoch: u32,
	epoch_secs: u32,
	epoch_starts_at_secs: u64,
	first_undecided_epoch: u32,
	oracles: Vec<String>,
	deeds: usize,
	linked_deeds: usize,
	live_jobs: usize,
	r1_issuance: R1Amount,
}

async fn status(arguments: &Arguments) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let state = chain.finalised_state().await?;
	let status = Status {
		genesis_hash: format!("0x{}", hex::encode(state.genesis_hash)),
		finalised_block: state.finalised.number,
		block_timestamp_secs: state.finalised.timestamp_secs,
		epoch: state.current_epoch,
		epoch_secs: state.clock.epoch_secs,
		epoch_starts_at_secs: state.clock.starts_at_secs(state.current_epoch),
		first_undecided_epoch: state.first_undecided_epoch,
		oracles: state.oracles.iter().copied().map(address).collect(),
		deeds: state.deeds.len(),
		linked_deeds: state.deeds.linked_nodes().count(),
		live_jobs: state.jobs.len(),
		r1_issuance: chain.issuance().await?.into(),
	};
	Answer::one(
		&status,
		&[
			("finalised block", status.finalised_block.to_string()),
			("epoch", format!("{} of {} s", status.epoch, status.epoch_secs)),
			("decided before", format!("epoch {}", status.first_undecided_epoch)),
			("oracles", status.oracles.len().to_string()),
			("deeds", format!("{}, {} linked", status.deeds, status.linked_deeds)),
			("live jobs", status.live_jobs.to_string()),
			("R1 in existence", status.r1_issuance.to_string()),
			("genesis", status.genesis_hash.clone()),
		],
	)
}

#[derive(Serialize)]
struct Availability {
	epoch: u32,
	deed: u32,
	node: Option<String>,
	/// 0 to 255.
	value: u8,
	/// Whether the oracles agreed on the epoch; without that, nobody has anything in it.
	agreed: bool,
}

async fn availability(arguments: &Arguments, epoch: Option<u32>) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let state = chain.finalised_state().await?;
	let epoch = match epoch {
		Some(epoch) => epoch,
		None => state
			.first_undecided_epoch
			.checked_sub(1)
			.context("no epoch is decided yet; the first is, a few blocks after it ends")?,
	};
	anyhow::ensure!(
		epoch < state.first_undecided_epoch,
		"epoch {epoch} is not decided yet; the first open one is {}",
		state.first_undecided_epoch
	);
	let agreed = chain.availability(epoch).await?;
	let rows = state
		.deeds
		.iter()
		.map(|(deed, record)| Availability {
			epoch,
			deed,
			node: record.node.map(address),
			value: agreed.get(&deed).copied().unwrap_or(0),
			agreed: !agreed.is_empty(),
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["epoch", "deed", "node", "value", "available"], |row| {
		vec![
			row.epoch.to_string(),
			row.deed.to_string(),
			or_dash(row.node.as_deref().map(short)),
			row.value.to_string(),
			match row.agreed {
				true => format!("{} %", u32::from(row.value) * 100 / 255),
				false => "no agreement".into(),
			},
		]
	})
}
