// SPDX-License-Identifier: Apache-2.0

use crate::{GpuGrade, RESOURCE_CLASSES, ResourceClass};
use r1_math::work::{pay_for_quality, split};

#[test]
fn resource_class_should_have_the_reference_price_and_shape() {
	// (id, name, millicores, MiB, GiB, price, burned, reward) of reference 4.3.
	let cases = [
		(53, "MICRO", 250, 512, Some(2), 100_000, 15_000, 85_000),
		(54, "LITE", 500, 1_024, Some(4), 166_666, 24_999, 141_667),
		(1, "ENTRY", 1_000, 2_048, Some(8), 375_000, 56_250, 318_750),
		(4, "MED1", 3_000, 12_288, Some(48), 1_916_666, 287_499, 1_629_167),
		(9, "ULTRA2", 22_000, 126_976, Some(496), 12_500_000, 1_875_000, 10_625_000),
		(50, "SERVICE_ENTRY", 1_000, 2_048, Some(8), 450_000, 67_500, 382_500),
		(16, "N-ENTRY", 3_000, 14_336, None, 2_500_000, 375_000, 2_125_000),
		(20, "N-ULTRA", 22_000, 126_976, None, 13_333_333, 1_999_999, 11_333_334),
		(40, "G-ULTRA+N-ULTRA", 22_000, 126_976, None, 43_333_333, 6_499_999, 36_833_334),
	];
	for (id, name, millicores, mib, gib, price, burned, reward) in cases {
		let class = ResourceClass::find(id).expect(name);
		assert_eq!((class.id, class.name), (id, name));
		assert_eq!(
			(class.cpu_millicores, class.memory_mib, class.storage_gib),
			(millicores, mib, gib)
		);
		assert_eq!(class.price_per_epoch, price, "{name}");
		let parts = split(pay_for_quality(class.price_per_epoch, 255));
		assert_eq!((parts.burned, parts.reward), (burned, reward), "{name}");
	}
}

#[test]
fn resource_classes_should_be_distinct_and_none_deprecated() {
	for (index, class) in RESOURCE_CLASSES.iter().enumerate() {
		let rest = &RESOURCE_CLASSES[index + 1..];
		assert!(rest.iter().all(|other| other.id != class.id && other.name != class.name));
		assert!(!ResourceClass::is_deprecated(class.id));
	}
	assert!((10..=15).all(ResourceClass::is_deprecated));
	assert!(
		[0, 10, 15, 41, 49, 55, 255]
			.into_iter()
			.all(|id| ResourceClass::find(id).is_none())
	);
}

#[test]
fn resource_classes_should_be_all_that_have_a_price() {
	for id in 0..=u8::MAX {
		let price = ResourceClass::find(id).map(|class| class.price_per_epoch);
		assert_eq!(price, r1_math::work::price_per_epoch(id), "class {id}");
	}
}

#[test]
fn gpu_class_should_cost_its_machine_and_its_gpu() {
	for class in RESOURCE_CLASSES.iter().filter(|class| class.gpu.is_some()) {
		let (_, machine) = class.name.split_once('+').expect("a GPU and a machine");
		let machine = RESOURCE_CLASSES.iter().find(|other| other.name == machine);
		let machine = machine.expect("the machine is a class of its own");
		let surcharge = match class.gpu.expect("filtered above") {
			GpuGrade::Entry => 1_200_000,
			GpuGrade::Medium => 2_400_000,
			GpuGrade::High => 4_800_000,
			GpuGrade::Ultra => 30_000_000,
		};
		assert_eq!(class.price_per_epoch, machine.price_per_epoch + surcharge, "{}", class.name);
		assert_eq!(
			(class.cpu_millicores, class.memory_mib, class.storage_gib),
			(machine.cpu_millicores, machine.memory_mib, machine.storage_gib),
			"{}",
			class.name
		);
	}
}
