// SPDX-License-Identifier: Apache-2.0

//! Requests between nodes: one frame there, one frame back.
//!
//! Each kind of request has a protocol, limits and a queue of its own, so that a flood of one kind
//! is not in the way of another.

use crate::{
	config::Config,
	defaults::{
		ACCESS_ANSWER_BYTES_MAX, ACCESS_PER_MINUTE_MAX, ACCESS_REQUEST_BYTES_MAX, ACCESS_TIMEOUT,
		ANCHORS_BYTES_MAX, ANCHORS_PER_MINUTE_MAX, ANCHORS_TIMEOUT, CAPABILITIES_PER_MINUTE_MAX,
		CAPABILITIES_TIMEOUT, CHALLENGE_TIMEOUT, CHALLENGES_PER_MINUTE_MAX, STORE_BYTES_MAX,
		STORE_PER_MINUTE_MAX, STORE_TIMEOUT,
	},
	frame::{read_frame, write_frame},
};
use bytes::Bytes;
use futures::{AsyncRead, AsyncWrite};
use libp2p::{
	StreamProtocol,
	request_response::{self, ProtocolSupport},
};
use r1_primitives::{CAPABILITIES_BYTES_MAX, CHALLENGE_BYTES};
use std::{io, time::Duration};

/// Requests of one peer that are carried at a time, both ways.
const STREAMS_MAX: usize = 32;

/// Bytes of an ed25519 signature, which answers a challenge.
const SIGNATURE_BYTES: usize = 64;

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
	/// An oracle probes a model.
	Inference,
	/// An oracle asks a node to sign something.
	Challenge,
	/// A node asks another what its machine is; the request is empty.
	Capabilities,
	/// A node asks another about access: which revocations it holds, whom secrets are sealed for.
	Access,
	/// A replica of the store speaks to another.
	Store,
	/// A node tells an oracle what it held for jobs when an epoch ended.
	Anchors,
}

impl Kind {
	/// The protocol that carries it.
	fn protocol(self) -> StreamProtocol {
		StreamProtocol::new(match self {
			Self::Inference => "/r1/inference/1",
			Self::Challenge => "/r1/challenge/1",
			Self::Capabilities => "/r1/capabilities/1",
			Self::Access => "/r1/access/1",
			Self::Store => "/r1/store/1",
			Self::Anchors => "/r1/anchors/1",
		})
	}

	/// What it may be.
	pub(crate) fn limits(self, config: &Config) -> Limits {
		match self {
			Self::Inference => Limits {
				request_bytes_max: config.request_bytes_max,
				answer_bytes_max: config.request_bytes_max,
				timeout: Duration::from_millis(config.request_timeout_ms),
				per_minute_max: None,
			},
			Self::Challenge => Limits {
				request_bytes_max: CHALLENGE_BYTES,
				answer_bytes_max: SIGNATURE_BYTES,
				timeout: CHALLENGE_TIMEOUT,
				per_minute_max: Some(CHALLENGES_PER_MINUTE_MAX),
			},
			Self::Capabilities => Limits {
				request_bytes_max: 0,
				answer_bytes_max: CAPABILITIES_BYTES_MAX,
				timeout: CAPABILITIES_TIMEOUT,
				per_minute_max: Some(CAPABILITIES_PER_MINUTE_MAX),
			},
			Self::Access => Limits {
				request_bytes_max: ACCESS_REQUEST_BYTES_MAX,
				answer_bytes_max: ACCESS_ANSWER_BYTES_MAX,
				timeout: ACCESS_TIMEOUT,
				per_minute_max: Some(ACCESS_PER_MINUTE_MAX),
			},
			Self::Store => Limits {
				request_bytes_max: STORE_BYTES_MAX,
				answer_bytes_max: STORE_BYTES_MAX,
				timeout: STORE_TIMEOUT,
				per_minute_max: Some(STORE_PER_MINUTE_MAX),
			},
			Self::Anchors => Limits {
				request_bytes_max: ANCHORS_BYTES_MAX,
				answer_bytes_max: 1,
				timeout: ANCHORS_TIMEOUT,
				per_minute_max: Some(ANCHORS_PER_MINUTE_MAX),
			},
		}
	}
}

/// What requests of a kind may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
	/// Bytes of a request.
	pub(crate) request_bytes_max: usize,
	/// Bytes of an answer.
	pub(crate) answer_bytes_max: usize,
	/// From one end to the other and back.
	pub(crate) timeout: Duration,
	/// Requests of one peer that are let in; `None` where whoever answers has a limit.
	pub(crate) per_minute_max: Option<u32>,
}

/// The behaviour that carries requests of one kind.
pub(crate) type Behaviour = request_response::Behaviour<FrameCodec>;

/// Makes it.
pub(crate) fn behaviour(kind: Kind, config: &Config) -> Behaviour {
	let Limits { request_bytes_max, answer_bytes_max, timeout, .. } = kind.limits(config);
	let config = request_response::Config::default()
		.with_request_timeout(timeout)
		.with_max_concurrent_streams(STREAMS_MAX);
	request_response::Behaviour::with_codec(
		FrameCodec { request_bytes_max, answer_bytes_max },
		[(kind.protocol(), ProtocolSupport::Full)],
		config,
	)
}

/// Frames of opaque bytes, bounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameCodec {
	request_bytes_max: usize,
	answer_bytes_max: usize,
}

impl request_response::Codec for FrameCodec {
	type Protocol = StreamProtocol;
	type Request = Bytes;
	type Response = Bytes;

	async fn read_request<T>(&mut self, _: &StreamProtocol, stream: &mut T) -> io::Result<Bytes>
	where
		T: AsyncRead + Unpin + Send,
	{
		read(stream, self.request_bytes_max).await
	}

	async fn read_response<T>(&mut self, _: &StreamProtocol, stream: &mut T) -> io::Result<Bytes>
	where
		T: AsyncRead + Unpin + Send,
	{
		read(stream, self.answer_bytes_max).await
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

async fn read(stream: &mut (impl AsyncRead + Unpin), bytes_max: usize) -> io::Result<Bytes> {
	let frame = read_frame(stream, bytes_max).await?;
	frame.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
