// SPDX-License-Identifier: Apache-2.0

//! Asks peers which revocations this node has missed.

use super::super::{Dauth, lock};
use codec::Encode as _;
use r1_core::{Rng as _, SystemRng, error_chain};
use r1_dauth::{Answer, Place, Question, SignedRevocation};
use r1_net::MeshReport;
use r1_primitives::NodeKey;
use std::{collections::BTreeSet, time::Duration};
use tokio::{
	sync::mpsc,
	time::{MissedTickBehavior, interval, sleep},
};
use tracing::debug;

/// How often some peer is asked, beside each that connects.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// Pages that are taken from one peer in a row: fewer than it answers in a minute.
const PAGES_IN_A_ROW: usize = 50;

/// Asks one peer at a time.
pub(super) struct Asker {
	dauth: Dauth,
	mesh: r1_net::Handle,
	/// To whoever takes them in.
	tell: mpsc::Sender<Vec<SignedRevocation>>,
	/// Peers that have been asked since they connected.
	met: BTreeSet<NodeKey>,
}

impl Asker {
	pub(super) fn new(
		dauth: Dauth,
		mesh: r1_net::Handle,
		tell: mpsc::Sender<Vec<SignedRevocation>>,
	) -> Self {
		Self { dauth, mesh, tell, met: BTreeSet::new() }
	}

	/// Runs until the mesh shuts down.
	pub(super) async fn run(mut self) {
		let mut report = self.mesh.report();
		let mut again = interval(ASK_AGAIN);
		again.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			let present = nodes_of(&report.borrow_and_update());
			self.met.retain(|node| present.contains(node));
			if let Some(new) = present.difference(&self.met).next().copied() {
				self.met.insert(new);
				self.ask(new).await;
				continue;
			}
			tokio::select! {
				changed = report.changed() => if changed.is_err() { return },
				_ = again.tick() => self.ask_somebody(&present).await,
			}
		}
	}

	async fn ask_somebody(&self, present: &BTreeSet<NodeKey>) {
		let mut draw = [0; 8];
		SystemRng.fill(&mut draw);
		let count = present.len().max(1);
		let index = usize::from_le_bytes(draw) % count;
		if let Some(node) = present.iter().nth(index) {
			self.ask(*node).await;
		}
	}

	/// Takes from a peer what it knows, if it is not what this node knows.
	async fn ask(&self, node: NodeKey) {
		let Some(Answer::Digest(theirs)) = self.put(node, Question::Digest).await else { return };
		let ours = lock(&self.dauth.inner.revocations).digest();
		if theirs == ours {
			return;
		}
		let mut after = Place::FIRST;
		for taken in 1_usize.. {
			let Some(Answer::Page(page)) = self.put(node, Question::After(after)).await else {
				return;
			};
			let Some(last) = page.last() else { return };
			after = Place::of(&last.revocation);
			if self.tell.send(page).await.is_err() {
				return;
			}
			if taken.is_multiple_of(PAGES_IN_A_ROW) {
				sleep(ASK_AGAIN).await;
			}
		}
	}

	async fn put(&self, node: NodeKey, question: Question) -> Option<Answer> {
		let silent = |reason: &dyn std::error::Error| {
			let (node, reason) = (hex::encode(node), error_chain(reason).to_string());
			debug!(target: "r1::edge", node, reason, "no revocations from a peer");
		};
		let asked = self.mesh.access(&node, question.encode().into()).await;
		let bytes = asked.inspect_err(|error| silent(error)).ok()?;
		Answer::decode(&bytes).inspect_err(|error| silent(error)).ok()
	}
}

fn nodes_of(report: &MeshReport) -> BTreeSet<NodeKey> {
	report.peers.iter().filter_map(|peer| peer.node).collect()
}
