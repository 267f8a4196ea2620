// SPDX-License-Identifier: Apache-2.0

//! Which roots this node says that it has, and when it says so again. Pure: no I/O, no clock.
//!
//! Others keep what they are told for [`PROVIDER_TTL`], so a root that is withdrawn is forgotten by
//! then; until that, who believes it is told DONT_HAVE.

use cid::Cid;
use std::{collections::BTreeMap, time::Duration};

/// Roots that a node announces: each costs a lookup and 20 messages of 200 B every six hours, so all
/// together 16 a minute and 1 kB/s.
pub(crate) const ROOTS_MAX: usize = 4_096;

/// How long an announcement is kept by others: two intervals, so that one may fail, and an hour.
pub(crate) const PROVIDER_TTL: Duration = Duration::from_secs(13 * 3_600);

/// How often a root is announced.
const INTERVAL_MS: u64 = 6 * 3_600 * 1_000;

/// How soon it is tried again after it failed, as it does while nobody is connected.
const RETRY_MS: u64 = 60_000;

/// How long an announcement may take: what the lookup may take, and as long again.
const PENDING_MS: u64 = 120_000;

/// Announcements on the way at a time.
const PENDING_MAX: usize = 4;

/// The roots that are announced.
#[derive(Debug, Default)]
pub(crate) struct Announcements {
	roots: BTreeMap<Cid, Root>,
}

/// When a root is announced next; while an announcement is on the way, when it counts as lost.
#[derive(Clone, Copy, Debug)]
struct Root {
	next_ms: u64,
	is_pending: bool,
}

impl Announcements {
	/// Announces a root from now on, unless there are [`ROOTS_MAX`]; says whether it does.
	pub(crate) fn add(&mut self, root: Cid, now_ms: u64) -> bool {
		if ROOTS_MAX <= self.roots.len() && !self.roots.contains_key(&root) {
			return false;
		}
		self.roots.entry(root).or_insert(Root { next_ms: now_ms, is_pending: false });
		true
	}

	/// Announces a root no more; says whether it was announced.
	pub(crate) fn remove(&mut self, root: &Cid) -> bool {
		self.roots.remove(root).is_some()
	}

	/// The roots to announce now.
	pub(crate) fn due(&mut self, now_ms: u64) -> Vec<Cid> {
		let is_lost = |root: &Root| root.is_pending && root.next_ms <= now_ms;
		let lost = self.roots.values_mut().filter(|root| is_lost(root));
		lost.for_each(|root| root.is_pending = false);
		let pending = self.roots.values().filter(|root| root.is_pending).count();
		let mut due: Vec<_> = self
			.roots
			.iter()
			.filter(|(_, root)| !root.is_pending && root.next_ms <= now_ms)
			.map(|(cid, root)| (root.next_ms, *cid))
			.collect();
		// The one that has waited longest first.
		due.sort_unstable();
		due.truncate(PENDING_MAX.saturating_sub(pending));
		let due: Vec<Cid> = due.into_iter().map(|(_, cid)| cid).collect();
		for cid in &due {
			let root = Root { next_ms: now_ms.saturating_add(PENDING_MS), is_pending: true };
			self.roots.insert(*cid, root);
		}
		due
	}

	/// An announcement has ended.
	pub(crate) fn ended(&mut self, root: &Cid, is_heard: bool, now_ms: u64) {
		if let Some(root) = self.roots.get_mut(root) {
			let pause_ms = if is_heard { INTERVAL_MS } else { RETRY_MS };
			*root = Root { next_ms: now_ms.saturating_add(pause_ms), is_pending: false };
		}
	}

	/// A peer is there: what nobody has heard is announced soon.
	pub(crate) fn hurry(&mut self, now_ms: u64) {
		for root in self.roots.values_mut() {
			if !root.is_pending && root.next_ms <= now_ms.saturating_add(RETRY_MS) {
				root.next_ms = root.next_ms.min(now_ms);
			}
		}
	}
}
