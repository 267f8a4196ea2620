// SPDX-License-Identifier: Apache-2.0

//! What rounds cost in privacy, together.
//!
//! Costs are in zero-concentrated differential privacy (zCDP; Bun and Steinke 2016), where they add up
//! over rounds. What a sum of discrete Gaussians costs is theorem 5 of Kairouz, Liu and Steinke, "The
//! distributed discrete Gaussian mechanism" (2021); what a total means as (epsilon, delta) is
//! proposition 12 of Canonne, Kamath and Steinke (2020), at the best order.

use crate::protocol::RoundSpec;
use std::f64::consts::PI;

/// Orders that are tried for the best: a hundred for each power of e, of which there are 14.
const ORDERS: u32 = 1_400;

/// Privacy that a participant has spent, in zCDP.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accountant {
	rho: f64,
	rounds: u32,
}

impl Accountant {
	/// Goes on from what was stored.
	///
	/// # Errors
	///
	/// No cost is negative, infinite or not a number.
	pub fn new(rho: f64, rounds: u32) -> Result<Self, AccountingError> {
		if rho.is_finite() && 0.0 <= rho {
			Ok(Self { rho, rounds })
		} else {
			Err(AccountingError::Cost)
		}
	}

	/// Adds what a round costs.
	///
	/// # Errors
	///
	/// The round has no noise, so that it costs everything.
	pub fn spend(&mut self, spec: &RoundSpec) -> Result<(), AccountingError> {
		let cost = round_cost(spec).ok_or(AccountingError::NoNoise)?;
		*self = Self::new(self.rho + cost, self.rounds.saturating_add(1))?;
		Ok(())
	}

	/// What was spent, in zCDP.
	#[must_use]
	pub fn rho(&self) -> f64 {
		self.rho
	}

	/// In how many rounds.
	#[must_use]
	pub fn rounds(&self) -> u32 {
		self.rounds
	}

	/// What was spent, as the epsilon of (epsilon, delta)-differential privacy.
	///
	/// # Errors
	///
	/// `delta` is not between 0 and 1.
	pub fn epsilon(&self, delta: f64) -> Result<f64, AccountingError> {
		if !(0.0 < delta && delta < 1.0) {
			return Err(AccountingError::Delta);
		}
		if self.rho == 0.0 {
			return Ok(0.0);
		}
		let at = |step: u32| {
			// Orders above 1 by e^-7 to e^7, where the best is for any cost that is worth anything; any
			// order is right, and some are only larger.
			let above = (14.0 * f64::from(step) / f64::from(ORDERS) - 7.0).exp();
			let order = 1.0 + above;
			order * self.rho + (-delta.ln() - order.ln()) / above + (-1.0 / order).ln_1p()
		};
		let best = (0..=ORDERS).map(at).fold(f64::INFINITY, f64::min);
		Ok(best.max(0.0))
	}
}

/// What a round costs each participant, in zCDP, if `threshold` participants are honest; `None` if the
/// round has no noise.
///
/// Leaving out or putting in one participant's update moves the sum by `clip` at most.
#[must_use]
pub fn round_cost(spec: &RoundSpec) -> Option<f64> {
	spec.noise?;
	let honest = f64::from(spec.threshold);
	let deviation = spec.part_noise() as f64;
	let sensitivity = spec.clip as f64;
	let dimensions = f64::from(spec.length);
	// How far a sum of discrete Gaussians is from one: nothing, from deviations of a few units on.
	let far = |others: f64| (-2.0 * (PI * deviation).powi(2) * others / (others + 1.0)).exp();
	let tau = 10.0 * (1..spec.threshold).map(|others| far(f64::from(others))).sum::<f64>();
	let ratio = sensitivity / (honest.sqrt() * deviation);
	let epsilon = (ratio.powi(2) + tau * dimensions / 2.0)
		.sqrt()
		.min(ratio + tau * dimensions.sqrt());
	Some(epsilon.powi(2) / 2.0)
}

/// Why there is no account.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AccountingError {
	/// A cost that is none.
	#[error("a cost of privacy is a finite number, and not negative")]
	Cost,
	/// A round of no noise.
	#[error("a round without noise has no bound on what it tells")]
	NoNoise,
	/// A probability that is none.
	#[error("delta must be above 0 and below 1")]
	Delta,
}
