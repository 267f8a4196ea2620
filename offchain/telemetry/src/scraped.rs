// SPDX-License-Identifier: Apache-2.0

//! Metrics of which nobody keeps a copy: whoever has the numbers is asked at each scrape.

use prometheus_client::{
	encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet},
	metrics::MetricType,
};
use std::fmt;

/// Writes a number that goes up and down.
///
/// # Errors
///
/// There is no room for it.
pub fn gauge(
	encoder: &mut DescriptorEncoder<'_>,
	name: &str,
	help: &str,
	value: &impl EncodeGaugeValue,
) -> fmt::Result {
	encoder
		.encode_descriptor(name, help, None, MetricType::Gauge)?
		.encode_gauge(value)
}

/// Writes a number that only grows, as `<name>_total`.
///
/// # Errors
///
/// There is no room for it.
pub fn counter(
	encoder: &mut DescriptorEncoder<'_>,
	name: &str,
	help: &str,
	value: u64,
) -> fmt::Result {
	encoder
		.encode_descriptor(name, help, None, MetricType::Counter)?
		.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

/// Writes numbers that only grow, as `<name>_total`, each with the values of two labels.
///
/// # Errors
///
/// There is no room for them.
pub fn counters<'a>(
	encoder: &mut DescriptorEncoder<'_>,
	name: &str,
	help: &str,
	[first, second]: [&str; 2],
	counts: impl Iterator<Item = (&'a str, &'a str, u64)>,
) -> fmt::Result {
	let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
	for (one, other, value) in counts {
		metric
			.encode_family(&[(first, one), (second, other)])?
			.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
	}
	Ok(())
}
