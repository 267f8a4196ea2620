// SPDX-License-Identifier: Apache-2.0

//! What the chain says of a round, checked once, so that nothing after it can be out of place.

use crate::{framing::Header, limits::PARTICIPANTS_MAX};
use r1_core::Account;
use r1_primitives::learning::{self, Announcement, RoundId, RoundSpec, SpecError};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// A file that a participant has put on the chain, and where it is: its binary CID.
pub type Publication = learning::Publication<Vec<u8>>;

/// What the chain says of a round: each list as far as its phase has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoundView {
	/// The chain's first block.
	pub genesis: [u8; 32],
	/// Which round.
	pub id: RoundId,
	/// As it was opened.
	pub spec: RoundSpec,
	/// U1.
	pub announced: Vec<Announcement>,
	/// U2.
	pub shared: Vec<Publication>,
	/// U3.
	pub uploaded: Vec<Publication>,
	/// U4.
	pub revealed: Vec<Publication>,
}

/// A phase in which participants publish something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
	/// Keys.
	Announce,
	/// Encrypted shares.
	Share,
	/// Masked updates.
	Upload,
	/// Shares in the clear.
	Reveal,
}

/// Some participants of a round, by their places in the order of their accounts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Members(u64);

impl Members {
	/// Those of some bits, the lowest for the first place.
	#[must_use]
	pub const fn from_bits(bits: u64) -> Self {
		Self(bits)
	}

	/// The bits.
	#[must_use]
	pub const fn bits(self) -> u64 {
		self.0
	}

	/// How many.
	#[must_use]
	pub const fn count(self) -> usize {
		self.0.count_ones() as usize
	}

	/// Whether the participant at a place is among them.
	#[must_use]
	pub fn contains(self, place: usize) -> bool {
		place < PARTICIPANTS_MAX && self.0 >> place & 1 == 1
	}

	/// Their places, ascending.
	pub fn iter(self) -> impl Iterator<Item = usize> {
		(0..PARTICIPANTS_MAX).filter(move |place| self.contains(*place))
	}

	/// Those that are not in another set.
	#[must_use]
	pub const fn without(self, other: Self) -> Self {
		Self(self.0 & !other.0)
	}

	fn insert(&mut self, place: usize) {
		self.0 |= 1 << place;
	}
}

/// A round that was checked: its participants in the order of their accounts, and their files.
#[derive(Clone, Debug)]
pub struct Round {
	genesis: [u8; 32],
	id: RoundId,
	spec: RoundSpec,
	participants: Vec<Announcement>,
	shared: Files,
	uploaded: Files,
	revealed: Files,
	tag: [u8; 32],
}

impl Round {
	/// Checks what the chain says.
	///
	/// # Errors
	///
	/// The specification is not within its bounds, an account is there twice or out of nowhere, or
	/// there are too many.
	pub fn new(view: RoundView) -> Result<Self, RoundError> {
		view.spec.check()?;
		let mut participants = view.announced;
		if participants.len() > PARTICIPANTS_MAX {
			return Err(RoundError::TooMany { found: participants.len() });
		}
		participants.sort_unstable_by_key(|participant| participant.account);
		let twice = participants
			.iter()
			.zip(participants.iter().skip(1))
			.find(|(one, next)| one.account == next.account);
		if let Some((participant, _)) = twice {
			return Err(RoundError::Twice { account: participant.account });
		}
		let everyone = (0..participants.len()).fold(Members::default(), |mut all, place| {
			all.insert(place);
			all
		});
		let shared = Files::new(&participants, everyone, &view.shared)?;
		let uploaded = Files::new(&participants, shared.members, &view.uploaded)?;
		let revealed = Files::new(&participants, uploaded.members, &view.revealed)?;
		let tag = Sha256::new()
			.chain_update(b"ratio1/learning/round")
			.chain_update(view.genesis)
			.chain_update(view.id.to_le_bytes())
			.finalize()
			.into();
		let (genesis, id, spec) = (view.genesis, view.id, view.spec);
		Ok(Self { genesis, id, spec, participants, shared, uploaded, revealed, tag })
	}

	/// Whether a phase has had as many participants as it needs.
	///
	/// # Errors
	///
	/// It has not: the round has failed, and nobody may go on with it.
	pub fn require(&self, phase: Phase) -> Result<(), TooFew> {
		let (found, needed) = match phase {
			Phase::Announce => (self.participants.len(), self.spec.minimum),
			Phase::Share => (self.dealers().count(), self.spec.minimum),
			Phase::Upload => (self.contributors().count(), self.spec.minimum),
			Phase::Reveal => (self.revealers().count(), self.spec.threshold),
		};
		let needed = usize::from(needed);
		if found < needed { Err(TooFew { phase, found, needed }) } else { Ok(()) }
	}

	/// As it was opened.
	#[must_use]
	pub fn spec(&self) -> &RoundSpec {
		&self.spec
	}

	/// Which round.
	#[must_use]
	pub fn id(&self) -> RoundId {
		self.id
	}

	/// The chain's first block.
	#[must_use]
	pub fn genesis(&self) -> [u8; 32] {
		self.genesis
	}

	/// U1, in the order of accounts.
	#[must_use]
	pub fn participants(&self) -> &[Announcement] {
		&self.participants
	}

	/// Who is at a place.
	#[must_use]
	pub fn participant(&self, place: usize) -> Option<&Announcement> {
		self.participants.get(place)
	}

	/// The place of an account in the order of all.
	#[must_use]
	pub fn place_of(&self, account: &Account) -> Option<usize> {
		place_of(&self.participants, account)
	}

	/// U2: who has dealt shares.
	#[must_use]
	pub fn dealers(&self) -> Members {
		self.shared.members
	}

	/// U3: whose updates are in the sum.
	#[must_use]
	pub fn contributors(&self) -> Members {
		self.uploaded.members
	}

	/// U4: who has revealed shares.
	#[must_use]
	pub fn revealers(&self) -> Members {
		self.revealed.members
	}

	/// SHA-256 of the file that a participant has published in a phase; there is none of the first.
	#[must_use]
	pub fn file_hash(&self, phase: Phase, place: usize) -> Option<[u8; 32]> {
		let files = match phase {
			Phase::Announce => return None,
			Phase::Share => &self.shared,
			Phase::Upload => &self.uploaded,
			Phase::Reveal => &self.revealed,
		};
		files.hashes.get(&place).copied()
	}

	/// What the files of the participant at a place begin with.
	pub(crate) fn header_of(&self, place: usize) -> Option<Header> {
		let account = self.participant(place)?.account;
		Some(Header { genesis: self.genesis, round: self.id, account })
	}

	/// What all keys of the round are bound to: its chain and its number.
	pub(crate) fn tag(&self) -> &[u8; 32] {
		&self.tag
	}

	/// What stands for the participants and all their keys.
	pub(crate) fn participants_digest(&self) -> [u8; 32] {
		let start = Sha256::new()
			.chain_update(b"ratio1/learning/participants")
			.chain_update(self.tag);
		let digest = self.participants.iter().fold(start, |digest, participant| {
			digest
				.chain_update(participant.account)
				.chain_update(participant.mask_key)
				.chain_update(participant.share_key)
				.chain_update(participant.seed_commitment)
		});
		digest.finalize().into()
	}
}

/// The files of one phase.
#[derive(Clone, Debug)]
struct Files {
	members: Members,
	hashes: BTreeMap<usize, [u8; 32]>,
}

impl Files {
	fn new(
		participants: &[Announcement],
		allowed: Members,
		publications: &[Publication],
	) -> Result<Self, RoundError> {
		let mut files = Self { members: Members::default(), hashes: BTreeMap::new() };
		for Publication { account, sha256, .. } in publications {
			let place = place_of(participants, account).filter(|place| allowed.contains(*place));
			let place = place.ok_or(RoundError::Uninvited { account: *account })?;
			if files.hashes.insert(place, *sha256).is_some() {
				return Err(RoundError::Twice { account: *account });
			}
			files.members.insert(place);
		}
		Ok(files)
	}
}

fn place_of(participants: &[Announcement], account: &Account) -> Option<usize> {
	participants
		.binary_search_by_key(account, |participant| participant.account)
		.ok()
}

/// A phase had fewer participants than it needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{found} participants in the phase {phase:?}, and it needs {needed}: the round has failed")]
pub struct TooFew {
	/// Which phase.
	pub phase: Phase,
	/// How many there are.
	pub found: usize,
	/// How many there must be.
	pub needed: usize,
}

/// Why a round is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RoundError {
	/// Its specification is out of bounds.
	#[error(transparent)]
	Spec(#[from] SpecError),
	/// More participants than there may be.
	#[error("{found} participants, and {PARTICIPANTS_MAX} are the limit")]
	TooMany {
		/// How many.
		found: usize,
	},
	/// One account has a place twice.
	#[error("account {} is there twice", short(account))]
	Twice {
		/// Which.
		account: Account,
	},
	/// An account that was not in the phase before.
	#[error("account {} was not in the phase before", short(account))]
	Uninvited {
		/// Which.
		account: Account,
	},
}

/// The first bytes of an account, in hexadecimal, for messages.
pub(crate) fn short(account: &Account) -> String {
	account.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
