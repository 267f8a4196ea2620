// SPDX-License-Identifier: Apache-2.0

//! What became of requests on ciphertexts.
//!
//! | metric | unit |
//! | --- | --- |
//! | `r1_encrypted_models` | models that are served on ciphertexts |
//! | `r1_encrypted_answered_total` | requests that were evaluated |
//! | `r1_encrypted_late_total` | requests that waited too long |
//! | `r1_encrypted_refused_total` | requests that there was no room for |

use super::EncryptedModels;
use r1_telemetry::{Collector, DescriptorEncoder, MetricsRegistry, counter, gauge};
use std::{
	fmt,
	sync::atomic::{AtomicU64, Ordering},
};

/// Puts the metrics into the registry, as `r1_encrypted_<name>`.
pub(crate) fn register_metrics(models: &EncryptedModels, registry: &MetricsRegistry) {
	let numbers = Box::new(Numbers(models.clone()));
	registry.register("encrypted", |registry| registry.register_collector(numbers));
}

/// Requests since the daemon started.
#[derive(Debug, Default)]
pub(super) struct Counters {
	answered: AtomicU64,
	late: AtomicU64,
	refused: AtomicU64,
}

impl Counters {
	pub(super) fn answered(&self, requests: usize) {
		self.answered.fetch_add(requests as u64, Ordering::Relaxed);
	}

	pub(super) fn late(&self, requests: usize) {
		self.late.fetch_add(requests as u64, Ordering::Relaxed);
	}

	pub(super) fn refused(&self, requests: usize) {
		self.refused.fetch_add(requests as u64, Ordering::Relaxed);
	}
}

/// The models, when they are asked.
#[derive(Debug)]
struct Numbers(EncryptedModels);

impl Collector for Numbers {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		let served = i64::try_from(self.0.models().len()).unwrap_or(i64::MAX);
		gauge(&mut encoder, "models", "Models that are served on ciphertexts", &served)?;
		let Counters { answered, late, refused } = &*self.0.shared.counters;
		for (name, help, count) in [
			("answered", "Requests that were evaluated", answered),
			("late", "Requests that waited too long", late),
			("refused", "Requests that there was no room for", refused),
		] {
			counter(&mut encoder, name, help, count.load(Ordering::Relaxed))?;
		}
		Ok(())
	}
}
