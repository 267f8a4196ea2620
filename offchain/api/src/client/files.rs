// SPDX-License-Identifier: Apache-2.0

//! Files by content.

use super::{ClientError, EdgeClient};
use crate::{
	CarAdded, FileAdded, FileStatus, FilesCollected, FilesScrubbed, FilesStatus, PinStatus,
	PinsPage, Unpinned,
};
use reqwest::{Body, Method, Response, header::CONTENT_TYPE};
use std::time::Duration;

/// Longest that a file is on its way: as long as the daemon gives it.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(3_600);

/// Bytes that come one after the other.
#[derive(Debug)]
pub struct Download {
	response: Response,
	url: String,
}

impl Download {
	/// The next bytes; `None` at the end.
	///
	/// # Errors
	///
	/// The connection ended before the file did, or took too long.
	pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
		let chunk = self.response.chunk().await;
		let chunk = chunk.map_err(|source| ClientError::Transport {
			url: self.url.clone(),
			source: source.without_url(),
		})?;
		Ok(chunk.map(Into::into))
	}
}

impl EdgeClient {
	/// What the disk of the node holds.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn files_status(&self) -> Result<FilesStatus, ClientError> {
		self.get(&["v1", "r1fs"]).await?.json()
	}

	/// Puts a file into the content store, and keeps it for the node's owner.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn add_file(&self, bytes: Vec<u8>) -> Result<FileAdded, ClientError> {
		let request = self
			.request(Method::POST, &["v1", "r1fs", "files"])
			.header(CONTENT_TYPE, "application/octet-stream")
			.timeout(TRANSFER_TIMEOUT)
			.body(bytes);
		self.exchange(request).await?.success()?.json()
	}

	/// Gets a file of at most so many bytes as the client reads.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn file(&self, cid: &str) -> Result<Vec<u8>, ClientError> {
		Ok(self.get(&["ipfs", cid]).await?.body)
	}

	/// Puts what is in a CAR file into the content store, and keeps its roots under a name: on behalf
	/// of a job, or of the node's owner.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn add_car(
		&self,
		body: impl Into<Body>,
		name: &str,
		job: Option<u32>,
	) -> Result<CarAdded, ClientError> {
		let request = self
			.request(Method::POST, &["v1", "r1fs", "car"])
			.header(CONTENT_TYPE, "application/vnd.ipld.car")
			.query(&[("name", name)])
			.query(&of_job(job))
			.timeout(TRANSFER_TIMEOUT)
			.body(body);
		self.exchange(request).await?.success()?.json()
	}

	/// Gets all that is below a CID, as a CAR file, which nobody has checked.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn car(&self, cid: &str, job: Option<u32>) -> Result<Download, ClientError> {
		let request = self.request(Method::GET, &["ipfs", cid]).query(&[("format", "car")]);
		let response = self.send(request.query(&of_job(job)).timeout(TRANSFER_TIMEOUT)).await?;
		let url = response.url().to_string();
		if response.status().is_success() {
			return Ok(Download { response, url });
		}
		Err(self.read(response).await?.into_refusal())
	}

	/// What a CID and a path from there stand for.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn file_status(
		&self,
		cid: &str,
		path: &str,
		job: Option<u32>,
	) -> Result<FileStatus, ClientError> {
		let request = self.request(Method::GET, &["v1", "r1fs", "files", cid]);
		let request = request.query(&[("path", path)]).query(&of_job(job));
		self.exchange(request).await?.success()?.json()
	}

	/// Some of what is kept, from a CID on.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn pins(
		&self,
		from: Option<&str>,
		job: Option<u32>,
	) -> Result<PinsPage, ClientError> {
		let request = self.request(Method::GET, &["v1", "r1fs", "pins"]);
		let from: Vec<_> = from.map(|from| ("from", from)).into_iter().collect();
		self.exchange(request.query(&from).query(&of_job(job))).await?.success()?.json()
	}

	/// Brings all that is below a CID to the node, and keeps it.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn pin(
		&self,
		cid: &str,
		name: &str,
		job: Option<u32>,
	) -> Result<PinStatus, ClientError> {
		let request = self.request(Method::POST, &["v1", "r1fs", "pins", cid]);
		let request = request.query(&[("name", name)]).query(&of_job(job));
		self.exchange(request.timeout(TRANSFER_TIMEOUT)).await?.success()?.json()
	}

	/// Keeps it no longer.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn unpin(&self, cid: &str, job: Option<u32>) -> Result<Unpinned, ClientError> {
		let request = self.request(Method::POST, &["v1", "r1fs", "pins", cid, "delete"]);
		self.exchange(request.query(&of_job(job))).await?.success()?.json()
	}

	/// Removes what nobody keeps from the node's disk.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn collect_files(&self) -> Result<FilesCollected, ClientError> {
		let request = self.request(Method::POST, &["v1", "r1fs", "collect"]);
		self.exchange(request.timeout(TRANSFER_TIMEOUT)).await?.success()?.json()
	}

	/// Lets the node read every block, and mend what is damaged.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn scrub_files(&self) -> Result<FilesScrubbed, ClientError> {
		let request = self.request(Method::POST, &["v1", "r1fs", "scrub"]);
		self.exchange(request.timeout(TRANSFER_TIMEOUT)).await?.success()?.json()
	}
}

fn of_job(job: Option<u32>) -> Vec<(&'static str, u32)> {
	job.map(|job| ("job", job)).into_iter().collect()
}
