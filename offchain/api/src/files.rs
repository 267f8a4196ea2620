// SPDX-License-Identifier: Apache-2.0

//! The content store.

use serde::{Deserialize, Serialize};

/// A file that the store has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileAdded {
	/// Its content identifier, which every node finds it by.
	pub cid: String,
	/// Its length.
	pub size_bytes: u64,
}
