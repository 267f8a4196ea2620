// SPDX-License-Identifier: Apache-2.0

//! Keeps the disk in order: removes what nobody keeps when room runs out, and reads everything now
//! and then to find what has rotted before somebody needs it.

use super::Uploads;
use crate::defaults::{COLLECT_ABOVE_PERCENT, COLLECT_INTERVAL, SCRUB_INTERVAL};
use cid::Cid;
use r1_core::{Clock, error_chain};
use r1_telemetry::ComponentReporter;
use r1fs::{CollectError, DiskBlockStore, Files, PinAs, PinKind, Scrubbed};
use std::sync::Arc;
use tokio::{
	task::spawn_blocking,
	time::{Instant, MissedTickBehavior, interval, interval_at},
};
use tracing::{info, warn};

/// The service.
pub(super) struct Keeper {
	pub(super) files: Files,
	pub(super) disk: Arc<DiskBlockStore>,
	pub(super) uploads: Uploads,
	pub(super) clock: Arc<dyn Clock>,
	pub(super) health: ComponentReporter,
}

impl Keeper {
	/// Runs until the daemon stops.
	pub(super) async fn run(self) {
		for path in self.disk.damaged_pins() {
			warn!(target: "r1::edge", path = %path.display(), "a pin could not be read; its content is kept");
		}
		// After a start, nobody knows what is here.
		self.files.provide_pins().await;
		self.health.healthy();
		let mut looks = interval(COLLECT_INTERVAL);
		looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut scrubs = interval_at(Instant::now() + SCRUB_INTERVAL, SCRUB_INTERVAL);
		scrubs.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				_ = looks.tick() => {
					let (uploads, now_secs) = (self.uploads.clone(), self.clock.now_secs());
					// A few files; what cannot be removed now is next time.
					drop(spawn_blocking(move || uploads.remove_old(now_secs)).await);
					if is_nearly_full(&self.disk) {
						self.collect().await;
					}
				},
				_ = scrubs.tick() => {
					// What it says is in the log; it comes again.
					drop(scrub(&self.files, &self.disk).await);
				},
			}
		}
	}

	async fn collect(&self) {
		let disk = Arc::clone(&self.disk);
		match spawn_blocking(move || disk.collect()).await {
			Ok(Ok(collected)) => {
				info!(target: "r1::edge", blocks = collected.blocks, bytes = collected.bytes, "removed blocks that nobody keeps");
				match is_nearly_full(&self.disk) {
					true => self.health.degraded(
						"the files that are kept fill the disk; unpin some, or raise store.bytes_max",
					),
					false => self.health.healthy(),
				}
			},
			// Somebody asked for it at the same time.
			Ok(Err(CollectError::Busy)) => {},
			Ok(Err(error)) => {
				self.health.degraded(error_chain(&error).to_string());
				if let CollectError::Incomplete { root, .. } = error {
					repair(&self.files, &self.disk, |pinned| *pinned == root).await;
				}
			},
			Err(died) => warn!(target: "r1::edge", %died, "a collection died"),
		}
	}
}

/// Whether it is time to remove what nobody keeps.
fn is_nearly_full(disk: &DiskBlockStore) -> bool {
	let statistics = disk.statistics();
	let limit = statistics.bytes_max / 100 * COLLECT_ABOVE_PERCENT;
	limit < statistics.bytes
}

/// Reads each block, removes the damaged ones, and fetches anew what pins keep of them.
pub(crate) async fn scrub(files: &Files, disk: &Arc<DiskBlockStore>) -> anyhow::Result<Scrubbed> {
	let reading = Arc::clone(disk);
	let scrubbed = spawn_blocking(move || {
		reading.scrub(|cid| {
			warn!(target: "r1::edge", %cid, "a block was damaged, and is removed");
		})
	});
	let scrubbed = scrubbed.await??;
	if scrubbed.damaged != 0 {
		repair(files, disk, |_| true).await;
	}
	Ok(scrubbed)
}

/// Brings here what pins keep and is missing. What cannot be had stays missing, and is told.
async fn repair(files: &Files, disk: &DiskBlockStore, is_meant: impl Fn(&Cid) -> bool) {
	let pins = disk.pins().into_iter();
	for pin in pins.filter(|pin| pin.kind == PinKind::Recursive && is_meant(&pin.cid)) {
		let pin_as = PinAs {
			holder: pin.holder,
			name: pin.name,
			since_secs: pin.since_secs,
			// It was within its limit when it was pinned.
			holder_bytes_max: u64::MAX,
		};
		if let Err(error) = files.pin(&pin.cid, &pin_as).await {
			let error = error_chain(&error);
			warn!(target: "r1::edge", cid = %pin.cid, %error, "could not repair what is pinned");
		}
	}
}
