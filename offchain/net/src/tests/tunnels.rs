// SPDX-License-Identifier: Apache-2.0

//! Tunnels between real swarms on loopback.

use super::{
	identity,
	network::{Carrier, Node, Options, PATIENCE, keys, start},
};
use crate::{
	InboundTunnel, RefusalKind, TunnelError, TunnelHead, TunnelPort, TunnelRefusal, TunnelStream,
	defaults::{TUNNELS_MAX, TUNNELS_PER_PEER_MAX},
};
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	time::timeout,
};

fn head() -> TunnelHead {
	let port = TunnelPort::Name("http".to_owned());
	TunnelHead { job: 7, container: Some("web".to_owned()), port, token: Some("token".to_owned()) }
}

async fn pair(carrier: Carrier) -> (Node, Node) {
	let options = || Options { carrier, ..Options::default() };
	let a = start(1, &[2], &[], options()).await;
	let b = start(2, &[1], &[&a], options()).await;
	b.until_connected(&a).await;
	(a, b)
}

/// A tunnel from one node to the other, both ends of it.
async fn tunnel(from: &Node, to: &mut Node) -> (TunnelStream, TunnelStream) {
	let head = head();
	let opening = from.handle.open_tunnel(&to.key, &head);
	let taking = async { to.inbound.tunnels.recv().await.unwrap().accept().await.unwrap() };
	let (opened, taken) = timeout(PATIENCE, async { tokio::join!(opening, taking) }).await.unwrap();
	(opened.unwrap(), taken)
}

#[tokio::test]
async fn bytes_should_go_both_ways_and_each_way_end_by_itself() {
	for carrier in [Carrier::Tcp, Carrier::Quic] {
		let (mut a, b) = pair(carrier).await;
		let (mut near, mut far) = tunnel(&b, &mut a).await;
		let question = vec![1; 1 << 20];
		let asking = async {
			near.write_all(&question).await.unwrap();
			near.shutdown().await.unwrap();
			let mut answer = Vec::new();
			near.read_to_end(&mut answer).await.unwrap();
			answer
		};
		let answering = async {
			let mut heard = Vec::new();
			// Ends although the way back is open.
			far.read_to_end(&mut heard).await.unwrap();
			far.write_all(&vec![2; heard.len() + 1]).await.unwrap();
			far.shutdown().await.unwrap();
			heard
		};
		let (answer, heard) =
			timeout(PATIENCE, async { tokio::join!(asking, answering) }).await.unwrap();
		assert!(heard == question && answer == vec![2; (1 << 20) + 1]);
	}
}

#[tokio::test]
async fn head_and_refusal_should_arrive_as_they_were_sent() {
	let (mut a, b) = pair(Carrier::Tcp).await;
	let refusal = TunnelRefusal::new(RefusalKind::NotAllowed, "sign in first");
	let refusing = async {
		let tunnel: InboundTunnel = a.inbound.tunnels.recv().await.unwrap();
		assert_eq!((tunnel.node, &tunnel.head), (b.key, &head()));
		tunnel.refuse(&refusal).await;
		// The second is dropped without a word.
		drop(a.inbound.tunnels.recv().await.unwrap());
	};
	let asking = async {
		match b.handle.open_tunnel(&a.key, &head()).await {
			Err(TunnelError::Refused { refusal: heard }) => assert_eq!(heard, refusal),
			other => panic!("{other:?}"),
		}
		let dropped = b.handle.open_tunnel(&a.key, &head()).await;
		assert!(matches!(dropped, Err(TunnelError::Lost { .. })), "{dropped:?}");
	};
	timeout(PATIENCE, async { tokio::join!(refusing, asking) }).await.unwrap();
	let nobody = b.handle.open_tunnel(&identity(9).key(), &head()).await;
	assert!(matches!(nobody, Err(TunnelError::Unreachable)), "{nobody:?}");
	let wrong = TunnelHead { port: TunnelPort::Number(0), ..head() };
	let unsent = b.handle.open_tunnel(&a.key, &wrong).await;
	assert!(matches!(unsent, Err(TunnelError::Format(_))), "{unsent:?}");
}

#[tokio::test]
async fn writer_should_wait_for_a_reader_that_does_not_read() {
	let (mut a, b) = pair(Carrier::Tcp).await;
	let (mut near, mut far) = tunnel(&b, &mut a).await;
	let piece = vec![0; 64 << 10];
	let mut sent: u64 = 0;
	let pause = std::time::Duration::from_secs(2);
	// As long as somebody takes it in; what nobody reads must not pile up.
	while let Ok(written) = timeout(pause, near.write(&piece)).await {
		sent += written.unwrap() as u64;
		assert!(sent < 64 << 20, "64 MiB are on their way to nobody");
	}
	// Another tunnel of the same connection does not wait.
	let (mut other, mut end) = tunnel(&b, &mut a).await;
	other.write_all(b"here").await.unwrap();
	let mut heard = [0; 4];
	timeout(PATIENCE, end.read_exact(&mut heard)).await.unwrap().unwrap();
	// And the reader gets all of it when it reads.
	drop(near);
	let mut rest = Vec::new();
	// The writer is gone, so that it may end in an error; what came before it must be there.
	let read = timeout(PATIENCE, far.read_to_end(&mut rest)).await.unwrap();
	assert!(read.is_err() || rest.len() as u64 == sent, "{} of {sent}", rest.len());
}

#[tokio::test]
async fn tunnels_should_be_limited_at_both_ends() {
	let (mut a, b) = pair(Carrier::Tcp).await;
	let mut held = Vec::new();
	for _ in 0..TUNNELS_PER_PEER_MAX {
		held.push(tunnel(&b, &mut a).await);
	}
	let more = b.handle.open_tunnel(&a.key, &head()).await;
	assert!(matches!(more, Err(TunnelError::TooMany)), "{more:?}");
	const { assert!(TUNNELS_PER_PEER_MAX < TUNNELS_MAX, "others have room left") };
	// The room is free again when one ends.
	held.pop();
	drop(tunnel(&b, &mut a).await);
	assert_eq!(a.metrics.tunnels_accepted.get(), TUNNELS_PER_PEER_MAX as u64 + 1);
}

#[tokio::test]
async fn stranger_should_get_no_tunnel_and_lose_it_when_it_is_not_admitted_any_more() {
	let mut a = start(1, &[], &[], Options::default()).await;
	let b = start(2, &[1], &[&a], Options::default()).await;
	let refused = b.handle.open_tunnel(&a.key, &head()).await;
	assert!(refused.is_err(), "{refused:?}");
	assert!(a.inbound.tunnels.try_recv().is_err());

	a.admitted.send_replace(keys(&[2]));
	b.until_connected(&a).await;
	let (mut near, _far) = tunnel(&b, &mut a).await;
	a.admitted.send_replace(keys(&[]));
	let mut byte = [0];
	let read = timeout(PATIENCE, near.read(&mut byte)).await.expect("the tunnel ends");
	assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn node_should_be_dialled_when_a_tunnel_to_it_is_wanted() {
	// Both know the middle alone, and find each other through it.
	let middle = start(2, &[1, 3], &[], Options::default()).await;
	let left = start(1, &[2, 3], &[&middle], Options::default()).await;
	let mut right = start(3, &[1, 2], &[&middle], Options::default()).await;
	left.until_connected(&middle).await;
	right.until_connected(&middle).await;
	let head = head();
	let opening = async {
		loop {
			// Where the other is, is heard in its own time.
			match left.handle.open_tunnel(&right.key, &head).await {
				Err(TunnelError::Unreachable) => tokio::task::yield_now().await,
				other => return other,
			}
		}
	};
	let taking = async { right.inbound.tunnels.recv().await.unwrap().accept().await };
	let (opened, taken) = timeout(PATIENCE, async { tokio::join!(opening, taking) }).await.unwrap();
	assert!(opened.is_ok() && taken.is_ok(), "{opened:?}, {taken:?}");
}
