// SPDX-License-Identifier: Apache-2.0

//! Receipts of inference.

use crate::HexBytes;
use serde::{Deserialize, Serialize};

/// The header of a response that has a receipt: the hexadecimal digits of what `docs/receipts.md` has.
pub const RECEIPT_HEADER: &str = "r1-receipt";

/// The receipts of a job on a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobReceipts {
	/// The job.
	pub job: u32,
	/// The node that has answered.
	pub node: HexBytes<32>,
	/// The epochs of which there are some, ascending; older ones are forgotten.
	pub epochs: Vec<EpochReceipts>,
}

/// The receipts of an epoch, in short.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EpochReceipts {
	/// The epoch.
	pub epoch: u32,
	/// How many there are.
	pub count: u32,
	/// The root of their tree, so far or in the end.
	pub root: HexBytes<32>,
	/// Whether the epoch is over.
	pub is_closed: bool,
	/// Whether there are as many as there may be; what is answered then has no receipt.
	pub is_full: bool,
}

/// Some of the receipts of an epoch.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptsPage {
	/// All of them, in short.
	pub epoch: EpochReceipts,
	/// Those of this page, ascending.
	pub receipts: Vec<JobReceipt>,
	/// Where the next page begins, if there is one.
	pub next: Option<u32>,
}

/// A request that was answered.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobReceipt {
	/// Its place among those of the epoch.
	pub index: u32,
	/// Unix time of the answer, in seconds.
	pub at_secs: u64,
	/// BLAKE2b-256 of the CID of the model's file, in bytes.
	pub model: HexBytes<32>,
	/// What the evaluation key is known by, of an encrypted model that needs one.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub evaluation_key: Option<HexBytes<32>>,
	/// BLAKE2b-256 of the request's body.
	pub input: HexBytes<32>,
	/// Bytes of the request's body.
	pub input_bytes: u32,
	/// BLAKE2b-256 of the response's body.
	pub output: HexBytes<32>,
	/// Bytes of the response's body.
	pub output_bytes: u32,
}
