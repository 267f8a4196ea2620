// SPDX-License-Identifier: Apache-2.0

//! How two replicas find out where they differ, and come to the same.
//!
//! One asks, the other answers. Whoever asks compares digests of ever longer prefixes, down to
//! where a few records stand, and then fetches what it lacks and hands over what the other lacks:
//!
//! ```text
//!  Compare []                  ──>  []: it is there
//!  Compare [(prefix, digest)]  ──>  same | sixteen digests | the names that stand there
//!  Fetch [names]               ──>  records
//!  Take [records]              ──>  taken
//! ```
//!
//! What is equal costs two questions, whatever its size; a difference costs a path from the root.
//! Both go on being written meanwhile: what is missed then is found the next time.

use crate::{
	namespace::{Merged, Namespace, WriteError},
	record::{Digest, Name, Record},
	tree::{Prefix, Shape},
};
use codec::{Decode, Encode};
use std::collections::{BTreeMap, VecDeque};

/// Prefixes that one question compares: their answer is some 30 KB of digests, or of names.
pub const PREFIXES_MAX: usize = 64;

/// Names that are asked for at once.
pub const NAMES_MAX: usize = 512;

/// Bytes of records in one message, at about which it ends.
pub const BATCH_BYTES_MAX: usize = 1 << 20;

/// What one replica asks another.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Question {
	/// Whether these are the same, prefix by prefix: first of all none, and then the root.
	Compare(Vec<(Prefix, Digest)>),
	/// Records by their names.
	Fetch(Vec<Name>),
	/// Records that the other lacks.
	Take(Vec<Record>),
}

/// What the other answers.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Answer {
	/// What it has under each prefix, in their order; for as many as fit.
	Compared(Vec<Found>),
	/// The records that there are; as many as fit, in the order of the names.
	Fetched(Vec<Record>),
	/// What was handed over has been taken.
	Taken,
}

/// What a replica has under a prefix.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Found {
	/// The same.
	Same,
	/// Something else.
	Other(Shape),
}

impl Found {
	/// About how many bytes it takes to say.
	fn bytes(&self) -> usize {
		match self {
			Self::Same => 1,
			Self::Other(Shape::Inner(digests)) => size_of_val(digests.as_slice()),
			Self::Other(Shape::Leaf(names)) => names
				.iter()
				.map(|(name, _)| name.borrowed().bytes() + size_of::<Digest>())
				.sum(),
		}
	}
}

/// Why a repair ends early.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RepairError {
	/// The answer is not one to the question.
	#[error("the answer does not fit the question")]
	Misfit,
	/// The question is too long, or of no prefix.
	#[error("the question asks for too much at once")]
	TooMuch,
	/// A record cannot be taken.
	#[error("a record was not taken")]
	Refused(#[from] WriteError),
}

impl RepairError {
	/// Whether the other is to blame.
	#[must_use]
	pub fn is_peer_fault(&self) -> bool {
		match self {
			Self::Misfit | Self::TooMuch => true,
			Self::Refused(error) => {
				matches!(error, WriteError::Record(_) | WriteError::Clock(_))
			},
		}
	}
}

/// Answers a question; adds to `news` what is new here, for the journal and for whoever watches.
///
/// # Errors
///
/// It asks for too much, or hands over what is no record. What came before that is taken.
pub fn answer(
	namespace: &mut Namespace,
	question: Question,
	now_ms: u64,
	news: &mut Vec<Record>,
) -> Result<Answer, RepairError> {
	match question {
		Question::Compare(prefixes) => {
			if PREFIXES_MAX < prefixes.len() {
				return Err(RepairError::TooMuch);
			}
			let mut bytes = 0;
			let mut found = Vec::new();
			for (prefix, digest) in prefixes {
				if BATCH_BYTES_MAX < bytes {
					break;
				}
				let under = match namespace.digest(prefix) == digest {
					true => Found::Same,
					false => Found::Other(namespace.shape(prefix)),
				};
				bytes += under.bytes();
				found.push(under);
			}
			Ok(Answer::Compared(found))
		},
		Question::Fetch(names) => {
			if NAMES_MAX < names.len() {
				return Err(RepairError::TooMuch);
			}
			let records = names.iter().filter_map(|name| namespace.record(name.borrowed()));
			Ok(Answer::Fetched(fitting(records)))
		},
		Question::Take(records) => {
			for record in records {
				let name = record.name.clone();
				if namespace.merge(record, now_ms)? == Merged::New {
					news.extend(namespace.record(name.borrowed()).cloned());
				}
			}
			Ok(Answer::Taken)
		},
	}
}

/// A repair, from the side that asks.
#[derive(Debug, Default)]
pub struct Repair {
	/// Prefixes to compare.
	open: VecDeque<Prefix>,
	/// Prefixes that the last question compares.
	compared: Vec<Prefix>,
	/// Names to fetch, and what the other has there.
	fetch: BTreeMap<Name, Digest>,
	/// Names that were asked for.
	fetching: Vec<Name>,
	/// Names to hand over.
	give: VecDeque<Name>,
	/// Records that came.
	fetched: usize,
	/// Records that went.
	given: usize,
	is_begun: bool,
}

/// What a repair has done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Repaired {
	/// Records that were fetched.
	pub fetched: usize,
	/// Records that were handed over.
	pub given: usize,
}

impl Repair {
	/// The next question; `None` when the two are the same, but for what changed meanwhile.
	pub fn ask(&mut self, namespace: &mut Namespace) -> Option<Question> {
		if !self.is_begun {
			self.is_begun = true;
			self.open.push_back(Prefix::ROOT);
			// Digests of much that was written take their time, and are for those who answer.
			return Some(Question::Compare(Vec::new()));
		}
		if !self.open.is_empty() {
			let count = self.open.len().min(PREFIXES_MAX);
			self.compared = self.open.drain(..count).collect();
			let with_digest = |prefix: &Prefix| (*prefix, namespace.digest(*prefix));
			let prefixes = self.compared.iter().map(with_digest).collect();
			return Some(Question::Compare(prefixes));
		}
		if !self.fetch.is_empty() {
			self.fetching = self.fetch.keys().take(NAMES_MAX).cloned().collect();
			return Some(Question::Fetch(self.fetching.clone()));
		}
		let records = self.give.iter().filter_map(|name| namespace.record(name.borrowed()));
		let records = fitting(records);
		if records.is_empty() {
			self.give.clear();
			return None;
		}
		// Names whose records have gone meanwhile stand among them.
		let last = &records[records.len() - 1].name;
		let through = self.give.iter().position(|name| name == last).map_or(0, |place| place + 1);
		self.give.drain(..through);
		self.given += records.len();
		Some(Question::Take(records))
	}

	/// Takes the answer to the last question; adds to `news` what is new here, for the journal and
	/// for whoever watches.
	///
	/// # Errors
	///
	/// The answer does not fit, or a record in it cannot be taken; the repair is over then.
	pub fn take(
		&mut self,
		namespace: &mut Namespace,
		answer: Answer,
		now_ms: u64,
		news: &mut Vec<Record>,
	) -> Result<(), RepairError> {
		match answer {
			Answer::Compared(found) => {
				let mut compared = std::mem::take(&mut self.compared);
				let least = compared.len().min(1);
				if !(least..=compared.len()).contains(&found.len()) {
					return Err(RepairError::Misfit);
				}
				self.open.extend(compared.drain(found.len()..));
				for (prefix, found) in compared.into_iter().zip(found) {
					if let Found::Other(shape) = found {
						self.descend(namespace, prefix, shape)?;
					}
				}
				Ok(())
			},
			Answer::Fetched(records) => self.merge(namespace, records, now_ms, news),
			Answer::Taken => Ok(()),
		}
	}

	/// What it has done so far.
	#[must_use]
	pub fn done(&self) -> Repaired {
		Repaired { fetched: self.fetched, given: self.given }
	}

	/// Looks where exactly the two differ under a prefix.
	fn descend(
		&mut self,
		namespace: &mut Namespace,
		prefix: Prefix,
		shape: Shape,
	) -> Result<(), RepairError> {
		match shape {
			Shape::Inner(digests) => {
				if prefix.children().count() != digests.len() {
					return Err(RepairError::Misfit);
				}
				for (child, digest) in prefix.children().zip(*digests) {
					if namespace.digest(child) != digest {
						self.open.push_back(child);
					}
				}
			},
			Shape::Leaf(theirs) => {
				let (first, last) = prefix.range();
				let is_under = |name: &Name| (first..=last).contains(&name.borrowed().position());
				if !theirs.iter().all(|(name, _)| is_under(name)) {
					return Err(RepairError::Misfit);
				}
				let theirs: BTreeMap<Name, Digest> = theirs.into_iter().collect();
				for own in namespace.tree.range(first, last) {
					if !theirs.contains_key(&own.name) {
						self.give.push_back(own.name.clone());
					}
				}
				for (name, digest) in theirs {
					let own = namespace.record(name.borrowed()).map(Record::digest);
					if own != Some(digest) {
						self.fetch.insert(name, digest);
					}
				}
			},
		}
		Ok(())
	}

	fn merge(
		&mut self,
		namespace: &mut Namespace,
		records: Vec<Record>,
		now_ms: u64,
		news: &mut Vec<Record>,
	) -> Result<(), RepairError> {
		let fetching = std::mem::take(&mut self.fetching);
		let mut asked = fetching.iter();
		for record in records {
			// In the order of the names; some have gone meanwhile.
			if !asked.any(|name| *name == record.name) {
				return Err(RepairError::Misfit);
			}
			let name = record.name.clone();
			let merged = namespace.merge(record, now_ms)?;
			self.fetched += 1;
			let Some(own) = namespace.record(name.borrowed()) else { continue };
			if merged == Merged::New {
				news.push(own.clone());
			}
			// What came of both is news to the other.
			if self.fetch.get(&name) != Some(&own.digest()) {
				self.give.push_back(name);
			}
		}
		// Of those that did not fit into the answer the rest is asked for again; one at least came,
		// or none of them is left.
		let rest: Vec<_> = asked.cloned().collect();
		let has_come = rest.len() < fetching.len();
		for name in fetching {
			if !has_come || !rest.contains(&name) {
				self.fetch.remove(&name);
			}
		}
		Ok(())
	}
}

/// As many records as fit into a message, one at least.
fn fitting<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<Record> {
	let mut bytes = 0;
	let mut fitting = Vec::new();
	for record in records {
		bytes += record.bytes();
		if BATCH_BYTES_MAX < bytes && !fitting.is_empty() {
			break;
		}
		fitting.push(record.clone());
	}
	fitting
}
