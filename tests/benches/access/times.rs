// SPDX-License-Identifier: Apache-2.0

//! Distributions of times.

use anyhow::{Context, Result};
use serde::Serialize;
use std::time::Duration;

/// A distribution, from all of its samples.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Times {
	samples: usize,
	p50_micros: f64,
	p99_micros: f64,
	max_micros: f64,
}

impl Times {
	/// By nearest rank: each is one of the samples.
	///
	/// # Errors
	///
	/// There are no samples.
	pub(crate) fn of(mut samples: Vec<Duration>) -> Result<Self> {
		samples.sort_unstable();
		let nearest = |percent: usize| {
			let rank = (samples.len() * percent).div_ceil(100);
			let sample = samples.get(rank.saturating_sub(1));
			sample.map(|sample| sample.as_secs_f64() * 1e6).context("there are no samples")
		};
		Ok(Self {
			samples: samples.len(),
			p50_micros: nearest(50)?,
			p99_micros: nearest(99)?,
			max_micros: nearest(100)?,
		})
	}
}
