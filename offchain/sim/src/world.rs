// SPDX-License-Identifier: Apache-2.0

//! A run: events in virtual time, one after the other.

use crate::{
	chain::{BLOCK_MS, Machine, SimulatedChain, identity},
	node::{Answered, Message, Node},
	oracle::{Oracle, Submission, oracle_key},
	outcome::{EpochOutcome, Outcome},
	pallet::{EpochModel, Phase},
	queue::{Queue, STEP_MS},
	random::SimulatedRng,
	scenario::{OracleConduct, Scenario},
};
use r1_core::{Deed, DeedKind, Deeds};
use r1_heartbeat::{Beater, CHALLENGE_ANSWER_MS_MAX, MaintenanceWindows, Position};
use r1_primitives::{Challenge, DeedId, NodeKey};
use std::collections::BTreeMap;

/// How much later than the first one the last machine hears of a final block, in milliseconds.
const HEARS_AFTER_MS_MAX: u64 = 1_200;
/// How long after a crash an oracle may still mistake one slot for another, in milliseconds: until
/// its clock has learnt from a block or two.
const RECOVERY_MS: u64 = 15_000;

/// Runs a scenario to its end.
#[must_use]
pub fn run(scenario: &Scenario) -> Outcome {
	let mut world = World::new(scenario);
	let mut at_ms = 0;
	while at_ms <= scenario.length_ms() {
		loop {
			let events = world.queue.take(at_ms);
			if events.is_empty() {
				break;
			}
			for event in events {
				world.happen(at_ms, event);
			}
		}
		at_ms += STEP_MS;
	}
	world.outcome()
}

/// Something that happens; numbers are places in lists.
#[derive(Clone, Copy, Debug)]
enum Event {
	NodeTick(u32),
	OracleTick(u16),
	BeatArrives { message: u32, oracle: u16 },
	ChallengeArrives(u32),
	AnswerArrives(u32),
	ChallengeTimesOut(u32),
	Block(u32),
	Killed(u16),
	Started(u16),
}

struct World<'s> {
	scenario: &'s Scenario,
	rng: SimulatedRng,
	queue: Queue<Event>,
	chain: SimulatedChain,
	nodes: Vec<Node>,
	oracles: Vec<Oracle>,
	messages: Vec<Message>,
	flights: Vec<Flight>,
	models: BTreeMap<u32, EpochModel>,
	/// What is in the pool, for the next block.
	pool: Vec<(u32, u16, Submission)>,
	tick_ms: u64,
	epochs: Vec<EpochOutcome>,
}

/// A challenge on its way.
struct Flight {
	oracle: u16,
	node: u32,
	challenge: Challenge,
	sent_ms: u64,
	answer: Option<[u8; 64]>,
	/// Whether the node has refused it, which nothing explains.
	is_refused: bool,
}

impl<'s> World<'s> {
	fn new(scenario: &'s Scenario) -> Self {
		assert!(scenario.slots <= u32::BITS, "a slot of the outcome is a bit");
		let rng = SimulatedRng::new(scenario.seed);
		let clock = scenario.clock();
		let node_count = u32::try_from(scenario.nodes.len()).expect("nodes are numbered by u32");
		let deeds: Deeds = (0..node_count).map(|node| (node + 1, deed_of(node))).collect();
		let keys: Vec<NodeKey> =
			(0..scenario.oracles.len()).map(|it| oracle_key(it as u16)).collect();
		let length_ms = scenario.length_ms();
		let chain =
			SimulatedChain::new(clock, &deeds, &keys, &scenario.finality, (length_ms, &rng));
		let machine = |set_right: bool| Machine {
			hears_after_ms: rng.within(50..=HEARS_AFTER_MS_MAX),
			skew_ms: rng.within(0..=2 * scenario.skew_ms_max) as i64 - scenario.skew_ms_max as i64,
			set_right_ms: if set_right { rng.within(0..=length_ms) } else { u64::MAX },
			started_ms: 0,
			heard: 0,
		};
		let nodes: Vec<Node> = (0..node_count)
			.zip(&scenario.nodes)
			.map(|(number, conduct)| Node::new(number, *conduct, machine(rng.happens(100))))
			.collect();
		let oracles: Vec<Oracle> = (0..)
			.zip(&scenario.oracles)
			.map(|(index, conduct)| {
				Oracle::new(index, *conduct, machine(rng.happens(100)), scenario)
			})
			.collect();
		let epoch = EpochOutcome::new(nodes.len(), oracles.len());
		let mut world = Self {
			scenario,
			rng,
			queue: Queue::new(length_ms),
			chain,
			nodes,
			oracles,
			messages: Vec::new(),
			flights: Vec::new(),
			models: BTreeMap::new(),
			pool: Vec::new(),
			tick_ms: Beater::tick_period_ms(&clock),
			epochs: vec![epoch; scenario.epochs as usize],
		};
		world.schedule();
		world
	}

	fn schedule(&mut self) {
		for number in 0..self.nodes.len() as u32 {
			self.queue.push(self.rng.within(0..=self.tick_ms), Event::NodeTick(number));
		}
		for index in 0..self.oracles.len() as u16 {
			if self.oracles[usize::from(index)].conduct.is_honest() {
				self.queue.push(self.rng.within(0..=self.tick_ms), Event::OracleTick(index));
			}
		}
		for block in 0..=(self.scenario.length_ms() / BLOCK_MS) as u32 {
			self.queue.push(u64::from(block) * BLOCK_MS, Event::Block(block));
		}
		for crash in &self.scenario.crashes {
			self.queue.push(crash.at_ms, Event::Killed(crash.oracle));
			self.queue.push(crash.at_ms + crash.down_ms, Event::Started(crash.oracle));
		}
	}

	fn happen(&mut self, at_ms: u64, event: Event) {
		match event {
			Event::NodeTick(number) => self.tick_node(at_ms, number),
			Event::OracleTick(index) => self.tick_oracle(at_ms, index),
			Event::BeatArrives { message, oracle } => self.hear(at_ms, message, oracle),
			Event::ChallengeArrives(flight) => self.challenge(at_ms, flight),
			Event::AnswerArrives(flight) => self.answer(at_ms, flight),
			Event::ChallengeTimesOut(flight) => self.time_out(flight),
			Event::Block(block) => self.block(at_ms, block),
			Event::Killed(oracle) => self.oracles[usize::from(oracle)].kill(),
			Event::Started(oracle) => self.start(at_ms, oracle),
		}
	}

	// # Beats

	fn tick_node(&mut self, at_ms: u64, number: u32) {
		if self.scenario.beats_until_ms() < at_ms {
			return;
		}
		self.queue.push(at_ms + self.tick_ms, Event::NodeTick(number));
		let captured = match self.messages.len() {
			0 => None,
			count => self.messages.get(self.rng.next() as usize % count),
		};
		let captured = captured.map(|message| message.bytes.as_slice());
		let victim = self.rng.next() as u32 % self.nodes.len() as u32;
		let said = self.nodes[number as usize].tick(at_ms, &self.chain, captured, victim);
		for message in said {
			if let Some((node, position)) = message.beat
				&& let Some(epoch) = self.epochs.get_mut(position.epoch as usize)
			{
				epoch.beaten[node as usize] |= 1 << position.slot;
			}
			self.publish(at_ms, number, message);
		}
	}

	fn publish(&mut self, at_ms: u64, sender: u32, message: Message) {
		let number = self.messages.len() as u32;
		for oracle in 0..self.oracles.len() as u16 {
			let conduct = self.oracles[usize::from(oracle)].conduct;
			if conduct != OracleConduct::Honest {
				continue;
			}
			let arrivals = self.scenario.links.arrivals(sender, oracle, at_ms, &self.rng);
			if arrivals[0].is_none() || message.is_late {
				self.explain(oracle, message.beat);
			}
			for arrives_ms in arrivals.into_iter().flatten() {
				self.queue.push(arrives_ms, Event::BeatArrives { message: number, oracle });
			}
		}
		self.messages.push(message);
	}

	fn hear(&mut self, at_ms: u64, message: u32, oracle: u16) {
		let Message { bytes, beat, .. } = &self.messages[message as usize];
		let beat = *beat;
		let is_heard = self.oracles[usize::from(oracle)].hear(at_ms, &self.chain, bytes);
		if !is_heard {
			self.explain(oracle, beat);
		}
	}

	/// Notes that the network may have cost a node a slot with an oracle.
	fn explain(&mut self, oracle: u16, beat: Option<(u32, Position)>) {
		if let Some((node, position)) = beat
			&& let Some(epoch) = self.epochs.get_mut(position.epoch as usize)
		{
			epoch.explained[usize::from(oracle)][node as usize] |= 1 << position.slot;
		}
	}

	// # Challenges

	fn tick_oracle(&mut self, at_ms: u64, index: u16) {
		self.queue.push(at_ms + self.tick_ms, Event::OracleTick(index));
		let due = self.oracles[usize::from(index)].tick(at_ms, &self.chain, &self.rng);
		for asked in due {
			let (node, flight) = (asked.deed - 1, self.flights.len() as u32);
			self.flights.push(Flight {
				oracle: index,
				node,
				challenge: asked.challenge,
				sent_ms: at_ms,
				answer: None,
				is_refused: false,
			});
			let [arrives_ms, _] = self.scenario.links.arrivals(node, index, at_ms, &self.rng);
			match arrives_ms {
				Some(arrives_ms) => self.queue.push(arrives_ms, Event::ChallengeArrives(flight)),
				None => self.give_up(flight),
			}
		}
	}

	fn challenge(&mut self, at_ms: u64, flight: u32) {
		let Flight { oracle, node, challenge, .. } = self.flights[flight as usize];
		let from = self.oracles[usize::from(oracle)].key;
		let answered = self.nodes[node as usize].answer(at_ms, &self.chain, &challenge, &from);
		let in_flight = &mut self.flights[flight as usize];
		match answered {
			Answered::Signed(signature) => in_flight.answer = Some(signature),
			Answered::NobodyThere => return self.give_up(flight),
			Answered::Refused => {
				in_flight.is_refused = true;
				return self.give_up(flight);
			},
		}
		match self.scenario.links.arrivals(node, oracle, at_ms, &self.rng)[0] {
			Some(arrives_ms) => self.queue.push(arrives_ms, Event::AnswerArrives(flight)),
			None => self.give_up(flight),
		}
	}

	fn give_up(&mut self, flight: u32) {
		let sent_ms = self.flights[flight as usize].sent_ms;
		self.queue
			.push(sent_ms + CHALLENGE_ANSWER_MS_MAX, Event::ChallengeTimesOut(flight));
	}

	fn answer(&mut self, at_ms: u64, flight: u32) {
		let Flight { oracle, challenge, sent_ms, answer, .. } = self.flights[flight as usize];
		let elapsed_ms = at_ms - sent_ms;
		if CHALLENGE_ANSWER_MS_MAX < elapsed_ms {
			self.explain_miss(flight);
		}
		let answer = answer.as_ref().map(|signature| (signature, elapsed_ms));
		self.oracles[usize::from(oracle)].settle(&challenge, answer);
	}

	fn time_out(&mut self, flight: u32) {
		let Flight { oracle, challenge, is_refused, .. } = self.flights[flight as usize];
		if !is_refused {
			self.explain_miss(flight);
		}
		self.oracles[usize::from(oracle)].settle(&challenge, None);
	}

	fn explain_miss(&mut self, flight: u32) {
		let Flight { oracle, node, challenge, .. } = self.flights[flight as usize];
		let position = Position { epoch: challenge.epoch, slot: challenge.slot };
		self.explain(oracle, Some((node, position)));
	}

	// # Crashes

	fn start(&mut self, at_ms: u64, oracle: u16) {
		self.oracles[usize::from(oracle)].start(at_ms);
		let crashes = self.scenario.crashes.iter();
		let killed_ms = crashes
			.filter(|crash| crash.oracle == oracle && crash.at_ms <= at_ms)
			.map(|crash| crash.at_ms)
			.max()
			.unwrap_or(at_ms);
		// What was heard since the last snapshot is lost as well, which is a slot old at most.
		let slot_ms = u64::from(self.scenario.clock().slot_secs) * 1_000;
		let from_ms = killed_ms.saturating_sub(2 * slot_ms);
		let lost: Vec<_> = self.scenario.slots_of(from_ms, at_ms + RECOVERY_MS).collect();
		for (epoch, slot) in lost {
			if let Some(epoch) = self.epochs.get_mut(epoch as usize) {
				epoch.explained[usize::from(oracle)]
					.iter_mut()
					.for_each(|bits| *bits |= 1 << slot);
			}
		}
	}

	// # The chain

	fn block(&mut self, at_ms: u64, block: u32) {
		for (epoch, oracle, submission) in std::mem::take(&mut self.pool) {
			let Some(model) = self.models.get_mut(&epoch) else { continue };
			// A refusal shows in the outcome: the oracle is not among those that have revealed.
			let _taken = match submission {
				Submission::Commit(commitment) => model.commit(oracle, commitment, block),
				Submission::Reveal(salt, values) => model.reveal(oracle, salt, &values, block),
			};
		}
		let clock = self.scenario.clock();
		let now_secs = crate::chain::GENESIS_SECS + at_ms / 1_000;
		let current = clock.epoch_at(now_secs).unwrap_or(0);
		for epoch in 0..current.min(self.scenario.epochs) {
			let oracles = self.oracles.len() as u16;
			self.models
				.entry(epoch)
				.or_insert_with(|| EpochModel::open(epoch, oracles, block));
			self.work(epoch, block, at_ms);
		}
	}

	/// Lets every worker look at an epoch, and the chain decide it when the time has come.
	fn work(&mut self, epoch: u32, block: u32, at_ms: u64) {
		let deeds = self.nodes.len() as DeedId;
		let windows: MaintenanceWindows = (1..=deeds)
			.zip(&self.nodes)
			.filter_map(|(deed, node)| Some((deed, node.conduct.window(epoch)?)))
			.collect();
		let model = &self.models[&epoch];
		for index in 0..self.oracles.len() {
			if let OracleConduct::Copies { victim } = self.oracles[index].conduct
				&& model.revealed().contains(&victim)
			{
				let (front, back) = self.oracles.split_at_mut(index.max(usize::from(victim)));
				let (low, high) = (&mut front[index.min(usize::from(victim))], &mut back[0]);
				match usize::from(victim) < index {
					true => high.copy(epoch, low),
					false => low.copy(epoch, high),
				}
			}
			let oracle = &mut self.oracles[index];
			let (at, what) = ((block, at_ms), (deeds, &windows));
			if let Some(submission) = oracle.work(model, epoch, at, what, &self.rng) {
				self.pool.push((epoch, index as u16, submission));
			}
		}
		let outcome = &mut self.epochs[epoch as usize];
		if model.phase(block) == Phase::Over && outcome.verdict.is_none() {
			outcome.verdict = Some(model.verdict(self.nodes.len()));
		}
		outcome.revealed = model.revealed();
	}

	fn outcome(mut self) -> Outcome {
		for (epoch, outcome) in (0..).zip(&mut self.epochs) {
			let reports = self.oracles.iter().map(|oracle| oracle.report(epoch));
			outcome.reports = reports.map(|values| values.map(<[u8]>::to_vec)).collect();
		}
		Outcome { scenario: self.scenario.clone(), epochs: self.epochs }
	}
}

fn deed_of(node: u32) -> Deed {
	let node = Some(identity(node).key());
	Deed { owner: [9; 32], node, kind: DeedKind::Node, is_banned: false }
}
