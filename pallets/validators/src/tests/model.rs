// SPDX-License-Identifier: Apache-2.0

//! The rules again, without the pallet's code: lists, no storage, no bounds that are not rules.

use crate::{Error, RemovalReason, mock::Test};
use r1_primitives::Misconduct;

pub(crate) const CANDIDATES_MAX: usize = 4;
pub(crate) const VALIDATORS_MIN: usize = 2;
pub(crate) const VALIDATORS_MAX: usize = 3;
pub(crate) const PER_OWNER_MAX: usize = 1;
pub(crate) const WINDOW: usize = 2;
pub(crate) const APPEAL: u32 = 2;
pub(crate) const SUSPENSION: u32 = 3;
pub(crate) const SUSPENSIONS_MAX: usize = 3;

/// A deed as the world has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deed {
	pub(crate) owner: u64,
	pub(crate) node: Option<u64>,
	pub(crate) is_banned: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Ready {
	pub(crate) deed: u32,
	pub(crate) node: u64,
	pub(crate) since: u32,
	/// Every epoch that was ever counted.
	pub(crate) history: Vec<(u8, u32)>,
	pub(crate) work: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Crime {
	pub(crate) kind: Misconduct,
	pub(crate) node: u64,
	pub(crate) deed: Option<u32>,
	/// The epoch, or the session of an equivocation.
	pub(crate) incident: u32,
	pub(crate) paid: bool,
	pub(crate) from: u32,
	pub(crate) until: u32,
	pub(crate) took: u8,
	pub(crate) reversed: bool,
	/// Whether its suspension is among those that are kept.
	pub(crate) is_kept: bool,
}

/// The world, and what the pallet should know of it.
#[derive(Clone, Debug)]
pub(crate) struct Model {
	pub(crate) now: u32,
	pub(crate) undecided: u32,
	/// Deeds 1, 2, 3..
	pub(crate) deeds: Vec<Deed>,
	pub(crate) keyed: Vec<u64>,
	pub(crate) serving: Vec<u64>,
	pub(crate) queued: Vec<u64>,
	pub(crate) session: u32,
	/// Decided epochs with agreement, and the availability of each deed in them.
	pub(crate) table: Vec<(u32, Vec<u8>)>,
	pub(crate) to_count: Vec<u32>,
	/// In the order of their announcement.
	pub(crate) ready: Vec<Ready>,
	pub(crate) scores: Vec<(u64, u8)>,
	pub(crate) crimes: Vec<Crime>,
}

impl Model {
	pub(crate) fn deed(&mut self, deed: u32) -> &mut Deed {
		&mut self.deeds[deed as usize - 1]
	}

	pub(crate) fn deed_of(&self, node: u64) -> Option<u32> {
		let found = self.deeds.iter().position(|deed| deed.node == Some(node))?;
		Some(found as u32 + 1)
	}

	pub(crate) fn link(&mut self, deed: u32, node: Option<u64>) {
		for other in self.deeds.iter_mut().filter(|other| other.node == node) {
			other.node = None;
		}
		self.deed(deed).node = node;
	}

	pub(crate) fn score(&self, node: u64) -> u8 {
		self.scores
			.iter()
			.find(|(other, _)| *other == node)
			.map_or(100, |(_, score)| *score)
	}

	fn set_score(&mut self, node: u64, score: i32) {
		self.scores.retain(|(other, _)| *other != node);
		self.scores.push((node, score.clamp(0, 100) as u8));
	}

	/// Why a candidate's deed is not its own any more.
	fn broken(&self, ready: &Ready) -> Option<RemovalReason> {
		let deed = self.deeds[ready.deed as usize - 1];
		if deed.node.is_some() && deed.node != Some(ready.node) {
			return Some(RemovalReason::LinkedElsewhere);
		}
		(deed.node.is_none() || deed.is_banned).then_some(RemovalReason::DeedNotActive)
	}

	fn is_out(&self, node: u64, deed: Option<u32>) -> bool {
		self.crimes.iter().any(|crime| {
			let is_theirs = crime.node == node || (deed.is_some() && crime.deed == deed);
			is_theirs && crime.is_kept && self.now < crime.until
		})
	}

	pub(crate) fn announce(&mut self, node: u64) -> Result<(), Error<Test>> {
		let Some(deed) = self.deed_of(node) else { return Err(Error::NodeNotLinked) };
		if self.deed(deed).is_banned {
			return Err(Error::DeedNotActive);
		}
		if !self.keyed.contains(&node) {
			return Err(Error::NoSessionKeys);
		}
		if self.is_out(node, Some(deed)) {
			return Err(Error::Suspended);
		}
		if self.ready.iter().any(|ready| (ready.deed, ready.node) == (deed, node)) {
			return Err(Error::AlreadyReady);
		}
		let is_other = |ready: &Ready| ready.deed != deed && ready.node != node;
		if self.ready.iter().filter(|ready| is_other(ready)).count() == CANDIDATES_MAX {
			return Err(Error::TooManyCandidates);
		}
		self.ready.retain(is_other);
		self.ready
			.push(Ready { deed, node, since: self.now, history: Vec::new(), work: 0 });
		Ok(())
	}

	pub(crate) fn withdraw(&mut self, node: u64) -> Result<(), Error<Test>> {
		let before = self.ready.len();
		self.ready.retain(|ready| ready.node != node);
		if self.ready.len() < before { Ok(()) } else { Err(Error::NotReady) }
	}

	/// Decides the first undecided epoch; `values` is what is agreed on each deed, and on its work.
	pub(crate) fn decide(&mut self, present: &[u64], absent: &[u64], values: &[(u8, u8)]) {
		for node in present {
			self.set_score(*node, i32::from(self.score(*node)) + 1);
		}
		for node in absent {
			self.set_score(*node, i32::from(self.score(*node)) - 10);
		}
		if present.len() * 3 > (present.len() + absent.len()) * 2 {
			self.to_count.push(self.undecided);
			if self.to_count.len() > WINDOW {
				self.to_count.remove(0);
			}
			for ready in &mut self.ready {
				ready.work += u32::from(values[ready.deed as usize - 1].1);
			}
			let availability = values.iter().map(|(availability, _)| *availability).collect();
			self.table.push((self.undecided, availability));
		}
		self.undecided += 1;
	}

	/// Counts an epoch, if one waits.
	pub(crate) fn idle(&mut self) {
		let Some(epoch) = self.to_count.first().copied() else { return };
		if self.undecided <= epoch {
			return;
		}
		self.to_count.remove(0);
		self.forget_crimes();
		let (_, table) = self.table.iter().find(|(other, _)| *other == epoch).cloned().unwrap();
		for mut ready in std::mem::take(&mut self.ready) {
			if self.broken(&ready).is_some() {
				continue;
			}
			let availability = table[ready.deed as usize - 1];
			let work = std::mem::take(&mut ready.work);
			if ready.since <= epoch {
				ready.history.push((availability, work));
				if availability >= 230 && !self.serving.contains(&ready.node) {
					self.set_score(ready.node, i32::from(self.score(ready.node)) + 1);
				}
			}
			let is_away = mean_of_last(&ready).is_some_and(|mean| mean < 128.0);
			if !is_away {
				self.ready.push(ready);
			}
		}
	}

	fn forget_crimes(&mut self) {
		for crime in &mut self.crimes {
			crime.is_kept &= crime.until > self.undecided;
		}
	}

	/// What happens when a misconduct is proven.
	pub(crate) fn convict(&mut self, node: u64, kind: Misconduct, incident: u32, by: Option<u64>) {
		let is_known =
			|crime: &Crime| (crime.node, crime.kind, crime.incident) == (node, kind, incident);
		if self.crimes.iter().any(is_known) {
			return;
		}
		let deed = self.deed_of(node);
		self.ready.retain(|ready| ready.node != node && Some(ready.deed) != deed);
		self.forget_crimes();
		if self.crimes.iter().filter(|crime| crime.is_kept).count() == SUSPENSIONS_MAX {
			let now = self.now;
			let mut kept: Vec<_> = self.crimes.iter_mut().filter(|crime| crime.is_kept).collect();
			// Stable: of equals the oldest.
			kept.sort_by_key(|crime| crime.until);
			kept[0].is_kept = false;
			kept[0].until = cut(kept[0], now);
		}
		let took = self.score(node);
		self.set_score(node, 0);
		self.crimes.push(Crime {
			kind,
			node,
			deed,
			incident,
			paid: deed.is_some() && by.is_some() && by != Some(node),
			from: self.now + APPEAL,
			until: self.now + APPEAL + SUSPENSION,
			took,
			reversed: false,
			is_kept: true,
		});
	}

	pub(crate) fn reverse(&mut self, id: usize) -> Result<(), Error<Test>> {
		let now = self.now;
		let Some(crime) = self.crimes.get_mut(id) else { return Err(Error::UnknownOffence) };
		if crime.reversed {
			return Err(Error::AlreadyReversed);
		}
		if crime.until <= now {
			return Err(Error::SuspensionOver);
		}
		crime.reversed = true;
		crime.until = cut(crime, now);
		crime.is_kept &= crime.from < crime.until;
		let (node, took) = (crime.node, crime.took);
		let stands = |crime: &&mut Crime| crime.node == node && crime.is_kept && now < crime.until;
		match self.crimes[id + 1..].iter_mut().find(stands) {
			Some(later) => later.took = later.took.max(took),
			None => self.set_score(node, self.score(node).max(took).into()),
		}
		Ok(())
	}

	pub(crate) fn suspended_deeds(&self, epoch: u32) -> Vec<u32> {
		let deeds = 1..=self.deeds.len() as u32;
		deeds
			.filter(|deed| {
				self.crimes.iter().any(|crime| {
					let covers = crime.from <= epoch && epoch < crime.until;
					crime.is_kept && covers && crime.deed == Some(*deed)
				})
			})
			.collect()
	}

	/// Takes the best one by one, until no seat or no candidate is left.
	pub(crate) fn election(&self) -> Vec<u64> {
		let mut left: Vec<&Ready> =
			self.ready.iter().filter(|ready| self.qualifies(ready)).collect();
		let mut elected: Vec<&Ready> = Vec::new();
		while elected.len() < VALIDATORS_MAX && !left.is_empty() {
			let best = (0..left.len())
				.reduce(|best, next| if is_better(left[next], left[best]) { next } else { best });
			let best = left.remove(best.unwrap());
			let owner = |ready: &Ready| self.deeds[ready.deed as usize - 1].owner;
			let same = elected.iter().filter(|other| owner(other) == owner(best)).count();
			if same < PER_OWNER_MAX {
				elected.push(best);
			}
		}
		if elected.len() >= VALIDATORS_MIN {
			return elected.iter().map(|ready| ready.node).collect();
		}
		let mut able = self.serving.clone();
		able.retain(|node| self.keyed.contains(node));
		let mut innocent = able.clone();
		innocent.retain(|node| !self.is_out(*node, self.deed_of(*node)));
		let elected = elected.iter().map(|ready| ready.node).collect();
		// The first of these that is somebody.
		let mut choices = vec![innocent, able, elected, self.serving.clone()];
		choices.retain(|nodes: &Vec<u64>| !nodes.is_empty());
		choices.swap_remove(0)
	}

	pub(crate) fn qualifies(&self, ready: &Ready) -> bool {
		mean_of_last(ready).is_some_and(|mean| mean >= 230.0)
			&& self.score(ready.node) >= 50
			&& self.broken(ready).is_none()
			&& !self.is_out(ready.node, Some(ready.deed))
			&& self.keyed.contains(&ready.node)
	}

	/// Begins a session; whom the pallet should name for the one after it.
	pub(crate) fn rotate(&mut self) -> Option<Vec<u64>> {
		self.serving = self.queued.clone();
		self.session += 1;
		let elected = self.election();
		let is_same = elected.len() == self.serving.len()
			&& elected.iter().all(|node| self.serving.contains(node));
		self.queued = if is_same { self.serving.clone() } else { elected.clone() };
		self.queued.retain(|node| self.keyed.contains(node));
		if self.queued.is_empty() {
			self.queued = self.serving.clone();
		}
		(!is_same).then_some(elected)
	}
}

fn is_better(one: &Ready, other: &Ready) -> bool {
	let sums = |ready: &Ready| {
		let last = &ready.history[ready.history.len() - WINDOW..];
		let availability: u32 = last.iter().map(|(availability, _)| u32::from(*availability)).sum();
		(availability, last.iter().map(|(_, work)| work).sum::<u32>())
	};
	let (one_sums, other_sums) = (sums(one), sums(other));
	one_sums > other_sums || (one_sums == other_sums && one.deed < other.deed)
}

/// The average availability over a full window.
fn mean_of_last(ready: &Ready) -> Option<f64> {
	let first = ready.history.len().checked_sub(WINDOW)?;
	let sum: f64 = ready.history[first..].iter().map(|(value, _)| f64::from(*value)).sum();
	Some(sum / WINDOW as f64)
}

fn cut(crime: &Crime, now: u32) -> u32 {
	if now < crime.from { crime.from } else { crime.until.min(now) }
}
