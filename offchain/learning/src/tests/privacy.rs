// SPDX-License-Identifier: Apache-2.0

//! The noise is what it says it is, and its account is what others publish.

use super::table::{Table, spec};
use crate::{
	fixed::{FixedError, WeighedUpdate},
	privacy::{Accountant, AccountingError, NoiseError, Sampler, round_cost},
	protocol::{Aggregate, Phase, RoundSpec},
};
use r1_core::{Rng, SeededRng};

/// A round with noise: a multiplier of the noise in the sum, as a share of the clip.
fn noisy(multiplier: f64, threshold: u8) -> RoundSpec {
	let mut spec = spec(1_000, 2 * threshold - 1, threshold);
	spec.max_weight = 1;
	spec.noise = Some((spec.clip as f64 * multiplier) as u64);
	spec.check().expect("it is within its bounds");
	spec
}

fn epsilon(rho: f64, delta: f64) -> f64 {
	Accountant::new(rho, 1)
		.expect("it is a cost")
		.epsilon(delta)
		.expect("it is a probability")
}

/// Counts of a Gaussian's values against their probabilities, computed apart with floats.
#[test]
fn discrete_gaussian_should_have_its_probabilities() {
	for deviation in [1_u64, 3, 16] {
		let (samples, rng) = (200_000, SeededRng::new(deviation));
		let mut sampler = Sampler::new(&rng);
		let reach = 6 * i128::from(deviation);
		let mut counts = vec![0_u32; 2 * reach as usize + 1];
		for _ in 0..samples {
			let value = sampler.discrete_gaussian(deviation).expect("the source works");
			if value.abs() <= reach {
				counts[(value + reach) as usize] += 1;
			}
		}
		let weight =
			|value: i128| (-(value as f64).powi(2) / (2.0 * (deviation as f64).powi(2))).exp();
		let whole: f64 = (-reach..=reach).map(weight).sum();
		let (mut chi_square, mut freedom) = (0.0, 0.0);
		for (value, count) in (-reach..=reach).zip(counts) {
			let expected = f64::from(samples) * weight(value) / whole;
			if 10.0 <= expected {
				chi_square += (f64::from(count) - expected).powi(2) / expected;
				freedom += 1.0;
			}
		}
		// Five deviations of chi-square above its mean.
		let bound = freedom + 5.0 * (2.0_f64 * freedom).sqrt();
		assert!(chi_square < bound, "{deviation}: {chi_square} of {freedom}");
	}
}

#[test]
fn large_noise_should_have_its_deviation() {
	for deviation in [1 << 20, (1 << 31) - 1_u64] {
		let rng = SeededRng::new(3);
		let mut sampler = Sampler::new(&rng);
		let samples: Vec<f64> = (0..20_000)
			.map(|_| sampler.discrete_gaussian(deviation).expect("the source works") as f64)
			.collect();
		let count = samples.len() as f64;
		let mean = samples.iter().sum::<f64>() / count / deviation as f64;
		let variance = samples.iter().map(|value| value * value).sum::<f64>() / count;
		let variance = variance / (deviation as f64).powi(2);
		let beyond = samples.iter().filter(|value| 2.0 * deviation as f64 <= value.abs()).count();
		assert!(mean.abs() < 0.03, "{deviation}: mean {mean}");
		assert!((variance - 1.0).abs() < 0.05, "{deviation}: variance {variance}");
		// 4.55 % of a Gaussian.
		assert!((830..990).contains(&beyond), "{deviation}: {beyond}");
	}
}

#[test]
fn noise_of_the_threshold_should_reach_that_of_the_whole() {
	let spec = noisy(1.0, 4);
	let rng = SeededRng::new(9);
	let mut sums = vec![0.0; 1_000];
	for _ in 0..4 {
		let update = WeighedUpdate::new(&[0.0; 1_000], 5, &spec, &rng).expect("it fits");
		assert_eq!(update.elements()[1_000], 1, "where there is noise, each weighs the same");
		sums.iter_mut()
			.zip(update.elements())
			.for_each(|(sum, element)| *sum += *element as f64);
	}
	let variance = sums.iter().map(|sum: &f64| sum * sum).sum::<f64>() / 1_000.0;
	let deviation = variance.sqrt() / spec.clip as f64;
	assert!((0.92..1.08).contains(&deviation), "{deviation}");
}

/// A whole round with noise: the sum is that of the updates, and as far from it as four parts of the
/// noise are.
#[test]
fn round_with_noise_should_be_summed_within_its_bounds() {
	let mut spec = noisy(0.01, 3);
	(spec.minimum, spec.threshold) = (4, 3);
	let mut table = Table::new(spec, 5);
	table.share(0..5);
	let rng = SeededRng::new(5);
	let value = 0.01_f32;
	for number in 0..4 {
		let round = table.round();
		let update = WeighedUpdate::new(&[value; 1_000], 9, round.spec(), &rng).expect("it fits");
		let (participant, store) = &mut table.participants[number];
		let file = participant.upload(&round, &update, store).expect("the round goes on");
		table.publish(Phase::Upload, number, file);
	}
	table.reveal(0..4);
	let outcome = table.aggregate().expect("all are honest");
	assert_eq!(outcome.summed.total_weight, 4);
	let aggregate = Aggregate::from_bytes(&outcome.file).expect("it is one");
	let exact = 4 * (f64::from(value) * f64::from(1 << 20)).round() as i64;
	let part = table.view.spec.part_noise() as f64;
	let far: Vec<f64> = aggregate.sum.iter().map(|sum| (sum - exact) as f64 / part).collect();
	let variance = far.iter().map(|far| far * far).sum::<f64>() / 1_000.0;
	assert!((3.4..4.6).contains(&variance), "{variance}");
}

#[test]
fn broken_sources_should_be_refused() {
	struct Constant(u8);
	impl Rng for Constant {
		fn fill(&self, bytes: &mut [u8]) {
			bytes.fill(self.0);
		}
	}
	let spec = noisy(1.0, 3);
	for byte in [0, 0xff] {
		let refused = WeighedUpdate::new(&[0.0; 1_000], 1, &spec, &Constant(byte));
		let refused = refused.expect_err("it is no randomness");
		assert_eq!(refused, FixedError::Noise(NoiseError::Source), "{byte}");
	}
}

/// The privacy budget of the 2020 census of the United States: persons were published with a rho of
/// 2.56, rounded, which they give as epsilon 17.14 at delta 10^-10.
#[test]
fn epsilon_should_be_that_of_the_census() {
	let (least, most) = (epsilon(2.555, 1e-10), epsilon(2.565, 1e-10));
	assert!(least <= 17.145 && 17.135 <= most, "{least} to {most}");
}

/// Bun and Steinke's conversion is never better, and the exact account of a Gaussian (Balle and Wang
/// 2018), which no conversion from zCDP can reach, never worse.
#[test]
fn epsilon_should_be_between_the_simple_bound_and_the_exact_value() {
	for rho in [0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 20.0] {
		for delta in [1e-3, 1e-5, 1e-8, 1e-12] {
			let simple = rho + 2.0 * (rho * (1.0_f64 / delta).ln()).sqrt();
			let found = epsilon(rho, delta);
			assert!(found <= simple, "{rho} {delta}: {found} > {simple}");
			let exact = exact_epsilon((2.0_f64 * rho).sqrt(), delta);
			assert!(exact <= found + 1e-9, "{rho} {delta}: {found} < {exact}");
			assert!(found <= 1.3 * exact + 0.02, "{rho} {delta}: {found} is far above {exact}");
		}
	}
}

/// Epsilon of a Gaussian whose sensitivity is `mu` deviations, by bisection of the exact delta.
fn exact_epsilon(mu: f64, delta: f64) -> f64 {
	let delta_of = |epsilon: f64| {
		normal_cdf(mu / 2.0 - epsilon / mu) - epsilon.exp() * normal_cdf(-mu / 2.0 - epsilon / mu)
	};
	let (mut low, mut high) = (0.0, 200.0);
	for _ in 0..100 {
		let middle = (low + high) / 2.0;
		if delta < delta_of(middle) { low = middle } else { high = middle }
	}
	low
}

/// The share of a Gaussian below a number, by Simpson's rule.
fn normal_cdf(value: f64) -> f64 {
	let (start, steps) = (value - 12.0_f64.max(value.abs()), 20_000);
	let step = (value - start) / f64::from(steps);
	let density = |at: f64| (-at * at / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
	let weight = |index| match index {
		0 => 1.0,
		index if index == steps => 1.0,
		index if index % 2 == 1 => 4.0,
		_ => 2.0,
	};
	(0..=steps)
		.map(|index| weight(index) * density(start + f64::from(index) * step))
		.sum::<f64>()
		* step / 3.0
}

#[test]
fn costs_should_add_up_over_rounds() {
	// With a multiplier of 1 a round costs one half, as Gaussians do.
	let spec = noisy(1.0, 4);
	let cost = round_cost(&spec).expect("it has noise");
	assert!((cost - 0.5).abs() < 1e-6, "{cost}");
	let mut spent = Accountant::default();
	assert_eq!(spent.epsilon(1e-5), Ok(0.0));
	for _ in 0..10 {
		spent.spend(&spec).expect("it has noise");
	}
	assert_eq!(spent.rounds(), 10);
	assert!((spent.rho() - 5.0).abs() < 1e-5);
	let ten = spent.epsilon(1e-5).expect("it is a probability");
	assert!((ten - epsilon(5.0, 1e-5)).abs() < 1e-3);
	assert!(epsilon(0.5, 1e-5) < ten && ten < 10.0 * epsilon(0.5, 1e-5));
	let louder = round_cost(&noisy(4.0, 4)).expect("it has noise");
	assert!((louder - 0.5 / 16.0).abs() < 1e-6, "{louder}");
}

/// Small noise costs what sums of discrete Gaussians cost beyond one of them.
#[test]
fn uneven_noise_should_cost_more() {
	let mut spec = noisy(1.0, 4);
	spec.noise = Some(2);
	spec.clip = 2;
	// Below the smallest part a round is refused; the account would still be right.
	assert!(spec.check().is_err());
	let cost = round_cost(&spec).expect("it has noise");
	assert!(0.5 < cost, "{cost}");
}

#[test]
fn accounts_of_nothing_should_be_refused() {
	let quiet = spec(10, 3, 2);
	assert_eq!(round_cost(&quiet), None);
	assert_eq!(Accountant::default().spend(&quiet), Err(AccountingError::NoNoise));
	for rho in [-1.0, f64::NAN, f64::INFINITY] {
		assert_eq!(Accountant::new(rho, 1), Err(AccountingError::Cost));
	}
	for delta in [0.0, 1.0, -1.0, f64::NAN] {
		assert_eq!(Accountant::default().epsilon(delta), Err(AccountingError::Delta));
	}
}
