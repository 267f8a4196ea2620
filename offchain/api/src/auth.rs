// SPDX-License-Identifier: Apache-2.0

//! Signing in.

use serde::{Deserialize, Serialize};

/// Who wants to sign in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
	/// The account's address, or its 32 bytes as `0x` and 64 hexadecimal digits.
	pub account: String,
}

/// What the account's wallet shall sign.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChallengeResponse {
	/// A text, good for a minute. A person can read in it what it is for.
	pub challenge: String,
}

/// A challenge that was signed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
	/// The challenge, as it was sent.
	pub challenge: String,
	/// What the wallet's `signRaw` returned, in hexadecimal digits.
	pub signature: String,
	/// For how many seconds the token shall be good: a day at most. Default: an hour.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub secs: Option<u64>,
}

/// A token.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
	/// A biscuit, for the header `Authorization: Bearer`.
	pub token: String,
	/// The account that signed in.
	pub account: String,
	/// When the token ends, in Unix seconds.
	pub expires_at_secs: u64,
}

/// Who the caller is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SelfResponse {
	/// The account that signed in.
	pub account: Option<String>,
	/// The job whose instance calls.
	pub job: Option<u32>,
}

/// A token that shall be good no more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
	/// The token; every one that was narrowed from it ends with it.
	pub token: String,
}

/// That a token is good no more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeResponse {
	/// Always true: what is not revoked is an error.
	pub revoked: bool,
}
