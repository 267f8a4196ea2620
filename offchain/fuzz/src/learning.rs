// SPDX-License-Identifier: Apache-2.0

//! Rounds of federated learning whose files were changed by those who made them, and files that come
//! from anywhere.

use crate::{edits::edit_bytes, reached::Reached};
use codec::{DecodeAll as _, Encode as _};
use fuzzing::Choices;
use r1_core::{Account, SeededRng};
use r1_learning::{
	fixed::WeighedUpdate,
	protocol::{
		Aggregate, Fault, Finding, Participant, Publication, RecoverError, Round, RoundSpec,
		RoundView, StateStore, SumError, recover,
	},
	trainer::{Dataset, Layer, Model},
};
use sp_crypto_hashing::sha2_256;
use std::{
	collections::{BTreeMap, BTreeSet},
	io,
};

/// The round that is played.
const ROUND: u64 = 5;

/// Participants of a round.
const COUNT: u8 = 4;

type Files = BTreeMap<Account, Vec<u8>>;

/// Plays an input of a whole round.
pub(crate) fn play_rounds(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut game = Game::new();
	game.share(choices);
	game.upload(choices, reached);
	game.reveal(choices, reached);
	game.aggregate(reached);
}

/// Plays an input of files that are read alone.
pub(crate) fn play_files(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut memory = Memory::default();
	let joined = Participant::join([1; 32], ROUND, [2; 32], &SeededRng::new(1), &mut memory);
	let participant = joined.expect("memory has room");
	let sent = spoilt(memory.0.clone(), choices);
	let state = Participant::from_bytes(&sent);
	reached.note_result("state", &state);
	if sent == memory.0 {
		let state = state.expect("what was saved is read");
		assert_eq!(state.announcement(), participant.announcement(), "a restart changes keys");
	}
	play_aggregate(choices, reached);
	play_model(choices, reached);
	let finding = match choices.number(0..=2) {
		0 => Finding::SharesInconsistent { dealer: [choices.byte(); 32] },
		1 => Finding::UploadUnreadable { participant: [choices.byte(); 32] },
		_ => Finding::SumOutOfBounds,
	};
	let sent = spoilt(finding.encode(), choices);
	let read = Finding::decode_all(&mut sent.as_slice());
	reached.note_result("finding", &read);
	if let Ok(read) = read {
		assert_eq!(read.encode(), sent, "a finding has two forms");
	}
}

fn play_aggregate(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut file = b"r1-learn\x04\x01".to_vec();
	file.extend(ROUND.to_le_bytes());
	file.extend(2_u32.to_le_bytes());
	file.extend([choices.byte() % 40, choices.byte() % 70]);
	for _ in 0..2 {
		file.extend(i64::from(choices.byte().cast_signed()).to_le_bytes());
	}
	file.extend(u64::from(choices.byte()).to_le_bytes());
	let sent = spoilt(file, choices);
	let read = Aggregate::from_bytes(&sent);
	reached.note_result("aggregate", &read);
	if let Ok(read) = read {
		assert!(read.mean().all(f64::is_finite), "a mean is no number: {read:?}");
	}
}

fn play_model(choices: &mut Choices<'_>, reached: &mut Reached) {
	let linear = |inputs, outputs| Layer::Linear { inputs, outputs };
	let layers = match choices.one_in(2) {
		true => vec![linear(2, 2)],
		false => vec![linear(2, 3), Layer::Relu, linear(3, 2)],
	};
	let model = Model::initial(layers, choices.byte().into()).expect("it is a head");
	let file = model.to_bytes().expect("it is written");
	let sent = spoilt(file, choices);
	let read = Model::from_bytes(&sent);
	reached.note_result("model", &read);
	if let Ok(read) = read {
		let written = read.to_bytes().expect("it is written");
		let again = Model::from_bytes(&written).expect("it is one");
		assert_eq!(again, read, "a model changes when it is passed on");
	}
	let data = Dataset::from_bytes(&sent, 2, 2);
	reached.note_result("data", &data);
	assert!(data.is_err(), "a model is taken for data");
}

/// What a participant keeps.
#[derive(Debug, Default)]
struct Memory(Vec<u8>);

impl StateStore for Memory {
	fn save(&mut self, state: &[u8]) -> io::Result<()> {
		self.0 = state.to_vec();
		Ok(())
	}
}

/// A round, and who cheats in it.
struct Game {
	view: RoundView,
	participants: Vec<(Participant, Memory)>,
	shares: Files,
	uploads: Files,
	reveals: Files,
	/// Whose share files, uploads and reveals were changed.
	cheats: [BTreeSet<Account>; 3],
}

impl Game {
	fn new() -> Self {
		let rng = SeededRng::new(9);
		let join = |number| {
			let mut memory = Memory::default();
			let joined = Participant::join([1; 32], ROUND, [number; 32], &rng, &mut memory);
			(joined.expect("memory has room"), memory)
		};
		let participants: Vec<_> = (0..COUNT).map(join).collect();
		let view = RoundView {
			genesis: [1; 32],
			id: ROUND,
			spec: RoundSpec {
				model_hash: [0; 32],
				length: 3,
				minimum: 3,
				threshold: 2,
				scale_bits: 10,
				clip: 1 << 10,
				max_weight: 10,
				noise: None,
			},
			announced: participants.iter().map(|(one, _)| one.announcement()).collect(),
			shared: Vec::new(),
			uploaded: Vec::new(),
			revealed: Vec::new(),
		};
		let (shares, uploads, reveals, cheats) = Default::default();
		Self { view, participants, shares, uploads, reveals, cheats }
	}

	fn round(&self) -> Round {
		Round::new(self.view.clone()).expect("the chain keeps its rules")
	}

	fn share(&mut self, choices: &mut Choices<'_>) {
		let round = self.round();
		for number in 0..COUNT {
			let (participant, memory) = &mut self.participants[usize::from(number)];
			let file = participant.share(&round, memory).expect("all have announced themselves");
			let file = cheat(file, number, &mut self.cheats[0], choices);
			publish(number, file, &mut self.view.shared, &mut self.shares);
		}
	}

	fn upload(&mut self, choices: &mut Choices<'_>, reached: &mut Reached) {
		let round = self.round();
		for number in 0..COUNT {
			if choices.one_in(4) {
				continue;
			}
			let update = update_of(number, round.spec());
			let (participant, memory) = &mut self.participants[usize::from(number)];
			let file = participant.upload(&round, &update, memory);
			reached.note_result("upload", &file);
			let mut file = file.expect("all have dealt");
			if choices.one_in(8) {
				push(&mut file, choices);
				self.cheats[1].insert([number; 32]);
			}
			let file = cheat(file, number, &mut self.cheats[1], choices);
			publish(number, file, &mut self.view.uploaded, &mut self.uploads);
		}
	}

	fn reveal(&mut self, choices: &mut Choices<'_>, reached: &mut Reached) {
		let round = self.round();
		let uploaders = self.uploads.keys().map(|account| account[0]).collect::<Vec<_>>();
		for number in uploaders {
			let (participant, memory) = &mut self.participants[usize::from(number)];
			let file = participant.reveal(&round, &self.shares, memory);
			reached.note_result("reveal", &file);
			assert_eq!(
				file.is_ok(),
				round.contributors().count() >= 3,
				"too few reveal, or none do"
			);
			let Ok(file) = file else { continue };
			if choices.one_in(4) {
				continue;
			}
			let file = cheat(file, number, &mut self.cheats[2], choices);
			publish(number, file, &mut self.view.revealed, &mut self.reveals);
		}
	}

	/// What an aggregator makes of it: the right sum, or a refusal that blames no honest participant.
	fn aggregate(&self, reached: &mut Reached) {
		let round = self.round();
		let [bad_shares, bad_uploads, bad_reveals] = &self.cheats;
		let recovered = recover(&round, &self.shares, &self.reveals);
		reached.note_result("recover", &recovered);
		let recovered = match recovered {
			Err(RecoverError::Finding { finding, faults }) => {
				self.judge_faults(&faults, reached);
				return self.judge(finding, reached);
			},
			Err(error) => {
				let is_failed = self.uploads.len() < 3 || self.reveals.len() < 2;
				assert!(is_failed, "no sum, though enough are left: {error:?}");
				return;
			},
			Ok(recovered) => recovered,
		};
		self.judge_faults(recovered.faults(), reached);
		let uploads = self.uploads.iter().map(|(account, file)| (*account, file.as_slice()));
		let mut file = Vec::new();
		let summed = recovered.sum(uploads.collect(), &mut file);
		reached.note_result("sum", &summed);
		match summed {
			Err(SumError::Finding(finding)) => self.judge(finding, reached),
			Err(error) => panic!("memory cannot be read or written: {error:?}"),
			Ok(_) => {
				let sum = Aggregate::from_bytes(&file).expect("what is written is read");
				if bad_uploads.is_empty() {
					assert_eq!((sum.sum, sum.total_weight), self.expected(&round), "a wrong sum");
				}
				let cheats = bad_shares.len() + bad_uploads.len() + bad_reveals.len();
				reached.note("sum in spite of", if cheats == 0 { "nothing" } else { "cheats" });
			},
		}
	}

	/// Whether a refusal has its reason in what was changed, and names who changed it.
	fn judge(&self, finding: Finding, reached: &mut Reached) {
		let [bad_shares, bad_uploads, bad_reveals] = &self.cheats;
		reached.note("finding of a round", format!("{finding:?}").split(' ').next().unwrap_or(""));
		let is_just = match finding {
			Finding::SharesUnreadable { dealer } | Finding::SharesInconsistent { dealer } => {
				bad_shares.contains(&dealer)
			},
			Finding::TooFewShares { dealer } => {
				bad_shares.contains(&dealer) || !bad_reveals.is_empty()
			},
			Finding::UploadUnreadable { participant } => bad_uploads.contains(&participant),
			Finding::SumOutOfBounds => !bad_uploads.is_empty(),
		};
		// Two who lie that they cannot read a share are the threshold, and believed.
		let is_outvoted = 2 <= bad_reveals.len();
		assert!(is_just || is_outvoted, "{finding:?}, and {:?} cheat", self.cheats);
	}

	fn judge_faults(&self, faults: &[Fault], reached: &mut Reached) {
		for fault in faults {
			reached.note("fault", format!("{fault:?}").split(' ').next().unwrap_or(""));
			let (Fault::RevealUnreadable { revealer }
			| Fault::FalseShare { revealer, .. }
			| Fault::ForbiddenShare { revealer, .. }) = fault;
			assert!(self.cheats[2].contains(revealer), "{fault:?}, and {:?} cheat", self.cheats);
		}
	}

	/// The sum, and the weights, computed apart.
	fn expected(&self, round: &Round) -> (Vec<i64>, u64) {
		let updates: Vec<_> =
			self.uploads.keys().map(|account| update_of(account[0], round.spec())).collect();
		let of = |index: usize| updates.iter().map(|update| update.elements()[index]).sum::<i64>();
		((0..3).map(of).collect(), of(3).cast_unsigned())
	}
}

fn update_of(number: u8, spec: &RoundSpec) -> WeighedUpdate {
	let value = f32::from(number) / 8.0;
	let update = [value, -value, 0.5];
	WeighedUpdate::new(&update, u32::from(number) + 1, spec, &SeededRng::new(1)).expect("it fits")
}

/// A file as its maker publishes it: changed once in four times.
fn cheat(
	file: Vec<u8>,
	number: u8,
	cheats: &mut BTreeSet<Account>,
	choices: &mut Choices<'_>,
) -> Vec<u8> {
	if !choices.one_in(4) {
		return file;
	}
	let changed = edit_bytes(&file, choices);
	if changed != file {
		cheats.insert([number; 32]);
	}
	changed
}

/// Moves an element of an upload, which masks cannot tell from an honest one: it shows in the sum.
fn push(file: &mut [u8], choices: &mut Choices<'_>) {
	let at = file.len() - 8 * choices.number(1..=4) as usize;
	let distance = choices.pick(&[1_u64, 1 << 40, 1 << 63]);
	let (word, _) = file[at..].split_first_chunk_mut::<8>().expect("an upload has four words");
	*word = u64::from_le_bytes(*word).wrapping_add(distance).to_le_bytes();
}

fn publish(number: u8, file: Vec<u8>, publications: &mut Vec<Publication>, files: &mut Files) {
	let account = [number; 32];
	publications.push(Publication { account, cid: Vec::new(), sha256: sha2_256(&file) });
	files.insert(account, file);
}

/// What came of bytes on their way: often nothing.
fn spoilt(bytes: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
	if choices.one_in(2) { edit_bytes(&bytes, choices) } else { bytes }
}
