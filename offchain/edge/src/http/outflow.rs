// SPDX-License-Identifier: Apache-2.0

//! Clients that ask and do not take the answer.
//!
//! Nothing else ends such a connection: the client answers the kernel's questions whether it is still
//! there, and whoever writes waits for room.

use std::{
	io,
	pin::Pin,
	task::{Context, Poll, ready},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::{Sleep, sleep},
};

/// A connection that fails when nothing of what is written to it has been taken for a while.
#[derive(Debug)]
pub(super) struct Outflow<S> {
	stream: S,
	time_max: Duration,
	/// When it fails, while something waits to be taken.
	deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Outflow<S> {
	/// Lets the other end rest for so long.
	pub(super) fn new(stream: S, time_max: Duration) -> Self {
		Self { stream, time_max, deadline: None }
	}

	/// What came of a try to write.
	fn tried<T>(
		&mut self,
		context: &mut Context<'_>,
		outcome: Poll<io::Result<T>>,
	) -> Poll<io::Result<T>> {
		if outcome.is_ready() {
			self.deadline = None;
			return outcome;
		}
		let time_max = self.time_max;
		let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(time_max)));
		ready!(deadline.as_mut().poll(context));
		let message = format!("the client has taken nothing for {} s", time_max.as_secs());
		Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, message)))
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Outflow<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_read(context, buffer)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Outflow<S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write(context, bytes);
		self.tried(context, written)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		pieces: &[io::IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
		self.tried(context, written)
	}

	fn is_write_vectored(&self) -> bool {
		self.stream.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let flushed = Pin::new(&mut self.stream).poll_flush(context);
		self.tried(context, flushed)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let ended = Pin::new(&mut self.stream).poll_shutdown(context);
		self.tried(context, ended)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

	const SHORT: Duration = Duration::from_millis(500);

	#[tokio::test]
	async fn connection_should_fail_when_nothing_is_taken() {
		let (near, _far) = duplex(8);
		let mut outflow = Outflow::new(near, SHORT);
		outflow.write_all(&[1; 8]).await.unwrap();
		let began = tokio::time::Instant::now();
		let failed = outflow.write_all(&[2; 8]).await.unwrap_err();
		assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
		assert!(SHORT <= began.elapsed());
	}

	#[tokio::test]
	async fn client_that_takes_a_little_now_and_then_should_be_served() {
		let (near, mut far) = duplex(8);
		let mut outflow = Outflow::new(near, SHORT);
		let began = tokio::time::Instant::now();
		let mut taken = [0; 8];
		let taking = async {
			for _ in 0..6 {
				tokio::time::sleep(SHORT / 4).await;
				far.read_exact(&mut taken).await.unwrap();
			}
		};
		let (written, ()) = tokio::join!(outflow.write_all(&[3; 48]), taking);
		written.unwrap();
		assert!(SHORT < began.elapsed(), "it took longer than nothing may be taken");
		// Nor is one late that had nothing to take.
		outflow.write_all(&[4; 8]).await.unwrap();
	}
}
