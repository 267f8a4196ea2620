// SPDX-License-Identifier: Apache-2.0

//! Receipts: with answers, and afterwards.

use super::{Answer, ClientError, EdgeClient};
use crate::{
	JobReceipts, RECEIPT_HEADER, ReceiptsPage,
	oip::{InferRequest, InferResponse},
};
use reqwest::{Method, header::CONTENT_TYPE};

/// An answer, and what a receipt says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipted<T> {
	/// What the model answers.
	pub answer: T,
	/// The request's body, as it went.
	pub input: Vec<u8>,
	/// The response's body, as it came.
	pub output: Vec<u8>,
	/// The header [`RECEIPT_HEADER`], if there is one; nobody has checked it.
	pub receipt: Option<String>,
}

impl EdgeClient {
	/// How many requests a job's model has answered on the node, epoch by epoch.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn job_receipts(&self, job: u32) -> Result<JobReceipts, ClientError> {
		self.get(&["v1", "jobs", &job.to_string(), "receipts"]).await?.json()
	}

	/// Some of the receipts of an epoch, from an index on.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn job_receipts_of(
		&self,
		job: u32,
		epoch: u32,
		from: u32,
	) -> Result<ReceiptsPage, ClientError> {
		let path = ["v1", "jobs", &job.to_string(), "receipts", &epoch.to_string()];
		let request = self.request(Method::GET, &path).query(&[("from", from)]);
		self.exchange(request).await?.success()?.json()
	}

	/// The bytes that show that a receipt was counted.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn job_receipt(
		&self,
		job: u32,
		epoch: u32,
		index: u32,
	) -> Result<Vec<u8>, ClientError> {
		let (job, epoch, index) = (job.to_string(), epoch.to_string(), index.to_string());
		Ok(self.get(&["v1", "jobs", &job, "receipts", &epoch, &index]).await?.body)
	}

	/// Runs a model, and keeps what is needed to check the receipt.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn infer_with_receipt(
		&self,
		model: &str,
		request: &InferRequest,
	) -> Result<Receipted<InferResponse>, ClientError> {
		let path = ["v2", "models", model, "infer"];
		let input = serde_json::to_vec(request).expect("names and numbers are valid JSON; qed");
		let asked = self
			.request(Method::POST, &path)
			.header(CONTENT_TYPE, "application/json")
			.body(input.clone());
		let answer = self.exchange(asked).await?.success()?;
		let (output, receipt) = (answer.body.clone(), answer.receipt.clone());
		Ok(Receipted { answer: answer.json()?, input, output, receipt })
	}
}

impl Answer {
	/// The receipt that came with a response.
	pub(super) fn receipt_of(headers: &reqwest::header::HeaderMap) -> Option<String> {
		headers.get(RECEIPT_HEADER)?.to_str().ok().map(str::to_owned)
	}
}
