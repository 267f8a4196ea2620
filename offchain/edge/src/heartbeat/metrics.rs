// SPDX-License-Identifier: Apache-2.0

//! What the engines count, as Prometheus reads it.
//!
//! The engines have counters of their own; a scrape asks them. `r1_heartbeat::metrics` says what
//! each name and label means.

use super::Heartbeat;
use prometheus_client::{
	collector::Collector,
	encoding::{DescriptorEncoder, NoLabelSet},
	metrics::MetricType,
};
use r1_heartbeat::LabelledCount;
use r1_telemetry::MetricsRegistry;
use std::fmt;

/// Puts the engines' counters into the registry, as `r1_heartbeat_<name>_total`.
pub(crate) fn register_metrics(heartbeat: &Heartbeat, registry: &MetricsRegistry) {
	let counters = Box::new(Counters(heartbeat.clone()));
	registry.register("heartbeat", |registry| registry.register_collector(counters));
}

/// The engines, when they are asked for their counters.
#[derive(Debug)]
struct Counters(Heartbeat);

impl Collector for Counters {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		let (beater, observer, challenger) = {
			let engines = self.0.lock();
			(*engines.beater.metrics(), *engines.observer.metrics(), *engines.asking.metrics())
		};
		let answerer = *self.0.answerer().metrics();
		count(&mut encoder, "beats_sent", "Beats that this node made", beater.sent)?;
		let help = "Beats that were judged";
		let labels = ["verdict", "reason"];
		family(&mut encoder, "beats_received", help, labels, observer.received())?;
		let help = "Slots that a missed challenge cost a deed";
		count(&mut encoder, "slots_cleared", help, observer.cleared)?;
		let help = "Challenges that this oracle made";
		count(&mut encoder, "challenges_sent", help, challenger.sent)?;
		let (help, labels) = ("What came of challenges", ["outcome", "reason"]);
		family(&mut encoder, "challenges_settled", help, labels, challenger.settled())?;
		let (help, labels) = ("Challenges of other oracles", ["verdict", "reason"]);
		family(&mut encoder, "challenges_received", help, labels, answerer.received())
	}
}

fn count(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
	encoder
		.encode_descriptor(name, help, None, MetricType::Counter)?
		.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn family(
	encoder: &mut DescriptorEncoder<'_>,
	name: &str,
	help: &str,
	[first, second]: [&str; 2],
	counts: impl Iterator<Item = LabelledCount>,
) -> fmt::Result {
	let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
	for (outcome, reason, value) in counts {
		metric
			.encode_family(&[(first, outcome), (second, reason)])?
			.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
	}
	Ok(())
}
