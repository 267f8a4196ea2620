// SPDX-License-Identifier: Apache-2.0

//! A round in memory: a chain that believes what it is told, files in maps, and participants.

use crate::{
	fixed::WeighedUpdate,
	protocol::{
		Fault, Finding, Participant, ParticipantError, Phase, Publication, RecoverError, Round,
		RoundSpec, RoundView, StateStore, SumError, Summed, recover,
	},
};
use r1_core::{Account, SeededRng};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, io};

pub(super) const GENESIS: [u8; 32] = [0xee; 32];
pub(super) const ROUND: u64 = 7;

/// Files by account.
pub(super) type Files = BTreeMap<Account, Vec<u8>>;

/// What an aggregator comes to.
#[derive(Debug)]
pub(super) struct Outcome {
	pub(super) summed: Summed,
	pub(super) file: Vec<u8>,
	pub(super) faults: Vec<Fault>,
}

/// State in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryStore {
	pub(super) state: Vec<u8>,
	pub(super) is_broken: bool,
}

impl StateStore for MemoryStore {
	fn save(&mut self, state: &[u8]) -> io::Result<()> {
		if self.is_broken {
			return Err(io::Error::other("the disk is full"));
		}
		self.state = state.to_vec();
		Ok(())
	}
}

/// A round, and all who take part in it.
#[derive(Debug)]
pub(super) struct Table {
	pub(super) view: RoundView,
	pub(super) participants: Vec<(Participant, MemoryStore)>,
	pub(super) shares: Files,
	pub(super) uploads: Files,
	pub(super) reveals: Files,
}

/// A round of so many parameters; clip 1.0 and weights to 100.
pub(super) fn spec(length: u32, minimum: u8, threshold: u8) -> RoundSpec {
	RoundSpec {
		model_hash: [3; 32],
		length,
		minimum,
		threshold,
		scale_bits: 20,
		clip: 1 << 20,
		max_weight: 100,
		noise: None,
	}
}

/// The account of a participant: not in the order of their numbers.
pub(super) fn account(number: usize) -> Account {
	Sha256::digest([number as u8]).into()
}

/// The update of a participant in scaled units, and its weight.
pub(super) fn update_of(number: usize, length: u32) -> (Vec<i64>, u32) {
	let value = |index: i64| (index * 7_919 + number as i64 * 104_729) % 1_000_003 - 500_000;
	((0..i64::from(length)).map(value).collect(), number as u32 % 9 + 1)
}

impl Table {
	/// Joins and announces so many participants.
	pub(super) fn new(spec: RoundSpec, count: usize) -> Self {
		let rng = SeededRng::new(42);
		let participants: Vec<_> = (0..count)
			.map(|number| {
				let mut store = MemoryStore::default();
				let joined = Participant::join(GENESIS, ROUND, account(number), &rng, &mut store);
				(joined.expect("memory has room"), store)
			})
			.collect();
		let announced = participants.iter().map(|(one, _)| one.announcement()).collect();
		let (shared, uploaded, revealed) = Default::default();
		let view =
			RoundView { genesis: GENESIS, id: ROUND, spec, announced, shared, uploaded, revealed };
		let (shares, uploads, reveals) = Default::default();
		Self { view, participants, shares, uploads, reveals }
	}

	/// What everybody sees.
	pub(super) fn round(&self) -> Round {
		Round::new(self.view.clone()).expect("the round is sound")
	}

	/// Puts a file of a phase on the chain, or another in its place.
	pub(super) fn publish(&mut self, phase: Phase, number: usize, file: Vec<u8>) {
		let account = account(number);
		let (files, publications) = match phase {
			Phase::Announce => panic!("there are no files yet"),
			Phase::Share => (&mut self.shares, &mut self.view.shared),
			Phase::Upload => (&mut self.uploads, &mut self.view.uploaded),
			Phase::Reveal => (&mut self.reveals, &mut self.view.revealed),
		};
		publications.retain(|publication| publication.account != account);
		let sha256 = Sha256::digest(&file).into();
		publications.push(Publication { account, cid: b"bafy".to_vec(), sha256 });
		files.insert(account, file);
	}

	/// Some deal their shares.
	pub(super) fn share(&mut self, who: impl IntoIterator<Item = usize>) {
		let round = self.round();
		for number in who {
			let (participant, store) = &mut self.participants[number];
			let file = participant.share(&round, store).expect("the round goes on");
			self.publish(Phase::Share, number, file);
		}
	}

	/// The upload of a participant's own update.
	pub(super) fn masked(&mut self, number: usize) -> Result<Vec<u8>, ParticipantError> {
		let round = self.round();
		let update = weighed(number, round.spec());
		let (participant, store) = &mut self.participants[number];
		participant.upload(&round, &update, store)
	}

	/// Some upload their updates.
	pub(super) fn upload(&mut self, who: impl IntoIterator<Item = usize>) {
		for number in who {
			let file = self.masked(number).expect("the round goes on");
			self.publish(Phase::Upload, number, file);
		}
	}

	/// What a participant reveals.
	pub(super) fn revealed(&mut self, number: usize) -> Result<Vec<u8>, ParticipantError> {
		let round = self.round();
		let (participant, store) = &mut self.participants[number];
		participant.reveal(&round, &self.shares, store)
	}

	/// Some reveal shares.
	pub(super) fn reveal(&mut self, who: impl IntoIterator<Item = usize>) {
		for number in who {
			let file = self.revealed(number).expect("the round goes on");
			self.publish(Phase::Reveal, number, file);
		}
	}

	/// What an aggregator makes of it.
	pub(super) fn aggregate(&self) -> Result<Outcome, Failure> {
		let round = self.round();
		let recovered = recover(&round, &self.shares, &self.reveals).map_err(Failure::Recover)?;
		let uploads = self.uploads.iter().map(|(account, file)| (*account, file.as_slice()));
		let mut file = Vec::new();
		let summed = recovered.sum(uploads.collect(), &mut file).map_err(Failure::Sum)?;
		Ok(Outcome { summed, file, faults: recovered.faults().to_vec() })
	}

	/// What an aggregator says of whoever spoilt the round.
	pub(super) fn finding(&self) -> Finding {
		match self.aggregate() {
			Err(Failure::Recover(RecoverError::Finding { finding, .. }))
			| Err(Failure::Sum(SumError::Finding(finding))) => finding,
			other => panic!("nobody was found: {other:?}"),
		}
	}
}

/// Why an aggregator has no sum.
#[derive(Debug)]
pub(super) enum Failure {
	Recover(RecoverError),
	Sum(SumError),
}

/// A participant's own update, as it is masked.
pub(super) fn weighed(number: usize, spec: &RoundSpec) -> WeighedUpdate {
	let (values, weight) = update_of(number, spec.length);
	// Exact: fewer than 24 bits, times a power of two.
	let floats: Vec<f32> = values.iter().map(|value| *value as f32 / 1_048_576.0).collect();
	WeighedUpdate::new(&floats, weight, spec, &SeededRng::new(0)).expect("the update fits")
}

/// The sum of some participants' weighed updates, and of their weights, computed apart.
pub(super) fn expected(who: impl IntoIterator<Item = usize>, length: u32) -> (Vec<i64>, u64) {
	let (mut sum, mut total) = (vec![0; length as usize], 0);
	for number in who {
		let (values, weight) = update_of(number, length);
		sum.iter_mut()
			.zip(values)
			.for_each(|(sum, value)| *sum += value * i64::from(weight));
		total += u64::from(weight);
	}
	(sum, total)
}
