// SPDX-License-Identifier: Apache-2.0

//! What the rest of the daemon holds of the mesh.

use crate::{
	actor::Command,
	bitswap::fetch::{SHARED, SessionId},
	defaults::{ACCESS_REQUEST_BYTES_MAX, ANCHORS_BYTES_MAX, CHALLENGE_TIMEOUT, STORE_BYTES_MAX},
	error::{PublishError, RequestError},
	faults::Fault,
	identity::peer_id_of,
	metrics::Metrics,
	report::MeshReport,
	requests::Kind,
	session::Session,
	topic::Topic,
	tunnel::{InboundTunnel, Slots},
};
use bytes::Bytes;
use cid::Cid;
use libp2p::{PeerId, gossipsub::MessageId, request_response::ResponseChannel};
use r1_core::{BlockExchange, BlockFuture, DoneFuture, ExchangeError, SessionFuture, check_hash};
use r1_primitives::{CHALLENGE_BYTES, NodeKey};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
	sync::{mpsc, oneshot, watch},
	time::timeout,
};

/// A handle on the mesh. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
	pub(crate) commands: mpsc::Sender<Command>,
	pub(crate) report: watch::Receiver<Arc<MeshReport>>,
	pub(crate) request_bytes_max: usize,
	pub(crate) fetch_timeout: Duration,
	pub(crate) public_addresses: watch::Receiver<Arc<Vec<String>>>,
	/// Room for tunnels that this node opens.
	pub(crate) tunnels: Slots,
	pub(crate) metrics: Metrics,
}

impl Handle {
	// # Gossip

	/// Gossips a beat of this node.
	///
	/// # Errors
	///
	/// The beat is too long, or nobody is there to take it.
	///
	/// # Cancel safety
	///
	/// The beat may have been published although the future was dropped.
	pub async fn publish_beat(&self, bytes: Vec<u8>) -> Result<(), PublishError> {
		self.publish(Topic::Beat, bytes).await
	}

	/// Gossips a revocation, of this node or of another issuer.
	///
	/// One that was heard or published in the last two minutes does not go out again.
	///
	/// # Errors
	///
	/// The revocation is longer than [`REVOCATION_BYTES_MAX`], or nobody is there to take it.
	///
	/// # Cancel safety
	///
	/// The revocation may have been published although the future was dropped.
	///
	/// [`REVOCATION_BYTES_MAX`]: crate::REVOCATION_BYTES_MAX
	pub async fn publish_revocation(&self, bytes: Vec<u8>) -> Result<(), PublishError> {
		self.publish(Topic::Revocation, bytes).await
	}

	async fn publish(&self, topic: Topic, bytes: Vec<u8>) -> Result<(), PublishError> {
		if topic.bytes_max() < bytes.len() {
			return Err(PublishError::TooLarge { bytes: bytes.len() });
		}
		let (reply, published) = oneshot::channel();
		let command = Command::Publish { topic, bytes, reply };
		self.send(command).await.ok_or(PublishError::Closed)?;
		published.await.unwrap_or(Err(PublishError::Closed))
	}

	/// Says what a gossiped message is worth: only an accepted one is passed on, a beat within a
	/// tenth of a second and a revocation at once.
	///
	/// A message that nobody judges within 20 s is forgotten.
	pub async fn judge(&self, receipt: Receipt, verdict: Verdict) {
		// Nothing is lost when the mesh has shut down.
		self.send(Command::Judge { receipt, verdict }).await;
	}

	// # Requests

	/// Asks another node, and waits for its answer.
	///
	/// # Errors
	///
	/// The request is too long, or the node cannot be reached, refuses, or takes too long.
	///
	/// # Cancel safety
	///
	/// The node may get and answer the request although the future was dropped.
	pub async fn request(&self, node: &NodeKey, bytes: Bytes) -> Result<Bytes, RequestError> {
		within(&bytes, self.request_bytes_max)?;
		self.ask(Kind::Inference, node, bytes).await
	}

	/// Sends another node an oracle's challenge, and waits for its answer, 3.5 s at most.
	///
	/// # Errors
	///
	/// The challenge is too long, or the node cannot be reached, refuses, or takes too long.
	///
	/// # Cancel safety
	///
	/// The node may get and answer the challenge although the future was dropped.
	pub async fn challenge(&self, node: &NodeKey, bytes: Bytes) -> Result<Bytes, RequestError> {
		within(&bytes, CHALLENGE_BYTES)?;
		// The protocol's own limit does not count the time to connect.
		let asked = self.ask(Kind::Challenge, node, bytes);
		timeout(CHALLENGE_TIMEOUT, asked).await.unwrap_or(Err(RequestError::TimedOut))
	}

	/// Asks another node for its capability record; nobody has checked what comes.
	///
	/// # Errors
	///
	/// The node cannot be reached, refuses, or takes too long.
	///
	/// # Cancel safety
	///
	/// Nothing is lost when the future is dropped.
	pub async fn capabilities(&self, node: &NodeKey) -> Result<Bytes, RequestError> {
		self.ask(Kind::Capabilities, node, Bytes::new()).await
	}

	/// Asks another node about access, such as which revocations it holds; nobody has checked what
	/// comes.
	///
	/// It answers each peer at most 60 times a minute.
	///
	/// # Errors
	///
	/// The request is longer than [`ACCESS_REQUEST_BYTES_MAX`], or the node cannot be reached,
	/// refuses, or takes too long. A node of an older version refuses.
	///
	/// # Cancel safety
	///
	/// Nothing is lost when the future is dropped.
	pub async fn access(&self, node: &NodeKey, bytes: Bytes) -> Result<Bytes, RequestError> {
		within(&bytes, ACCESS_REQUEST_BYTES_MAX)?;
		self.ask(Kind::Access, node, bytes).await
	}

	/// Asks another replica of the store; nobody has checked what comes.
	///
	/// # Errors
	///
	/// The request is longer than [`STORE_BYTES_MAX`], or the node cannot be reached, refuses, or
	/// takes too long.
	///
	/// # Cancel safety
	///
	/// The node may get and answer the request although the future was dropped.
	pub async fn store(&self, node: &NodeKey, bytes: Bytes) -> Result<Bytes, RequestError> {
		within(&bytes, STORE_BYTES_MAX)?;
		self.ask(Kind::Store, node, bytes).await
	}

	/// Tells an oracle what this node held for jobs when an epoch ended; the answer is one byte.
	///
	/// # Errors
	///
	/// The statement is longer than [`ANCHORS_BYTES_MAX`], or the node cannot be reached, refuses, or
	/// takes too long.
	///
	/// # Cancel safety
	///
	/// The node may get the statement although the future was dropped.
	pub async fn anchor(&self, node: &NodeKey, bytes: Bytes) -> Result<Bytes, RequestError> {
		within(&bytes, ANCHORS_BYTES_MAX)?;
		self.ask(Kind::Anchors, node, bytes).await
	}

	/// Says that a node breaks the rules, by what it asked or answered. It is forgotten when the mesh
	/// has too much to do: whoever goes on breaking them is blamed again.
	pub fn blame(&self, node: &NodeKey, fault: Fault) {
		if let Some(peer) = peer_id_of(node) {
			let _busy = self.commands.try_send(Command::Blame { peer, fault });
		}
	}

	async fn ask(&self, kind: Kind, node: &NodeKey, bytes: Bytes) -> Result<Bytes, RequestError> {
		let peer = peer_id_of(node).ok_or(RequestError::InvalidNode)?;
		let (reply, answered) = oneshot::channel();
		self.send(Command::Request { kind, peer, bytes, reply })
			.await
			.ok_or(RequestError::Closed)?;
		answered.await.unwrap_or(Err(RequestError::Closed))
	}

	// # Blocks

	/// Gets a block from any peer that has it; it matches its CID.
	///
	/// # Errors
	///
	/// Nobody has it, nobody sent it within `time_limit`, or too many blocks are wanted already.
	///
	/// # Cancel safety
	///
	/// Dropping the future takes the want back, unless another caller has it too.
	pub async fn fetch_within(
		&self,
		cid: Cid,
		time_limit: Duration,
	) -> Result<Bytes, ExchangeError> {
		self.fetch_in(SHARED, cid, time_limit).await
	}

	/// Begins to fetch blocks that belong together; `root` is what their providers announce.
	///
	/// # Errors
	///
	/// There are 255 sessions already, or the mesh has shut down.
	pub async fn session(&self, root: Cid) -> Result<Session, ExchangeError> {
		Session::open(self.clone(), root).await
	}

	pub(crate) async fn fetch_in(
		&self,
		session: SessionId,
		cid: Cid,
		time_limit: Duration,
	) -> Result<Bytes, ExchangeError> {
		// Nobody is asked: no answer could be checked.
		check_hash(&cid).map_err(|_unsupported| ExchangeError::Unsupported { cid })?;
		let (reply, fetched) = oneshot::channel();
		self.send(Command::Fetch { session, cid, reply })
			.await
			.ok_or(ExchangeError::Closed { cid })?;
		match timeout(time_limit, fetched).await {
			Ok(Ok(outcome)) => outcome,
			Ok(Err(_dropped)) => Err(ExchangeError::Closed { cid }),
			Err(_elapsed) => Err(ExchangeError::TimedOut { cid }),
		}
	}

	// # State

	/// Who is connected and where we listen, as it changes.
	#[must_use]
	pub fn report(&self) -> watch::Receiver<Arc<MeshReport>> {
		self.report.clone()
	}

	/// Where strangers are served blocks, as multiaddresses that end in our peer id; nowhere unless
	/// the configuration says so.
	#[must_use]
	pub fn public_addresses(&self) -> watch::Receiver<Arc<Vec<String>>> {
		self.public_addresses.clone()
	}

	/// `None` if the mesh has shut down.
	pub(crate) async fn send(&self, command: Command) -> Option<()> {
		self.commands.send(command).await.ok()
	}
}

impl BlockExchange for Handle {
	fn fetch(&self, cid: Cid) -> BlockFuture<'_> {
		Box::pin(self.fetch_within(cid, self.fetch_timeout))
	}

	fn session(&self, root: Cid) -> SessionFuture<'_> {
		Box::pin(async move {
			let session = Handle::session(self, root).await.ok()?;
			Some(Arc::new(session) as Arc<dyn BlockExchange>)
		})
	}

	fn announce(&self, cid: Cid) {
		// Lost when the actor is busy: a peer that waits for the block asks again.
		let _hint = self.commands.try_send(Command::Announce { cid });
	}

	fn provide(&self, root: Cid) -> DoneFuture<'_> {
		Box::pin(async move {
			// Nobody needs to know when the mesh has shut down.
			self.send(Command::Provide { root }).await;
		})
	}

	fn withdraw(&self, root: Cid) -> DoneFuture<'_> {
		Box::pin(async move {
			self.send(Command::Withdraw { root }).await;
		})
	}
}

/// What comes in from other nodes. One consumer each.
#[derive(Debug)]
pub struct Inbound {
	/// Beats, to be judged with [`Handle::judge`].
	pub beats: mpsc::Receiver<Gossiped>,
	/// Revocations, to be judged with [`Handle::judge`].
	pub revocations: mpsc::Receiver<Gossiped>,
	/// Probes of other nodes, to be answered with [`InboundRequest::answer`].
	pub requests: mpsc::Receiver<InboundRequest>,
	/// Challenges of oracles, at most 32 a minute of each peer.
	pub challenges: mpsc::Receiver<InboundRequest>,
	/// Requests for this node's capability record, at most 4 a minute of each peer.
	pub capabilities: mpsc::Receiver<InboundRequest>,
	/// Questions about access, such as which revocations this node holds, at most 60 a minute of
	/// each peer. An answer beyond [`ACCESS_ANSWER_BYTES_MAX`] is not read.
	///
	/// [`ACCESS_ANSWER_BYTES_MAX`]: crate::ACCESS_ANSWER_BYTES_MAX
	pub access_requests: mpsc::Receiver<InboundRequest>,
	/// What other replicas of the store say and ask, at most 1 000 a second of each peer.
	pub store_requests: mpsc::Receiver<InboundRequest>,
	/// What nodes say that they held for jobs when an epoch ended, at most 16 a minute of each peer.
	pub anchors: mpsc::Receiver<InboundRequest>,
	/// Tunnels that others would open, at most 192 of each peer at a time.
	pub tunnels: mpsc::Receiver<InboundTunnel>,
}

/// A message that was gossiped, by whomever; its content is unchecked.
#[derive(Debug)]
pub struct Gossiped {
	/// What was published, no longer than any message of its topic may be.
	pub bytes: Vec<u8>,
	/// What it is judged by.
	pub receipt: Receipt,
}

/// Names a gossiped message when it is judged.
#[derive(Clone, Debug)]
pub struct Receipt {
	pub(crate) topic: Topic,
	pub(crate) message: MessageId,
	pub(crate) passed_on_by: PeerId,
}

/// What a gossiped message is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
	/// Right: it is passed on.
	Accept,
	/// Wrong, and whoever passed it on could have known: it costs them.
	Reject,
	/// Of no use here, and nobody's fault.
	Ignore,
}

/// A request of another node.
pub struct InboundRequest {
	/// Who asks; proven by the connection.
	pub node: NodeKey,
	/// What it asks.
	pub bytes: Bytes,
	pub(crate) kind: Kind,
	pub(crate) channel: ResponseChannel<Bytes>,
	pub(crate) commands: mpsc::Sender<Command>,
}

impl InboundRequest {
	/// Answers. A request that is dropped instead fails at the other end.
	///
	/// The other end reads no more bytes than its own limit.
	pub async fn answer(self, bytes: Bytes) {
		let command = Command::Respond { kind: self.kind, channel: self.channel, bytes };
		// When the mesh has shut down, so has the connection.
		let _closed = self.commands.send(command).await;
	}
}

impl fmt::Debug for InboundRequest {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("InboundRequest")
			.field("node", &hex::encode(self.node))
			.field("bytes", &self.bytes.len())
			.finish_non_exhaustive()
	}
}

/// Refuses to send what the other end would not read.
fn within(bytes: &Bytes, bytes_max: usize) -> Result<(), RequestError> {
	if bytes_max < bytes.len() {
		return Err(RequestError::TooLarge { bytes: bytes.len(), bytes_max });
	}
	Ok(())
}
