// SPDX-License-Identifier: Apache-2.0

//! Sealing while reading.

use super::keys::{KeyError, Recipients};
use age::stream::StreamWriter;
use std::{
	io::{self, Write},
	mem,
	pin::Pin,
	sync::{Arc, Mutex, PoisonError},
	task::{Context, Poll, ready},
};
use tokio::{
	io::{AsyncRead, ReadBuf},
	task::spawn_blocking,
};

/// Bytes that are sealed in one go: a chunk of `age`.
const PIECE_BYTES: usize = 64 * 1024;

/// Yields a reader's bytes, sealed.
pub(crate) struct SealingReader<R> {
	reader: R,
	/// `None` after the end.
	writer: Option<StreamWriter<Sink>>,
	sink: Sink,
	piece: Box<[u8]>,
	/// What is sealed and not read yet.
	sealed: Vec<u8>,
	position: usize,
	bytes: u64,
}

/// Where sealed bytes go, so that they can be taken while more are sealed.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
	fn take_into(&self, sealed: &mut Vec<u8>) {
		let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		sealed.clear();
		mem::swap(sealed, &mut written);
	}
}

impl Write for Sink {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

impl<R: AsyncRead + Unpin> SealingReader<R> {
	/// Makes a random key, and wraps it for the recipients.
	pub(crate) async fn new(reader: R, recipients: &Recipients) -> Result<Self, KeyError> {
		let refused = |reason: String| KeyError::Refused { reason };
		let sink = Sink::default();
		let (recipients, written) = (recipients.clone(), sink.clone());
		let wrap = move || {
			let encryptor = recipients.encryptor()?;
			encryptor.wrap_output(written).map_err(|error| refused(error.to_string()))
		};
		let writer = spawn_blocking(wrap).await.map_err(|error| refused(error.to_string()))??;
		let mut sealed = Vec::new();
		sink.take_into(&mut sealed);
		let piece = vec![0; PIECE_BYTES].into_boxed_slice();
		Ok(Self { reader, writer: Some(writer), sink, piece, sealed, position: 0, bytes: 0 })
	}

	/// Bytes that were read and sealed.
	pub(crate) fn bytes(&self) -> u64 {
		self.bytes
	}

	/// Seals the next piece.
	fn poll_seal(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let Some(writer) = &mut self.writer else { return Poll::Ready(Ok(())) };
		let mut piece = ReadBuf::new(&mut self.piece);
		ready!(Pin::new(&mut self.reader).poll_read(context, &mut piece))?;
		match piece.filled() {
			[] => {
				if let Some(writer) = self.writer.take() {
					writer.finish()?;
				}
			},
			bytes => {
				writer.write_all(bytes)?;
				self.bytes += bytes.len() as u64;
			},
		}
		self.sink.take_into(&mut self.sealed);
		self.position = 0;
		Poll::Ready(Ok(()))
	}
}

impl<R: AsyncRead + Unpin> AsyncRead for SealingReader<R> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		while self.position == self.sealed.len() && self.writer.is_some() {
			ready!(self.poll_seal(context))?;
		}
		let left = &self.sealed[self.position..];
		let taken = left.len().min(buffer.remaining());
		buffer.put_slice(&left[..taken]);
		self.position += taken;
		Poll::Ready(Ok(()))
	}
}
