// SPDX-License-Identifier: Apache-2.0

//! What writes to a writer, as a stream for a body.

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use std::io;
use tokio::{
	io::{DuplexStream, duplex},
	spawn,
};
use tokio_util::io::ReaderStream;

/// Bytes that wait for whoever reads them.
const AHEAD_BYTES: usize = 256 * 1024;

/// The bytes that `write` writes. If it fails, so does the stream, and nobody takes what came for the
/// whole; if the stream is dropped, writing fails.
pub(crate) fn piped<F, W, T>(write: F) -> impl Stream<Item = io::Result<Bytes>> + Send
where
	F: FnOnce(DuplexStream) -> W,
	W: Future<Output = io::Result<T>> + Send + 'static,
	T: Send + 'static,
{
	let (writer, reader) = duplex(AHEAD_BYTES);
	let written = spawn(write(writer));
	let end = stream::once(async move {
		match written.await {
			Ok(Ok(_written)) => None,
			Ok(Err(error)) => Some(Err(error)),
			Err(died) => Some(Err(died.into())),
		}
	});
	ReaderStream::new(reader).chain(end.filter_map(|end| async { end }))
}
