// SPDX-License-Identifier: Apache-2.0

//! What rounds must do, whatever the pallet stores.

use super::*;
use r1_primitives::{learning::Phase, traits::RoundsAttended as _};
use std::collections::{BTreeMap, BTreeSet};

const PHASES: [Phase; 5] =
	[Phase::Announce, Phase::Share, Phase::Upload, Phase::Reveal, Phase::Attest];

/// Follows every round from its opening.
#[derive(Default)]
pub(super) struct Model {
	rounds: BTreeMap<RoundId, Round>,
	/// Rounds and missed ones, by epoch, job and deed.
	attendance: BTreeMap<(EpochIndex, JobId), BTreeMap<DeedId, (u16, u16)>>,
}

struct Round {
	job: JobId,
	participants: BTreeSet<u8>,
	minimum: usize,
	threshold: usize,
	windows: Windows,
	phase: usize,
	ends_at: u64,
	/// U1 to U4.
	sets: [BTreeSet<u8>; 4],
	said: BTreeMap<u8, Said>,
	is_disputed: bool,
	ended: Option<Outcome>,
	is_noted: bool,
}

impl Round {
	fn invited(&self) -> &BTreeSet<u8> {
		match self.phase {
			0 => &self.participants,
			phase => &self.sets[phase - 1],
		}
	}

	fn fail(&mut self, failure: Failure) {
		self.ended = Some(Outcome::Failed(failure));
	}

	/// Lets deadlines pass up to a block.
	fn pass(&mut self, now: u64) {
		while self.ended.is_none() && self.ends_at <= now {
			if self.phase == 4 {
				let failure =
					if self.is_disputed { Failure::Disputed } else { Failure::Unattested };
				return self.fail(failure);
			}
			let found = self.sets[self.phase].len();
			let needed = if self.phase == 3 { self.threshold } else { self.minimum };
			if found < needed {
				let (found, needed) = (found as u8, needed as u8);
				return self.fail(Failure::TooFew { phase: PHASES[self.phase], found, needed });
			}
			self.enter_next(self.ends_at);
		}
	}

	fn enter_next(&mut self, at: u64) {
		self.phase += 1;
		self.ends_at = at + u64::from(self.windows.all()[self.phase]);
	}

	/// Whether a node's turn is now, and takes it.
	fn publish(&mut self, phase: usize, node: u8, now: u64) -> bool {
		self.pass(now);
		let is_taken = self.ended.is_none()
			&& self.phase == phase
			&& self.invited().contains(&node)
			&& self.sets[phase].insert(node);
		if is_taken && self.sets[phase].len() == self.invited().len() {
			self.enter_next(now + 1);
		}
		is_taken
	}

	fn attest(&mut self, oracle: u8, said: Said, oracles: &[u8], now: u64) -> bool {
		self.pass(now);
		let uploads = self.sets[2].clone();
		let is_possible = match said {
			Said::Sum(_) | Said::OutOfBounds => true,
			Said::WrongSum => false,
			Said::Blame(node) => uploads.contains(&node),
		};
		let is_taken = self.ended.is_none()
			&& self.phase == 4
			&& is_possible
			&& oracles.contains(&oracle)
			&& !self.said.contains_key(&oracle);
		if !is_taken {
			return false;
		}
		self.said.retain(|other, _| oracles.contains(other));
		self.said.insert(oracle, said);
		let agreeing = self.said.values().filter(|other| **other == said).count();
		self.is_disputed |= agreeing < self.said.len();
		let is_decided = match self.is_disputed {
			true => agreeing * 3 > oracles.len() * 2,
			false => agreeing >= oracles.len().min(2),
		};
		if is_decided {
			self.ended = Some(match said.verdict(uploads.len() as u8) {
				Verdict::Aggregate(file) => Outcome::Completed(file),
				Verdict::Finding(finding) => Outcome::Failed(Failure::Spoilt(finding)),
			});
		}
		true
	}

	/// Who has missed the round; `None` if it counts for nobody.
	fn missed(&self) -> Option<BTreeSet<u8>> {
		let did = match self.ended.as_ref().expect("it is over") {
			Outcome::Failed(Failure::Closed) => return None,
			Outcome::Failed(Failure::TooFew { phase, .. }) => match *phase {
				Phase::Announce => return None,
				phase => &self.sets[phase as usize],
			},
			_ => &self.sets[3],
		};
		let mut missed: BTreeSet<_> = self.participants.difference(did).copied().collect();
		if let Outcome::Failed(Failure::Spoilt(finding)) = self.ended.as_ref().unwrap() {
			let is_blamed = |number: &u8| finding.culprit() == Some(key(*number));
			missed.extend(self.participants.iter().copied().filter(is_blamed));
		}
		Some(missed)
	}
}

impl Model {
	/// The round that so many others follow, and one that is not there if there are less.
	fn recent(&self, back: RoundId) -> RoundId {
		(self.rounds.len() as u64).saturating_sub(back)
	}

	/// Lets a step happen to the chain, checks that it was taken if it should be; whether it was.
	pub(super) fn apply(&mut self, step: Step) -> bool {
		let now = System::block_number();
		let (should, is_taken) = match step {
			Step::Open { job, minimum, threshold, windows } => {
				return self.open(job, minimum, threshold, windows);
			},
			Step::Close { round } => {
				let id = self.recent(round);
				let should = self.rounds.get_mut(&id).is_some_and(|round| {
					round.pass(now);
					let is_open = round.ended.is_none();
					if is_open {
						round.fail(Failure::Closed);
					}
					is_open
				});
				let closed = frame_support::storage::with_storage_layer(|| {
					Learning::close_round(RuntimeOrigin::signed(OWNER), id)
				});
				(should, closed.is_ok())
			},
			Step::Announce { round, node } => {
				let id = self.recent(round);
				let round = self.rounds.get_mut(&id);
				let should = round.is_some_and(|round| round.publish(0, node, now));
				(should, apply(announce_call(id, node)).is_ok())
			},
			Step::Publish { round, kind, node } => {
				let id = self.recent(round);
				let phase = kind.phase() as usize;
				let round = self.rounds.get_mut(&id);
				let should = round.is_some_and(|round| round.publish(phase, node, now));
				(should, apply(publish_call(id, kind, node)).is_ok())
			},
			Step::Everybody { round, absent } => return self.let_all_but(round, &absent),
			Step::Attest { round, oracle, said } => {
				let id = self.recent(round);
				let oracles = OracleNumbers::get();
				let round = self.rounds.get_mut(&id);
				let uploads = round.as_ref().map_or(0, |round| round.sets[2].len() as u8);
				let should = round.is_some_and(|round| round.attest(oracle, said, &oracles, now));
				let call = attest_call(id, oracle, said.verdict(uploads));
				(should, apply(call).is_ok())
			},
			elsewhere => {
				elsewhere_happens(elsewhere);
				(true, true)
			},
		};
		assert_eq!(should, is_taken);
		self.follow();
		is_taken
	}

	fn open(&mut self, job: JobId, minimum: u8, threshold: u8, windows: Windows) -> bool {
		let now = System::block_number();
		let deeds = JobDeeds::get(job).expect("the job runs");
		self.rounds.values_mut().for_each(|round| round.pass(now));
		let is_free = self.rounds.values().all(|round| round.job != job || round.ended.is_some());
		let should = is_free
			&& minimum >= 3
			&& deeds.len() >= usize::from(minimum)
			&& threshold > minimum / 2
			&& threshold <= minimum;
		let spec = r1_primitives::learning::RoundSpec { minimum, threshold, ..SPEC };
		let order = RoundOrder { spec, windows, ..order() };
		let opened = frame_support::storage::with_storage_layer(|| {
			Learning::open_round(RuntimeOrigin::signed(OWNER), job, order)
		});
		assert_eq!(opened.is_ok(), should, "{opened:?}");
		if should {
			let round = Round {
				job,
				participants: deeds.iter().map(|deed| *deed as u8).collect(),
				minimum: minimum.into(),
				threshold: threshold.into(),
				windows,
				phase: 0,
				ends_at: now + u64::from(windows.announce),
				sets: Default::default(),
				said: BTreeMap::new(),
				is_disputed: false,
				ended: None,
				is_noted: false,
			};
			self.rounds.insert(self.rounds.len() as u64 + 1, round);
		}
		self.follow();
		should
	}

	/// Lets all but some do what is due in the current phase of a round.
	fn let_all_but(&mut self, round: RoundId, absent: &[u8]) -> bool {
		let (id, now) = (self.recent(round), System::block_number());
		let Some(round) = self.rounds.get_mut(&id) else { return true };
		round.pass(now);
		let phase = round.phase;
		if round.ended.is_some() || phase == 4 {
			return true;
		}
		let due: Vec<_> = round
			.invited()
			.iter()
			.filter(|node| !absent.contains(node) && !round.sets[phase].contains(node))
			.copied()
			.collect();
		for node in due {
			assert!(round.publish(phase, node, now));
			let call = match phase {
				0 => announce_call(id, node),
				_ => publish_call(id, FileKind::ALL[phase - 1], node),
			};
			assert_ok!(apply(call));
		}
		self.follow();
		true
	}

	/// Follows what the chain says of rounds that are over.
	fn follow(&mut self) {
		let now = System::block_number();
		self.rounds.values_mut().for_each(|round| round.pass(now));
		for event in events() {
			let (id, outcome, missed) = match event {
				Event::RoundCompleted { round, aggregate, missed, .. } => {
					(round, Outcome::Completed(aggregate), missed)
				},
				Event::RoundFailed { round, failure, missed, .. } => {
					(round, Outcome::Failed(failure), missed)
				},
				_ => continue,
			};
			let round = self.rounds.get_mut(&id).expect("it was opened");
			assert_eq!(round.ended, Some(outcome));
			assert!(!core::mem::replace(&mut round.is_noted, true), "a round ends once");
			let said: BTreeSet<_> = missed.into_iter().collect();
			let deeds = JobDeeds::get(round.job).expect("the job runs");
			let mut expected = BTreeSet::new();
			let Some(missed) = round.missed() else {
				assert!(said.is_empty());
				continue;
			};
			let of_job = self.attendance.entry((Epoch::get(), round.job)).or_default();
			for number in &round.participants {
				let deed = DeedId::from(*number);
				if deeds.contains(&deed) {
					let (rounds, missed_before) = of_job.entry(deed).or_default();
					*rounds += 1;
					if missed.contains(number) {
						*missed_before += 1;
						expected.insert(account(*number));
					}
				}
			}
			assert_eq!(said, expected);
		}
	}

	/// Compares the chain with the model.
	pub(super) fn check(&self) {
		Learning::do_try_state().expect("every invariant holds");
		let open: Vec<_> = self
			.rounds
			.iter()
			.filter(|(_, round)| round.ended.is_none())
			.map(|(id, round)| (*id, round.job))
			.collect();
		assert_eq!(Learning::list_open(), open);
		for (id, round) in &self.rounds {
			let Some(info) = Learning::info_of(*id) else { continue };
			assert_eq!(info.outcome, round.ended);
			assert_eq!(
				(info.round.phase, info.round.ends_at),
				(PHASES[round.phase], round.ends_at)
			);
			let numbers = |accounts: Vec<_>| -> BTreeSet<u8> {
				(1..8).filter(|number| accounts.contains(&key(*number))).collect()
			};
			let of = |files: Vec<Publication>| {
				numbers(files.into_iter().map(|file| file.account).collect())
			};
			let announced = info.announced.into_iter().map(|it| it.account).collect();
			let sets = [numbers(announced), of(info.shared), of(info.uploaded), of(info.revealed)];
			assert_eq!(sets, round.sets);
		}
		let first_kept = Epoch::get().saturating_sub(3);
		for ((epoch, job), expected) in &self.attendance {
			if *epoch < first_kept {
				continue;
			}
			let known: BTreeMap<_, _> = Learning::attendance(*epoch, *job)
				.into_iter()
				.map(|it| (it.deed, (it.rounds, it.missed)))
				.collect();
			assert_eq!(known, *expected);
		}
	}
}

/// What is not asked of the pallet.
fn elsewhere_happens(step: Step) {
	match step {
		Step::Place { job, deeds } => JobDeeds::insert(job, deeds),
		Step::Elect { oracles } => OracleNumbers::set(&oracles),
		Step::Blocks { count, is_swept: true } => run_to_block(System::block_number() + count),
		Step::Blocks { count, is_swept: false } => jump_to_block(System::block_number() + count),
		Step::NextEpoch => Epoch::set(&(Epoch::get() + 1)),
		asked => unreachable!("{asked:?} is asked of the pallet"),
	}
}
