// SPDX-License-Identifier: Apache-2.0

//! Logs, metrics and health of a daemon, set up once in its `main`.
//!
//! It opens no port and decides nothing: whoever serves HTTP asks [`MetricsRegistry::encode`] and
//! [`Health::report`]. Metrics have no global registry; the only global is the subscriber of logs,
//! which `tracing` has one of in a process.

mod logs;
mod metrics;
mod health;
mod scraped;
#[cfg(test)]
mod tests;

pub use health::{ComponentHealth, ComponentReporter, Health, HealthReport, HealthState};
pub use logs::{LogFormat, LogOptions, LogsError, install};
pub use metrics::{METRICS_CONTENT_TYPE, MetricsRegistry};
/// The registry that the metrics of a crate register with.
pub use prometheus_client::registry::Registry;
/// What registers to be asked at each scrape, and what it writes its answer to.
pub use prometheus_client::{collector::Collector, encoding::DescriptorEncoder};
pub use scraped::{counter, counters, gauge};
