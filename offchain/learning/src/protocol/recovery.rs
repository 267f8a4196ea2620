// SPDX-License-Identifier: Apache-2.0

//! From revealed shares to the masks that are left in the sum.
//!
//! ```text
//! share files of U2, reveal files of U4
//!   ──> who contributed:  its seed      ──> its own mask, to be taken away
//!   ──> who was lost:     its mask key  ──> its masks with all who contributed, to be taken away
//! ```
//!
//! Files are looked at in the order of accounts, and of all good shares of a secret the first ones
//! are combined, so that aggregators that have the same files come to the same.

use super::{
	finding::Fault,
	keys::{Secret, pair_key, recovered_mask_key, seed_commitment, self_key},
	masks::Sign,
	reveal::RevealFile,
	round::{Members, Phase, Round, TooFew, short},
	secret_sharing::{Share, combine},
	shares::ShareFile,
};
use r1_core::Account;
use r1_primitives::learning::{Announcement, Finding};
use std::{collections::BTreeMap, fmt};

/// What takes the masks of a round away.
pub struct Recovered<'a> {
	pub(super) round: &'a Round,
	/// Keys of masks, and what is done with them to the sum.
	pub(super) masks: Vec<(Secret, Sign)>,
	faults: Vec<Fault>,
}

/// Recovers the masks that are left in the sum of a round's uploads.
///
/// `shares` are the share files of U2 by account, and `reveals` the reveal files of U4, as they were
/// fetched by the CIDs on the chain: bytes that fit the CID and not the hash beside it are the fault of
/// who published both. Files of others are not looked at.
///
/// # Errors
///
/// The round has failed, a file has yet to be fetched, or somebody spoils the round.
pub fn recover<'a>(
	round: &'a Round,
	shares: &BTreeMap<Account, Vec<u8>>,
	reveals: &BTreeMap<Account, Vec<u8>>,
) -> Result<Recovered<'a>, RecoverError> {
	for phase in [Phase::Announce, Phase::Share, Phase::Upload, Phase::Reveal] {
		round.require(phase)?;
	}
	let shares = fetched(round, round.dealers(), shares)?;
	let reveals = fetched(round, round.revealers(), reveals)?;
	let mut evidence = Evidence::read(round, &shares, &reveals)?;
	let mut masks = Vec::new();
	for dealer in evidence.shares.keys().copied().collect::<Vec<_>>() {
		let found = evidence.masks_of(dealer);
		masks.extend(found.map_err(|finding| evidence.refuse(finding))?);
	}
	let mut faults = evidence.faults;
	faults.sort_unstable();
	faults.dedup();
	Ok(Recovered { round, masks, faults })
}

/// The files of some participants, by place.
fn fetched<'b>(
	round: &Round,
	members: Members,
	files: &'b BTreeMap<Account, Vec<u8>>,
) -> Result<BTreeMap<usize, &'b [u8]>, RecoverError> {
	let of = |place: usize| {
		let account = round.participant(place).map(|participant| participant.account);
		let account = account.unwrap_or_default();
		let file = files.get(&account).ok_or(RecoverError::Missing { account })?;
		Ok((place, file.as_slice()))
	};
	members.iter().map(of).collect()
}

/// What was published, as far as it can be read.
struct Evidence<'a> {
	round: &'a Round,
	shares: BTreeMap<usize, ShareFile>,
	reveals: BTreeMap<usize, RevealFile>,
	faults: Vec<Fault>,
}

impl<'a> Evidence<'a> {
	fn read(
		round: &'a Round,
		shares: &BTreeMap<usize, &[u8]>,
		reveals: &BTreeMap<usize, &[u8]>,
	) -> Result<Self, RecoverError> {
		let account = |place| round.participant(place).map(|one| one.account).unwrap_or_default();
		let mut evidence =
			Self { round, shares: BTreeMap::new(), reveals: BTreeMap::new(), faults: Vec::new() };
		for (place, bytes) in reveals {
			match RevealFile::from_bytes(bytes, round, *place) {
				Ok(file) => drop(evidence.reveals.insert(*place, file)),
				Err(_) => {
					evidence.faults.push(Fault::RevealUnreadable { revealer: account(*place) });
				},
			}
		}
		for (place, bytes) in shares {
			let file = ShareFile::from_bytes(bytes, round, *place);
			let finding = Finding::SharesUnreadable { dealer: account(*place) };
			let file = file.map_err(|_| evidence.refuse(finding))?;
			evidence.shares.insert(*place, file);
		}
		Ok(evidence)
	}

	fn refuse(&self, finding: Finding) -> RecoverError {
		RecoverError::Finding { finding, faults: self.faults.clone() }
	}

	/// The masks that one dealer has left in the sum.
	fn masks_of(&mut self, place: usize) -> Result<Vec<(Secret, Sign)>, Finding> {
		let round = self.round;
		let Some(dealer) = round.participant(place) else { return Ok(Vec::new()) };
		let secret = self.secret_of(place, dealer)?;
		let inconsistent = Finding::SharesInconsistent { dealer: dealer.account };
		if round.contributors().contains(place) {
			let is_announced = seed_commitment(&secret) == dealer.seed_commitment;
			let mask = (self_key(&secret, round.tag()), Sign::Minus);
			return if is_announced { Ok(vec![mask]) } else { Err(inconsistent) };
		}
		let key = recovered_mask_key(&secret, dealer).ok_or(inconsistent)?;
		let contributors = round.contributors().iter();
		let masks = contributors.filter_map(|contributor| {
			let key = pair_key(&key, round.tag(), dealer, round.participant(contributor)?);
			Some((key, Sign::of_pair(contributor, place).inverse()))
		});
		Ok(masks.collect())
	}

	/// The one secret of a dealer that may be known.
	fn secret_of(&mut self, place: usize, dealer: &Announcement) -> Result<Share, Finding> {
		let dealer = dealer.account;
		let (good, complaints) = self.good_shares(place, dealer);
		let threshold = usize::from(self.round.spec().threshold);
		let Some(enough) = good.get(..threshold) else {
			// Fewer than the threshold are dishonest, by assumption: one of so many is not.
			return Err(if threshold <= complaints {
				Finding::SharesInconsistent { dealer }
			} else {
				Finding::TooFewShares { dealer }
			});
		};
		combine(enough).map_err(|_| Finding::TooFewShares { dealer })
	}

	/// The shares of a dealer's secret that it stands by, and how many could not read theirs.
	fn good_shares(&mut self, place: usize, dealer: Account) -> (Vec<(usize, Share)>, usize) {
		let has_contributed = self.round.contributors().contains(place);
		let (mut good, mut complaints) = (Vec::new(), 0);
		for (revealer_place, file) in &self.reveals {
			let revealer = self
				.round
				.participant(*revealer_place)
				.map(|one| one.account)
				.unwrap_or_default();
			let Some(entry) = file.entry(place) else { continue };
			let is_dealt = || {
				let dealt = self.shares.get(&place);
				dealt.is_some_and(|dealt| dealt.is_of(self.round, *revealer_place, entry))
			};
			match entry.bytes() {
				None => complaints += 1,
				Some(_) if !entry.is_allowed(has_contributed) => {
					self.faults.push(Fault::ForbiddenShare { revealer, dealer });
				},
				Some(share) if is_dealt() => good.push((*revealer_place, share.clone())),
				Some(_) => self.faults.push(Fault::FalseShare { revealer, dealer }),
			}
		}
		(good, complaints)
	}
}

impl Recovered<'_> {
	/// Who did something wrong that did not spoil the round.
	#[must_use]
	pub fn faults(&self) -> &[Fault] {
		&self.faults
	}
}

impl fmt::Debug for Recovered<'_> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("Recovered")
			.field("round", &self.round.id())
			.field("masks", &self.masks.len())
			.field("faults", &self.faults)
			.finish()
	}
}

/// Why there are no masks to take away.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecoverError {
	/// The round has failed.
	#[error(transparent)]
	TooFew(#[from] TooFew),
	/// A file was not given. Nobody is to blame before it was looked for everywhere.
	#[error("the file of account {} has yet to be fetched", short(account))]
	Missing {
		/// Whose.
		account: Account,
	},
	/// Somebody spoils the round.
	#[error("there is no sum: {finding:?}")]
	Finding {
		/// How, and who if that is known.
		finding: Finding,
		/// Who else did something wrong.
		faults: Vec<Fault>,
	},
}
