// SPDX-License-Identifier: Apache-2.0

//! The bytes of a tunnel, as others of this daemon read and write them.

use super::slots::Slot;
use libp2p::Stream;
use std::{
	fmt, io,
	pin::Pin,
	task::{Context, Poll, ready},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::{Instant, Sleep, sleep},
};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _};

/// An open tunnel. When nothing moves on it for five minutes, it fails.
///
/// To end the way to the other node, shut it down; the way back goes on. To end both, drop it.
pub struct TunnelStream {
	bytes: Guarded<Compat<Stream>>,
	/// Free again with the last byte.
	_slot: Slot,
}

impl TunnelStream {
	pub(super) fn new(stream: Stream, slot: Slot, idle_max: Duration) -> Self {
		Self { bytes: Guarded::new(stream.compat(), idle_max), _slot: slot }
	}
}

impl fmt::Debug for TunnelStream {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_struct("TunnelStream").finish_non_exhaustive()
	}
}

impl AsyncRead for TunnelStream {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.bytes).poll_read(context, buffer)
	}
}

impl AsyncWrite for TunnelStream {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		Pin::new(&mut self.bytes).poll_write(context, bytes)
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.bytes).poll_flush(context)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.bytes).poll_shutdown(context)
	}
}

/// A stream that fails when nothing has moved on it for a while, in either direction.
#[derive(Debug)]
pub struct Guarded<S> {
	stream: S,
	idle_max: Duration,
	/// Whoever waits last is woken by it, which is enough: the error ends both directions.
	deadline: Pin<Box<Sleep>>,
}

impl<S> Guarded<S> {
	/// Lets a stream rest for so long.
	#[must_use]
	pub fn new(stream: S, idle_max: Duration) -> Self {
		Self { stream, idle_max, deadline: Box::pin(sleep(idle_max)) }
	}

	/// What came of a try to move something.
	fn tried<T>(
		&mut self,
		context: &mut Context<'_>,
		outcome: Poll<io::Result<T>>,
	) -> Poll<io::Result<T>> {
		if outcome.is_ready() {
			self.deadline.as_mut().reset(Instant::now() + self.idle_max);
			return outcome;
		}
		ready!(self.deadline.as_mut().poll(context));
		let message = format!("nothing has moved for {} s", self.idle_max.as_secs());
		Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, message)))
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		let read = Pin::new(&mut self.stream).poll_read(context, buffer);
		self.tried(context, read)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write(context, bytes);
		self.tried(context, written)
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		// A flush of nothing moves nothing, so it must not put the end off.
		match Pin::new(&mut self.stream).poll_flush(context) {
			Poll::Ready(flushed) => Poll::Ready(flushed),
			Poll::Pending => self.tried(context, Poll::Pending),
		}
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let closed = Pin::new(&mut self.stream).poll_shutdown(context);
		self.tried(context, closed)
	}
}
