// SPDX-License-Identifier: Apache-2.0

//! One connection that speaks just enough HTTP/1.1, and costs as little as it can: on a machine of
//! two cores the client must not be what is measured.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::TcpStream,
};

/// Longest head of a response that is read, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Where the daemon listens.
#[derive(Clone, Debug)]
pub(crate) struct Place {
	authority: String,
}

impl Place {
	/// Of an address like `http://127.0.0.1:31236`.
	pub(crate) fn of_url(url: &str) -> Result<Self> {
		let authority = url.strip_prefix("http://").context("the address begins with http://")?;
		Ok(Self { authority: authority.trim_end_matches('/').to_owned() })
	}

	pub(crate) async fn connect(&self) -> Result<Connection> {
		let stream = TcpStream::connect(&self.authority)
			.await
			.with_context(|| format!("could not connect to {}", self.authority))?;
		stream.set_nodelay(true)?;
		Ok(Connection { stream, buffer: Vec::with_capacity(HEAD_BYTES_MAX) })
	}

	/// The bytes of a request for something.
	pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Vec<u8> {
		let authorization =
			token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
		format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{authorization}\r\n", self.authority)
			.into_bytes()
	}

	/// The bytes of a request that sends JSON.
	pub(crate) fn post(&self, path: &str, body: &Value) -> Vec<u8> {
		let body = body.to_string();
		format!(
			"POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
			 content-length: {}\r\n\r\n{body}",
			self.authority,
			body.len()
		)
		.into_bytes()
	}
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Connection {
	stream: TcpStream,
	/// What has been read and not been looked at.
	buffer: Vec<u8>,
}

impl Connection {
	/// Sends a request, and returns the body of the answer.
	///
	/// # Errors
	///
	/// The answer is not 200, or no answer.
	pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Vec<u8>> {
		self.stream.write_all(request).await?;
		let head = loop {
			if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
				break end + 4;
			}
			ensure!(self.buffer.len() <= HEAD_BYTES_MAX, "the head of the answer does not end");
			self.read().await?;
		};
		let text = std::str::from_utf8(&self.buffer[..head]).context("the head is text")?;
		let is_ok = text.starts_with("HTTP/1.1 200 ");
		let length = text
			.lines()
			.filter_map(|line| line.split_once(": "))
			.find_map(|(name, value)| {
				name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>())
			})
			.context("the answer has no length")??;
		while self.buffer.len() < head + length {
			self.read().await?;
		}
		let answer: Vec<u8> = self.buffer.drain(..head + length).collect();
		ensure!(is_ok, "{}", String::from_utf8_lossy(&answer));
		Ok(answer[head..].to_vec())
	}

	/// Sends a request, and reads JSON.
	pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Value> {
		let body = self.exchange(request).await?;
		serde_json::from_slice(&body).context("the answer is no JSON")
	}

	async fn read(&mut self) -> Result<()> {
		let count = self.stream.read_buf(&mut self.buffer).await?;
		ensure!(count != 0, "the daemon closed the connection");
		Ok(())
	}
}
