// SPDX-License-Identifier: Apache-2.0

//! What the compiler accepts, what it refuses and whom it blames, and what it reports.

use super::{compiled, head_file, models::Example, options};
use crate::{
	CompileError, HeadFile, HeadFileError, HeadKind, LayerFile, compile,
	noise::{sum_log2, tail_log2},
};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use r1_edil::{Head, ParameterSet};

fn refusal(change: fn(&mut HeadFile)) -> CompileError {
	let mut file = head_file();
	change(&mut file);
	compile(&file, &options(-54.0)).expect_err("it is refused")
}

fn hidden(file: &mut HeadFile) -> &mut LayerFile {
	file.hidden.as_mut().expect("a perceptron has it")
}

#[test]
fn head_should_be_refused_with_the_neuron_that_reaches_too_far() {
	let bound = refusal(|file| hidden(file).biases[1] = 10);
	assert_eq!(bound, CompileError::Bound { neuron: 1, worst: 13, bound: 12 });
	// Beyond what the table folds: 13 is where its other half begins to fall again.
	let fold = refusal(|file| {
		file.accumulator_bound = Some(20);
		hidden(file).weights[0] = vec![7, -7, 0];
	});
	let expected = CompileError::Fold { neuron: 0, accumulator: -14, expected: -3, found: -2 };
	assert_eq!(fold, expected);
	// A table that is not odd says something else where it is folded.
	let fold = refusal(|file| {
		let activation = file.activation.as_mut().expect("a perceptron has it");
		activation.values = (-12..=12).map(|accumulator: i8| accumulator.clamp(0, 3)).collect();
		hidden(file).weights[1] = vec![4, 4, 1];
	});
	assert_eq!(fold, CompileError::Fold { neuron: 1, accumulator: 8, expected: 3, found: 0 });
}

#[test]
fn head_should_be_refused_when_its_parts_do_not_fit() {
	assert_eq!(refusal(|file| hidden(file).weights[1].truncate(2)), CompileError::Width { row: 1 });
	assert_eq!(refusal(|file| file.output.biases.truncate(1)), CompileError::Rows);
	assert_eq!(refusal(|file| file.half_levels = Some(12)), CompileError::Levels { levels: 12 });
	let parts = CompileError::Parts { kind: HeadKind::Perceptron };
	assert_eq!(refusal(|file| file.activation = None), parts);
	let parts = CompileError::Parts { kind: HeadKind::Linear };
	assert_eq!(refusal(|file| file.kind = HeadKind::Linear), parts);
	let inputs = refusal(|file| file.output.weights = vec![vec![1]; 2]);
	assert!(matches!(inputs, CompileError::Model(_)), "{inputs}");
}

#[test]
fn head_should_be_refused_when_no_parameters_keep_its_noise_small() {
	let noise = compile(&head_file(), &options(-1_000.0)).expect_err("nothing is so sure");
	assert!(matches!(noise, CompileError::Noise { best, .. } if best < -128.0), "{noise}");
}

#[test]
fn head_file_should_be_refused_when_it_is_of_another_form() {
	let text = String::from_utf8(Example::Digits.file("head.json")).expect("it is text");
	let read = |text: String| HeadFile::from_json(text.as_bytes());
	assert!(read(text.clone()).is_ok());
	let newer = read(text.replace("\"version\": 1", "\"version\": 2"));
	assert!(matches!(newer, Err(HeadFileError::Version { version: 2, .. })), "{newer:?}");
	let unknown = read(text.replace("\"kind\"", "\"sort\""));
	assert!(matches!(unknown, Err(HeadFileError::Json(_))), "{unknown:?}");
	let large = read(text.replace("-3,-3", "-3,-300"));
	assert!(matches!(large, Err(HeadFileError::Json(_))), "{large:?}");
	let long = read(" ".repeat(crate::HEAD_FILE_BYTES_MAX + 1));
	assert!(matches!(long, Err(HeadFileError::TooLong { .. })), "{long:?}");
}

#[test]
fn compiler_should_take_the_smallest_parameters_that_are_good_enough() {
	let set = |failure_log2| compiled(Example::Digits, failure_log2).report.parameters;
	assert_eq!(set(-54.0), ParameterSet::Bootstrapped1024);
	assert_eq!(set(-55.0), ParameterSet::Bootstrapped2048);
	assert_eq!(set(-128.0), ParameterSet::Bootstrapped2048);
	let linear = compiled(Example::BreastCancer, -128.0).report;
	assert_eq!((linear.parameters, linear.bootstraps), (ParameterSet::Levelled, 0));
}

/// Whoever reads the report of a person's model reads this one.
#[test]
fn report_should_say_what_is_to_be_known_of_a_model() {
	let lines = [
		"parameters           Bootstrapped1024",
		"levels               32",
		"bootstraps           16",
		"largest accumulator  12",
		"largest logit        51",
		"wrong, a bootstrap   2^-54.5",
		"wrong, a logit       2^-397.2",
		"wrong, anything      2^-50.7",
		"evaluation key       16810010 bytes",
		"request              220 bytes",
		"response             41024 bytes",
		"expected time        85.4 ms",
		"",
	];
	assert_eq!(compiled(Example::Digits, -54.0).report.to_string(), lines.join("\n"));
}

#[test]
fn chances_should_be_bounded_from_above_and_add_up() {
	// Twice the upper tail of a normal variable, from tables.
	for (deviations, chance) in [(3.0, 2.699_8e-3_f64), (6.0, 1.973_2e-9), (8.0, 1.244_2e-15)] {
		let (bound, exact) = (tail_log2(deviations), chance.log2());
		assert!(exact <= bound && bound <= exact + 0.2, "{deviations}: {bound} {exact}");
	}
	assert!(tail_log2(0.001) <= 0.0);
	assert!((sum_log2([-10.0, -10.0]) + 9.0).abs() < 1e-9);
	assert!((sum_log2([-10.0, -2_000.0]) + 10.0).abs() < 1e-9);
	assert_eq!(sum_log2([]), f64::NEG_INFINITY);
}

/// Heads of three inputs and one neuron, with tables of sixteen entries, odd or not.
fn heads() -> impl Strategy<Value = HeadFile> {
	let weights = prop::collection::vec(-6_i8..=6, 3);
	(weights, -5..=5_i32, 0..=24_i32, any::<bool>()).prop_map(|(weights, bias, bound, is_odd)| {
		let mut file = head_file();
		let least = if is_odd { -3 } else { -1 };
		let activation = file.activation.as_mut().expect("a perceptron has it");
		activation.values = (-12..=12).map(|value: i8| value.clamp(least, 3)).collect();
		file.accumulator_bound = Some(bound);
		file.hidden = Some(LayerFile { weights: vec![weights], biases: vec![bias] });
		file.output = LayerFile { weights: vec![vec![1]], biases: vec![0] };
		file
	})
}

proptest! {
	/// The check of the worst case says what all inputs say.
	#[test]
	fn worst_case_should_be_that_of_all_inputs(file in heads()) {
		let layer = file.hidden.clone().expect("a perceptron has it");
		let meant = file.activation.clone().expect("a perceptron has it");
		let least = i32::from(meant.values[0]);
		let all = (0..27).map(|code| [code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1]);
		let accumulators: Vec<i32> = all
			.map(|inputs: [i32; 3]| {
				let products = inputs.iter().zip(&layer.weights[0]);
				products.map(|(a, b)| a * i32::from(*b)).sum::<i32>() + layer.biases[0]
			})
			.collect();
		let worst = accumulators.iter().map(|value| value.abs()).max().expect("there are 27");
		match compile(&file, &options(-40.0)) {
			Ok(compiled) => {
				prop_assert!(Some(worst) <= file.accumulator_bound);
				let Head::Perceptron { activation, .. } = compiled.model.head() else {
					unreachable!("it was compiled from one")
				};
				for accumulator in accumulators {
					let said = i32::from(activation.value(accumulator));
					prop_assert_eq!(said, accumulator.clamp(least, 3));
				}
			},
			Err(CompileError::Bound { neuron: 0, worst: said, bound }) => {
				prop_assert_eq!(said, i64::from(worst));
				prop_assert!(bound < worst);
			},
			Err(CompileError::Fold { neuron: 0, accumulator, .. }) => {
				prop_assert!(accumulator.abs() <= worst);
				prop_assert!(!(-8..=7).contains(&accumulator));
			},
			Err(error) => prop_assert!(matches!(error, CompileError::Noise { .. }), "{}", error),
		}
	}
}
