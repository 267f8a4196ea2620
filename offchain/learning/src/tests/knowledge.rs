// SPDX-License-Identifier: Apache-2.0

//! What an aggregator that sees everything can work out, by a model that knows nothing of the code:
//! only which files there are, and what is in them.
//!
//! An upload is an equation with unknowns: the update, the participant's own mask, and one mask for each
//! other dealer. Whoever has enough shares of a secret knows the masks that come of it. What can be
//! worked out of updates is then what is left when all unknown masks are eliminated: it must be
//! nothing, or the sum of all updates of U3 and no more. All patterns of drop-outs among five are
//! gone through, with late uploads that everybody sees, and with every set of participants that may
//! work together with the aggregator.

use super::table::{Table, account, spec};
use crate::protocol::{Members, Phase, RevealFile, Revealed};
use std::collections::{BTreeMap, BTreeSet};

const COUNT: usize = 5;
const THRESHOLD: usize = 3;

/// A secret of a dealer, by its place.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Secret {
	Seed(usize),
	MaskKey(usize),
}

/// An unknown of the equations.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Unknown {
	Own(usize),
	Pair(usize, usize),
	Update(usize),
}

/// A combination of unknowns that is known. Factors stay whole while masks are eliminated, which the
/// code checks.
type Equation = BTreeMap<Unknown, i64>;

/// Who holds which shares: what was revealed, and what conspirators were dealt.
#[derive(Debug, Default)]
struct Knowledge {
	shares: BTreeMap<Secret, BTreeSet<usize>>,
	conspirators: BTreeSet<usize>,
}

impl Knowledge {
	fn learn(&mut self, secret: Secret, holder: usize) {
		self.shares.entry(secret).or_default().insert(holder);
	}

	fn knows(&self, secret: Secret) -> bool {
		let (Secret::Seed(dealer) | Secret::MaskKey(dealer)) = secret;
		self.conspirators.contains(&dealer)
			|| self.shares.get(&secret).is_some_and(|holders| THRESHOLD <= holders.len())
	}

	/// Whether an unknown is none.
	fn knows_unknown(&self, unknown: Unknown) -> bool {
		match unknown {
			Unknown::Own(dealer) => self.knows(Secret::Seed(dealer)),
			Unknown::Pair(one, other) => {
				self.knows(Secret::MaskKey(one)) || self.knows(Secret::MaskKey(other))
			},
			Unknown::Update(participant) => self.conspirators.contains(&participant),
		}
	}

	/// What is left of an upload.
	fn equation_of(&self, uploader: usize, dealers: Members) -> Equation {
		let pairs = dealers.iter().filter(|other| *other != uploader).map(|other| {
			let sign = if uploader < other { 1 } else { -1 };
			(Unknown::Pair(uploader.min(other), uploader.max(other)), sign)
		});
		let own = [(Unknown::Own(uploader), 1), (Unknown::Update(uploader), 1)];
		pairs.chain(own).filter(|(unknown, _)| !self.knows_unknown(*unknown)).collect()
	}
}

/// What is known of updates alone: masks are eliminated first, because they come first in the order.
fn known_of_updates(mut equations: Vec<Equation>) -> Vec<BTreeMap<usize, i64>> {
	let mut left = Vec::new();
	while let Some(mut equation) = equations.pop() {
		equation.retain(|_, factor| *factor != 0);
		let Some((first, factor)) = equation.first_key_value().map(|(key, value)| (*key, *value))
		else {
			continue;
		};
		if let Unknown::Update(_) = first {
			left.push(equation);
			continue;
		}
		for other in &mut equations {
			let Some(factor_there) = other.get(&first).copied() else { continue };
			assert_eq!(factor_there % factor, 0, "fractions came up");
			for (unknown, value) in &equation {
				*other.entry(*unknown).or_default() -= value * (factor_there / factor);
			}
			other.retain(|_, value| *value != 0);
		}
	}
	let update = |(unknown, factor): (Unknown, i64)| match unknown {
		Unknown::Update(participant) => (participant, factor),
		mask => panic!("{mask:?} comes before updates"),
	};
	left.into_iter()
		.map(|equation| equation.into_iter().map(update).collect())
		.collect()
}

/// Plays a round with the real code, and reads what it put on the wire.
fn revealed_shares(table: &Table) -> Vec<(Secret, usize)> {
	let round = table.round();
	let mut shares = Vec::new();
	for (account, file) in &table.reveals {
		let holder = round.place_of(account).expect("it takes part");
		let file = RevealFile::from_bytes(file, &round, holder).expect("it is one");
		for (dealer, entry) in file.entries() {
			match entry {
				Revealed::Seed(_) => shares.push((Secret::Seed(dealer), holder)),
				Revealed::MaskKey(_) => shares.push((Secret::MaskKey(dealer), holder)),
				Revealed::Unreadable => panic!("all are honest"),
			}
		}
	}
	shares
}

fn subsets(of: u32) -> impl Iterator<Item = u32> {
	(0..1_u32 << COUNT).filter(move |subset| subset & !of == 0)
}

fn members(bits: u32) -> Vec<usize> {
	(0..COUNT).filter(|number| bits >> number & 1 == 1).collect()
}

/// Plays a pattern: `dealt`, `uploaded` in time, `revealed`; who dealt and did not upload in time
/// uploads late, where the chain has no word of it and everybody sees it.
fn play(dealt: u32, uploaded: u32, revealed: u32) -> Table {
	let mut table = Table::new(spec(2, 3, THRESHOLD as u8), COUNT);
	table.share(members(dealt));
	table.upload(members(uploaded));
	for late in members(dealt & !uploaded) {
		let file = table.masked(late).expect("it masks before it knows");
		table.uploads.insert(account(late), file);
	}
	table.reveal(members(revealed));
	table
}

/// What may be known: nothing of fewer than all contributors who do not conspire.
fn check(table: &Table, conspirators: &BTreeSet<usize>) -> bool {
	let round = table.round();
	let mut knowledge = Knowledge { conspirators: conspirators.clone(), ..Knowledge::default() };
	for (secret, holder) in revealed_shares(table) {
		knowledge.learn(secret, holder);
	}
	for dealer in round.dealers().iter() {
		for conspirator in conspirators {
			knowledge.learn(Secret::Seed(dealer), *conspirator);
			knowledge.learn(Secret::MaskKey(dealer), *conspirator);
		}
	}
	let uploads = table.uploads.keys().map(|account| round.place_of(account).expect("it dealt"));
	let equations = uploads.map(|uploader| knowledge.equation_of(uploader, round.dealers()));
	let known = known_of_updates(equations.collect());
	let others: BTreeMap<usize, i64> = round
		.contributors()
		.iter()
		.filter(|place| !conspirators.contains(place))
		.map(|place| (place, 1))
		.collect();
	match known.as_slice() {
		[] => false,
		[sum] => {
			let sign = sum.values().next().copied().unwrap_or(1).signum();
			let sum: BTreeMap<_, _> =
				sum.iter().map(|(place, factor)| (*place, sign * factor)).collect();
			assert_eq!(sum, others, "{table:?} with {conspirators:?}");
			true
		},
		more => panic!("{more:?} is known of {table:?} with {conspirators:?}"),
	}
}

#[test]
fn aggregator_should_never_hold_enough_to_unmask_one() {
	let everyone = (1 << COUNT) - 1;
	let is_enough = |bits: &u32| THRESHOLD <= bits.count_ones() as usize;
	let (mut patterns, mut sums) = (0, 0);
	for dealt in subsets(everyone).filter(is_enough) {
		for uploaded in subsets(dealt).filter(is_enough) {
			for revealed in subsets(uploaded) {
				let table = play(dealt, uploaded, revealed);
				let round = table.round();
				assert_eq!(
					round.file_hash(Phase::Reveal, 0).is_some(),
					round.revealers().contains(0)
				);
				for conspirators in subsets(everyone) {
					if THRESHOLD <= conspirators.count_ones() as usize {
						continue;
					}
					patterns += 1;
					sums +=
						usize::from(check(&table, &members(conspirators).into_iter().collect()));
				}
				assert_eq!(table.aggregate().is_ok(), is_enough(&revealed));
			}
		}
	}
	// 512 patterns, times the 16 sets of at most two conspirators.
	assert_eq!(patterns, 512 * 16);
	assert!(0 < sums && sums < patterns, "{sums} of {patterns}");
}

/// The model itself: with both secrets of one, or with as many conspirators as the threshold, it must
/// find what is there to be found.
#[test]
fn model_should_find_what_is_in_the_open() {
	let dealers = Members::from_bits(0b111);
	let mut knowledge = Knowledge::default();
	let equations = |knowledge: &Knowledge| {
		known_of_updates((0..3).map(|one| knowledge.equation_of(one, dealers)).collect())
	};
	assert_eq!(equations(&knowledge), []);
	for holder in 0..THRESHOLD {
		for dealer in 0..3 {
			knowledge.learn(Secret::Seed(dealer), holder);
		}
	}
	assert_eq!(equations(&knowledge).len(), 1);
	for holder in 0..THRESHOLD {
		knowledge.learn(Secret::MaskKey(1), holder);
	}
	let known = equations(&knowledge);
	assert_eq!(known.len(), 2);
	assert!(known.contains(&BTreeMap::from([(1, 1)])), "{known:?}");
}
