// SPDX-License-Identifier: Apache-2.0

//! The machines that a job can ask for, and what each costs.
//!
//! A job stores the number of its class and the price at creation, so a later price changes no
//! running job. The chain only knows price and number; what a machine must offer is here so that
//! every client reads the same table, which is a constant in the pallet's metadata.

use codec::Encode;
use scale_info::TypeInfo;

/// A machine that a job can ask for.
#[derive(Clone, Copy, Debug, Encode, Eq, PartialEq, TypeInfo)]
pub struct ResourceClass {
	/// Number of the class, as jobs name it.
	pub id: u8,
	/// Name that people know it by.
	pub name: &'static str,
	/// Price of one node for one epoch at full quality, in 10^-6 USDC.
	pub price_per_epoch: u128,
	/// CPU, in thousandths of a core.
	pub cpu_millicores: u32,
	/// Memory, in MiB.
	pub memory_mib: u32,
	/// Storage, in GiB; `None` is all that the machine has.
	pub storage_gib: Option<u32>,
	/// The graphics processor that the machine must have.
	pub gpu: Option<GpuGrade>,
}

impl ResourceClass {
	/// The class with a number; `None` if no class has it, or not any more.
	#[must_use]
	pub fn find(id: u8) -> Option<&'static Self> {
		RESOURCE_CLASSES.iter().find(|class| class.id == id)
	}

	/// Whether a number named a class that the network gave up.
	#[must_use]
	pub const fn is_deprecated(id: u8) -> bool {
		// Databases that the network once ran as services.
		matches!(id, 10..=15)
	}

	/// A shape with a number, a name, and the price that the number has.
	const fn of(id: u8, name: &'static str, shape: Shape, gpu: Option<GpuGrade>) -> Self {
		// Evaluated by the compiler: a class without a price does not build.
		let Some(price_per_epoch) = r1_math::work::price_per_epoch(id) else {
			panic!("every class in the table has a price")
		};
		let Shape { cpu_millicores, memory_mib, storage_gib } = shape;
		Self { id, name, price_per_epoch, cpu_millicores, memory_mib, storage_gib, gpu }
	}
}

/// Grade of a graphics processor.
#[derive(Clone, Copy, Debug, Encode, Eq, PartialEq, TypeInfo)]
pub enum GpuGrade {
	/// Such as an RTX 2060 to 3070.
	Entry,
	/// Such as an RTX 2080 to 3080.
	Medium,
	/// Such as an RTX 3090 to 5090.
	High,
	/// Such as an A100 or H100.
	Ultra,
}

/// Every class that a job can be ordered with.
pub const RESOURCE_CLASSES: [ResourceClass; 39] = [
	// Parts of a machine.
	ResourceClass::of(53, "MICRO", MICRO, None),
	ResourceClass::of(54, "LITE", LITE, None),
	ResourceClass::of(1, "ENTRY", ENTRY, None),
	ResourceClass::of(2, "LOW1", LOW1, None),
	ResourceClass::of(3, "LOW2", LOW2, None),
	ResourceClass::of(4, "MED1", MED1, None),
	ResourceClass::of(5, "MED2", MED2, None),
	ResourceClass::of(6, "HIGH1", HIGH1, None),
	ResourceClass::of(7, "HIGH2", HIGH2, None),
	ResourceClass::of(8, "ULTRA1", ULTRA1, None),
	ResourceClass::of(9, "ULTRA2", ULTRA2, None),
	// Services that the network runs.
	ResourceClass::of(50, "SERVICE_ENTRY", ENTRY, None),
	ResourceClass::of(51, "SERVICE_MED1", MED1, None),
	ResourceClass::of(52, "SERVICE_HIGH1", HIGH1, None),
	// Whole machines, with all their storage.
	ResourceClass::of(16, "N-ENTRY", NATIVE_ENTRY, None),
	ResourceClass::of(17, "N-MED1", NATIVE_MED1, None),
	ResourceClass::of(18, "N-MED2", NATIVE_MED2, None),
	ResourceClass::of(19, "N-HIGH", NATIVE_HIGH, None),
	ResourceClass::of(20, "N-ULTRA", NATIVE_ULTRA, None),
	// Any of them with a graphics processor.
	ResourceClass::of(21, "G-ENTRY+MED1", MED1, Some(GpuGrade::Entry)),
	ResourceClass::of(22, "G-ENTRY+MED2", MED2, Some(GpuGrade::Entry)),
	ResourceClass::of(23, "G-ENTRY+N-ENTRY", NATIVE_ENTRY, Some(GpuGrade::Entry)),
	ResourceClass::of(24, "G-ENTRY+N-MED1", NATIVE_MED1, Some(GpuGrade::Entry)),
	ResourceClass::of(25, "G-MED+MED2", MED2, Some(GpuGrade::Medium)),
	ResourceClass::of(26, "G-MED+HIGH1", HIGH1, Some(GpuGrade::Medium)),
	ResourceClass::of(27, "G-MED+HIGH2", HIGH2, Some(GpuGrade::Medium)),
	ResourceClass::of(28, "G-MED+ULTRA1", ULTRA1, Some(GpuGrade::Medium)),
	ResourceClass::of(29, "G-MED+N-MED1", NATIVE_MED1, Some(GpuGrade::Medium)),
	ResourceClass::of(30, "G-MED+N-MED2", NATIVE_MED2, Some(GpuGrade::Medium)),
	ResourceClass::of(31, "G-MED+N-HIGH", NATIVE_HIGH, Some(GpuGrade::Medium)),
	ResourceClass::of(32, "G-HIGH+HIGH2", HIGH2, Some(GpuGrade::High)),
	ResourceClass::of(33, "G-HIGH+ULTRA1", ULTRA1, Some(GpuGrade::High)),
	ResourceClass::of(34, "G-HIGH+ULTRA2", ULTRA2, Some(GpuGrade::High)),
	ResourceClass::of(35, "G-HIGH+N-MED2", NATIVE_MED2, Some(GpuGrade::High)),
	ResourceClass::of(36, "G-HIGH+N-HIGH", NATIVE_HIGH, Some(GpuGrade::High)),
	ResourceClass::of(37, "G-HIGH+N-ULTRA", NATIVE_ULTRA, Some(GpuGrade::High)),
	ResourceClass::of(38, "G-ULTRA+ULTRA1", ULTRA1, Some(GpuGrade::Ultra)),
	ResourceClass::of(39, "G-ULTRA+ULTRA2", ULTRA2, Some(GpuGrade::Ultra)),
	ResourceClass::of(40, "G-ULTRA+N-ULTRA", NATIVE_ULTRA, Some(GpuGrade::Ultra)),
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
