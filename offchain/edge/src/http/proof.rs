// SPDX-License-Identifier: Apache-2.0

//! Proofs of what keys held when epochs ended.

use super::{cstore::Named, error::ApiError};
use crate::shared::Shared;
use axum::{
	extract::{Path, Query, State, rejection::QueryRejection},
	http::StatusCode,
};
use r1_cstore::{
	Claim, NameRef, PartRef,
	service::{NoReplica, ProveError, SNAPSHOTS_MAX},
};
use r1_primitives::EpochIndex;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct ProofQuery {
	key: String,
	epoch: EpochIndex,
	field: Option<String>,
	member: Option<String>,
}

pub(super) async fn get(
	State(shared): State<Shared>,
	Path((kind, id)): Named,
	query: Result<Query<ProofQuery>, QueryRejection>,
) -> Result<Vec<u8>, ApiError> {
	let Query(ProofQuery { key, epoch, field, member }) = query?;
	let job = id.parse().ok().filter(|_| kind == "job").ok_or_else(|| {
		invalid("the chain holds the roots of jobs' namespaces alone, like job/7")
	})?;
	let part = match (&field, &member) {
		(None, None) => PartRef::Text,
		(Some(field), None) => PartRef::Field(field.as_bytes()),
		(None, Some(member)) => PartRef::Member(member.as_bytes()),
		(Some(_), Some(_)) => return Err(invalid("a part is a field or a member, not both")),
	};
	let name = NameRef { key: key.as_bytes(), part };
	name.check().map_err(|error| invalid(error.to_string()))?;
	let state = shared.chain.state().ok_or_else(ApiError::no_chain)?;
	let deed = state.deeds.deed_of(&shared.identity.key());
	let deed = deed.ok_or_else(|| ApiError::from(NoReplica))?;
	let (genesis, name) = (shared.genesis_hash, name.owned());
	let claim = Claim { genesis, epoch, job, deed, name };
	let space = shared.cstore.store.space(&format!("{kind}/{id}"))?;
	Ok(space.prove(claim)?.to_bytes())
}

fn invalid(message: impl Into<String>) -> ApiError {
	ApiError::new(StatusCode::BAD_REQUEST, "invalid_proof_query", message)
}

impl From<ProveError> for ApiError {
	fn from(error: ProveError) -> Self {
		match error {
			ProveError::NoReplica(no_replica) => no_replica.into(),
			ProveError::UnknownEpoch { .. } => Self::not_found("epoch_unknown", error.to_string())
				.hint(format!(
					"ask another node of the job; each keeps {SNAPSHOTS_MAX} epochs since it started"
				)),
		}
	}
}
