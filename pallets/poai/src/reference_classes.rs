// SPDX-License-Identifier: Apache-2.0

//! The resource classes of the deployed network, which a chain begins with.
//!
//! Later, the table in storage is what counts: governance may have changed it.

use crate::{ClassKind, ClassName, GpuGrade, ResourceClass};

/// A class of the deployed network; all but its price, which `r1-math` knows by its number.
#[derive(Clone, Copy)]
pub(crate) struct ReferenceClass {
	pub(crate) id: u8,
	pub(crate) name: &'static str,
	kind: ClassKind,
	price_per_epoch: u128,
	shape: Shape,
	gpu: Option<GpuGrade>,
}

/// Every class that the deployed network offers.
pub(crate) const REFERENCE_CLASSES: [ReferenceClass; 39] = [
	// Parts of a machine.
	generic(53, "MICRO", MICRO),
	generic(54, "LITE", LITE),
	generic(1, "ENTRY", ENTRY),
	generic(2, "LOW1", LOW1),
	generic(3, "LOW2", LOW2),
	generic(4, "MED1", MED1),
	generic(5, "MED2", MED2),
	generic(6, "HIGH1", HIGH1),
	generic(7, "HIGH2", HIGH2),
	generic(8, "ULTRA1", ULTRA1),
	generic(9, "ULTRA2", ULTRA2),
	// Services that the network runs.
	service(50, "SERVICE_ENTRY", ENTRY),
	service(51, "SERVICE_MED1", MED1),
	service(52, "SERVICE_HIGH1", HIGH1),
	// Whole machines, with all their storage.
	native(16, "N-ENTRY", NATIVE_ENTRY),
	native(17, "N-MED1", NATIVE_MED1),
	native(18, "N-MED2", NATIVE_MED2),
	native(19, "N-HIGH", NATIVE_HIGH),
	native(20, "N-ULTRA", NATIVE_ULTRA),
	// Any of them with a graphics processor.
	generic(21, "G-ENTRY+MED1", MED1).with_gpu(GpuGrade::Entry),
	generic(22, "G-ENTRY+MED2", MED2).with_gpu(GpuGrade::Entry),
	native(23, "G-ENTRY+N-ENTRY", NATIVE_ENTRY).with_gpu(GpuGrade::Entry),
	native(24, "G-ENTRY+N-MED1", NATIVE_MED1).with_gpu(GpuGrade::Entry),
	generic(25, "G-MED+MED2", MED2).with_gpu(GpuGrade::Medium),
	generic(26, "G-MED+HIGH1", HIGH1).with_gpu(GpuGrade::Medium),
	generic(27, "G-MED+HIGH2", HIGH2).with_gpu(GpuGrade::Medium),
	generic(28, "G-MED+ULTRA1", ULTRA1).with_gpu(GpuGrade::Medium),
	native(29, "G-MED+N-MED1", NATIVE_MED1).with_gpu(GpuGrade::Medium),
	native(30, "G-MED+N-MED2", NATIVE_MED2).with_gpu(GpuGrade::Medium),
	native(31, "G-MED+N-HIGH", NATIVE_HIGH).with_gpu(GpuGrade::Medium),
	generic(32, "G-HIGH+HIGH2", HIGH2).with_gpu(GpuGrade::High),
	generic(33, "G-HIGH+ULTRA1", ULTRA1).with_gpu(GpuGrade::High),
	generic(34, "G-HIGH+ULTRA2", ULTRA2).with_gpu(GpuGrade::High),
	native(35, "G-HIGH+N-MED2", NATIVE_MED2).with_gpu(GpuGrade::High),
	native(36, "G-HIGH+N-HIGH", NATIVE_HIGH).with_gpu(GpuGrade::High),
	native(37, "G-HIGH+N-ULTRA", NATIVE_ULTRA).with_gpu(GpuGrade::High),
	generic(38, "G-ULTRA+ULTRA1", ULTRA1).with_gpu(GpuGrade::Ultra),
	generic(39, "G-ULTRA+ULTRA2", ULTRA2).with_gpu(GpuGrade::Ultra),
	native(40, "G-ULTRA+N-ULTRA", NATIVE_ULTRA).with_gpu(GpuGrade::Ultra),
];

const MICRO: Shape = Shape::part(250, 512, 2);
const LITE: Shape = Shape::part(500, 1_024, 4);
const ENTRY: Shape = Shape::part(1_000, 2 * 1_024, 8);
const LOW1: Shape = Shape::part(2_000, 4 * 1_024, 16);
const LOW2: Shape = Shape::part(2_000, 8 * 1_024, 32);
const MED1: Shape = Shape::part(3_000, 12 * 1_024, 48);
const MED2: Shape = Shape::part(6_000, 14 * 1_024, 56);
const HIGH1: Shape = Shape::part(8_000, 22 * 1_024, 88);
const HIGH2: Shape = Shape::part(12_000, 30 * 1_024, 120);
const ULTRA1: Shape = Shape::part(16_000, 62 * 1_024, 248);
const ULTRA2: Shape = Shape::part(22_000, 124 * 1_024, 496);
const NATIVE_ENTRY: Shape = Shape::whole(3_000, 14 * 1_024);
const NATIVE_MED1: Shape = Shape::whole(8_000, 22 * 1_024);
const NATIVE_MED2: Shape = Shape::whole(12_000, 30 * 1_024);
const NATIVE_HIGH: Shape = Shape::whole(16_000, 60 * 1_024);
const NATIVE_ULTRA: Shape = Shape::whole(22_000, 124 * 1_024);

/// The table of the deployed network, by the numbers of its classes; all of them are offered.
pub fn reference_classes() -> impl Iterator<Item = (u8, ResourceClass)> {
	REFERENCE_CLASSES.into_iter().map(|class| {
		let Shape { cpu_millicores, memory_mib, storage_gib } = class.shape;
		let stored = ResourceClass {
			name: ClassName::truncated(class.name),
			kind: class.kind,
			price_per_epoch: class.price_per_epoch,
			cpu_millicores,
			memory_mib,
			storage_gib,
			gpu: class.gpu,
			is_offered: true,
		};
		(class.id, stored)
	})
}

/// A part of a machine.
const fn generic(id: u8, name: &'static str, shape: Shape) -> ReferenceClass {
	ReferenceClass::of(id, name, ClassKind::Generic, shape)
}

/// A service that the network runs.
const fn service(id: u8, name: &'static str, shape: Shape) -> ReferenceClass {
	ReferenceClass::of(id, name, ClassKind::Service, shape)
}

/// A whole machine.
const fn native(id: u8, name: &'static str, shape: Shape) -> ReferenceClass {
	ReferenceClass::of(id, name, ClassKind::Native, shape)
}

impl ReferenceClass {
	const fn of(id: u8, name: &'static str, kind: ClassKind, shape: Shape) -> Self {
		// Evaluated by the compiler: a class without a price does not build.
		let Some(price_per_epoch) = r1_math::work::price_per_epoch(id) else {
			panic!("every class in the table has a price")
		};
		Self { id, name, kind, price_per_epoch, shape, gpu: None }
	}

	const fn with_gpu(self, grade: GpuGrade) -> Self {
		let Self { id, name, kind, price_per_epoch, shape, gpu: _ } = self;
		Self { id, name, kind, price_per_epoch, shape, gpu: Some(grade) }
	}
}

/// What a machine without its graphics processor must offer.
#[derive(Clone, Copy)]
struct Shape {
	cpu_millicores: u32,
	memory_mib: u32,
	storage_gib: Option<u32>,
}

impl Shape {
	/// A part of a machine, with its share of the storage.
	const fn part(cpu_millicores: u32, memory_mib: u32, storage_gib: u32) -> Self {
		Self { cpu_millicores, memory_mib, storage_gib: Some(storage_gib) }
	}

	/// A whole machine, with all its storage.
	const fn whole(cpu_millicores: u32, memory_mib: u32) -> Self {
		Self { cpu_millicores, memory_mib, storage_gib: None }
	}
}
