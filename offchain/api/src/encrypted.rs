// SPDX-License-Identifier: Apache-2.0

//! Models that are evaluated on ciphertexts.

use crate::HexBytes;
use serde::{Deserialize, Serialize};

/// A model that a node serves on ciphertexts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EncryptedModelStatus {
	/// The name that it is served under.
	pub name: String,
	/// The content identifier of its file, which a client needs to encrypt for it.
	pub model: String,
	/// What requests call it: the BLAKE2b-256 of the file.
	pub id: HexBytes<32>,
	/// What keys, requests and responses are of, such as `Bootstrapped1024`.
	pub parameters: String,
	/// Values that a request has.
	pub inputs: u32,
	/// Values that a response has.
	pub logits: u32,
	/// Whether requests name an evaluation key.
	pub needs_evaluation_key: bool,
}
