// SPDX-License-Identifier: Apache-2.0

//! The release curve of Master Deeds: how an allocation is spread over 900 epochs.
//!
//! Each epoch has a weight between 0 and 1, which rises along a logistic function:
//!
//! ```text
//! weight(x)  = 1 / (1 + exp(-steepness * (x - midpoint * 900) / 900))
//! release(x) = allocation / weight_total * weight(x)
//! ```
//!
//! with `x` the epochs since the deed's first one. From epoch 900 on the weight stays what it was
//! there, until the allocation is used up.
//!
//! Weights are fixed-point numbers with 18 decimals, and each operation is cut towards zero in the
//! order that the contracts use ([`crate::fixed_point`]). The weights of the deployed parameters
//! are a table; any other parameters are computed, by the algorithm that the table comes from.

pub use crate::curve_table::WEIGHTS;

use crate::{
	fixed_point::{ONE, divide, exp, multiply},
	ratio::mul_div,
};

/// Epochs over which weights rise: 30 months of 30 days.
pub const RELEASE_EPOCHS: u32 = 30 * 30;

/// A release curve whose parameters are within their bounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Curve {
	parameters: CurveParameters,
}

impl Curve {
	/// The curve of the deployed contracts.
	///
	/// The first 900 weights sum to 598 717 units of 10^-18 more than its total, so the 900th epoch
	/// of full availability is the last one, and is cut.
	pub const DEPLOYED: Self = Self {
		parameters: CurveParameters {
			weight_total: 300_505_239_501_691_000_000,
			steepness: 5_000_000_000_000_000_000,
			midpoint: 700_000_000_000_000_000,
		},
	};

	/// A curve of these parameters; `None` if one is out of bounds.
	#[must_use]
	pub fn new(parameters: CurveParameters) -> Option<Self> {
		let one = ONE.unsigned_abs();
		let is_within_bounds = one <= parameters.weight_total
			&& parameters.steepness <= STEEPNESS_MAX
			&& parameters.midpoint <= one;
		is_within_bounds.then_some(Self { parameters })
	}

	/// The parameters that the curve was made of.
	#[must_use]
	pub fn parameters(&self) -> CurveParameters {
		self.parameters
	}

	/// The most that an allocation releases in an epoch; in the unit of the allocation.
	///
	/// `floor(floor(allocation * 10^18 / weight_total) * weight / 10^18)`. `epochs` counts from 0,
	/// the deed's first epoch. Never more than the allocation, and never less in a later epoch.
	#[must_use]
	pub fn release(&self, allocation: u128, epochs: u32) -> u128 {
		let one = ONE.unsigned_abs();
		let weight = u128::from(self.weight(epochs));
		mul_div(allocation, one, self.parameters.weight_total)
			.and_then(|plateau| mul_div(plateau, weight, one))
			// The total is at least one and a weight is at most one, so neither step can grow.
			.unwrap_or(0)
	}

	/// The weight of an epoch, in 10^-18; `epochs` counts from 0, the deed's first epoch.
	///
	/// A look-up for the deployed shape, and [`Self::computed_weight`] for any other one.
	#[must_use]
	pub fn weight(&self, epochs: u32) -> u64 {
		if !self.has_deployed_shape() {
			return self.computed_weight(epochs);
		}
		let position = usize::try_from(epochs).unwrap_or(usize::MAX);
		WEIGHTS.get(position).copied().unwrap_or(LAST_WEIGHT)
	}

	/// The weight of an epoch by the algorithm, for any curve; costs one [`exp`].
	#[must_use]
	pub fn computed_weight(&self, epochs: u32) -> u64 {
		// The bounds keep the exponential below 2.4 * 10^17, so that every step fits.
		self.logistic(epochs).unwrap_or(0)
	}

	/// Whether the weights are those of the table, whatever they are scaled by.
	fn has_deployed_shape(&self) -> bool {
		let deployed = Self::DEPLOYED.parameters;
		self.parameters.steepness == deployed.steepness
			&& self.parameters.midpoint == deployed.midpoint
	}

	/// The logistic function, with the operations in the contracts' order.
	fn logistic(&self, epochs: u32) -> Option<u64> {
		let steepness = i128::try_from(self.parameters.steepness).ok()?;
		let midpoint = i128::try_from(self.parameters.midpoint).ok()?;
		let length = i128::from(RELEASE_EPOCHS).checked_mul(ONE)?;
		let elapsed = i128::from(epochs.min(RELEASE_EPOCHS)).checked_mul(ONE)?;

		let distance = elapsed.checked_sub(multiply(length, midpoint)?)?;
		let exponent = multiply(divide(distance, length)?, steepness)?.checked_neg()?;
		let weight = divide(ONE, ONE.checked_add(exp(exponent)?)?)?;
		u64::try_from(weight).ok()
	}
}

/// What shapes a [`Curve`]; fixed-point numbers with 18 decimals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CurveParameters {
	/// What the weights of all epochs should sum to; at least 1. The contracts' plateau.
	///
	/// A deed of full availability completes in 900 epochs if it is the sum of the first 900
	/// weights, sooner if it is less, later if it is more.
	pub weight_total: u128,
	/// How steeply the weights rise around the midpoint; at most [`STEEPNESS_MAX`].
	pub steepness: u128,
	/// Where the weight is one half, as a part of the 900 epochs; at most 1.
	pub midpoint: u128,
}

/// The steepest curve: 40.
///
/// `exp(-41.4)` is less than the last decimal, so a steeper curve would begin with epochs that
/// release nothing at all.
pub const STEEPNESS_MAX: u128 = 40 * ONE.unsigned_abs();

/// The weight of epoch 900 and of all later ones.
const LAST_WEIGHT: u64 = {
	let [.., last] = WEIGHTS;
	last
};
