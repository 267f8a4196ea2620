// SPDX-License-Identifier: Apache-2.0

//! Measures secure aggregation beside plain averaging; prints one line of JSON.
//!
//! `cargo run --package r1-learning --example cost [PARTICIPANTS [PARAMETERS [RUNS]]]`, with 10, 100 000
//! and 20 if nothing is said. Times are medians of one thread, in milliseconds, without network and disk;
//! bytes are those of files. The last three participants do not upload, so that masks are recovered,
//! too.

#![expect(clippy::print_stdout, reason = "what it measured is what it is for")]
#![expect(clippy::disallowed_types, reason = "it measures microseconds")]

use r1_core::{Account, SystemRng};
use r1_learning::{
	fixed::WeighedUpdate,
	protocol::{
		Aggregate, Participant, Publication, Round, RoundSpec, RoundView, StateStore, recover,
	},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, env, error::Error, io, time::Instant};

const GENESIS: [u8; 32] = [1; 32];
const ROUND: u64 = 1;

type Files = BTreeMap<Account, Vec<u8>>;

fn main() -> Result<(), Box<dyn Error>> {
	let mut arguments = env::args().skip(1);
	let mut next = |default: usize| arguments.next().map_or(Ok(default), |text| text.parse());
	let (participants, parameters, runs) = (next(10)?, next(100_000)?, next(20)?);
	let rounds: Vec<Costs> = (0..runs.max(1))
		.map(|_| play(participants, parameters))
		.collect::<Result<_, _>>()?;
	let milliseconds: BTreeMap<&str, f64> = STEPS
		.into_iter()
		.map(|step| (step, median(rounds.iter().map(|costs| costs.seconds[step] * 1e3).collect())))
		.collect();
	let bytes = rounds.first().map(|costs| costs.bytes.clone());
	println!(
		"{}",
		json!({
			"participants": participants,
			"parameters": parameters,
			"runs": runs,
			"milliseconds": milliseconds,
			"bytes": bytes,
		})
	);
	Ok(())
}

/// What is timed: the first six at each participant, the last two at the server.
const STEPS: [&str; 8] = [
	"client_keys",
	"client_share",
	"client_scale",
	"client_mask",
	"client_reveal",
	"client_plain",
	"server_sum",
	"server_plain",
];

/// What a round took.
struct Costs {
	seconds: BTreeMap<&'static str, f64>,
	bytes: Value,
}

/// A disk that is free.
#[derive(Default)]
struct Memory(Vec<u8>);

impl StateStore for Memory {
	fn save(&mut self, state: &[u8]) -> io::Result<()> {
		self.0 = state.to_vec();
		Ok(())
	}
}

/// Plays a round and times what the first participant and an aggregator do.
fn play(count: usize, parameters: usize) -> Result<Costs, Box<dyn Error>> {
	let mut seconds = BTreeMap::new();
	let update: Vec<f32> = (0..parameters).map(|index| (index % 2_001) as f32 / 2_001.0).collect();
	let spec = spec(parameters)?;
	let mut people = Vec::new();
	for number in 0..count {
		let account = [u8::try_from(number)?; 32];
		let mut memory = Memory::default();
		let joined = timed(&mut seconds, "client_keys", || {
			let joined = Participant::join(GENESIS, ROUND, account, &SystemRng, &mut memory);
			joined.map(|one| (one.announcement(), one))
		})?;
		people.push((account, joined.1, memory, joined.0));
	}
	let mut view = RoundView {
		genesis: GENESIS,
		id: ROUND,
		spec,
		announced: people.iter().map(|(.., announcement)| *announcement).collect(),
		shared: Vec::new(),
		uploaded: Vec::new(),
		revealed: Vec::new(),
	};
	let (mut shares, mut uploads, mut reveals) = (Files::new(), Files::new(), Files::new());
	let round = Round::new(view.clone())?;
	for (account, one, memory, _) in &mut people {
		let file = timed(&mut seconds, "client_share", || one.share(&round, memory))?;
		publish(*account, file, &mut view.shared, &mut shares);
	}
	let round = Round::new(view.clone())?;
	let left = count.saturating_sub(3).max(usize::from(spec.minimum)).min(count);
	for (account, one, memory, _) in people.iter_mut().take(left) {
		let weighed = timed(&mut seconds, "client_scale", || {
			WeighedUpdate::new(&update, 100, &spec, &SystemRng)
		})?;
		let file = timed(&mut seconds, "client_mask", || one.upload(&round, &weighed, memory))?;
		publish(*account, file, &mut view.uploaded, &mut uploads);
	}
	let round = Round::new(view.clone())?;
	for (account, one, memory, _) in people.iter_mut().take(left) {
		let file = timed(&mut seconds, "client_reveal", || one.reveal(&round, &shares, memory))?;
		publish(*account, file, &mut view.revealed, &mut reveals);
	}
	let round = Round::new(view)?;
	let aggregate = timed(&mut seconds, "server_sum", || {
		let mut file = Vec::with_capacity(parameters * 8);
		let sources = uploads.iter().map(|(account, file)| (*account, file.as_slice())).collect();
		recover(&round, &shares, &reveals)?.sum(sources, &mut file)?;
		Ok::<_, Box<dyn Error>>(file)
	})?;
	let plain_bytes = plain(&update, left, &aggregate, &mut seconds)?;
	let of = |files: &Files| files.values().next().map_or(0, Vec::len);
	let received = shares.values().map(Vec::len).sum::<usize>();
	let bytes = json!({
		"announcement": 96,
		"share_file": of(&shares),
		"upload": of(&uploads),
		"reveal_file": of(&reveals),
		"client_sends": 96 + of(&shares) + of(&uploads) + of(&reveals),
		"client_receives": received,
		"aggregate": aggregate.len(),
		"plain_upload": plain_bytes,
	});
	Ok(Costs { seconds, bytes })
}

/// Averaging with nothing hidden: floats as they are. Compares the two means.
fn plain(
	update: &[f32],
	left: usize,
	aggregate: &[u8],
	seconds: &mut BTreeMap<&'static str, f64>,
) -> Result<usize, Box<dyn Error>> {
	let upload = timed(seconds, "client_plain", || {
		let bytes: Vec<u8> = update.iter().flat_map(|value| value.to_le_bytes()).collect();
		Ok::<_, Box<dyn Error>>((Sha256::digest(&bytes), bytes))
	})?;
	let mean = timed(seconds, "server_plain", || {
		let mut sum = vec![0.0_f64; update.len()];
		for _ in 0..left {
			let (words, _) = upload.1.as_chunks::<4>();
			sum.iter_mut()
				.zip(words)
				.for_each(|(sum, word)| *sum += f64::from(f32::from_le_bytes(*word)));
		}
		Ok::<_, Box<dyn Error>>(sum.iter().map(|sum| sum / left as f64).collect::<Vec<_>>())
	})?;
	let secure = Aggregate::from_bytes(aggregate)?;
	let is_same = secure.mean().zip(&mean).all(|(one, other)| (one - other).abs() < 1e-6);
	if is_same { Ok(upload.1.len()) } else { Err("the two means differ".into()) }
}

fn spec(parameters: usize) -> Result<RoundSpec, Box<dyn Error>> {
	Ok(RoundSpec {
		model_hash: [0; 32],
		length: u32::try_from(parameters)?,
		minimum: 5,
		threshold: 4,
		scale_bits: 20,
		clip: 1 << 20,
		max_weight: 1_000,
		noise: None,
	})
}

fn publish(account: Account, file: Vec<u8>, on_chain: &mut Vec<Publication>, files: &mut Files) {
	on_chain.push(Publication { account, cid: Vec::new(), sha256: Sha256::digest(&file).into() });
	files.insert(account, file);
}

/// Does something, and notes the shortest time that it took in this round.
fn timed<T, E>(
	seconds: &mut BTreeMap<&'static str, f64>,
	step: &'static str,
	work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
	let start = Instant::now();
	let done = work()?;
	let took = start.elapsed().as_secs_f64();
	seconds.entry(step).and_modify(|least| *least = least.min(took)).or_insert(took);
	Ok(done)
}

fn median(mut values: Vec<f64>) -> f64 {
	values.sort_unstable_by(f64::total_cmp);
	values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
