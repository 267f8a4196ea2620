// SPDX-License-Identifier: Apache-2.0

//! What jobs cost, what can be ordered, and who may order it.

use crate::{
	Chain, QueryError, state, storage,
	view::{constant, view},
};
use r1_core::Account;
use r1_primitives::JobId;
use std::{collections::BTreeMap, fmt};
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType};

/// What of a machine each node of a job gets, and its price.
#[derive(Clone, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct ResourceClass {
	/// Name that people know it by.
	pub name: ClassName,
	/// What of a machine it is.
	pub kind: ClassKind,
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
	/// Whether jobs can be ordered with it.
	pub is_offered: bool,
}

/// What of a machine a class is.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum ClassKind {
	/// A part of a machine, for what the developer brings along.
	Generic,
	/// A part of a machine, for a service that the network knows how to run.
	Service,
	/// A whole machine.
	Native,
}

/// Grade of a graphics processor.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
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

impl From<ResourceClass> for r1_core::ResourceClass {
	fn from(class: ResourceClass) -> Self {
		Self {
			cpu_millicores: class.cpu_millicores,
			memory_mib: class.memory_mib,
			storage_gib: class.storage_gib,
			gpu: class.gpu.map(|grade| match grade {
				GpuGrade::Entry => r1_core::GpuGrade::Entry,
				GpuGrade::Medium => r1_core::GpuGrade::Medium,
				GpuGrade::High => r1_core::GpuGrade::High,
				GpuGrade::Ultra => r1_core::GpuGrade::Ultra,
			}),
		}
	}
}

/// Name of a class, which the chain keeps as bytes.
#[derive(Clone, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct ClassName(Vec<u8>);

impl fmt::Display for ClassName {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&String::from_utf8_lossy(&self.0))
	}
}

/// What an account may do with somebody's escrow; a set, with a bit for each right.
#[derive(Clone, Copy, Debug, DecodeAsType, Eq, PartialEq)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Rights(u8);

impl Rights {
	/// Order jobs.
	pub const CREATE_JOBS: Self = Self(1);
	/// Make jobs longer.
	pub const EXTEND_DURATION: Self = Self(2);
	/// Let jobs run on more nodes.
	pub const EXTEND_REPLICAS: Self = Self(4);
	/// Move back what jobs cannot spend.
	pub const REDEEM_UNUSED: Self = Self(8);
	/// End jobs.
	pub const CLOSE_JOBS: Self = Self(16);
	/// Change what jobs are.
	pub const UPDATE_JOBS: Self = Self(32);
	/// Move free USDC to the owner.
	pub const WITHDRAW: Self = Self(64);
	/// Every right; what the owner has.
	pub const ALL: Self = Self(127);

	/// Some rights together.
	#[must_use]
	pub fn all_of(rights: impl IntoIterator<Item = Self>) -> Self {
		Self(rights.into_iter().fold(0, |bits, right| bits | right.0))
	}

	/// One bit for each right.
	#[must_use]
	pub fn bits(self) -> u8 {
		self.0
	}

	/// Whether all of some rights are among these.
	#[must_use]
	pub fn contains(self, some: Self) -> bool {
		self.0 & some.0 == some.0
	}
}

/// What a job would cost, if it can be ordered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobQuote {
	/// The resource class, by its number; `None` if there is no such class.
	pub class: Option<ResourceClass>,
	/// What all nodes cost for all epochs, in 10^-6 USDC; `None` if the class is not offered.
	pub cost: Option<u128>,
}

impl Chain {
	/// What a job would cost that is ordered now.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn job_quote(
		&self,
		resources: u8,
		replicas: u32,
		epochs: u32,
	) -> Result<JobQuote, QueryError> {
		let at = self.at_finalised().await?;
		let key = (resources,);
		let class = state::entry(&at, "resource class", storage::resource_classes(), key).await?;
		let number = |value: u32| Value::u128(value.into());
		let arguments = vec![number(resources.into()), number(replicas), number(epochs)];
		let cost = view(&at, "Poai", "quote", arguments).await?;
		Ok(JobQuote { class, cost })
	}

	/// What it would cost now to make a job longer by some epochs, in 10^-6 USDC; `None` if it
	/// cannot be.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn duration_quote(
		&self,
		job: JobId,
		epochs: u32,
	) -> Result<Option<u128>, QueryError> {
		self.of_job("quote_duration", job, Some(epochs)).await
	}

	/// What it would cost now to let a job run on `replicas` nodes in all, in 10^-6 USDC; `None` if
	/// it cannot be.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn replicas_quote(
		&self,
		job: JobId,
		replicas: u32,
	) -> Result<Option<u128>, QueryError> {
		self.of_job("quote_replicas", job, Some(replicas)).await
	}

	/// What could be redeemed of a job now, in 10^-6 USDC; `None` if there is no such job.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn unused(&self, job: JobId) -> Result<Option<u128>, QueryError> {
		self.of_job("unused", job, None).await
	}

	/// Every resource class, by its number.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn resource_classes(&self) -> Result<BTreeMap<u8, ResourceClass>, QueryError> {
		let at = self.at_finalised().await?;
		let classes = state::entries(&at, "resource classes", storage::resource_classes(), ());
		let classes = classes.await?.into_iter();
		Ok(classes.map(|((id,), class)| (id, class)).collect())
	}

	/// The delegates of an escrow, and what each may do.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn delegates(&self, owner: Account) -> Result<BTreeMap<Account, Rights>, QueryError> {
		let at = self.at_finalised().await?;
		let delegates = state::entry(&at, "delegates", storage::delegates(), (owner,)).await?;
		let delegates = delegates.into_iter().flatten();
		Ok(delegates.map(|(delegate, rights)| (delegate.0, rights)).collect())
	}

	/// Most delegates of one escrow.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn delegates_max(&self) -> Result<u32, QueryError> {
		constant(&self.at_finalised().await?, "Poai", "DelegatesMax")
	}

	/// Asks a view function about a job.
	async fn of_job(
		&self,
		function: &'static str,
		job: JobId,
		count: Option<u32>,
	) -> Result<Option<u128>, QueryError> {
		let at = self.at_finalised().await?;
		let arguments = [job].into_iter().chain(count).map(|value| Value::u128(value.into()));
		view(&at, "Poai", function, arguments.collect()).await
	}
}
