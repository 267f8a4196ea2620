// SPDX-License-Identifier: Apache-2.0

//! Requests between nodes: one frame there, one frame back.

use crate::frame::{read_frame, write_frame};
use bytes::Bytes;
use futures::{AsyncRead, AsyncWrite};
use libp2p::{
	StreamProtocol,
	request_response::{self, ProtocolSupport},
};
use std::{io, time::Duration};

/// The protocol by which one node asks another to run a model.
pub(crate) const INFERENCE: StreamProtocol = StreamProtocol::new("/r1/inference/1");

/// Requests of one peer that are carried at a time, both ways.
const STREAMS_MAX: usize = 32;

/// The behaviour that carries requests.
pub(crate) type Behaviour = request_response::Behaviour<FrameCodec>;

/// Makes it.
pub(crate) fn behaviour(bytes_max: usize, timeout: Duration) -> Behaviour {
	let config = request_response::Config::default()
		.with_request_timeout(timeout)
		.with_max_concurrent_streams(STREAMS_MAX);
	request_response::Behaviour::with_codec(
		FrameCodec { bytes_max },
		[(INFERENCE, ProtocolSupport::Full)],
		config,
	)
}

/// Frames of opaque bytes, bounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameCodec {
	bytes_max: usize,
}

impl FrameCodec {
	async fn read(&self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Bytes> {
		let frame = read_frame(stream, self.bytes_max).await?;
		frame.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
	}
}

impl request_response::Codec for FrameCodec {
	type Protocol = StreamProtocol;
	type Request = Bytes;
	type Response = Bytes;

	async fn read_request<T>(&mut self, _: &StreamProtocol, stream: &mut T) -> io::Result<Bytes>
	where
		T: AsyncRead + Unpin + Send,
	{
		self.read(stream).await
	}

	async fn read_response<T>(&mut self, _: &StreamProtocol, stream: &mut T) -> io::Result<Bytes>
	where
		T: AsyncRead + Unpin + Send,
	{
		self.read(stream).await
	}

	async fn write_request<T>(
		&mut self,
		_: &StreamProtocol,
		stream: &mut T,
		request: Bytes,
	) -> io::Result<()>
	where
		T: AsyncWrite + Unpin + Send,
	{
		write_frame(stream, &request).await
	}

	async fn write_response<T>(
		&mut self,
		_: &StreamProtocol,
		stream: &mut T,
		response: Bytes,
	) -> io::Result<()>
	where
		T: AsyncWrite + Unpin + Send,
	{
		write_frame(stream, &response).await
	}
}
