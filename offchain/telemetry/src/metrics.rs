// SPDX-License-Identifier: Apache-2.0

//! Metrics of all parts of a daemon, in the text format that Prometheus scrapes.

use prometheus_client::{encoding::text, registry::Registry};
use std::{
	fmt,
	sync::{Arc, PoisonError, RwLock},
};

/// Content type of [`MetricsRegistry::encode`].
pub const METRICS_CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Prefix of every metric's name.
const PREFIX: &str = "r1";

/// Cloneable handle to the metrics of one daemon.
///
/// Each part registers once, at start-up, and keeps its own handles to count with; a scrape reads
/// them without stopping it.
#[derive(Clone, Debug)]
pub struct MetricsRegistry {
	registry: Arc<RwLock<Registry>>,
}

impl MetricsRegistry {
	/// An empty registry.
	#[must_use]
	pub fn new() -> Self {
		Self { registry: Arc::new(RwLock::new(Registry::with_prefix(PREFIX))) }
	}

	/// Lets a part register its metrics; their names become `r1_<part>_<name>`.
	pub fn register<T>(&self, part: &str, register: impl FnOnce(&mut Registry) -> T) -> T {
		// A registry is whole after a panic of another part: it only ever grows by one entry.
		let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
		register(registry.sub_registry_with_prefix(part))
	}

	/// All metrics as OpenMetrics text.
	///
	/// # Errors
	///
	/// A metric failed to write itself.
	pub fn encode(&self) -> Result<String, fmt::Error> {
		let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
		let mut encoded = String::new();
		text::encode(&mut encoded, &registry)?;
		Ok(encoded)
	}
}

impl Default for MetricsRegistry {
	fn default() -> Self {
		Self::new()
	}
}
