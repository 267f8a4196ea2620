// SPDX-License-Identifier: Apache-2.0

//! A file of any length whose bytes do not repeat, as fast as memory.

use std::{
	io,
	pin::Pin,
	task::{Context, Poll},
};
use tokio::io::{AsyncRead, ReadBuf};

/// Reads so many bytes.
#[derive(Debug)]
pub(super) struct Content {
	state: u64,
	left: u64,
}

impl Content {
	pub(super) fn new(bytes: u64) -> Self {
		Self { state: 1, left: bytes }
	}

	/// Fills a buffer with what is next.
	fn fill(&mut self, buffer: &mut [u8]) {
		for chunk in buffer.chunks_mut(8) {
			// A step of a linear congruential generator (Knuth's MMIX): eight bytes for a multiplication.
			self.state = self
				.state
				.wrapping_mul(6_364_136_223_846_793_005)
				.wrapping_add(1_442_695_040_888_963_407);
			chunk.copy_from_slice(&self.state.to_le_bytes()[..chunk.len()]);
		}
	}
}

impl AsyncRead for Content {
	fn poll_read(
		mut self: Pin<&mut Self>,
		_: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.remaining());
		let place = buffer.initialize_unfilled_to(length);
		self.fill(place);
		buffer.advance(length);
		self.left -= length as u64;
		Poll::Ready(Ok(()))
	}
}
