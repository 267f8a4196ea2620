// SPDX-License-Identifier: Apache-2.0

//! What the ingress counts.
//!
//! | metric | unit |
//! | --- | --- |
//! | `r1_ingress_visits_total` | visitors who reached a container, by HTTP request and TCP connection |
//! | `r1_ingress_unserved_total` | visitors who were told why not |
//! | `r1_ingress_replica_failures_total` | replicas that did not answer one |

use r1_telemetry::{Collector, DescriptorEncoder, MetricsRegistry, counter};
use std::{
	fmt,
	sync::{
		Arc,
		atomic::{AtomicU64, Ordering},
	},
};

/// The counters.
#[derive(Debug, Default)]
pub(super) struct Counts {
	pub(super) visits: AtomicU64,
	pub(super) unserved: AtomicU64,
	pub(super) replica_failures: AtomicU64,
}

/// Counts one more.
pub(super) fn count(counter: &AtomicU64) {
	// Nothing is ordered by it.
	counter.fetch_add(1, Ordering::Relaxed);
}

/// Puts the metrics into the registry, as `r1_ingress_<name>`.
pub(super) fn register(counts: Arc<Counts>, registry: &MetricsRegistry) {
	let numbers = Box::new(Numbers(counts));
	registry.register("ingress", |registry| registry.register_collector(numbers));
}

/// The counters, when they are asked.
#[derive(Debug)]
struct Numbers(Arc<Counts>);

impl Collector for Numbers {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		let Counts { visits, unserved, replica_failures } = &*self.0;
		for (name, help, value) in [
			("visits", "Visitors who reached a container", visits),
			("unserved", "Visitors who were told why not", unserved),
			("replica_failures", "Replicas that did not answer a visitor", replica_failures),
		] {
			counter(&mut encoder, name, help, value.load(Ordering::Relaxed))?;
		}
		Ok(())
	}
}
