// SPDX-License-Identifier: Apache-2.0

//! The machines that a job can ask for, and what each costs: a table that governance keeps.
//!
//! A job stores the number of its class and the price at creation, so a later price changes no
//! job that was ordered. A class is never removed, since jobs name it: it is offered no more.

use crate::{Config, Error, Event, Pallet, ResourceClasses};
use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, ensure, traits::ConstU32};
use r1_primitives::USDC;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::{DispatchError, DispatchResult};

/// A machine that a job can ask for.
#[derive(
	Clone,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
#[serde(deny_unknown_fields)]
pub struct ResourceClass {
	/// Name that people know it by.
	pub name: ClassName,
	/// What of a machine a job of this class gets.
	pub kind: ClassKind,
	/// Price of one node for one epoch at full quality, in 10^-6 USDC; at least 1, and at most
	/// [`CLASS_PRICE_MAX`].
	pub price_per_epoch: u128,
	/// CPU, in thousandths of a core; not zero.
	pub cpu_millicores: u32,
	/// Memory, in MiB; not zero.
	pub memory_mib: u32,
	/// Storage, in GiB and not zero; `None` is all that the machine has, for a native class alone.
	pub storage_gib: Option<u32>,
	/// The graphics processor that the machine must have.
	pub gpu: Option<GpuGrade>,
	/// Whether jobs can be ordered with it, and made longer or larger. Those that were go on.
	pub is_offered: bool,
}

impl ResourceClass {
	/// Whether two classes ask the same of a machine.
	fn has_machine_of(&self, other: &Self) -> bool {
		let machine = |class: &Self| {
			let Self { kind, cpu_millicores, memory_mib, storage_gib, gpu, .. } = class;
			(*kind, *cpu_millicores, *memory_mib, *storage_gib, *gpu)
		};
		machine(self) == machine(other)
	}
}

/// What of a machine a job gets.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
	/// A part of a machine, for what the developer brings along.
	Generic,
	/// A part of a machine, for a service that the network knows how to run.
	Service,
	/// A whole machine, with all its storage.
	Native,
}

/// Grade of a graphics processor.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
#[serde(rename_all = "snake_case")]
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

/// Name of a class: at least one visible character of ASCII, at most [`CLASS_NAME_BYTES_MAX`].
///
/// What arrives in a call may break that; [`is_valid`](Self::is_valid) says so.
#[derive(
	Clone,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
#[serde(into = "String", try_from = "String")]
pub struct ClassName(BoundedVec<u8, ConstU32<CLASS_NAME_BYTES_MAX>>);

impl ClassName {
	/// The beginning of a text, as much of it as a name may have.
	#[must_use]
	pub fn truncated(text: &str) -> Self {
		Self(BoundedVec::truncate_from(text.as_bytes().to_vec()))
	}

	/// Whether people can read it, and nothing else in it.
	#[must_use]
	pub fn is_valid(&self) -> bool {
		!self.0.is_empty() && self.0.iter().all(u8::is_ascii_graphic)
	}
}

impl From<ClassName> for String {
	fn from(name: ClassName) -> Self {
		Self::from_utf8_lossy(&name.0).into_owned()
	}
}

impl TryFrom<String> for ClassName {
	type Error = &'static str;

	fn try_from(text: String) -> Result<Self, Self::Error> {
		let bytes = BoundedVec::try_from(text.into_bytes());
		bytes.map(Self).map_err(|_| "the name of a resource class is too long")
	}
}

/// Longest name of a class, in bytes; the longest of the deployed network has 15.
pub const CLASS_NAME_BYTES_MAX: u32 = 32;

/// Highest price of a class, in 10^-6 USDC: a million USDC for a node and epoch.
///
/// The dearest of the deployed network costs 43. It catches a price in the wrong unit, and keeps
/// what the largest and longest job costs far below what fits.
pub const CLASS_PRICE_MAX: u128 = 1_000_000 * USDC;

/// Whether a number named a class that the network gave up before the chain, and no class may have.
#[must_use]
pub const fn is_deprecated_class(id: u8) -> bool {
	// Databases that the network once ran as services.
	matches!(id, 10..=15)
}

impl<T: Config> Pallet<T> {
	/// Adds a class to the table, or changes its name, price and offer for orders to come.
	///
	/// Jobs were ordered for the machine of their class, so that machine stays what it is.
	pub(crate) fn do_set_resource_class(id: u8, class: ResourceClass) -> DispatchResult {
		Self::check_class(id, &class)?;
		let known = ResourceClasses::<T>::get(id);
		let is_same_machine = known.is_none_or(|known| known.has_machine_of(&class));
		ensure!(is_same_machine, Error::<T>::ClassShapeFixed);
		ResourceClasses::<T>::insert(id, &class);
		Self::deposit_event(Event::ResourceClassSet { id, class });
		Ok(())
	}

	/// Checks that a class can stand in the table under a number.
	pub(crate) fn check_class(id: u8, class: &ResourceClass) -> Result<(), Error<T>> {
		ensure!(!is_deprecated_class(id), Error::<T>::DeprecatedResources);
		ensure!(class.name.is_valid(), Error::<T>::InvalidClassName);
		let is_priced = (1..=CLASS_PRICE_MAX).contains(&class.price_per_epoch);
		ensure!(is_priced, Error::<T>::InvalidClassPrice);
		let is_something = class.cpu_millicores > 0 && class.memory_mib > 0;
		let has_its_storage = match class.kind {
			ClassKind::Native => class.storage_gib.is_none(),
			ClassKind::Generic | ClassKind::Service => class.storage_gib.is_some_and(|gib| gib > 0),
		};
		ensure!(is_something && has_its_storage, Error::<T>::InvalidClassShape);
		Ok(())
	}

	/// The class with a number, if jobs can be ordered with it.
	pub(crate) fn offered_class(id: u8) -> Result<ResourceClass, DispatchError> {
		ensure!(!is_deprecated_class(id), Error::<T>::DeprecatedResources);
		let class = ResourceClasses::<T>::get(id).ok_or(Error::<T>::UnknownResources)?;
		ensure!(class.is_offered, Error::<T>::DeprecatedResources);
		Ok(class)
	}
}
