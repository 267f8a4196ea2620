// SPDX-License-Identifier: Apache-2.0

//! Both sides of a challenge, and what it costs to miss one.

use super::*;
use r1_core::SeededRng;
use r1_primitives::{CHALLENGE_BYTES, Challenge, ChallengeSeed};

const DEEDS: DeedId = 40;

fn oracle() -> NodeIdentity {
	NodeIdentity::from_seed(&[0x0c; 32])
}

/// What the chain draws for every epoch.
const RANDOMNESS: [u8; 32] = [5; 32];

fn challenger() -> Challenger {
	Challenger::new(oracle(), GENESIS)
}

/// The chain in a slot, which knows the oracle.
fn chain_in(epoch: u32, slot: u32) -> ChainState {
	ChainState {
		oracles: vec![oracle().key()],
		epoch_seeds: BTreeMap::from([(epoch, RANDOMNESS)]),
		..chain_at(middle_of(epoch, slot), DEEDS)
	}
}

fn due(challenger: &mut Challenger, epoch: u32, slot: u32) -> Vec<Due> {
	challenger.due(Position { epoch, slot }, &chain_in(epoch, slot), &SeededRng::new(slot.into()))
}

/// All challenges of epoch 2.
fn due_in_epoch(challenger: &mut Challenger) -> Vec<Due> {
	(0..SLOTS).flat_map(|slot| due(challenger, 2, slot)).collect()
}

fn first_due(challenger: &mut Challenger) -> Due {
	let mut slots = 0..SLOTS;
	slots
		.find_map(|slot| due(challenger, 2, slot).first().copied())
		.expect("forty deeds draw a slot")
}

fn answer(asked: &Due) -> Vec<u8> {
	let Challenge { epoch, slot, .. } = asked.challenge;
	Answerer::new(node_of(asked.deed))
		.answer(&asked.challenge.encode(), &oracle().key(), &chain_in(epoch, slot))
		.unwrap()
		.to_vec()
}

#[test]
fn every_deed_should_be_challenged_where_its_draws_fall() {
	let mut challenger = challenger();
	let asked = due_in_epoch(&mut challenger);
	let seed = ChallengeSeed { epoch: 2, randomness: RANDOMNESS };
	let secret = sp_crypto_hashing::blake2_256(&oracle().sign(&seed, &GENESIS));
	for deed in 1..=DEEDS {
		let slots: Vec<u32> = asked
			.iter()
			.filter(|due| due.deed == deed)
			.map(|due| due.challenge.slot)
			.collect();
		let expected: Vec<u32> = challenged_slots(&secret, deed, SLOTS).into_iter().collect();
		assert_eq!(slots, expected, "deed {deed}");
		assert!((1..=CHALLENGES_PER_EPOCH).contains(&slots.len()));
	}
	assert!(DEEDS as usize * 3 <= asked.len(), "{} challenges", asked.len());
	assert_eq!(challenger.metrics().sent, asked.len() as u64);
	for due in &asked {
		assert_eq!(due.node, node_of(due.deed).key());
		assert_eq!((due.challenge.epoch, due.challenge.oracle), (2, oracle().key()));
	}
	let nonces: std::collections::BTreeSet<_> =
		asked.iter().map(|due| due.challenge.nonce).collect();
	assert!(nonces.len() > 20, "nonces are drawn");
}

#[test]
fn draws_should_depend_on_the_oracle_the_epoch_and_the_randomness() {
	let draw = |identity: NodeIdentity, epoch: u32, randomness: [u8; 32]| {
		let mut challenger = Challenger::new(identity, GENESIS);
		let mut drawn: Vec<(DeedId, u32)> = Vec::new();
		for slot in 0..SLOTS {
			let epoch_seeds = BTreeMap::from([(epoch, randomness)]);
			let chain = ChainState { epoch_seeds, ..chain_in(epoch, slot) };
			let due = challenger.due(Position { epoch, slot }, &chain, &SeededRng::new(0));
			drawn.extend(due.iter().map(|due| (due.deed, due.challenge.slot)));
		}
		drawn
	};
	let ours = draw(oracle(), 2, RANDOMNESS);
	assert_eq!(draw(oracle(), 2, RANDOMNESS), ours, "an auditor draws the same");
	assert_ne!(draw(NodeIdentity::from_seed(&[0x0d; 32]), 2, RANDOMNESS), ours);
	assert_ne!(draw(oracle(), 2, [6; 32]), ours);
	assert_ne!(draw(oracle(), 3, RANDOMNESS), ours);
}

#[test]
fn nothing_should_be_due_twice_or_without_randomness() {
	let mut challenger = challenger();
	let slot = first_due(&mut challenger).challenge.slot;
	assert!(due(&mut challenger, 2, slot).is_empty(), "asked already");
	let rng = SeededRng::new(0);
	for slot in 0..SLOTS {
		// The chain knows of epoch 2 only.
		let due = challenger.due(Position { epoch: 3, slot }, &chain_in(2, 0), &rng);
		assert_eq!(due, []);
	}
}

#[test]
fn draws_should_follow_a_seed_that_the_chain_replaces() {
	// Another branch became final than the one that was seen: a development chain that was reset.
	let (mut lasting, mut fresh) = (challenger(), challenger());
	due_in_epoch(&mut lasting);
	let epoch_seeds = BTreeMap::from([(2, [6; 32])]);
	for slot in 0..SLOTS {
		let chain = ChainState { epoch_seeds: epoch_seeds.clone(), ..chain_in(2, slot) };
		let slots = [&mut lasting, &mut fresh].map(|challenger| {
			let due = challenger.due(Position { epoch: 2, slot }, &chain, &SeededRng::new(1));
			due.iter().map(|due| due.deed).collect::<Vec<_>>()
		});
		assert_eq!(slots[0], slots[1]);
	}
}

#[test]
fn nobody_should_be_asked_who_cannot_earn_or_is_oneself() {
	let mut banned = linked_to(&node_of(2));
	banned.is_banned = true;
	let unlinked = Deed { node: None, ..linked_to(&node_of(3)) };
	let deeds =
		[(1, linked_to(&oracle())), (2, banned), (3, unlinked), (4, linked_to(&node_of(4)))];
	let chain = ChainState {
		epoch_seeds: BTreeMap::from([(2, RANDOMNESS)]),
		..chain_with(middle_of(2, 0), deeds.into_iter().collect())
	};
	let mut challenger = challenger();
	let asked: std::collections::BTreeSet<_> = (0..SLOTS)
		.flat_map(|slot| challenger.due(Position { epoch: 2, slot }, &chain, &SeededRng::new(0)))
		.map(|due| due.deed)
		.collect();
	assert_eq!(asked.into_iter().collect::<Vec<_>>(), [4]);
}

#[test]
fn right_answer_in_time_should_pass_once() {
	let mut challenger = challenger();
	let asked = first_due(&mut challenger);
	let answer = answer(&asked);
	let mut altered = asked.challenge;
	altered.slot += 1;
	assert_eq!(challenger.answered(&altered, &answer, 10), Outcome::Unknown);
	let answered = challenger.answered(&asked.challenge, &answer, CHALLENGE_ANSWER_MS_MAX);
	assert_eq!(answered, Outcome::Passed);
	assert_eq!(challenger.answered(&asked.challenge, &answer, 10), Outcome::Unknown);
	assert_eq!(challenger.timed_out(&asked.challenge), Outcome::Unknown);
	assert_eq!(challenger.metrics().answered, 1);
}

#[test]
fn anything_else_should_be_missed_for_its_reason() {
	let mut challenger = challenger();
	let of_deed_2 = NodeIdentity::from_seed(&[0x77; 32]);
	for reason in MissedReason::ALL {
		let asked = first_due(&mut challenger);
		let right = answer(&asked);
		let outcome = match reason {
			MissedReason::NoAnswer => challenger.timed_out(&asked.challenge),
			MissedReason::TooLate => {
				challenger.answered(&asked.challenge, &right, CHALLENGE_ANSWER_MS_MAX + 1)
			},
			MissedReason::WrongSignature => {
				let forged = of_deed_2.sign(&asked.challenge, &GENESIS);
				challenger.answered(&asked.challenge, &forged, 10)
			},
		};
		let position = Position { epoch: 2, slot: asked.challenge.slot };
		assert_eq!(outcome, Outcome::Missed { deed: asked.deed, position, reason });
		assert_eq!(challenger.metrics().missed(reason), 1);
	}
	// What has not the length of a signature is no signature.
	let asked = first_due(&mut challenger);
	let outcome = challenger.answered(&asked.challenge, &answer(&asked)[..63], 10);
	assert!(matches!(outcome, Outcome::Missed { reason: MissedReason::WrongSignature, .. }));
}

#[test]
fn challenge_that_could_not_be_sent_should_say_nothing() {
	let mut challenger = challenger();
	let asked = first_due(&mut challenger);
	let open = challenger.open_count();
	challenger.not_sent(&asked.challenge);
	challenger.not_sent(&asked.challenge);
	assert_eq!(challenger.open_count(), open - 1);
	assert_eq!(challenger.timed_out(&asked.challenge), Outcome::Unknown);
	assert_eq!(challenger.metrics().not_sent, 1);
}

#[test]
fn open_challenges_should_be_bounded() {
	let mut challenger = challenger().with_open_max(3);
	let asked = due_in_epoch(&mut challenger);
	assert_eq!((asked.len(), challenger.open_count()), (3, 3));
	assert!(challenger.metrics().over_limit > 0);
	challenger.timed_out(&asked[0].challenge);
	assert_eq!(first_due(&mut challenger).challenge.epoch, 2, "there is room again");
}

#[test]
fn answerer_should_answer_only_oracles_of_about_now() {
	let challenge = Challenge { epoch: 2, slot: 5, oracle: oracle().key(), nonce: [1; 32] };
	let chain = chain_in(2, 5);
	let mut answerer = Answerer::new(node_of(1));
	let mut check = |bytes: &[u8], from: &NodeIdentity, chain: &ChainState, expected| {
		let answered = answerer.answer(bytes, &from.key(), chain);
		assert_eq!(answered.map(|_| ()), expected);
	};
	let bytes = challenge.encode();
	let stranger = node_of(9);
	check(&bytes, &oracle(), &chain, Ok(()));
	check(&bytes[1..], &oracle(), &chain, Err(Refused::Malformed));
	check(&[0; CHALLENGE_BYTES + 1], &oracle(), &chain, Err(Refused::Malformed));
	check(&bytes, &stranger, &chain, Err(Refused::WrongSender));
	let of_stranger = Challenge { oracle: stranger.key(), ..challenge }.encode();
	check(&of_stranger, &stranger, &chain, Err(Refused::NotAnOracle));
	for (epoch, expected) in [
		(0, Err(Refused::WrongEpoch)),
		(1, Ok(())),
		(3, Ok(())),
		(4, Err(Refused::WrongEpoch)),
		(u32::MAX, Err(Refused::WrongEpoch)),
	] {
		check(&Challenge { epoch, ..challenge }.encode(), &oracle(), &chain, expected);
	}
	assert_eq!(answerer.metrics().answered, 3);
	let counts = Refused::ALL.map(|reason| answerer.metrics().refused(reason));
	assert_eq!(counts, [2, 1, 1, 3]);
	let blamed: Vec<_> = Refused::ALL.into_iter().filter(|it| it.is_peer_fault()).collect();
	assert_eq!(blamed, [Refused::Malformed, Refused::WrongSender]);
}

#[test]
fn missed_challenge_should_clear_its_slot_before_and_after_the_beat() {
	let mut observer = observer();
	for slot in 0..10 {
		count(&mut observer, 1, 2, slot);
	}
	// Slot 3 is beaten, slot 12 is not yet, and slot 20 never is.
	for slot in [3, 12, 20] {
		assert!(observer.clear(1, Position { epoch: 2, slot }));
		assert!(!observer.clear(1, Position { epoch: 2, slot }), "known already");
	}
	count(&mut observer, 1, 2, 12);
	assert_eq!(observer.slots_beaten(2, 1), 9);
	assert_eq!(observer.metrics().cleared, 3);
	// Another deed keeps what it has.
	count(&mut observer, 2, 2, 3);
	assert_eq!(observer.slots_beaten(2, 2), 1);
}

#[test]
fn misses_should_be_bounded_and_belong_to_the_epochs_that_are_kept() {
	let mut observer = observer();
	for slot in 0..SLOTS {
		count(&mut observer, 1, 2, slot);
		observer.clear(1, Position { epoch: 2, slot });
	}
	assert_eq!(observer.slots_beaten(2, 1), SLOTS - CHALLENGES_PER_EPOCH as u32);
	assert!(!observer.clear(2, Position { epoch: 2, slot: SLOTS }));
	assert!(!observer.clear(u32::MAX, Position { epoch: 2, slot: 0 }));
	count(&mut observer, 1, 3, 0);
	assert!(!observer.clear(2, Position { epoch: 1, slot: 0 }), "forgotten");
}

#[test]
fn missed_challenge_should_show_in_the_report_however_long_the_epoch_is() {
	for (slots_per_epoch, expected) in [(1, 1), (30, 1), (255, 1), (256, 2), (8_640, 34)] {
		assert_eq!(slots_at_stake(slots_per_epoch), expected);
	}
	// An epoch of a day: the stretch of 34 slots that holds slot 100 is 68 to 101.
	let clock = EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs: 10 };
	let scope = ChainScope { genesis_hash: GENESIS, clock };
	let limits = ObserverLimits { coverage_min_percent: 0, ..Default::default() };
	let mut observer = Observer::new(scope, limits).unwrap();
	for slot in 0..clock.slots_per_epoch() {
		let now = u64::from(slot) * 10 + 5;
		let chain = ChainState { clock, ..chain_at(now, 1) };
		let beat =
			Beat { epoch: 0, slot, finalised_block: block_made_at(now).hash, ..beat_in(0, 0) };
		let signed = SignedBeat { node: node_of(1).key(), beat, signature: [0; 64] };
		let mut unchecked = observer.with_signatures(std::sync::Arc::new(NoSignatures));
		unchecked.observe(&signed.encode(), now, &chain);
		observer = unchecked;
	}
	assert_eq!(observer.slots_beaten(0, 1), 8_640);
	observer.clear(1, Position { epoch: 0, slot: 100 });
	assert_eq!(observer.slots_beaten(0, 1), 8_640 - 34);
	observer.clear(1, Position { epoch: 0, slot: 68 });
	assert_eq!(observer.slots_beaten(0, 1), 8_640 - 34, "the same stretch");
	assert_eq!(observer.availability(0, 86_400, 1).unwrap().values, [254]);
	// The last stretch is cut off by the end of the epoch.
	observer.clear(1, Position { epoch: 0, slot: 8_639 });
	assert_eq!(observer.slots_beaten(0, 1), 8_640 - 34 - 4);
}

/// Every signature is right: for tests of something else.
#[derive(Debug)]
struct NoSignatures;

impl Signatures for NoSignatures {
	fn sign_beat(&self, _: &NodeIdentity, _: &Beat, _: &[u8; 32]) -> [u8; 64] {
		[0; 64]
	}

	fn is_beat_signed(&self, _: &SignedBeat, _: &[u8; 32]) -> bool {
		true
	}

	fn sign_challenge(&self, _: &NodeIdentity, _: &Challenge, _: &[u8; 32]) -> [u8; 64] {
		[0; 64]
	}

	fn is_challenge_signed(&self, _: &[u8; 32], _: &Challenge, _: &[u8; 32], _: &[u8; 64]) -> bool {
		true
	}
}

#[test]
fn engines_should_sign_and_check_as_they_are_told_to() {
	let port = std::sync::Arc::new(NoSignatures);
	let mut challenger = challenger().with_signatures(port.clone());
	let asked = first_due(&mut challenger);
	let answer = Answerer::new(node_of(1))
		.with_signatures(port.clone())
		.answer(&asked.challenge.encode(), &oracle().key(), &chain_in(2, 0))
		.unwrap();
	assert_eq!(answer, [0; 64]);
	assert_eq!(challenger.answered(&asked.challenge, &answer, 0), Outcome::Passed);
	let now = middle_of(2, 0);
	let mut beater = Beater::new(node_of(1), CAPABILITIES).with_signatures(port);
	let Tick::Beat(beat) = beater.tick(now, &chain_at(now, 1)) else { panic!("a beat is due") };
	assert_eq!(beat.signature, [0; 64]);
}
