// SPDX-License-Identifier: Apache-2.0

//! The body of every response that is not a success.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// What went wrong, for a program and for a person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiErrorBody {
	/// The condition in snake case; it keeps its meaning between versions.
	pub code: String,
	/// The condition in a sentence, naming what it is about.
	pub message: String,
	/// What the caller can do about it.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub hint: Option<String>,
}

impl Display for ApiErrorBody {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.hint {
			Some(hint) => write!(formatter, "{} ({}); {hint}", self.message, self.code),
			None => write!(formatter, "{} ({})", self.message, self.code),
		}
	}
}
