// SPDX-License-Identifier: Apache-2.0

//! The keys of a namespace that its members agree on.

use super::{
	Base,
	outbox::{Lane, Outbox},
};
use crate::{
	journal::Entry,
	namespace::WriteError,
	quorum::{Joining, Member, MemberError, Members, Memory, Placed, Reply, Vote},
	repair::BATCH_BYTES_MAX,
	service::{
		Fault,
		log::{DiskError, Mark},
	},
	wire::{Asked, Refusal, Request, Response},
};
use r1_primitives::{NodeKey, PlacementRound};
use sp_crypto_hashing::blake2_256;
use std::{
	collections::BTreeMap,
	sync::{
		Arc, Mutex, MutexGuard, PoisonError,
		atomic::{AtomicBool, Ordering},
	},
};
use tokio::sync::{Mutex as Turns, MutexGuard as Turn};

/// Operations of this node at a time: two on one key would only be in each other's way.
const TURNS: usize = 64;

/// The keys of a namespace. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Group {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	name: String,
	base: Arc<Base>,
	state: Mutex<State>,
	turns: [Turns<()>; TURNS],
	outboxes: Mutex<BTreeMap<(NodeKey, Lane), Outbox>>,
	is_joining: AtomicBool,
}

#[derive(Debug)]
struct State {
	/// `None` when it was given up.
	member: Option<Member>,
	/// What it says must be on the disk up to here.
	mark: Mark,
	/// And what it promises, up to here.
	promised: Mark,
	/// The latest round of a ballot that was used here.
	round: u64,
}

impl Group {
	pub(super) fn new(name: String, member: Member, base: Arc<Base>) -> Self {
		let state = State {
			member: Some(member),
			mark: Mark::default(),
			promised: Mark::default(),
			round: 0,
		};
		let inner = Inner {
			name,
			base,
			state: Mutex::new(state),
			turns: [const { Turns::const_new(()) }; TURNS],
			outboxes: Mutex::default(),
			is_joining: AtomicBool::new(false),
		};
		Self { inner: Arc::new(inner) }
	}

	pub(super) fn empty(name: String, base: Arc<Base>) -> Self {
		let member = Member::new(base.node, base.remembers_since_ms, base.quota);
		Self::new(name, member, base)
	}

	/// The name of the namespace.
	#[must_use]
	pub fn name(&self) -> &str {
		&self.inner.name
	}

	/// Whether this node votes.
	#[must_use]
	pub fn votes(&self) -> bool {
		self.state().member.as_ref().is_some_and(Member::votes)
	}

	// # For operations

	pub(super) fn base(&self) -> &Base {
		&self.inner.base
	}

	/// Waits for other operations of this node on a key.
	pub(super) async fn turn(&self, key: &[u8]) -> Turn<'_, ()> {
		let [place, ..] = blake2_256(key);
		self.inner.turns[usize::from(place) % TURNS].lock().await
	}

	/// A round for a ballot, later than one that was seen, and than what this node has used or promised.
	pub(super) fn next_round(&self, key: &[u8], seen: u64) -> u64 {
		let mut state = self.state();
		let promised = state.member.as_ref().map_or(0, |member| member.round(key));
		state.round = state.round.max(promised).max(seen).saturating_add(1);
		state.round
	}

	/// Those who agree now, if this node is one.
	pub(super) fn members(&self) -> Option<Members> {
		let state = self.state();
		let members = state.member.as_ref()?.members()?;
		members.nodes.contains(&self.inner.base.node).then(|| members.clone())
	}

	pub(super) fn outboxes(&self) -> MutexGuard<'_, BTreeMap<(NodeKey, Lane), Outbox>> {
		// Every change of it is whole.
		self.inner.outboxes.lock().unwrap_or_else(PoisonError::into_inner)
	}

	// # As a member

	/// Asks a member, which may be this node.
	pub(super) async fn ask(&self, node: NodeKey, request: Request) -> Option<Response> {
		let base = &self.inner.base;
		if node == base.node {
			return Some(self.requested(node, request).await);
		}
		let answer = base.core.exchange.ask(node, request.to_bytes()).await?;
		let response = Response::from_bytes(&answer).ok();
		if response.is_none() {
			base.core.exchange.blame(node, Fault::Malformed);
		}
		response
	}

	/// Answers a member, or one of the next members.
	///
	/// A promise goes out at once when no other is yet to be written down; whatever else was said waits for all
	/// that it may stand on.
	pub(super) async fn requested(&self, from: NodeKey, request: Request) -> Response {
		let answered = self.with(|member| match request {
			Request::Agree { placement, asked, .. } => {
				let (answers, memories) = answer_all(member, &from, placement, asked);
				let are_promises = answers.iter().all(is_promise);
				Ok(Said { response: Response::Agreed(answers), memories, are_promises })
			},
			Request::Seal { placement, of, after, .. } => {
				let (testimony, memory) = member.seal(&from, placement, of, after.as_deref())?;
				let memories = memory.into_iter().collect();
				Ok(Said { response: Response::Sealed(testimony), memories, are_promises: false })
			},
			Request::Store { .. } | Request::Repair { .. } | Request::Publish { .. } => {
				Err(MemberError::Round)
			},
		});
		match answered {
			Some((Ok(response), mark)) => match self.written(mark).await {
				Ok(()) => response,
				Err(_) => Response::Refused(Refusal::Disk),
			},
			Some((Err(error), _)) => Response::Refused(Refusal::from(&error)),
			None => Response::Refused(Refusal::Members),
		}
	}

	/// Lets the member answer, and writes down what it must remember; nothing if it was given up.
	fn with(
		&self,
		act: impl FnOnce(&mut Member) -> Result<Said, MemberError>,
	) -> Option<(Result<Response, MemberError>, Mark)> {
		let mut state = self.state();
		let Said { response, memories, are_promises } = match act(state.member.as_mut()?) {
			Ok(said) => said,
			Err(error) => return Some((Err(error), state.mark)),
		};
		let is_promise = |memory: &Memory| {
			matches!(memory, Memory::Ceiling(_) | Memory::Vote(_, Vote::Promised(_)))
		};
		let has_promised = memories.iter().any(is_promise);
		self.remember(&mut state, memories);
		if has_promised {
			state.promised = state.mark;
		}
		Some((Ok(response), if are_promises { state.promised } else { state.mark }))
	}

	/// Appends to the log, under the lock: so what is later said is later written.
	fn remember(&self, state: &mut State, memories: impl IntoIterator<Item = Memory>) {
		let namespace = || self.inner.name.clone();
		let entries = memories
			.into_iter()
			.map(|memory| Entry::Quorum { namespace: namespace(), memory });
		state.mark = state.mark.max(self.inner.base.core.log.append(entries));
	}

	async fn written(&self, mark: Mark) -> Result<(), DiskError> {
		self.inner.base.core.log.written(mark).await
	}

	// # Following the chain

	pub(super) fn place(&self, placed: &Placed) {
		if let Some(member) = self.state().member.as_mut() {
			member.place(placed);
		}
	}

	pub(super) fn is_member(&self) -> bool {
		self.members().is_some()
	}

	/// When the members were named that this node voted among last.
	pub(super) fn joined_ms(&self) -> Option<u64> {
		self.state().member.as_ref()?.joined_ms()
	}

	/// Forgets everything.
	pub(super) fn give_up(&self) {
		let namespace = self.inner.name.clone();
		if self.state().member.take().is_some() {
			self.inner.base.core.log.append([Entry::Removed { namespace }]);
		}
	}

	pub(super) fn bytes(&self) -> u64 {
		self.state().member.as_ref().map_or(0, |member| member.bytes() as u64)
	}

	pub(super) fn memory(&self) -> Vec<Memory> {
		self.state()
			.member
			.as_ref()
			.map_or(Vec::new(), |member| member.memory().collect())
	}

	/// Joins the members that the chain names, unless it does already, or is one.
	pub(super) fn join_if_due(&self) {
		let Some(joining) = self.joining() else { return };
		if self.inner.is_joining.swap(true, Ordering::AcqRel) {
			return;
		}
		let core = &self.inner.base.core;
		let (group, cancel) = (self.clone(), core.cancel.clone());
		let until_cancelled = async move {
			cancel.run_until_cancelled(group.join(joining)).await;
			group.inner.is_joining.store(false, Ordering::Release);
		};
		core.tasks.spawn_on(until_cancelled, &core.runtime);
	}

	/// What it takes to join, if it is due.
	pub(super) fn joining(&self) -> Option<Joining> {
		let state = self.state();
		let placed = state.member.as_ref()?.joins()?;
		Some(Joining::new(placed, &self.inner.base.node))
	}

	/// Has learnt what those before hold, and votes from now on.
	pub(super) fn joined(&self, joining: Joining) -> Result<(), Joining> {
		let round = joining.round();
		let slots = joining.done()?;
		let mut state = self.state();
		let Some(member) = state.member.as_mut() else { return Ok(()) };
		let memories = member.join(round, slots);
		self.remember(&mut state, memories);
		Ok(())
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// A member's changes are whole, vote by vote.
		self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// An answer, and what it stands on.
struct Said {
	response: Response,
	/// What must be written down.
	memories: Vec<Memory>,
	/// Whether nothing was said but what is promised.
	are_promises: bool,
}

/// Whether an answer says only what is promised, or refuses to.
fn is_promise(answer: &Result<Reply, Refusal>) -> bool {
	match answer {
		Ok(Reply::Holds { promised, .. }) => promised.is_some(),
		Ok(Reply::Accepted(_)) => false,
		Ok(Reply::Outbid { .. }) | Err(_) => true,
	}
}

/// Answers questions, as many as fit into a message, one at least; and what must be remembered of it.
fn answer_all(
	member: &mut Member,
	from: &NodeKey,
	placement: PlacementRound,
	asked: Vec<Asked>,
) -> (Vec<Result<Reply, Refusal>>, Vec<Memory>) {
	let (mut answers, mut memories, mut bytes) = (Vec::new(), Vec::new(), 0);
	for Asked { key, ask } in asked {
		match member.asked(from, placement, &key, ask) {
			Ok((reply, memory)) => {
				bytes += reply.bytes();
				answers.push(Ok(reply));
				memories.extend(memory);
			},
			Err(error) => answers.push(Err(Refusal::from(&error))),
		}
		if BATCH_BYTES_MAX < bytes {
			break;
		}
	}
	(answers, memories)
}

impl From<&MemberError> for Refusal {
	fn from(error: &MemberError) -> Self {
		match error {
			MemberError::Round => Self::Members,
			MemberError::Forgotten => Self::Forgotten,
			MemberError::Refused(WriteError::Full { .. }) => Self::Full,
			MemberError::Refused(_) => Self::Malformed,
		}
	}
}
