// SPDX-License-Identifier: Apache-2.0

//! Federated learning on a node.

use super::{ClientError, EdgeClient};
use crate::{JobLearningResponse, LearningDataKept, LearningDataRemoved, LearningDataResponse};
use reqwest::{Method, header::CONTENT_TYPE};
use std::time::Duration;

/// Longest wait until a data set is kept: 256 MiB at 16 Mbit/s.
const DATA_TIMEOUT: Duration = Duration::from_secs(150);

impl EdgeClient {
	/// The data that the node may learn from.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn learning_data(&self) -> Result<LearningDataResponse, ClientError> {
		self.get(&["v1", "learning", "data"]).await?.json()
	}

	/// Gives the node data to learn from.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn keep_learning_data(
		&self,
		name: &str,
		bytes: Vec<u8>,
	) -> Result<LearningDataKept, ClientError> {
		let request = self
			.request(Method::POST, &["v1", "learning", "data", name])
			.header(CONTENT_TYPE, "application/octet-stream")
			.timeout(DATA_TIMEOUT)
			.body(bytes);
		self.exchange(request).await?.success()?.json()
	}

	/// Takes data from the node.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn forget_learning_data(
		&self,
		name: &str,
	) -> Result<LearningDataRemoved, ClientError> {
		let request = self.request(Method::POST, &["v1", "learning", "data", name, "delete"]);
		self.exchange(request).await?.success()?.json()
	}

	/// What the node does in the open rounds of a job.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn learning_rounds(&self, job: u32) -> Result<JobLearningResponse, ClientError> {
		self.get(&["v1", "jobs", &job.to_string(), "learning"]).await?.json()
	}
}
