// SPDX-License-Identifier: Apache-2.0

//! How far the oracles are, and how far this node's eyes are from what they agreed on.
//!
//! | metric | unit |
//! | --- | --- |
//! | `r1_oracle_ended_epoch` | the epoch that ended last |
//! | `r1_oracle_oracles`, `r1_oracle_commits`, `r1_oracle_reveals` | of that epoch: its oracles, who committed, who revealed a whole report |
//! | `r1_oracle_settled_epoch` | the newest epoch with a table |
//! | `r1_oracle_deviation_mean`, `r1_oracle_deviation_max` | of that epoch: distance between the median and what this node saw, 0 to 255, over the linked deeds |
//!
//! What is not known is not there.

use crate::heartbeat::Heartbeat;
use r1_chain::ChainHandle;
use r1_primitives::DeedId;
use r1_telemetry::{Collector, DescriptorEncoder, MetricsRegistry, gauge};
use std::{collections::BTreeMap, fmt};

/// Puts the metrics into the registry, as `r1_oracle_<name>`.
pub(crate) fn register_metrics(
	heartbeat: &Heartbeat,
	chain: &ChainHandle,
	registry: &MetricsRegistry,
) {
	let progress = Box::new(Progress { heartbeat: heartbeat.clone(), chain: chain.clone() });
	registry.register("oracle", |registry| registry.register_collector(progress));
}

/// The chain and this node's table, when they are asked.
#[derive(Debug)]
struct Progress {
	heartbeat: Heartbeat,
	chain: ChainHandle,
}

impl Collector for Progress {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		let Some(state) = self.chain.state() else { return Ok(()) };
		if let Some(ended) = state.ended_epoch {
			let help = "The epoch that ended last";
			gauge(&mut encoder, "ended_epoch", help, &i64::from(ended.epoch))?;
			let help = "Oracles of the epoch that ended last";
			gauge(&mut encoder, "oracles", help, &i64::from(ended.oracles))?;
			let help = "Oracles that committed to a report of it";
			gauge(&mut encoder, "commits", help, &i64::from(ended.commits))?;
			let help = "Oracles that revealed a whole report of it";
			gauge(&mut encoder, "reveals", help, &i64::from(ended.reveals))?;
		}
		let Some(settled) = &state.settled_availability else { return Ok(()) };
		let help = "The newest epoch with a table";
		gauge(&mut encoder, "settled_epoch", help, &i64::from(settled.epoch))?;
		// Nothing is compared that this node did not watch from its beginning to its end.
		let Ok(seen) = self.heartbeat.availability(settled.epoch, &state) else { return Ok(()) };
		let linked = state.deeds.iter().filter(|(_, deed)| deed.node.is_some());
		let linked = linked.map(|(deed, _)| deed);
		let Some(deviation) = Deviation::between(&settled.by_deed, &seen, linked) else {
			return Ok(());
		};
		let help = "Mean distance between the table and what this node saw, 0 to 255";
		gauge(&mut encoder, "deviation_mean", help, &deviation.mean)?;
		let help = "Greatest distance between the table and what this node saw, 0 to 255";
		gauge(&mut encoder, "deviation_max", help, &i64::from(deviation.max))
	}
}

/// How far two tables are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Deviation {
	mean: f64,
	max: u8,
}

impl Deviation {
	/// Over these deeds; `None` if there are none.
	fn between(
		agreed: &BTreeMap<DeedId, u8>,
		seen: &[u8],
		deeds: impl Iterator<Item = DeedId>,
	) -> Option<Self> {
		let distances: Vec<u8> = deeds
			.map(|deed| {
				// Deeds are numbered from 1, and what a table does not hold is 0.
				let place = usize::try_from(deed).ok().and_then(|number| number.checked_sub(1));
				let seen = place.and_then(|place| seen.get(place)).copied().unwrap_or(0);
				agreed.get(&deed).copied().unwrap_or(0).abs_diff(seen)
			})
			.collect();
		let max = distances.iter().copied().max()?;
		let sum: u32 = distances.iter().copied().map(u32::from).sum();
		Some(Self { mean: f64::from(sum) / distances.len() as f64, max })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn deviation_should_be_over_the_asked_deeds_alone() {
		let agreed = BTreeMap::from([(1, 99), (2, 255), (3, 10)]);
		let between = |seen: &[u8], deeds: &[DeedId]| {
			Deviation::between(&agreed, seen, deeds.iter().copied())
		};
		let both = Some(Deviation { mean: 5.0, max: 10 });
		assert_eq!(between(&[0, 245, 10], &[2, 3]), both);
		// What neither table holds is 0 in both, and one that ends early holds zeros.
		assert_eq!(between(&[0, 245], &[4]), Some(Deviation { mean: 0.0, max: 0 }));
		assert_eq!(between(&[], &[2]).map(|deviation| deviation.max), Some(255));
		assert_eq!(between(&[0, 245, 10], &[]), None);
	}
}
