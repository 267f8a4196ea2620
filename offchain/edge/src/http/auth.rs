// SPDX-License-Identifier: Apache-2.0

//! Signing in.

use super::{access::Caller, error::ApiError};
use crate::{dauth::TOKEN_SECS, shared::Shared};
use axum::{
	Extension, Json,
	extract::{State, rejection::JsonRejection},
	http::StatusCode,
};
use r1_api::{
	ChallengeRequest, ChallengeResponse, RevokeRequest, RevokeResponse, SelfResponse, TokenRequest,
	TokenResponse,
};
use r1_core::{Address, Clock as _};
use r1_dauth::Subject;

pub(super) async fn challenge(
	State(shared): State<Shared>,
	request: Result<Json<ChallengeRequest>, JsonRejection>,
) -> Result<Json<ChallengeResponse>, ApiError> {
	let Json(ChallengeRequest { account }) = request?;
	let account: Address = account.parse().map_err(|error| {
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_account", format!("{error}"))
	})?;
	let challenge = shared.dauth.challenge(account.0, &*shared.clock);
	Ok(Json(ChallengeResponse { challenge }))
}

pub(super) async fn token(
	State(shared): State<Shared>,
	request: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<Json<TokenResponse>, ApiError> {
	let Json(TokenRequest { challenge, signature, secs }) = request?;
	let secs = secs.unwrap_or(TOKEN_SECS);
	let digits = signature.strip_prefix("0x").unwrap_or(&signature);
	let signature = hex::decode(digits).map_err(|error| {
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_signature", error.to_string())
			.hint("send it as hexadecimal digits, as wallets return it")
	})?;
	let issued = shared.dauth.sign_in(challenge, signature, secs, &*shared.clock).await?;
	Ok(Json(TokenResponse {
		token: issued.token,
		account: Address(issued.account).to_string(),
		expires_at_secs: issued.expires_at_secs,
	}))
}

/// Revokes a token; to have it is enough.
pub(super) async fn revoke(
	State(shared): State<Shared>,
	request: Result<Json<RevokeRequest>, JsonRejection>,
) -> Result<Json<RevokeResponse>, ApiError> {
	let Json(RevokeRequest { token }) = request?;
	shared.dauth.revoke(&token, shared.clock.now_secs()).await?;
	Ok(Json(RevokeResponse { revoked: true }))
}

/// Who the caller is, as the node sees it.
pub(super) async fn whoami(Extension(Caller(subject)): Extension<Caller>) -> Json<SelfResponse> {
	let (account, job) = match subject {
		Some(Subject::Account(account)) => (Some(Address(account).to_string()), None),
		Some(Subject::Job(job)) => (None, Some(job)),
		None => (None, None),
	};
	Json(SelfResponse { account, job })
}
