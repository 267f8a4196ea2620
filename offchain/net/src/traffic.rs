// SPDX-License-Identifier: Apache-2.0

//! Counts the bytes of connections over TCP: Noise, yamux and everything within.

use crate::metrics::Metrics;
use futures::{AsyncRead, AsyncWrite};
use libp2p::tcp::tokio::TcpStream;
use std::{
	io::{self, IoSlice, IoSliceMut},
	pin::Pin,
	task::{Context, Poll, ready},
};

/// A connection whose bytes are counted.
///
/// What TCP and IP add is not seen from here, nor are connections over QUIC, which libp2p opens
/// together with all that is in them.
pub(crate) struct Counted {
	stream: TcpStream,
	metrics: Metrics,
}

impl Counted {
	pub(crate) fn new(stream: TcpStream, metrics: Metrics) -> Self {
		Self { stream, metrics }
	}

	fn received(&self, bytes: usize) -> Poll<io::Result<usize>> {
		self.metrics.tcp_bytes_received.inc_by(bytes as u64);
		Poll::Ready(Ok(bytes))
	}

	fn sent(&self, bytes: usize) -> Poll<io::Result<usize>> {
		self.metrics.tcp_bytes_sent.inc_by(bytes as u64);
		Poll::Ready(Ok(bytes))
	}
}

impl AsyncRead for Counted {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut [u8],
	) -> Poll<io::Result<usize>> {
		let bytes = ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
		self.received(bytes)
	}

	fn poll_read_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffers: &mut [IoSliceMut<'_>],
	) -> Poll<io::Result<usize>> {
		let bytes = ready!(Pin::new(&mut self.stream).poll_read_vectored(context, buffers))?;
		self.received(bytes)
	}
}

impl AsyncWrite for Counted {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &[u8],
	) -> Poll<io::Result<usize>> {
		let bytes = ready!(Pin::new(&mut self.stream).poll_write(context, buffer))?;
		self.sent(bytes)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffers: &[IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let bytes = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, buffers))?;
		self.sent(bytes)
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_flush(context)
	}

	fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_close(context)
	}
}
