// SPDX-License-Identifier: Apache-2.0

//! How the store is.
//!
//! | metric | unit |
//! | --- | --- |
//! | `r1_cstore_namespaces` | namespaces that this node replicates |
//! | `r1_cstore_records`, `r1_cstore_bytes` | what they hold, deleted keys included that replicas still remember |
//! | `r1_cstore_replicas_behind` | other replicas that do not follow, over all namespaces |
//! | `r1_cstore_disk_failing` | 1 while nothing can be written |
//! | `r1_cstore_writes_total` | writes of clients of this node |

use r1_cstore::service::{Counts, Store};
use r1_telemetry::{Collector, DescriptorEncoder, MetricsRegistry, counter, gauge};
use std::fmt;

/// Puts the metrics into the registry, as `r1_cstore_<name>`.
pub(crate) fn register_metrics(store: &Store, registry: &MetricsRegistry) {
	let numbers = Box::new(Numbers(store.clone()));
	registry.register("cstore", |registry| registry.register_collector(numbers));
}

/// The store, when it is asked.
#[derive(Debug)]
struct Numbers(Store);

impl Collector for Numbers {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		// One that is given up meanwhile is not counted.
		let counts: Vec<Counts> =
			self.0.spaces().iter().filter_map(|space| space.counts().ok()).collect();
		let sum = |pick: fn(&Counts) -> usize| {
			i64::try_from(counts.iter().map(pick).sum::<usize>()).unwrap_or(i64::MAX)
		};
		let failing = i64::from(self.0.failure().is_some());
		for (name, help, value) in [
			("namespaces", "Namespaces that this node replicates", sum(|_| 1)),
			("records", "Records in them", sum(|it| it.records)),
			("bytes", "Bytes that count against their quotas", sum(|it| it.bytes)),
			("replicas_behind", "Other replicas that do not follow", sum(|it| it.behind)),
			("disk_failing", "Whether nothing can be written", failing),
		] {
			gauge(&mut encoder, name, help, &value)?;
		}
		let writes: u64 = counts.iter().map(|it| it.writes).sum();
		counter(&mut encoder, "writes", "Writes of clients of this node", writes)
	}
}
