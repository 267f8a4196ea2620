// SPDX-License-Identifier: Apache-2.0

//! Moving bitswap messages to and from one peer.
//!
//! A session writes; each stream that the peer opens has a reader of its own. Both end with the
//! connection.

use super::{
	answer::answer_some,
	message::{MESSAGE_BYTES_MAX, Message, WantEntry},
};
use crate::{
	actor::Command,
	frame::{read_frame, write_frame},
};
use cid::Cid;
use futures::{AsyncWriteExt, channel::oneshot};
use libp2p::{PeerId, Stream, StreamProtocol};
use r1_core::{BlockStore, error_chain};
use std::{collections::VecDeque, io, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// The protocol, as IPFS tools name it.
pub(crate) const BITSWAP: StreamProtocol = StreamProtocol::new("/ipfs/bitswap/1.2.0");

/// Orders that wait for a session. What does not fit is dropped: wants are repeated.
pub(crate) const ORDERS_MAX: usize = 256;

/// How long one message may take to be written: 4 MiB over 4 Mbit/s.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a peer may keep a stream open without saying anything.
const READ_IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// What a session is told to do.
#[derive(Debug)]
pub(crate) enum Order {
	/// Send a message.
	Send(Message),
	/// Answer the entries from the store.
	Serve(Vec<WantEntry>),
}

/// What sessions and readers tell the actor.
#[derive(Debug)]
pub(crate) enum Event {
	/// A message has come.
	Received { peer: PeerId, message: Message },
	/// A peer has got what it asked of these blocks.
	Served { peer: PeerId, cids: Vec<Cid>, bytes: u64 },
}

/// Carries out the orders for one peer, one after another, until there are no more to come.
pub(crate) async fn session_task(
	peer: PeerId,
	commands: mpsc::Sender<Command>,
	store: Arc<dyn BlockStore>,
	mut orders: mpsc::Receiver<Order>,
	events: mpsc::Sender<Event>,
) {
	let mut writer = Writer { peer, commands, stream: None };
	while let Some(order) = orders.recv().await {
		let outcome = match order {
			Order::Send(message) => writer.send(&message).await,
			Order::Serve(entries) => serve(&mut writer, &store, entries, &events).await,
		};
		if let Err(error) = outcome {
			// The engine does not wait for it: it asks others, and this peer again later.
			tracing::debug!(target: "r1::net", %peer, error = error_chain(&error), "bitswap write failed");
		}
	}
}

/// Hands on what a peer says on one stream, until it ends or says something wrong.
pub(crate) async fn reader_task(peer: PeerId, stream: Stream, events: mpsc::Sender<Event>) {
	if let Err(error) = read_messages(peer, stream, &events).await {
		tracing::debug!(target: "r1::net", %peer, error = error_chain(&error), "bitswap stream ended");
	}
}

async fn read_messages(
	peer: PeerId,
	mut stream: Stream,
	events: &mpsc::Sender<Event>,
) -> io::Result<()> {
	loop {
		let frame =
			timeout(READ_IDLE_TIMEOUT, read_frame(&mut stream, MESSAGE_BYTES_MAX)).await??;
		let Some(frame) = frame else { return Ok(()) };
		let message = Message::decode(&frame)
			.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
		// Waits while the actor is busy, and so does the peer then.
		if events.send(Event::Received { peer, message }).await.is_err() {
			return Ok(());
		}
	}
}

async fn serve(
	writer: &mut Writer,
	store: &Arc<dyn BlockStore>,
	entries: Vec<WantEntry>,
	events: &mpsc::Sender<Event>,
) -> io::Result<()> {
	let mut entries = VecDeque::from(entries);
	while !entries.is_empty() {
		let store = Arc::clone(store);
		let (answer, rest) = tokio::task::spawn_blocking(move || {
			let answer = answer_some(store.as_ref(), &mut entries);
			(answer, entries)
		})
		.await?;
		entries = rest;
		if answer.message.is_empty() {
			continue;
		}
		writer.send(&answer.message).await?;
		let bytes = answer.message.blocks.iter().map(|(_, block)| block.len() as u64).sum();
		let served = Event::Served { peer: writer.peer, cids: answer.served, bytes };
		if events.send(served).await.is_err() {
			return Ok(());
		}
	}
	Ok(())
}

/// Our stream to a peer, opened when there is something to say.
struct Writer {
	peer: PeerId,
	commands: mpsc::Sender<Command>,
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
		let command = Command::OpenBitswap { peer: self.peer, opened };
		self.commands
			.send(command)
			.await
			.map_err(|_closed| io::ErrorKind::NotConnected)?;
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
