// SPDX-License-Identifier: Apache-2.0

//! How the files are.
//!
//! | metric | unit |
//! | --- | --- |
//! | `r1_fs_blocks`, `r1_fs_bytes` | blocks on the disk, and their bytes |
//! | `r1_fs_bytes_max` | bytes of blocks that there is room for |
//! | `r1_fs_pins` | pins |
//! | `r1_fs_in_flight` | roots and blocks that are being added or read |

use r1_telemetry::{Collector, DescriptorEncoder, MetricsRegistry, gauge};
use r1fs::DiskBlockStore;
use std::{fmt, sync::Arc};

/// Puts the metrics into the registry, as `r1_fs_<name>`.
pub(crate) fn register_metrics(disk: &Arc<DiskBlockStore>, registry: &MetricsRegistry) {
	let numbers = Box::new(Numbers(Arc::clone(disk)));
	registry.register("fs", |registry| registry.register_collector(numbers));
}

/// The store, when it is asked.
#[derive(Debug)]
struct Numbers(Arc<DiskBlockStore>);

impl Collector for Numbers {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		let statistics = self.0.statistics();
		let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
		let bytes = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
		for (name, help, value) in [
			("blocks", "Blocks on the disk", count(statistics.blocks)),
			("bytes", "Bytes of the blocks on the disk", bytes(statistics.bytes)),
			("bytes_max", "Bytes of blocks that there is room for", bytes(statistics.bytes_max)),
			("pins", "Pins", count(statistics.pins)),
			(
				"in_flight",
				"Roots and blocks that are being added or read",
				count(statistics.in_flight),
			),
		] {
			gauge(&mut encoder, name, help, &value)?;
		}
		Ok(())
	}
}
