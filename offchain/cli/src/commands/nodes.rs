// SPDX-License-Identifier: Apache-2.0

//! Every deed and its node.

use super::{address, or_dash, short};
use crate::{
	arguments::Arguments,
	output::{Answer, say},
};
use r1_api::{NodeCapabilities, NodeSummary};
use r1_primitives::Maintenance;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Row {
	deed: u32,
	kind: &'static str,
	node: Option<String>,
	/// The newest epoch that the oracles agreed on.
	epoch: Option<u32>,
	/// 0 to 255 in that epoch.
	availability: Option<u8>,
	maintenance: Option<Window>,
	/// When the daemon heard the node last, as epoch and slot.
	last_beat: Option<(u32, u32)>,
	/// What the node says of its machine, if the daemon knows it.
	capabilities: Option<NodeCapabilities>,
}

#[derive(Clone, Copy, Serialize)]
struct Window {
	epoch: u32,
	first_slot: u32,
	slots: u32,
}

/// A deed, and the node that it is linked to.
struct Linked {
	deed: u32,
	kind: &'static str,
	node: Option<[u8; 32]>,
}

/// What is known of all deeds.
struct Known<'a> {
	maintenance: &'a BTreeMap<u32, Vec<Maintenance>>,
	/// The newest epoch with a verdict, and its table.
	settled: Option<(u32, &'a BTreeMap<u32, u8>)>,
	heard: BTreeMap<[u8; 32], NodeSummary>,
}

pub(super) async fn list(arguments: &Arguments) -> anyhow::Result<Answer> {
	let state = arguments.chain().await?.finalised_state().await?;
	let heard = match arguments.edge()?.nodes().await {
		Ok(response) => response.nodes,
		Err(error) => {
			// The chain's part of the answer is worth something without it.
			say(&format!("no daemon tells what the machines are: {error}"));
			Vec::new()
		},
	};
	let settled = state.settled_availability.as_ref();
	let known = Known {
		maintenance: &state.maintenance,
		settled: settled.map(|settled| (settled.epoch, &settled.by_deed)),
		heard: heard.into_iter().map(|node| (node.node.0, node)).collect(),
	};
	let deeds = state.deeds.iter();
	let deeds =
		deeds.map(|(deed, record)| Linked { deed, kind: record.kind.name(), node: record.node });
	answer(deeds, &known)
}

fn answer(deeds: impl Iterator<Item = Linked>, known: &Known<'_>) -> anyhow::Result<Answer> {
	let rows = deeds.map(|linked| row(&linked, known)).collect::<Vec<_>>();
	let header =
		["deed", "kind", "node", "available", "maintenance", "last beat", "machine", "version"];
	Answer::rows(&rows, &header, |row| {
		let machine = row.capabilities.as_ref();
		vec![
			row.deed.to_string(),
			row.kind.to_owned(),
			or_dash(row.node.as_deref().map(short)),
			or_dash(row.availability.map(|value| format!("{} %", u32::from(value) * 100 / 255))),
			or_dash(row.maintenance.map(|window| {
				let Window { epoch, first_slot, slots } = window;
				format!("epoch {epoch}, {slots} slots from {first_slot}")
			})),
			or_dash(row.last_beat.map(|(epoch, slot)| format!("{epoch}/{slot}"))),
			or_dash(machine.map(machine_text)),
			or_dash(machine.map(|machine| machine.software_version.as_str())),
		]
	})
}

fn row(&Linked { deed, kind, node }: &Linked, known: &Known<'_>) -> Row {
	let heard = node.and_then(|node| known.heard.get(&node));
	let window = known.maintenance.get(&deed).and_then(|windows| windows.last());
	Row {
		deed,
		kind,
		node: node.map(address),
		epoch: known.settled.map(|(epoch, _)| epoch),
		availability: known.settled.map(|(_, table)| table.get(&deed).copied().unwrap_or(0)),
		maintenance: window.map(|window| {
			let Maintenance { epoch, first_slot, slots } = *window;
			Window { epoch, first_slot, slots }
		}),
		last_beat: heard.map(|node| (node.last_beat_epoch, node.last_beat_slot)),
		capabilities: heard.and_then(|node| node.capabilities.clone()),
	}
}

/// A machine in one cell.
fn machine_text(machine: &NodeCapabilities) -> String {
	let (cores, memory_mib) = (machine.cores, machine.memory_mib);
	let mut text = format!("{cores} cores, {memory_mib} MiB, {}", machine.instruction_set);
	for tag in &machine.tags {
		text.push_str(", ");
		text.push_str(tag);
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use r1_api::HexBytes;
	use serde_json::json;

	fn machine() -> NodeCapabilities {
		NodeCapabilities {
			cores: 8,
			memory_mib: 16_000,
			disk_mib: 32_768,
			gpu: None,
			engine: "none".to_owned(),
			instruction_set: "arm64".to_owned(),
			tags: vec!["region-eu".to_owned()],
			software_version: "0.1.0".to_owned(),
		}
	}

	#[test]
	fn nodes_should_be_listed_with_what_the_chain_and_the_daemon_know() {
		let summary = NodeSummary {
			node: HexBytes([1; 32]),
			deed: 7,
			last_beat_epoch: 3,
			last_beat_slot: 5,
			capabilities: Some(machine()),
		};
		let window = Maintenance { epoch: 4, first_slot: 2, slots: 1 };
		let maintenance = BTreeMap::from([(7, vec![window])]);
		let table = BTreeMap::from([(7, 250)]);
		let known = Known {
			maintenance: &maintenance,
			settled: Some((2, &table)),
			heard: BTreeMap::from([([1; 32], summary)]),
		};
		let deeds = [(7, Some([1; 32])), (8, None)];
		let deeds = deeds.map(|(deed, node)| Linked { deed, kind: "node", node });
		let answer = answer(deeds.into_iter(), &known).unwrap();
		assert_eq!(
			*answer.json(),
			json!([
				{
					"deed": 7,
					"kind": "node",
					"node": address([1; 32]),
					"epoch": 2,
					"availability": 250,
					"maintenance": { "epoch": 4, "first_slot": 2, "slots": 1 },
					"last_beat": [3, 5],
					"capabilities": serde_json::to_value(machine()).unwrap(),
				},
				{
					"deed": 8,
					"kind": "node",
					"node": null,
					"epoch": 2,
					"availability": 0,
					"maintenance": null,
					"last_beat": null,
					"capabilities": null,
				},
			])
		);
	}

	#[test]
	fn machine_should_fit_a_cell() {
		assert_eq!(machine_text(&machine()), "8 cores, 16000 MiB, arm64, region-eu");
	}
}
