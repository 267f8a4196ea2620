// SPDX-License-Identifier: Apache-2.0

//! What is pure about tunnels: heads, answers, room, and the end of what rests.

use super::peer;
use crate::{
	Guarded, RefusalKind, TunnelHead, TunnelPort, TunnelRefusal,
	defaults::{TUNNEL_HEAD_BYTES_MAX, TUNNEL_REASON_BYTES_MAX, TUNNEL_TOKEN_BYTES_MAX},
	tunnel::{Slots, decode_answer, encode_answer},
};
use proptest::prelude::*;
use std::{
	io,
	pin::Pin,
	task::{Context, Poll},
	time::Duration,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};

fn head(port: TunnelPort) -> TunnelHead {
	TunnelHead { job: 7, container: None, port, token: None }
}

prop_compose! {
	fn any_head()(
		job in any::<u32>(),
		container in prop::option::of("[a-z0-9-]{1,64}"),
		port in prop_oneof![
			(1_u16..).prop_map(TunnelPort::Number),
			"[a-z0-9-]{1,64}".prop_map(TunnelPort::Name),
		],
		token in prop::option::of("[!-~]{1,200}"),
	) -> TunnelHead {
		TunnelHead { job, container, port, token }
	}
}

proptest! {
	#[test]
	fn head_should_be_read_as_it_was_written(head in any_head()) {
		let bytes = head.encode().unwrap();
		prop_assert!(bytes.len() <= TUNNEL_HEAD_BYTES_MAX);
		prop_assert_eq!(TunnelHead::decode(&bytes), Ok(head));
	}

	#[test]
	fn whatever_is_read_should_be_written_as_the_same(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
		if let Ok(head) = TunnelHead::decode(&bytes) {
			prop_assert_eq!(head.encode().unwrap(), bytes);
		}
	}

	#[test]
	fn refusal_should_be_read_as_it_was_written(reason in "\\PC{0,40}") {
		for kind in [RefusalKind::NotHere, RefusalKind::NotAllowed, RefusalKind::Busy] {
			let refused = Err(TunnelRefusal::new(kind, &reason));
			prop_assert_eq!(decode_answer(&encode_answer(&refused)), Ok(refused));
		}
	}
}

#[test]
fn head_should_be_refused_when_a_part_of_it_is_none() {
	let good = head(TunnelPort::Number(80)).encode().unwrap();
	for end in 0..good.len() {
		assert!(TunnelHead::decode(&good[..end]).is_err(), "cut to {end}");
	}
	let long = "a".repeat(65);
	for port in [TunnelPort::Number(0), TunnelPort::Name(String::new()), TunnelPort::Name(long)] {
		assert!(head(port.clone()).encode().is_err(), "{port:?}");
	}
	for name in ["Web", "a b", "a/b", "ä", "a\n"] {
		let container = Some(name.to_owned());
		assert!(
			TunnelHead { container, ..head(TunnelPort::Number(1)) }.encode().is_err(),
			"{name}"
		);
	}
	let with_token =
		|token: String| TunnelHead { token: Some(token), ..head(TunnelPort::Number(1)) };
	assert!(with_token("t".repeat(TUNNEL_TOKEN_BYTES_MAX)).encode().is_ok());
	assert!(with_token("t".repeat(TUNNEL_TOKEN_BYTES_MAX + 1)).encode().is_err());
	for token in ["", "a b", "a\r\nb"] {
		assert!(with_token(token.to_owned()).encode().is_err(), "{token:?}");
	}
	let token = with_token("secret".to_owned());
	assert!(!format!("{token:?}").contains("secret"));
}

#[test]
fn answer_should_be_bounded_and_one_line() {
	assert_eq!(decode_answer(&encode_answer(&Ok(()))), Ok(Ok(())));
	assert!(decode_answer(&[]).is_err() && decode_answer(&[0, 0]).is_err());
	let long = TunnelRefusal::new(RefusalKind::NotReady, &"ä".repeat(TUNNEL_REASON_BYTES_MAX));
	assert_eq!(long.reason.len(), TUNNEL_REASON_BYTES_MAX);
	let refusal = decode_answer(b"\x05first\r\n\x1b[31msecond").unwrap().unwrap_err();
	assert_eq!(refusal.kind, RefusalKind::NoConnection);
	assert_eq!(refusal.reason, "first   [31msecond");
	// A code of tomorrow.
	assert_eq!(decode_answer(&[99]).unwrap().unwrap_err().kind, RefusalKind::Other);
}

#[test]
fn one_peer_should_not_take_the_room_of_all() {
	let slots = Slots::new(2, 3);
	let held: Vec<_> = (0..2).map(|_| slots.take(peer(1)).unwrap()).collect();
	assert!(slots.take(peer(1)).is_none());
	let other = slots.take(peer(2)).unwrap();
	assert!(slots.take(peer(3)).is_none(), "three in all");
	drop(other);
	assert!(slots.take(peer(3)).is_some());
	drop(held);
	let all: Vec<_> = [1, 1, 2].map(|number| slots.take(peer(number)).unwrap()).into();
	assert_eq!(all.len(), 3);
}

/// A stream whose other end is there, and says and takes nothing; or takes everything.
struct Resting {
	takes: bool,
}

impl AsyncRead for Resting {
	fn poll_read(
		self: Pin<&mut Self>,
		_: &mut Context<'_>,
		_: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Poll::Pending
	}
}

impl AsyncWrite for Resting {
	fn poll_write(
		self: Pin<&mut Self>,
		_: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		if self.takes { Poll::Ready(Ok(bytes.len())) } else { Poll::Pending }
	}

	fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
		Poll::Ready(Ok(()))
	}

	fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
		Poll::Pending
	}
}

#[tokio::test]
async fn stream_should_fail_when_nothing_moves_in_either_direction() {
	let rest = Duration::from_millis(50);
	let mut stream = Guarded::new(Resting { takes: false }, rest);
	assert_eq!(stream.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
	let mut stream = Guarded::new(Resting { takes: false }, rest);
	assert_eq!(stream.write_u8(1).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
	assert_eq!(stream.shutdown().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn stream_should_live_as_long_as_one_direction_moves() {
	let rest = Duration::from_millis(200);
	let mut stream = Guarded::new(Resting { takes: true }, rest);
	let began = tokio::time::Instant::now();
	while began.elapsed() < 3 * rest {
		// The reader waits all the time; the writer moves a byte now and then.
		let read = tokio::time::timeout(rest / 20, stream.read_u8()).await;
		assert!(read.is_err(), "{read:?} after {:?}", began.elapsed());
		stream.write_u8(1).await.unwrap();
	}
	assert_eq!(stream.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
}
