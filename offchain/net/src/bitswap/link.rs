// SPDX-License-Identifier: Apache-2.0

//! Moving bitswap messages to and from one peer.
//!
//! A link writes; each stream that the peer opens has a reader of its own. Both end with the
//! connection.

use super::{
	answer::answer_some,
	message::{Message, MessageError, WantEntry},
	serve::Answered,
};
use crate::{
	frame::{read_frame, write_frame},
	streams::Opened,
};
use futures::{AsyncWriteExt, channel::oneshot};
use libp2p::{PeerId, Stream, StreamProtocol};
use r1_core::{BlockStore, error_chain};
use std::{io, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// The protocol, as IPFS tools name it.
pub(crate) const BITSWAP: StreamProtocol = StreamProtocol::new("/ipfs/bitswap/1.2.0");

/// Orders that wait for a link. What does not fit is dropped: wants are repeated.
pub(crate) const ORDERS_MAX: usize = 256;

/// How long one message may take to be written: 4 MiB over 4 Mbit/s.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a peer may keep a stream open without saying anything.
const READ_IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// What a link is told to do.
#[derive(Debug)]
pub(crate) enum Order {
	/// Send a message.
	Send(Message),
	/// Answer the entries from the store, as many as one message holds.
	Answer(Vec<WantEntry>),
}

/// What links and readers tell whoever owns the swarm.
#[derive(Debug)]
pub(crate) enum Event {
	/// A message has come.
	Received { peer: PeerId, message: Message },
	/// A peer has sent what is no message; its stream is closed.
	Malformed { peer: PeerId },
	/// An answer is sent, or failed to be.
	Answered { peer: PeerId, answered: Answered },
}

/// Asks for a stream to a peer.
#[derive(Debug)]
pub(crate) struct Open {
	pub(crate) peer: PeerId,
	/// Gets it; dropped if there is none.
	pub(crate) opened: Opened,
}

/// What a link needs.
#[derive(Clone)]
pub(crate) struct Ends {
	pub(crate) store: Arc<dyn BlockStore>,
	/// Where streams come from.
	pub(crate) opens: mpsc::Sender<Open>,
	pub(crate) events: mpsc::Sender<Event>,
	/// Bytes of a message that is read.
	pub(crate) message_bytes_max: usize,
}

/// Carries out the orders for one peer, one after another, until there are no more to come.
pub(crate) async fn link_task(peer: PeerId, ends: Ends, mut orders: mpsc::Receiver<Order>) {
	let mut writer = Writer { peer, opens: ends.opens, stream: None };
	while let Some(order) = orders.recv().await {
		let outcome = match order {
			Order::Send(message) => writer.send(&message).await,
			Order::Answer(entries) => {
				let (answered, outcome) = answer(&mut writer, &ends.store, entries).await;
				if ends.events.send(Event::Answered { peer, answered }).await.is_err() {
					return;
				}
				outcome
			},
		};
		if let Err(error) = outcome {
			// The engines do not wait for it: others are asked, and this peer again later.
			tracing::debug!(target: "r1::net", %peer, error = error_chain(&error), "bitswap write failed");
		}
	}
}

/// Hands on what a peer says on one stream, until it ends or says something wrong.
pub(crate) async fn reader_task(peer: PeerId, stream: Stream, ends: Ends) {
	let Err(error) = read_messages(peer, stream, &ends).await else { return };
	tracing::debug!(target: "r1::net", %peer, error = error_chain(&error), "bitswap stream ended");
	if matches!(error, ReadError::Malformed(_)) {
		// Whoever would have taken it is gone, and so is the connection.
		let _gone = ends.events.send(Event::Malformed { peer }).await;
	}
}

async fn read_messages(peer: PeerId, mut stream: Stream, ends: &Ends) -> Result<(), ReadError> {
	loop {
		let frame = timeout(READ_IDLE_TIMEOUT, read_frame(&mut stream, ends.message_bytes_max));
		let frame = frame.await.map_err(io::Error::from)??;
		let Some(frame) = frame else { return Ok(()) };
		let message = Message::decode(&frame)?;
		// Waits while the owner is busy, and so does the peer then.
		if ends.events.send(Event::Received { peer, message }).await.is_err() {
			return Ok(());
		}
	}
}

/// Why a stream is not read any more.
#[derive(Debug, thiserror::Error)]
enum ReadError {
	/// The stream failed, or a frame is too long.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The peer does not speak the protocol.
	#[error(transparent)]
	Malformed(#[from] MessageError),
}

/// Answers what one message holds. If that fails, the peer gets nothing more of what it asked.
async fn answer(
	writer: &mut Writer,
	store: &Arc<dyn BlockStore>,
	entries: Vec<WantEntry>,
) -> (Answered, io::Result<()>) {
	let store = Arc::clone(store);
	let looked_up = tokio::task::spawn_blocking(move || answer_some(store.as_ref(), entries));
	let (message, answered) = match looked_up.await {
		Ok(looked_up) => looked_up,
		Err(error) => return (Answered::default(), Err(error.into())),
	};
	if message.is_empty() {
		return (answered, Ok(()));
	}
	match writer.send(&message).await {
		Ok(()) => (answered, Ok(())),
		Err(error) => (Answered::default(), Err(error)),
	}
}

/// Our stream to a peer, opened when there is something to say.
struct Writer {
	peer: PeerId,
	opens: mpsc::Sender<Open>,
	stream: Option<Stream>,
}

impl Writer {
	async fn send(&mut self, message: &Message) -> io::Result<()> {
		let frame = message.encode();
		// The peer may have closed an idle stream: then, and only then, a new one helps.
		if let Some(stream) = self.stream.take()
			&& let Ok(stream) = write(stream, &frame).await
		{
			self.stream = Some(stream);
			return Ok(());
		}
		let stream = timeout(WRITE_TIMEOUT, self.open()).await??;
		self.stream = Some(write(stream, &frame).await?);
		Ok(())
	}

	// Takes `self` mutably because a stream may not be shared between threads, and neither may
	// whatever holds one.
	async fn open(&mut self) -> io::Result<Stream> {
		let (opened, stream) = oneshot::channel();
		let open = Open { peer: self.peer, opened };
		self.opens.send(open).await.map_err(|_closed| io::ErrorKind::NotConnected)?;
		stream.await.map_err(|_refused| io::ErrorKind::NotConnected.into())
	}
}

/// Writes a whole frame, or gives the stream up.
async fn write(mut stream: Stream, frame: &[u8]) -> io::Result<Stream> {
	timeout(WRITE_TIMEOUT, async {
		write_frame(&mut stream, frame).await?;
		stream.flush().await
	})
	.await??;
	Ok(stream)
}
