// SPDX-License-Identifier: Apache-2.0

//! Judges beats and remembers who beat when.

use crate::{
	bitmap::SlotBitmap,
	epoch::EpochRecords,
	metrics::ObserverMetrics,
	replay::{Compared, Print, ReplayGuard, print_of, slots_off_max},
	signatures::{Ed25519, Signatures},
	slot::{Blindness, Position},
	snapshot::{self, SnapshotError},
	table::{AvailabilityTable, Declined, MaintenanceWindows},
	verdict::{CountedBeat, Ignored, Rejected, Verdict},
};
use codec::DecodeAll;
use r1_core::{BlockHash, ChainState, limits::FRESH_BLOCK_SECS};
use r1_primitives::{BEAT_BYTES_MAX, Beat, DeedId, EpochClock, EpochIndex, NodeKey, SignedBeat};
use std::sync::Arc;

/// Most slots that an epoch may have: a day of slots of one second, 10 800 bytes for each deed.
pub const SLOTS_PER_EPOCH_MAX: u32 = 86_400;

/// An oracle's memory of the beats of an epoch.
///
/// Every `now_secs` is the chain's time, as a [`ChainClock`](crate::ChainClock) tells it.
#[derive(Clone, Debug)]
pub struct Observer {
	scope: ChainScope,
	limits: ObserverLimits,
	epochs: EpochRecords,
	replay: ReplayGuard,
	signatures: Arc<dyn Signatures>,
	metrics: ObserverMetrics,
}

impl Observer {
	/// An observer that has seen nothing.
	///
	/// # Errors
	///
	/// The clock has no slots, or more than [`SLOTS_PER_EPOCH_MAX`].
	pub fn new(scope: ChainScope, limits: ObserverLimits) -> Result<Self, UnusableClock> {
		let slots = scope.clock.slots_per_epoch();
		if !scope.clock.is_valid() || SLOTS_PER_EPOCH_MAX < slots {
			return Err(UnusableClock { clock: scope.clock });
		}
		Ok(Self {
			scope,
			limits,
			epochs: EpochRecords::new(slots, limits.epochs_max.max(EPOCHS_MIN)),
			replay: ReplayGuard::default(),
			signatures: Arc::new(Ed25519),
			metrics: ObserverMetrics::default(),
		})
	}

	/// Checks signatures in another way than the network: for simulations.
	#[must_use]
	pub fn with_signatures(self, signatures: Arc<dyn Signatures>) -> Self {
		Self { signatures, ..self }
	}

	// # Observing

	/// The slot that beats count for at the moment, and that is to be challenged.
	///
	/// # Errors
	///
	/// The observer cannot judge at the moment.
	pub fn position(&self, now_secs: u64, chain: &ChainState) -> Result<Position, Blindness> {
		Position::trusted(&self.scope.clock, now_secs, chain)
	}

	/// Counts the current slot as one in which this observer was up.
	///
	/// Called several times a slot, at [`Beater::tick_period_ms`](crate::Beater::tick_period_ms),
	/// while there is at least one peer: an observer that nobody speaks with hears no beats, and
	/// must not report that nobody was there.
	///
	/// # Errors
	///
	/// The observer cannot judge at the moment; the slot does not count as observed.
	pub fn tick(&mut self, now_secs: u64, chain: &ChainState) -> Result<(), Blindness> {
		let position = self.position(now_secs, chain)?;
		// An epoch older than all that are kept is of no interest to anybody.
		if let Some(record) = self.epochs.open(position.epoch) {
			record.covered.set(position.slot);
		}
		Ok(())
	}

	/// Judges a received beat by the chain's time and finalised chain state.
	///
	/// Only [`Verdict::Accepted`] sets a slot.
	pub fn observe(&mut self, bytes: &[u8], now_secs: u64, chain: &ChainState) -> Verdict {
		let verdict = match self.judge(bytes, now_secs, chain) {
			Ok(Ruling::Counts(beat, signed)) => self.count(beat, signed),
			Ok(Ruling::Other { node, print, own_slot, verdict }) => {
				self.replay.note_other(&node, print, own_slot);
				verdict
			},
			Err(refusal) => refusal,
		};
		self.metrics.count(&verdict);
		verdict
	}

	/// Takes from a deed what a missed challenge costs: its slot, or a longer stretch around it in
	/// long epochs ([`slots_at_stake`](crate::slots_at_stake)).
	///
	/// The slots stay lost if beats for them come later. Says whether that changed anything: not if
	/// the epoch is no longer kept, or the miss was known.
	pub fn clear(&mut self, deed: DeedId, position: Position) -> bool {
		let is_slot = position.slot < self.scope.clock.slots_per_epoch();
		if !is_slot || self.limits.deeds_max < deed {
			return false;
		}
		let Some(record) = self.epochs.open(position.epoch) else { return false };
		let is_news = record.miss(deed, position.slot);
		self.metrics.cleared += u64::from(is_news);
		is_news
	}

	// # Reporting

	/// The availability of deeds 1 to `issued` in an epoch that is over, without maintenance.
	///
	/// # Errors
	///
	/// The epoch is not over, is not known, or was observed for too small a part.
	pub fn availability(
		&self,
		epoch: EpochIndex,
		now_secs: u64,
		issued: DeedId,
	) -> Result<AvailabilityTable, Declined> {
		self.availability_with(epoch, now_secs, issued, &MaintenanceWindows::new())
	}

	/// The availability of deeds 1 to `issued` in an epoch that is over.
	///
	/// `windows` are those that the chain knows for this epoch; their slots count neither way.
	///
	/// # Errors
	///
	/// The epoch is not over, is not known, or was observed for too small a part.
	pub fn availability_with(
		&self,
		epoch: EpochIndex,
		now_secs: u64,
		issued: DeedId,
		windows: &MaintenanceWindows,
	) -> Result<AvailabilityTable, Declined> {
		let clock = &self.scope.clock;
		if clock.epoch_at(now_secs).is_none_or(|current| current <= epoch) {
			return Err(Declined::NotOver { epoch });
		}
		let record = self.epochs.get(epoch).ok_or(Declined::Unknown { epoch })?;
		let slots = clock.slots_per_epoch();
		AvailabilityTable::new(epoch, record, slots, issued, windows, &self.limits)
	}

	/// In how many slots of an epoch a deed's node has beaten so far, without those that it lost
	/// by missing a challenge.
	#[must_use]
	pub fn slots_beaten(&self, epoch: EpochIndex, deed: DeedId) -> u32 {
		let slots = self.scope.clock.slots_per_epoch();
		self.epochs.get(epoch).map_or(0, |record| record.slots_up(deed, slots, 0..0))
	}

	/// In how many slots of an epoch this observer was up so far.
	#[must_use]
	pub fn slots_covered(&self, epoch: EpochIndex) -> u32 {
		self.epochs.get(epoch).map_or(0, |record| record.covered.ones())
	}

	/// What was counted since the process started.
	#[must_use]
	pub fn metrics(&self) -> &ObserverMetrics {
		&self.metrics
	}

	// # Surviving a restart

	/// Everything that the observer remembers, as bytes for [`Self::restore`].
	#[must_use]
	pub fn snapshot(&self) -> Vec<u8> {
		snapshot::encode(&self.scope, &self.epochs, &self.replay)
	}

	/// An observer that remembers what a snapshot holds.
	///
	/// # Errors
	///
	/// The bytes are no snapshot, are damaged, or are of another chain.
	pub fn restore(
		bytes: &[u8],
		scope: ChainScope,
		limits: ObserverLimits,
	) -> Result<Self, SnapshotError> {
		let empty = Self::new(scope, limits)?;
		let (epochs, replay) = snapshot::decode(bytes, &scope, &limits, empty.epochs.clone())?;
		Ok(Self { epochs, replay, ..empty })
	}

	/// Decides on a beat; changes nothing. Whatever costs more is checked later.
	fn judge(&self, bytes: &[u8], now_secs: u64, chain: &ChainState) -> Result<Ruling, Verdict> {
		if BEAT_BYTES_MAX < bytes.len() {
			return Err(Rejected::TooLong.into());
		}
		let signed = SignedBeat::decode_all(&mut &*bytes).map_err(|_opaque| Rejected::Malformed)?;
		let SignedBeat { node, beat, .. } = signed;
		let own = self.position(now_secs, chain)?;
		let slot = self.check_slot(&beat, own)?;
		let deed = chain.deeds.deed_of(&node).ok_or(Rejected::UnlinkedNode)?;
		if chain.deeds.get(deed).is_none_or(|deed| deed.is_banned) {
			return Err(Rejected::BannedDeed.into());
		}
		check_block(&beat, now_secs, chain)?;
		let room = self.check_room(deed, own);
		let (own_slot, print) = (own.number(&self.scope.clock), print_of(&beat));
		// What is no news is refused before anybody pays for a check of the signature; what makes
		// the node look bad is believed only after one.
		let fault = match (self.replay.compare(&node, slot, print, own_slot), room) {
			(Compared::Flood, _) => return Err(Rejected::Flooded.into()),
			(Compared::Seen, Ok(())) => return Err(Rejected::Replayed.into()),
			(Compared::Seen, Err(full)) => return Err(full.into()),
			(Compared::Newer, Err(full)) if full != Ignored::SlotAlreadyCounted => {
				return Err(full.into());
			},
			(Compared::Newer, Err(full)) => Some(full.into()),
			(Compared::Contradicts, _) => Some(Rejected::Equivocated.into()),
			(Compared::Newer, Ok(())) => None,
		};
		if !self.signatures.is_beat_signed(&signed, &self.scope.genesis_hash) {
			return Err(Rejected::BadSignature.into());
		}
		Ok(match fault {
			Some(verdict) => Ruling::Other { node, print, own_slot, verdict },
			None => {
				let beat = CountedBeat { node, deed, epoch: own.epoch, slot: own.slot };
				Ruling::Counts(beat, Signed { slot, print })
			},
		})
	}

	/// The slot that the sender signed, if it is near enough to the receiver's.
	fn check_slot(&self, beat: &Beat, own: Position) -> Result<u64, Rejected> {
		let clock = &self.scope.clock;
		if clock.slots_per_epoch() <= beat.slot {
			return Err(Rejected::SlotOutOfRange);
		}
		let signed_slot = Position { epoch: beat.epoch, slot: beat.slot }.number(clock);
		let is_near = signed_slot.abs_diff(own.number(clock)) <= slots_off_max(clock);
		match is_near {
			true => Ok(signed_slot),
			false if beat.epoch == own.epoch => Err(Rejected::WrongSlot),
			false => Err(Rejected::WrongEpoch),
		}
	}

	/// Whether the deed's bit for this slot can be set, and is not.
	fn check_room(&self, deed: DeedId, own: Position) -> Result<(), Ignored> {
		let Some(record) = self.epochs.get(own.epoch) else {
			return match self.epochs.takes(own.epoch) {
				true => Ok(()),
				false => Err(Ignored::EpochForgotten),
			};
		};
		match record.deeds.get(&deed) {
			Some(bitmap) if bitmap.contains(own.slot) => Err(Ignored::SlotAlreadyCounted),
			Some(_) => Ok(()),
			None if record.deeds.len() < self.limits.deeds_max as usize => Ok(()),
			None => Err(Ignored::NoRoom),
		}
	}

	fn count(&mut self, beat: CountedBeat, signed: Signed) -> Verdict {
		let clock = self.scope.clock;
		let Some(record) = self.epochs.open(beat.epoch) else {
			return Ignored::EpochForgotten.into();
		};
		record
			.deeds
			.entry(beat.deed)
			.or_insert_with(|| SlotBitmap::new(clock.slots_per_epoch()))
			.set(beat.slot);
		let own_slot = Position { epoch: beat.epoch, slot: beat.slot }.number(&clock);
		let now = (own_slot, slots_off_max(&clock));
		self.replay.note_counted(beat.node, signed.slot, signed.print, now);
		Verdict::Accepted(beat)
	}
}

/// What to do with a beat that its node has signed.
enum Ruling {
	/// It sets a slot.
	Counts(CountedBeat, Signed),
	/// It sets none, and is remembered as one beat more of its node.
	Other { node: NodeKey, print: Print, own_slot: u64, verdict: Verdict },
}

/// What the sender signed.
#[derive(Clone, Copy)]
struct Signed {
	/// The slot, counted from 0 since the clock started.
	slot: u64,
	print: Print,
}

/// Epochs that are kept at least: the one that goes on, and the one that is being reported.
const EPOCHS_MIN: usize = 2;

/// Which chain, and which time, an observer's bits belong to.
///
/// A development chain that is made anew has the same genesis and another clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ChainScope {
	/// Hash of block 0.
	pub genesis_hash: BlockHash,
	/// How time is cut into epochs.
	pub clock: EpochClock,
}

impl ChainScope {
	/// The scope of a chain.
	#[must_use]
	pub fn of(chain: &ChainState) -> Self {
		Self { genesis_hash: chain.genesis_hash, clock: chain.clock }
	}
}

/// How much an observer remembers, and when it speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ObserverLimits {
	/// Deeds that may beat in one epoch; more are ignored. Default 47 104: the 46 pages of a
	/// report with 1 024 deeds each, which is more than all 46 224 deeds.
	pub deeds_max: u32,
	/// Epochs that are kept, at least 2. Default 2: the one that goes on, and the last one, which
	/// is reported at the beginning of the next.
	pub epochs_max: usize,
	/// Percentage of an epoch's slots that the observer must have been up for to report it.
	/// Default 60: with less, its table is further from the truth than an honest median needs.
	pub coverage_min_percent: u8,
}

impl Default for ObserverLimits {
	fn default() -> Self {
		Self { deeds_max: 47_104, epochs_max: EPOCHS_MIN, coverage_min_percent: 60 }
	}
}

/// A clock that no epoch can be recorded by.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
	"epochs of {} s with slots of {} s do not have 1 to {SLOTS_PER_EPOCH_MAX} whole slots",
	clock.epoch_secs,
	clock.slot_secs
)]
pub struct UnusableClock {
	/// The clock.
	pub clock: EpochClock,
}

/// Whether the block that a beat names proves that it was made just now.
fn check_block(beat: &Beat, now_secs: u64, chain: &ChainState) -> Result<(), Rejected> {
	let made_secs = chain
		.recent_blocks
		.timestamp_secs(&beat.finalised_block)
		.ok_or(Rejected::UnknownBlock)?;
	match now_secs.saturating_sub(made_secs) <= FRESH_BLOCK_SECS {
		true => Ok(()),
		false => Err(Rejected::StaleBlock),
	}
}
