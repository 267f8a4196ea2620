// SPDX-License-Identifier: Apache-2.0

//! A participant of one round: what it publishes in each phase, and what it refuses to.
//!
//! What it is told of a round must be finalised, and a phase be over before what follows from it is
//! asked for: a list that grows later is refused, and the participant drops out.
//!
//! Three things would give an update away, and are refused here whatever the chain or the caller say:
//! two updates under the same masks, shares of both secrets of one dealer, and going on in a round
//! that has failed. What was chosen is saved before anything of it leaves.

use super::{
	keys::{Keys, self_key},
	reveal::{RevealFile, Revealed},
	round::{Phase, Round, TooFew, short},
	shares::{ShareFile, SharePair},
	state::{Masked, Progress, State, StateError, StateStore},
	upload::{masked, masks_of},
};
use crate::{fixed::WeighedUpdate, framing::Header};
use r1_core::{Account, Rng};
use r1_primitives::learning::{Announcement, RoundId};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, io};
use zeroize::Zeroizing;

/// A participant of one round.
#[derive(Debug)]
pub struct Participant {
	state: State,
	keys: Keys,
}

impl Participant {
	/// Joins a round, with a secret that nobody can predict. A second time makes other keys: where there
	/// is a state of the round, [`Self::from_bytes`] goes on from it.
	///
	/// # Errors
	///
	/// It could not be saved.
	pub fn join(
		genesis: [u8; 32],
		round: RoundId,
		account: Account,
		rng: &dyn Rng,
		store: &mut dyn StateStore,
	) -> Result<Self, ParticipantError> {
		let mut secret = Zeroizing::new([0; 32]);
		rng.fill(secret.as_mut_slice());
		let owner = Header { genesis, round, account };
		let participant = Self::of(State { owner, secret, progress: Progress::default() });
		participant.save(store)?;
		Ok(participant)
	}

	/// Goes on where it was.
	///
	/// # Errors
	///
	/// The bytes are no state.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
		Ok(Self::of(State::from_bytes(bytes)?))
	}

	fn of(state: State) -> Self {
		let keys = Keys::new(&state.secret, &state.owner);
		Self { state, keys }
	}

	/// Whose part in which round of which chain it is.
	#[must_use]
	pub fn owner(&self) -> &Header {
		&self.state.owner
	}

	/// What it announces: the same each time.
	#[must_use]
	pub fn announcement(&self) -> Announcement {
		self.keys.announcement(self.state.owner.account)
	}

	/// The share file: the same each time.
	///
	/// # Errors
	///
	/// Too few have announced themselves; or the chain says something else of this participant, or of
	/// the others than when it dealt before.
	pub fn share(
		&mut self,
		round: &Round,
		store: &mut dyn StateStore,
	) -> Result<Vec<u8>, ParticipantError> {
		self.place_in(round)?;
		round.require(Phase::Announce)?;
		let digest = round.participants_digest();
		match self.state.progress.dealt {
			None => self.advance(Progress { dealt: Some(digest), ..self.state.progress }, store)?,
			Some(dealt) if dealt == digest => {},
			Some(_) => return Err(ParticipantError::Changed { phase: Phase::Announce }),
		}
		let file = ShareFile::deal(round, self.state.owner, &self.keys);
		Ok(file.map_err(|_| ParticipantError::Sharing)?.to_bytes())
	}

	/// The upload of an update.
	///
	/// An update is masked once; the same one again makes the same file.
	///
	/// # Errors
	///
	/// Too few have dealt shares, or this participant has not; the update is not of the round's model;
	/// or another one was masked before.
	pub fn upload(
		&mut self,
		round: &Round,
		update: &WeighedUpdate,
		store: &mut dyn StateStore,
	) -> Result<Vec<u8>, ParticipantError> {
		let place = self.place_among_dealers(round)?;
		if !update.is_of(round.spec()) {
			return Err(ParticipantError::OtherUpdate);
		}
		let own = self.announcement();
		let pair_key = |other| {
			let other = round.participant(other)?;
			Some(self.keys.pair_key(round.tag(), &own, other))
		};
		let self_key = self_key(&self.keys.seed, round.tag());
		let mut masks = masks_of(place, round.dealers(), &self_key, pair_key);
		let file = masked(self.state.owner, round.spec().length, update, &mut masks);
		let masked =
			Masked { dealers: round.dealers().bits(), sha256: Sha256::digest(&file).into() };
		match self.state.progress.masked {
			None => {
				self.advance(Progress { masked: Some(masked), ..self.state.progress }, store)?
			},
			Some(before) if before == masked => {},
			Some(_) => return Err(ParticipantError::MaskedBefore),
		}
		Ok(file)
	}

	/// The reveal file: of each dealer one share, chosen by who has contributed.
	///
	/// `shares` are the share files of U2 by account, as they were fetched by the CIDs on the chain; one
	/// that is missing must be fetched first, and one that is unreadable is shown as such.
	///
	/// # Errors
	///
	/// Too few have contributed, or this participant has not; a file is missing; or the chain says
	/// something else of who contributed than when shares were chosen before.
	pub fn reveal(
		&mut self,
		round: &Round,
		shares: &BTreeMap<Account, Vec<u8>>,
		store: &mut dyn StateStore,
	) -> Result<Vec<u8>, ParticipantError> {
		let place = self.place_among_dealers(round)?;
		round.require(Phase::Upload)?;
		if !round.contributors().contains(place) {
			return Err(ParticipantError::NotIn { phase: Phase::Upload });
		}
		let pairs = self.open_all(round, shares)?;
		match self.state.progress.contributors() {
			None => {
				let frozen = Some(round.contributors().bits());
				self.advance(Progress { frozen, ..self.state.progress }, store)?;
			},
			Some(frozen) if frozen == round.contributors() => {},
			Some(_) => return Err(ParticipantError::Changed { phase: Phase::Upload }),
		}
		// From what is saved, and from nothing else.
		let contributors = self.state.progress.contributors().unwrap_or_default();
		let entries = pairs
			.into_iter()
			.map(|(dealer, pair)| Revealed::choose(pair, contributors.contains(dealer)));
		let file = RevealFile::new(self.state.owner, round.dealers(), entries.collect());
		Ok(file.to_bytes())
	}

	/// What every dealer has dealt to this participant, by place.
	fn open_all(
		&self,
		round: &Round,
		shares: &BTreeMap<Account, Vec<u8>>,
	) -> Result<Vec<(usize, Option<SharePair>)>, ParticipantError> {
		let own = self.announcement();
		let open = |place: usize| {
			let account = round.participant(place).map(|one| one.account).unwrap_or_default();
			let bytes = shares.get(&account).ok_or(ParticipantError::Missing { account })?;
			let file = ShareFile::from_bytes(bytes, round, place).ok();
			Ok((place, file.and_then(|file| file.open(round, &own, &self.keys))))
		};
		round.dealers().iter().map(open).collect()
	}

	/// Its place in a round that is its own.
	fn place_in(&self, round: &Round) -> Result<usize, ParticipantError> {
		let owner = &self.state.owner;
		if (round.genesis(), round.id()) != (owner.genesis, owner.round) {
			return Err(ParticipantError::OtherRound { found: round.id() });
		}
		let not_in = ParticipantError::NotIn { phase: Phase::Announce };
		let place = round.place_of(&owner.account).ok_or(not_in)?;
		if round.participant(place) != Some(&self.announcement()) {
			return Err(ParticipantError::OtherKeys);
		}
		Ok(place)
	}

	/// Its place in a round that enough have dealt shares in, itself to the same participants.
	fn place_among_dealers(&self, round: &Round) -> Result<usize, ParticipantError> {
		let place = self.place_in(round)?;
		round.require(Phase::Share)?;
		if !round.dealers().contains(place) || self.state.progress.dealt.is_none() {
			return Err(ParticipantError::NotIn { phase: Phase::Share });
		}
		if self.state.progress.dealt != Some(round.participants_digest()) {
			return Err(ParticipantError::Changed { phase: Phase::Announce });
		}
		let masked = self.state.progress.masked;
		if masked.is_some_and(|masked| masked.dealers != round.dealers().bits()) {
			return Err(ParticipantError::Changed { phase: Phase::Share });
		}
		Ok(place)
	}

	/// Saves what it is about to do, so that it does nothing else after a restart.
	fn advance(
		&mut self,
		progress: Progress,
		store: &mut dyn StateStore,
	) -> Result<(), ParticipantError> {
		let before = std::mem::replace(&mut self.state.progress, progress);
		self.save(store).inspect_err(|_| self.state.progress = before)
	}

	fn save(&self, store: &mut dyn StateStore) -> Result<(), ParticipantError> {
		store.save(&self.state.to_bytes()).map_err(ParticipantError::Save)
	}
}

/// Why a participant publishes nothing.
#[derive(Debug, thiserror::Error)]
pub enum ParticipantError {
	/// The round has failed.
	#[error(transparent)]
	TooFew(#[from] TooFew),
	/// Its state could not be saved, so nothing may leave.
	#[error("could not save the participant's state")]
	Save(#[source] io::Error),
	/// A round that it has no keys for.
	#[error("round {found} is not the one that it joined, or of another chain")]
	OtherRound {
		/// Which round was given.
		found: RoundId,
	},
	/// The chain has announced other keys for its account.
	#[error("the keys that the chain has for this account are not this participant's")]
	OtherKeys,
	/// It was not in a phase that it must have been in.
	#[error("the participant was not in the phase {phase:?}")]
	NotIn {
		/// Which phase.
		phase: Phase,
	},
	/// The chain says something else of a phase than before.
	#[error("the phase {phase:?} has other members than when the participant went on from it")]
	Changed {
		/// Which phase.
		phase: Phase,
	},
	/// Another update was masked before: the difference of two would be in the clear.
	#[error("another update was masked in this round; only its file may be published")]
	MaskedBefore,
	/// The update is of other bounds or of another model.
	#[error("the update was not made for the specification of this round")]
	OtherUpdate,
	/// A share file was not given.
	#[error("the share file of account {} has yet to be fetched", short(account))]
	Missing {
		/// Whose.
		account: Account,
	},
	/// No sharing with these numbers, which a checked round has not.
	#[error("the secrets of the participant could not be shared")]
	Sharing,
}
