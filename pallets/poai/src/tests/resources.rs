// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::{
	CLASS_PRICE_MAX, ClassKind, ClassName, Error, GenesisConfig, GpuGrade, is_deprecated_class,
	reference_classes, reference_classes::REFERENCE_CLASSES,
};
use frame_support::assert_noop;
use r1_math::work::{pay_for_quality, split};
use sp_runtime::DispatchError;

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
	ExtBuilder.build_and_execute(|| {
		for (id, name, millicores, mib, gib, price, burned, reward) in cases {
			let class = class(id);
			assert_eq!(String::from(class.name.clone()), name);
			assert_eq!(
				(class.cpu_millicores, class.memory_mib, class.storage_gib),
				(millicores, mib, gib)
			);
			assert_eq!(class.price_per_epoch, price, "{name}");
			let parts = split(pay_for_quality(class.price_per_epoch, 255));
			assert_eq!((parts.burned, parts.reward), (burned, reward), "{name}");
		}
	});
}

#[test]
fn resource_class_should_say_what_of_a_machine_it_is() {
	let of = |kind: ClassKind| {
		let ids = reference_classes().filter(|(_, class)| class.kind == kind).map(|(id, _)| id);
		let mut ids = ids.collect::<Vec<_>>();
		ids.sort_unstable();
		ids
	};
	let generic = [1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22, 25, 26, 27, 28, 32, 33, 34, 38, 39, 53, 54];
	assert_eq!(of(ClassKind::Generic), generic);
	assert_eq!(of(ClassKind::Service), [50, 51, 52]);
	assert_eq!(of(ClassKind::Native), [16, 17, 18, 19, 20, 23, 24, 29, 30, 31, 35, 36, 37, 40]);
	let with_gpu = reference_classes().filter(|(_, class)| class.gpu.is_some());
	assert!(with_gpu.map(|(id, _)| id).eq(21..=40));
}

#[test]
fn reference_classes_should_be_distinct_and_all_that_have_a_price() {
	for (index, class) in REFERENCE_CLASSES.iter().enumerate() {
		let rest = &REFERENCE_CLASSES[index + 1..];
		assert!(rest.iter().all(|other| other.id != class.id && other.name != class.name));
	}
	ExtBuilder.build_and_execute(|| {
		for id in 0..=u8::MAX {
			let price = ResourceClasses::<Test>::get(id).map(|class| class.price_per_epoch);
			assert_eq!(price, r1_math::work::price_per_epoch(id), "class {id}");
			assert!(!(price.is_some() && is_deprecated_class(id)), "class {id}");
			assert_eq!(Poai::quote(id, 1, 1), price);
		}
		assert!((10..=15).all(is_deprecated_class));
		// No name was cut.
		for (named, (id, stored)) in REFERENCE_CLASSES.iter().zip(reference_classes()) {
			assert_eq!((named.id, named.name), (id, String::from(stored.name).as_str()));
		}
	});
}

#[test]
fn gpu_class_should_cost_its_machine_and_its_gpu() {
	for (_, class) in reference_classes().filter(|(_, class)| class.gpu.is_some()) {
		let name = String::from(class.name.clone());
		let (_, machine) = name.split_once('+').expect("a GPU and a machine");
		let machine = ClassName::truncated(machine);
		let machine = reference_classes().find(|(_, other)| other.name == machine);
		let (_, machine) = machine.expect("the machine is a class of its own");
		let surcharge = match class.gpu.expect("filtered above") {
			GpuGrade::Entry => 1_200_000,
			GpuGrade::Medium => 2_400_000,
			GpuGrade::High => 4_800_000,
			GpuGrade::Ultra => 30_000_000,
		};
		assert_eq!(class.price_per_epoch, machine.price_per_epoch + surcharge, "{name}");
		assert_eq!(
			(class.cpu_millicores, class.memory_mib, class.storage_gib),
			(machine.cpu_millicores, machine.memory_mib, machine.storage_gib),
			"{name}"
		);
	}
}

#[test]
fn set_resource_class_should_change_what_orders_cost_and_no_job() {
	ExtBuilder.build_and_execute(|| {
		let before = running_job(&ALICE, 30, 1, &[1]);
		let dearer = ResourceClass { price_per_epoch: 400_000, ..class(ENTRY) };
		set_class(ENTRY, dearer.clone());
		assert_eq!(events(), [Event::ResourceClassSet { id: ENTRY, class: dearer }]);

		let after = order(&BOB, ENTRY, 1, 30);
		assert_eq!((job(before).price_per_epoch, job(before).balance), (ENTRY_PRICE, 11_250_000));
		assert_eq!((job(after).price_per_epoch, job(after).balance), (400_000, 12_000_000));
		finish_epoch();
		assert_eq!(Poai::accrued(operator(1)), ENTRY_REWARD);
	});
}

#[test]
fn set_resource_class_should_add_classes_and_take_them_from_the_offer() {
	const NEW: u8 = 60;
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 1_000_000_000);
		let create = || Poai::create_job(RuntimeOrigin::signed(ALICE), an_order(NEW, 1, 30));
		assert_noop!(create(), Error::<Test>::UnknownResources);
		set_class(NEW, ResourceClass { name: ClassName::truncated("TINY"), ..class(53) });
		assert_ok!(create());
		set_class(NEW, ResourceClass { is_offered: false, ..class(NEW) });
		assert_noop!(create(), Error::<Test>::DeprecatedResources);
		assert_eq!(Poai::quote(NEW, 1, 30), None);
		set_class(NEW, ResourceClass { is_offered: true, ..class(NEW) });
		assert_ok!(create());
	});
}

#[test]
fn a_price_that_rises_before_the_order_arrives_should_surprise_nobody() {
	ExtBuilder.build_and_execute(|| {
		deposit(&ALICE, 1_000_000_000);
		let cost_max = Poai::quote(ENTRY, 2, 30).expect("the class is offered");
		let create = || {
			let order = Order { cost_max, ..an_order(ENTRY, 2, 30) };
			Poai::create_job(RuntimeOrigin::signed(ALICE), order)
		};
		set_class(ENTRY, ResourceClass { price_per_epoch: ENTRY_PRICE + 1, ..class(ENTRY) });
		assert_noop!(create(), Error::<Test>::CostAboveMaximum);
		set_class(ENTRY, ResourceClass { price_per_epoch: ENTRY_PRICE, ..class(ENTRY) });
		assert_ok!(create());
		set_class(ENTRY, ResourceClass { price_per_epoch: ENTRY_PRICE - 1, ..class(ENTRY) });
		assert_ok!(create());
	});
}

#[test]
fn set_resource_class_should_fail_when_the_class_is_wrong_or_it_is_not_governance() {
	ExtBuilder.build_and_execute(|| {
		let good = || class(ENTRY);
		let native = || class(16);
		let name = |name| ResourceClass { name: ClassName::truncated(name), ..good() };
		let price = |price_per_epoch| ResourceClass { price_per_epoch, ..good() };
		let set = |id, class| Poai::set_resource_class(RuntimeOrigin::root(), id, class);
		for id in 10..=15 {
			assert_noop!(set(id, good()), Error::<Test>::DeprecatedResources);
		}
		for wrong in ["", "N ENTRY", "ENTRÉE", "ENTRY\n"] {
			assert_noop!(set(1, name(wrong)), Error::<Test>::InvalidClassName);
		}
		for wrong in [0, CLASS_PRICE_MAX + 1, u128::MAX] {
			assert_noop!(set(1, price(wrong)), Error::<Test>::InvalidClassPrice);
		}
		for wrong in [
			ResourceClass { cpu_millicores: 0, ..good() },
			ResourceClass { memory_mib: 0, ..good() },
			ResourceClass { storage_gib: Some(0), ..good() },
			ResourceClass { storage_gib: None, ..good() },
			ResourceClass { storage_gib: Some(1), ..native() },
		] {
			assert_noop!(set(1, wrong), Error::<Test>::InvalidClassShape);
		}
		for other in [
			ResourceClass { cpu_millicores: 1_001, ..good() },
			ResourceClass { memory_mib: 1, ..good() },
			ResourceClass { storage_gib: Some(9), ..good() },
			ResourceClass { kind: ClassKind::Service, ..good() },
			ResourceClass { gpu: Some(GpuGrade::Entry), ..good() },
			native(),
		] {
			assert_noop!(set(1, other.clone()), Error::<Test>::ClassShapeFixed);
			assert_ok!(set(60, other));
			ResourceClasses::<Test>::remove(60);
		}
		assert_ok!(set(1, name("RENAMED")));
		assert_ok!(set(1, price(CLASS_PRICE_MAX)));
		assert_ok!(set(1, price(1)));
		assert_noop!(
			Poai::set_resource_class(RuntimeOrigin::signed(ALICE), 1, good()),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn genesis_should_take_a_table_that_people_can_read() {
	let genesis = GenesisConfig::<Test>::default();
	let json = serde_json::to_value(&genesis).expect("it serialises");
	assert_eq!(
		json["resourceClasses"][2],
		serde_json::json!([1, {
			"name": "ENTRY",
			"kind": "generic",
			"price_per_epoch": 375_000,
			"cpu_millicores": 1_000,
			"memory_mib": 2_048,
			"storage_gib": 8,
			"gpu": null,
			"is_offered": true,
		}])
	);
	let read: GenesisConfig<Test> = serde_json::from_value(json.clone()).expect("it was written");
	assert_eq!(read.resource_classes, genesis.resource_classes);

	let mut wrong = json;
	wrong["resourceClasses"][0][1]["name"] = "X".repeat(33).into();
	assert!(serde_json::from_value::<GenesisConfig<Test>>(wrong).is_err());
}
