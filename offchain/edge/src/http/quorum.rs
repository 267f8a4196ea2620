// SPDX-License-Identifier: Apache-2.0

//! Keys that the nodes of a job agree on.

use super::{cstore::Named, error::ApiError};
use crate::{defaults::QUORUM_TIMEOUT, shared::Shared};
use axum::{
	Json,
	body::Bytes,
	extract::{
		Path, Query, State,
		rejection::{BytesRejection, QueryRejection},
	},
	http::StatusCode,
};
use r1_api::{Octets, QuorumKey};
use r1_cstore::{
	quorum::{Change, Held, Outcome},
	service::QuorumError,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct KeyQuery {
	key: String,
	if_version: Option<u64>,
}

pub(super) async fn get(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<KeyQuery>, QueryRejection>,
) -> Result<Json<QuorumKey>, ApiError> {
	let Query(KeyQuery { key, .. }) = query?;
	operate(&shared, &name, &key, Change::None).await
}

pub(super) async fn set(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<KeyQuery>, QueryRejection>,
	value: Result<Bytes, BytesRejection>,
) -> Result<Json<QuorumKey>, ApiError> {
	let Query(KeyQuery { key, if_version: expected }) = query?;
	let value = Some(value?.to_vec());
	operate(&shared, &name, &key, Change::Set { expected, value }).await
}

pub(super) async fn delete(
	State(shared): State<Shared>,
	Path(name): Named,
	query: Result<Query<KeyQuery>, QueryRejection>,
) -> Result<Json<QuorumKey>, ApiError> {
	let Query(KeyQuery { key, if_version: expected }) = query?;
	operate(&shared, &name, &key, Change::Set { expected, value: None }).await
}

async fn operate(
	shared: &Shared,
	(kind, id): &(String, String),
	key: &str,
	change: Change,
) -> Result<Json<QuorumKey>, ApiError> {
	let group = shared.cstore.store.quorum().group(&format!("{kind}/{id}"))?;
	match group.operate(key.as_bytes(), change, QUORUM_TIMEOUT).await? {
		Outcome::Changed(version) => Ok(Json(QuorumKey { is_changed: true, version, value: None })),
		Outcome::Holds(Held { version, value, .. }) => {
			Ok(Json(QuorumKey { is_changed: false, version, value: value.map(Octets) }))
		},
		Outcome::Unknown => Err(unknown()),
	}
}

fn unknown() -> ApiError {
	ApiError::new(
		StatusCode::GATEWAY_TIMEOUT,
		"outcome_unknown",
		"the key may have been changed: it was offered to nodes that did not answer in time",
	)
	.hint("read the key before you try again; with if_version, it is changed once at most")
}

impl From<QuorumError> for ApiError {
	fn from(error: QuorumError) -> Self {
		let message = error.to_string();
		match error {
			QuorumError::NoMember => Self::not_found("no_member", message)
				.hint("ask a node that the job was placed on; `r1ctl job show` names them"),
			QuorumError::Timeout | QuorumError::Refused(_) => {
				Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_majority", message)
					.hint("nothing was changed; more than half of the job's nodes must be up")
			},
			QuorumError::Invalid(_) => {
				Self::new(StatusCode::BAD_REQUEST, "invalid_record", message)
			},
		}
	}
}
