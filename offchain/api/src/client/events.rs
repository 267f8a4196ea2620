// SPDX-License-Identifier: Apache-2.0

//! What a daemon tells as it happens.

use super::ClientError;
use reqwest::Response;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Longest that it is listened to: a year.
pub(super) const EVENTS_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Events as they come, of which only the data counts.
#[derive(Debug)]
pub(super) struct Events {
	response: Response,
	/// What came and is no whole line yet.
	text: Vec<u8>,
	bytes_max: usize,
}

impl Events {
	pub(super) fn new(response: Response, bytes_max: usize) -> Self {
		Self { response, text: Vec::new(), bytes_max }
	}

	/// The data of the next event; none at the end.
	pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, ClientError> {
		let url = self.response.url().to_string();
		loop {
			while let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
				let line: Vec<u8> = self.text.drain(..=end).collect();
				// Names of events and signs of life are lines, too.
				if let Some(data) = line.strip_prefix(b"data:") {
					let data = serde_json::from_slice(data);
					return data
						.map(Some)
						.map_err(|source| ClientError::MalformedJson { url, source });
				}
			}
			let chunk = self.response.chunk().await.map_err(|source| ClientError::Transport {
				url: url.clone(),
				source: source.without_url(),
			})?;
			match chunk {
				None => return Ok(None),
				Some(chunk) if self.bytes_max < self.text.len().saturating_add(chunk.len()) => {
					return Err(ClientError::TooLarge { url, max: self.bytes_max });
				},
				Some(chunk) => self.text.extend_from_slice(&chunk),
			}
		}
	}
}
