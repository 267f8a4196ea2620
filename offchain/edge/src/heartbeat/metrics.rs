// SPDX-License-Identifier: Apache-2.0

//! What the engines count, as Prometheus reads it.
//!
//! The engines have counters of their own; a scrape asks them. `r1_heartbeat::metrics` says what
//! each name and label means.

use super::Heartbeat;
use r1_telemetry::{Collector, DescriptorEncoder, MetricsRegistry, counter, counters};
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
		counter(&mut encoder, "beats_sent", "Beats that this node made", beater.sent)?;
		let help = "Beats that were judged";
		let labels = ["verdict", "reason"];
		counters(&mut encoder, "beats_received", help, labels, observer.received())?;
		let help = "Slots that a missed challenge cost a deed";
		counter(&mut encoder, "slots_cleared", help, observer.cleared)?;
		let help = "Challenges that this oracle made";
		counter(&mut encoder, "challenges_sent", help, challenger.sent)?;
		let (help, labels) = ("What came of challenges", ["outcome", "reason"]);
		counters(&mut encoder, "challenges_settled", help, labels, challenger.settled())?;
		let (help, labels) = ("Challenges of other oracles", ["verdict", "reason"]);
		counters(&mut encoder, "challenges_received", help, labels, answerer.received())
	}
}
