// SPDX-License-Identifier: Apache-2.0

//! What the SDKs send about files, and what they hear. Fields that change nothing here are not read.

use cid::Cid;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most CIDs in one request to delete.
const CIDS_MAX: usize = 1_000;

#[derive(Debug, Serialize)]
pub(super) struct Status {
	#[serde(rename = "EE_ID")]
	pub(super) ee_id: String,
	pub(super) blocks: usize,
	pub(super) bytes: u64,
	pub(super) bytes_max: u64,
	pub(super) pins: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct AddBase64 {
	pub(super) file_base64_str: String,
	pub(super) filename: Option<String>,
	pub(super) secret: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AddData {
	pub(super) data: Value,
	#[serde(rename = "fn")]
	pub(super) name: Option<String>,
	pub(super) secret: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GetQuery {
	pub(super) cid: String,
	pub(super) secret: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Delete {
	pub(super) cid: String,
	#[serde(default)]
	pub(super) run_gc: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeleteMany {
	pub(super) cids: Cids,
	#[serde(default)]
	pub(super) run_gc_after_all: bool,
}

/// CIDs, not too many of them.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(super) struct Cids(pub(super) Vec<String>);

impl TryFrom<Vec<String>> for Cids {
	type Error = String;

	fn try_from(cids: Vec<String>) -> Result<Self, String> {
		match cids.len() {
			0..=CIDS_MAX => Ok(Self(cids)),
			count => Err(format!("{count} CIDs at once; {CIDS_MAX} are the most")),
		}
	}
}

#[derive(Debug, Serialize)]
pub(super) struct Stored {
	message: &'static str,
	cid: String,
}

impl Stored {
	pub(super) fn new(cid: &Cid) -> Self {
		Self { message: "ok", cid: cid.to_string() }
	}
}

#[derive(Debug, Serialize)]
pub(super) struct Base64 {
	pub(super) file_base64_str: String,
	pub(super) filename: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Data {
	pub(super) file_data: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct Deleted {
	pub(super) success: bool,
	pub(super) message: &'static str,
	pub(super) cid: String,
}

#[derive(Debug, Serialize)]
pub(super) struct DeletedMany {
	pub(super) success: Vec<String>,
	pub(super) failed: Vec<String>,
	pub(super) total: usize,
	pub(super) success_count: usize,
	pub(super) failed_count: usize,
}
