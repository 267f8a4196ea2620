// SPDX-License-Identifier: Apache-2.0

//! Fixed point: rounding, clipping, weights, and the bounds beyond which a round is refused.

use super::table::spec;
use crate::{
	fixed::{FixedError, WeighedUpdate, clip_norm},
	limits::{LENGTH_MAX, NOISE_MAX, NOISE_TAIL, NOISY_CLIP_MAX},
	protocol::{RoundSpec, SpecError},
};
use proptest::prelude::*;
use r1_core::SeededRng;

fn weigh(update: &[f32], weight: u32, spec: &RoundSpec) -> Result<Vec<i64>, FixedError> {
	let update = WeighedUpdate::new(update, weight, spec, &SeededRng::new(1))?;
	Ok(update.elements().to_vec())
}

#[test]
fn elements_should_be_scaled_rounded_to_even_clipped_and_weighed() {
	let mut spec = spec(10, 3, 2);
	spec.scale_bits = 1;
	spec.clip = 5;
	let update = [0.0, 0.5, 0.25, 0.75, -0.25, -0.75, 2.5, 2.75, -1e30, f32::MIN_POSITIVE];
	let weighed = weigh(&update, 3, &spec).expect("it fits");
	assert_eq!(weighed, [0, 3, 0, 6, 0, -6, 15, 15, -15, 0, 3]);
}

#[test]
fn weight_should_count_up_to_its_limit() {
	let spec = spec(1, 3, 2);
	assert_eq!(weigh(&[1.0], 250, &spec).expect("it fits"), [100 << 20, 100]);
	assert_eq!(weigh(&[1.0], 0, &spec), Err(FixedError::NoSamples));
}

#[test]
fn updates_that_are_none_should_be_refused() {
	let spec = spec(3, 3, 2);
	let refused = weigh(&[0.0; 2], 1, &spec);
	assert_eq!(refused, Err(FixedError::Length { expected: 3, found: 2 }));
	for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
		assert_eq!(weigh(&[0.0, value, 0.0], 1, &spec), Err(FixedError::NotFinite { index: 1 }));
	}
}

#[test]
fn sums_should_hold_at_the_bound_and_be_refused_beyond_it() {
	let mut spec = spec(1, 3, 2);
	spec.max_weight = 1;
	// 64 times this is 2^63 - 64.
	spec.clip = (1 << 57) - 1;
	assert_eq!(spec.check(), Ok(()));
	let most = weigh(&[f32::MAX], 1, &spec).expect("it fits");
	let least = weigh(&[f32::MIN], 1, &spec).expect("it fits");
	let sum = (0..64).try_fold(0_i64, |sum, _| sum.checked_add(most[0]));
	assert_eq!(sum, Some(i64::MAX - 63));
	let sum = (0..64).try_fold(0_i64, |sum, _| sum.checked_add(least[0]));
	assert_eq!(sum, Some(i64::MIN + 64));
	spec.clip += 1;
	assert_eq!(spec.check(), Err(SpecError::Overflow));

	spec.max_weight = u32::MAX;
	spec.clip = 1 << 25;
	assert_eq!(spec.check(), Ok(()));
	let most = weigh(&[f32::MAX], u32::MAX, &spec).expect("it fits");
	assert!((0..64).try_fold(0_i64, |sum, _| sum.checked_add(most[0])).is_some());
	spec.clip = (1 << 25) + 1;
	assert_eq!(spec.check(), Err(SpecError::Overflow));
	spec.clip = u64::MAX;
	assert_eq!(spec.check(), Err(SpecError::Overflow));
}

#[test]
fn specifications_out_of_bounds_should_be_refused() {
	let refused = |change: &dyn Fn(&mut RoundSpec)| {
		let mut spec = spec(10, 5, 3);
		change(&mut spec);
		spec.check().expect_err("it is out of bounds")
	};
	assert_eq!(refused(&|spec| spec.length = 0), SpecError::Length);
	let longest = LENGTH_MAX + 1;
	assert_eq!(refused(&|spec| spec.length = longest), SpecError::Length);
	assert_eq!(refused(&|spec| spec.minimum = 2), SpecError::Minimum);
	assert_eq!(refused(&|spec| spec.minimum = 65), SpecError::Minimum);
	for found in [0, 2, 6] {
		assert_eq!(refused(&|spec| spec.threshold = found), SpecError::Threshold);
	}
	assert_eq!(refused(&|spec| spec.scale_bits = 33), SpecError::ScaleBits);
	assert_eq!(refused(&|spec| spec.clip = 0), SpecError::Zero);
	assert_eq!(refused(&|spec| spec.max_weight = 0), SpecError::Zero);
	let noisy = |noise| {
		move |spec: &mut RoundSpec| {
			spec.max_weight = 1;
			spec.noise = Some(noise);
		}
	};
	assert_eq!(refused(&noisy(NOISE_MAX + 1)), SpecError::Noise);
	assert_eq!(refused(&noisy(20)), SpecError::Noise);
	let weighed = refused(&|spec| spec.noise = Some(1 << 20));
	assert_eq!(weighed, SpecError::NoisyWeights);
	let wide = refused(&|spec| {
		noisy(1 << 20)(spec);
		spec.clip = NOISY_CLIP_MAX + 1;
	});
	assert_eq!(wide, SpecError::NoisyClip);
}

#[test]
fn part_of_the_noise_should_be_so_large_that_the_threshold_reaches_the_whole() {
	for threshold in 2..=33_u8 {
		let mut spec = spec(10, 64, threshold.max(33));
		spec.threshold = threshold;
		spec.noise = Some(1_000_003);
		let part = u128::from(spec.part_noise());
		let whole = 1_000_003_u128.pow(2);
		assert!(whole <= part * part * u128::from(threshold));
		assert!((part - 1).pow(2) * u128::from(threshold) < whole);
	}
}

proptest! {
	#[test]
	fn any_update_should_stay_within_its_bound(
		update in prop::collection::vec(any::<f32>().prop_filter("finite", |value| value.is_finite()), 1..50),
		weight in 1_u32..1_000,
		clip in 1_u64..1 << 40,
		scale_bits in 0_u8..=32,
	) {
		let mut spec = spec(update.len() as u32, 3, 2);
		(spec.clip, spec.scale_bits) = (clip, scale_bits);
		let bound = spec.element_bound().expect("it is within 64 bits");
		let weighed = weigh(&update, weight, &spec).expect("it fits");
		prop_assert!(weighed.iter().all(|element| element.unsigned_abs() <= bound));
		// Apart: what is in bounds differs from the float by half a unit at most.
		let factor = f64::from(weight.min(100));
		for (value, element) in update.iter().zip(&weighed) {
			let exact = f64::from(*value) * 2_f64.powi(i32::from(scale_bits));
			if exact.abs() < clip as f64 {
				prop_assert!((*element as f64 / factor - exact).abs() <= 0.5 + exact.abs() * 1e-9);
			}
		}
	}

	#[test]
	fn any_norm_should_be_clipped(
		update in prop::collection::vec(-1e6_f32..1e6, 1..200),
		clip in 1_u64..1 << 40,
	) {
		let mut spec = spec(update.len() as u32, 3, 2);
		spec.clip = clip;
		let mut elements = weigh(&update, 1, &spec).expect("it fits");
		elements.pop();
		let square = |element: &i64| u128::from(element.unsigned_abs()).pow(2);
		let before: u128 = elements.iter().map(square).sum();
		let largest = elements.iter().map(|element| element.unsigned_abs()).max();
		clip_norm(&mut elements, clip);
		let after: u128 = elements.iter().map(square).sum();
		prop_assert!(after <= u128::from(clip).pow(2));
		if before <= u128::from(clip).pow(2) {
			prop_assert_eq!(after, before);
		} else {
			// Rounding takes a unit of each element, and the factor next to nothing.
			let lost = (update.len() as f64).sqrt() + 1e-9 * clip as f64;
			prop_assert!(clip as f64 - (after as f64).sqrt() <= lost + 1.0, "{:?}", largest);
		}
	}

	#[test]
	fn any_noise_should_stay_within_its_bound(deviation in 32_u64..1 << 31, seed in any::<u64>()) {
		let mut spec = spec(20, 3, 2);
		(spec.clip, spec.max_weight, spec.noise) = (1000, 1, Some(deviation));
		prop_assert_eq!(spec.check(), Ok(()));
		let update = WeighedUpdate::new(&[1.0; 20], 1, &spec, &SeededRng::new(seed)).expect("it fits");
		let bound = spec.part_noise() * NOISE_TAIL + spec.clip;
		prop_assert_eq!(spec.element_bound(), Some(bound));
		prop_assert!(update.elements().iter().all(|element| element.unsigned_abs() <= bound));
	}
}
