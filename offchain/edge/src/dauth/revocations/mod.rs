// SPDX-License-Identifier: Apache-2.0

//! Revocations on their way: made here, heard in the mesh, asked for, and kept on disk.
//!
//! ```text
//!  Dauth::revoke ──made──> Keeper ──file──> answer to whoever revoked
//!                            │ ▲ │
//!              gossip <──────┘ │ └─────> Dauth's memory, which every request is checked against
//!              gossip ─────────┤
//!              peers ──Asker───┘
//! ```
//!
//! One task takes all of them in, so that what is in memory is on disk.

mod asker;
mod log;

use self::{asker::Asker, log::Log};
use super::{Dauth, Inner, Refused, lock, sealing};
use anyhow::Context as _;
use codec::Encode as _;
use r1_chain::ChainHandle;
use r1_core::{ChainState, Clock, NodeIdentity, Rng, SystemRng};
use r1_dauth::{Challenges, Question, RevocationError, SignedRevocation};
use r1_net::{Gossiped, InboundRequest, Verdict};
use r1_primitives::NodeKey;
use std::{
	path::Path,
	sync::{Arc, Mutex},
};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tracing::{debug, warn};

/// Revocations of this node that wait to be taken in.
const MADE_QUEUED_MAX: usize = 64;

/// Pages of peers that wait to be taken in.
const PAGES_WAITING_MAX: usize = 4;

/// A revocation of this node, and who waits to hear that it is kept.
pub(super) type Made = (SignedRevocation, oneshot::Sender<Result<(), RevocationError>>);

/// What sign-in and tokens need from the rest of the daemon.
pub(crate) struct Needs {
	pub(crate) identity: Arc<NodeIdentity>,
	pub(crate) clock: Arc<dyn Clock>,
	pub(crate) chain: ChainHandle,
	pub(crate) mesh: r1_net::Handle,
	/// Revocations that were gossiped.
	pub(crate) heard: mpsc::Receiver<Gossiped>,
	/// What others ask about revocations.
	pub(crate) asked: mpsc::Receiver<InboundRequest>,
	/// Whether programs of this machine need tokens too.
	pub(crate) requires_tokens: bool,
}

/// Keeps what is revoked, here and with others.
struct Keeper {
	dauth: Dauth,
	clock: Arc<dyn Clock>,
	mesh: r1_net::Handle,
	made: mpsc::Receiver<Made>,
	heard: mpsc::Receiver<Gossiped>,
	asked: mpsc::Receiver<InboundRequest>,
	/// What peers know, by way of the asker.
	told: mpsc::Receiver<Vec<SignedRevocation>>,
	log: Log,
}

/// Makes the handle, and the task behind it; reads what was revoked before.
///
/// # Errors
///
/// The file of revocations cannot be read or written.
pub(crate) fn prepare(
	data_dir: &Path,
	state: &ChainState,
	needs: Needs,
) -> anyhow::Result<(Dauth, impl Future<Output = ()> + use<>)> {
	let Needs { identity, clock, chain, mesh, heard, asked, requires_tokens } = needs;
	let rng: &dyn Rng = &SystemRng;
	let genesis_hash = state.genesis_hash;
	let sealing_key = sealing::load_or_make(data_dir)?;
	let (sender, made) = mpsc::channel(MADE_QUEUED_MAX);
	let path = data_dir.join("revocations");
	let now_secs = clock.now_secs();
	let (log, revocations) = Log::open(&path, &genesis_hash, |deed| state.node_of(deed), now_secs)
		.with_context(|| format!("could not open the revocations in {}", path.display()))?;
	let dauth = Dauth {
		inner: Arc::new(Inner {
			challenges: Arc::new(Challenges::new(identity.key(), genesis_hash, rng)),
			identity,
			sealing_key,
			genesis_hash,
			chain,
			mesh: mesh.clone(),
			redeemed: Mutex::default(),
			sign_ins: Semaphore::new(super::SIGN_INS_AT_A_TIME),
			answers: Mutex::default(),
			revocations: Mutex::new(revocations),
			made: sender,
			requires_tokens,
		}),
	};
	let (tell, told) = mpsc::channel(PAGES_WAITING_MAX);
	let asker = Asker::new(dauth.clone(), mesh.clone(), tell);
	let keeper = Keeper { dauth: dauth.clone(), clock, mesh, made, heard, asked, told, log };
	// Neither ends before the mesh does.
	let service = async {
		tokio::join!(keeper.run(), asker.run());
	};
	Ok((dauth, service))
}

impl Keeper {
	/// Runs until the mesh shuts down.
	async fn run(mut self) {
		loop {
			tokio::select! {
				Some((signed, kept)) = self.made.recv() => self.make(signed, kept).await,
				Some(gossiped) = self.heard.recv() => self.hear(gossiped).await,
				Some(request) = self.asked.recv() => self.answer(request).await,
				Some(page) = self.told.recv() => self.hear_all(&page),
				else => return,
			}
		}
	}

	async fn make(
		&mut self,
		signed: SignedRevocation,
		kept: oneshot::Sender<Result<(), RevocationError>>,
	) {
		let node = self.dauth.inner.identity.key();
		let taken = self.take_in(&signed, &node);
		// Whoever asked may have gone away; the token is revoked all the same.
		let _nobody_waits = kept.send(taken.map(|_is_new| ()));
		if let Err(error) = self.mesh.publish_revocation(signed.encode()).await {
			// Peers ask for it when they connect.
			debug!(target: "r1::edge", %error, "a revocation is not gossiped yet");
		}
	}

	async fn hear(&mut self, Gossiped { bytes, receipt }: Gossiped) {
		let verdict = match SignedRevocation::decode(&bytes) {
			Ok(signed) => match self.take_from_others(&signed) {
				Ok(true) => Verdict::Accept,
				Err(RevocationError::NotTheIssuer { .. }) => Verdict::Reject,
				// Known, or of no use here: a deed that this node does not know yet, a clock that is
				// off, or no room.
				_ => Verdict::Ignore,
			},
			Err(_other) => Verdict::Reject,
		};
		self.mesh.judge(receipt, verdict).await;
	}

	async fn answer(&mut self, request: InboundRequest) {
		// Whoever asks something else fails at its own end.
		let Ok(question) = Question::decode(&request.bytes) else { return };
		let own = || self.dauth.own_sealing_key(self.clock.now_secs());
		let answer = question.answer(&lock(&self.dauth.inner.revocations), own);
		request.answer(answer.encode().into()).await;
	}

	fn hear_all(&mut self, page: &[SignedRevocation]) {
		for signed in page {
			// One that is not taken is of no use here, or its deed is not known yet.
			let _of_no_use = self.take_from_others(signed);
		}
	}

	fn take_from_others(&mut self, signed: &SignedRevocation) -> Result<bool, RevocationError> {
		let deed = signed.revocation.deed;
		let state = self.dauth.inner.chain.state();
		let Some(node) = state.and_then(|state| state.node_of(deed)) else { return Ok(false) };
		self.take_in(signed, &node)
	}

	/// Takes a revocation into memory and onto the disk.
	fn take_in(
		&mut self,
		signed: &SignedRevocation,
		node: &NodeKey,
	) -> Result<bool, RevocationError> {
		let Inner { revocations, answers, genesis_hash, .. } = &*self.dauth.inner;
		let now_secs = self.clock.now_secs();
		let is_new = lock(revocations).take(signed, node, genesis_hash, now_secs)?;
		if is_new {
			// What was allowed a moment ago may not be any more.
			lock(answers).forget();
			if let Err(error) = self.log.append(signed) {
				// It holds until the daemon stops, and peers tell it again after.
				warn!(target: "r1::edge", %error, "a revocation could not be written");
			}
		}
		Ok(is_new)
	}
}

impl Dauth {
	/// Hands a revocation of this node to its keeper, and waits until it is kept.
	pub(super) async fn keep(&self, signed: SignedRevocation) -> Result<(), Refused> {
		let (kept, outcome) = oneshot::channel();
		let sent = self.inner.made.send((signed, kept)).await;
		match (sent, outcome.await) {
			(Ok(()), Ok(outcome)) => Ok(outcome?),
			_ => Err(Refused::Stopping),
		}
	}
}
