// SPDX-License-Identifier: Apache-2.0

//! Judges beats and remembers who beat when.

use crate::{
	epoch::EpochRecords,
	metrics::ObserverMetrics,
	replay::{ReplayGuard, SLOTS_OFF_MAX},
	slot::{Blindness, Position, trusted_position},
	snapshot::{self, SnapshotError},
	table::{AvailabilityTable, Declined},
	verdict::{CountedBeat, Ignored, Rejected, Verdict},
};
use codec::DecodeAll;
use r1_core::{BlockHash, ChainState, limits::FRESH_BLOCK_SECS, verify};
use r1_primitives::{BEAT_BYTES_MAX, Beat, DeedId, EpochClock, EpochIndex, SignedBeat};

/// Most slots that an epoch may have: a day of slots of one second, 10 800 bytes for each deed.
pub const SLOTS_PER_EPOCH_MAX: u32 = 86_400;

/// An oracle's memory of the beats of an epoch.
#[derive(Clone, Debug)]
pub struct Observer {
	scope: ChainScope,
	limits: ObserverLimits,
	epochs: EpochRecords,
	replay: ReplayGuard,
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
			metrics: ObserverMetrics::default(),
		})
	}

	// # Observing

	/// Counts the current slot as one in which this observer was up.
	///
	/// Called several times a slot, at [`Beater::tick_period_ms`](crate::Beater::tick_period_ms).
	///
	/// # Errors
	///
	/// The observer cannot judge at the moment; the slot does not count as observed.
	pub fn tick(&mut self, now_secs: u64, chain: &ChainState) -> Result<(), Blindness> {
		let position = trusted_position(&self.scope.clock, now_secs, chain)?;
		// An epoch older than all that are kept is of no interest to anybody.
		if let Some(record) = self.epochs.open(position.epoch) {
			record.covered.set(position.slot);
		}
		Ok(())
	}

	/// Judges a received beat by the own clock and finalised chain state.
	///
	/// Only [`Verdict::Accepted`] changes what the observer remembers.
	pub fn observe(&mut self, bytes: &[u8], now_secs: u64, chain: &ChainState) -> Verdict {
		let verdict = match self.judge(bytes, now_secs, chain) {
			Ok((beat, signed_slot)) => self.count(beat, signed_slot),
			Err(refusal) => refusal,
		};
		self.metrics.count(&verdict);
		verdict
	}

	// # Reporting

	/// The availability of deeds 1 to `issued` in an epoch that is over.
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
		let clock = &self.scope.clock;
		if clock.epoch_at(now_secs).is_none_or(|current| current <= epoch) {
			return Err(Declined::NotOver { epoch });
		}
		let record = self.epochs.get(epoch).ok_or(Declined::Unknown { epoch })?;
		AvailabilityTable::new(epoch, record, clock.slots_per_epoch(), issued, &self.limits)
	}

	/// In how many slots of an epoch a deed's node has beaten so far.
	#[must_use]
	pub fn slots_beaten(&self, epoch: EpochIndex, deed: DeedId) -> u32 {
		let bitmap = self.epochs.get(epoch).and_then(|record| record.deeds.get(&deed));
		bitmap.map_or(0, |bitmap| bitmap.ones())
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
	fn judge(
		&self,
		bytes: &[u8],
		now_secs: u64,
		chain: &ChainState,
	) -> Result<(CountedBeat, SignedSlot), Verdict> {
		if BEAT_BYTES_MAX < bytes.len() {
			return Err(Rejected::TooLong.into());
		}
		let SignedBeat { node, beat, signature } =
			SignedBeat::decode_all(&mut &*bytes).map_err(|_opaque| Rejected::Malformed)?;
		let own = trusted_position(&self.scope.clock, now_secs, chain)?;
		let signed_slot = self.check_slot(&beat, own)?;
		let deed = chain.deeds.deed_of(&node).ok_or(Rejected::UnlinkedNode)?;
		check_block(&beat, now_secs, chain)?;
		self.check_room(deed, own)?;
		if self.replay.is_used(&node, signed_slot) {
			return Err(Rejected::Replayed.into());
		}
		verify(&node, &beat, &self.scope.genesis_hash, &signature)
			.map_err(|_why| Rejected::BadSignature)?;
		Ok((CountedBeat { node, deed, epoch: own.epoch, slot: own.slot }, signed_slot))
	}

	/// The slot that the sender signed, if it is near enough to the receiver's.
	fn check_slot(&self, beat: &Beat, own: Position) -> Result<SignedSlot, Rejected> {
		let clock = &self.scope.clock;
		if clock.slots_per_epoch() <= beat.slot {
			return Err(Rejected::SlotOutOfRange);
		}
		let signed_slot = Position { epoch: beat.epoch, slot: beat.slot }.number(clock);
		let is_near = signed_slot.abs_diff(own.number(clock)) <= SLOTS_OFF_MAX;
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

	fn count(&mut self, beat: CountedBeat, signed_slot: SignedSlot) -> Verdict {
		let clock = self.scope.clock;
		let Some(record) = self.epochs.open(beat.epoch) else {
			return Ignored::EpochForgotten.into();
		};
		record
			.deeds
			.entry(beat.deed)
			.or_insert_with(|| crate::bitmap::SlotBitmap::new(clock.slots_per_epoch()))
			.set(beat.slot);
		let own = Position { epoch: beat.epoch, slot: beat.slot };
		self.replay.note(beat.node, signed_slot, own.number(&clock));
		Verdict::Accepted(beat)
	}
}

/// The slot that a sender signed, counted from 0 since the clock started.
type SignedSlot = u64;

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
