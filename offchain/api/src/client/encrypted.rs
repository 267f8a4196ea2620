// SPDX-License-Identifier: Apache-2.0

//! Evaluations on ciphertexts.

use super::{ClientError, EdgeClient, Receipted};
use crate::EncryptedModelStatus;
use reqwest::{Method, header::CONTENT_TYPE};
use std::time::Duration;

/// Longest wait for a response: the node may have to fetch the evaluation key first, for which it takes
/// two minutes at most.
const EVALUATION_TIMEOUT: Duration = Duration::from_secs(150);

impl EdgeClient {
	/// What a model takes that is evaluated on ciphertexts.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn encrypted_model(&self, name: &str) -> Result<EncryptedModelStatus, ClientError> {
		self.get(&["v1", "encrypted", name]).await?.json()
	}

	/// Evaluates a request; `key` is the CID of the evaluation key that it names.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn encrypted_infer(
		&self,
		name: &str,
		request: Vec<u8>,
		key: Option<&str>,
	) -> Result<Vec<u8>, ClientError> {
		Ok(self.encrypted_infer_with_receipt(name, request, key).await?.answer)
	}

	/// The same, and keeps what is needed to check the receipt.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn encrypted_infer_with_receipt(
		&self,
		name: &str,
		input: Vec<u8>,
		key: Option<&str>,
	) -> Result<Receipted<Vec<u8>>, ClientError> {
		let request = self
			.request(Method::POST, &["v1", "encrypted", name, "infer"])
			.query(&key.map(|key| [("key", key)]))
			.header(CONTENT_TYPE, "application/octet-stream")
			.timeout(EVALUATION_TIMEOUT)
			.body(input.clone());
		let answer = self.exchange(request).await?.success()?;
		let (output, receipt) = (answer.body.clone(), answer.receipt);
		Ok(Receipted { answer: answer.body, input, output, receipt })
	}
}
