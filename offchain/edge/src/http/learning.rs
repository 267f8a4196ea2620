// SPDX-License-Identifier: Apache-2.0

//! Federated learning: the data of the node's owner, and what the node does in rounds.

use super::error::ApiError;
use crate::{
	learning::{DataSet, NotKept},
	shared::Shared,
};
use axum::{
	Json,
	body::Bytes,
	extract::{Path, State},
	http::StatusCode,
};
use r1_api::{
	JobLearningResponse, LearningDataKept, LearningDataRemoved, LearningDataResponse,
	LearningDataSet,
};
use r1_core::error_chain;
use r1_deeploy::specification::ServedName;
use r1_primitives::JobId;

pub(super) async fn status(
	State(shared): State<Shared>,
	Path(job): Path<JobId>,
) -> Json<JobLearningResponse> {
	Json(JobLearningResponse { rounds: shared.learning.status(job) })
}

pub(super) async fn data(
	State(shared): State<Shared>,
) -> Result<Json<LearningDataResponse>, ApiError> {
	let set = |set: DataSet| LearningDataSet { name: set.name.to_string(), bytes: set.bytes };
	let sets = shared.learning.data().await?.into_iter().map(set).collect();
	Ok(Json(LearningDataResponse { sets }))
}

pub(super) async fn keep_data(
	State(shared): State<Shared>,
	Path(name): Path<String>,
	body: Bytes,
) -> Result<Json<LearningDataKept>, ApiError> {
	let kept = shared.learning.keep_data(named(&name)?, body).await?;
	let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
	Ok(Json(LearningDataKept {
		name,
		samples: count(kept.samples),
		features: count(kept.features),
		classes: count(kept.classes),
	}))
}

pub(super) async fn forget_data(
	State(shared): State<Shared>,
	Path(name): Path<String>,
) -> Result<Json<LearningDataRemoved>, ApiError> {
	let was_there = shared.learning.forget_data(named(&name)?).await?;
	Ok(Json(LearningDataRemoved { was_there }))
}

fn named(name: &str) -> Result<ServedName, ApiError> {
	ServedName::new(name).map_err(|_| {
		let message = format!("`{name}` is no name of a data set");
		ApiError::new(StatusCode::BAD_REQUEST, "invalid_name", message)
			.hint("use 1 to 27 of a to z, 0 to 9 and `-`")
	})
}

impl From<NotKept> for ApiError {
	fn from(error: NotKept) -> Self {
		let message = error_chain(&error).to_string();
		let (status, code) = match error {
			NotKept::Malformed(_) => (StatusCode::BAD_REQUEST, "invalid_data"),
			NotKept::LongName => (StatusCode::BAD_REQUEST, "invalid_name"),
			NotKept::TooMany | NotKept::NoTag { .. } => (StatusCode::CONFLICT, "too_many_sets"),
			NotKept::Write(_) => (StatusCode::INTERNAL_SERVER_ERROR, "disk_failed"),
		};
		Self::new(status, code, message)
	}
}
