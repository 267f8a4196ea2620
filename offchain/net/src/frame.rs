// SPDX-License-Identifier: Apache-2.0

//! Frames: a length as a varint, then that many bytes.

use bytes::Bytes;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use r1_core::protobuf::put_varint;
use std::io;

/// Bytes of the longest length that is read: five carry 35 bits.
const LENGTH_BYTES_MAX: u32 = 5;

/// Reads a frame; `None` if the stream ends before it begins.
///
/// # Errors
///
/// The stream fails or ends inside the frame, or the frame is longer than `bytes_max`, of which
/// nothing is read then.
pub(crate) async fn read_frame(
	stream: &mut (impl AsyncRead + Unpin),
	bytes_max: usize,
) -> io::Result<Option<Bytes>> {
	let Some(length) = read_length(stream).await? else { return Ok(None) };
	if (bytes_max as u64) < length {
		let message = format!("frame of {length} bytes is longer than {bytes_max}");
		return Err(io::Error::new(io::ErrorKind::InvalidData, message));
	}
	// Grows with what comes, not with what was announced.
	let mut frame = Vec::new();
	stream.take(length).read_to_end(&mut frame).await?;
	if (frame.len() as u64) < length {
		return Err(io::ErrorKind::UnexpectedEof.into());
	}
	Ok(Some(frame.into()))
}

/// Writes a frame. Does not flush.
///
/// # Errors
///
/// The stream fails.
pub(crate) async fn write_frame(
	stream: &mut (impl AsyncWrite + Unpin),
	frame: &[u8],
) -> io::Result<()> {
	let mut length = Vec::with_capacity(LENGTH_BYTES_MAX as usize);
	put_varint(&mut length, frame.len() as u64);
	stream.write_all(&length).await?;
	stream.write_all(frame).await
}

async fn read_length(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<u64>> {
	let mut length = 0;
	for position in 0..LENGTH_BYTES_MAX {
		let mut byte = [0];
		if stream.read(&mut byte).await? == 0 {
			return match position {
				0 => Ok(None),
				_ => Err(io::ErrorKind::UnexpectedEof.into()),
			};
		}
		length |= u64::from(byte[0] & 0x7f) << (7 * position);
		if byte[0] & 0x80 == 0 {
			return Ok(Some(length));
		}
	}
	Err(io::Error::new(io::ErrorKind::InvalidData, "frame has no valid length"))
}
