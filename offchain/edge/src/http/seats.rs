// SPDX-License-Identifier: Apache-2.0

//! Who keeps a connection when there are more clients than seats.
//!
//! A connection that nobody asks anything over costs a stranger nothing, so it must not keep out
//! one that somebody uses: a newcomer gets the seat of whoever has been idle longest, first among
//! those that have never asked anything. A client that is being served keeps its seat, unless it
//! has taken longer than any request may.

use std::{collections::HashMap, time::Duration};
use tokio_util::sync::CancellationToken;

/// Names a connection.
pub(super) type SeatId = u64;

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Seats {
	seats: HashMap<SeatId, Seat>,
	next: SeatId,
	seats_max: usize,
	/// How long a request may keep a seat, in milliseconds.
	busy_ms_max: u64,
}

#[derive(Debug)]
struct Seat {
	/// Cancelled when the seat is given away.
	leave: CancellationToken,
	state: State,
	/// Since when it is so, in milliseconds of a clock that never goes back.
	since_ms: u64,
}

/// What a connection is doing, in the order in which seats are given away.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum State {
	/// Nothing was ever asked.
	New,
	/// Something was asked and answered.
	Idle,
	/// A request is being served.
	Busy,
}

impl Seats {
	pub(super) fn new(seats_max: usize, busy_max: Duration) -> Self {
		let busy_ms_max = u64::try_from(busy_max.as_millis()).unwrap_or(u64::MAX);
		Self { seats: HashMap::new(), next: 0, seats_max, busy_ms_max }
	}

	/// A seat for a newcomer, if need be that of somebody else, who is told to leave; `None` if all
	/// are being served.
	pub(super) fn take(&mut self, now_ms: u64) -> Option<(SeatId, CancellationToken)> {
		if self.seats_max <= self.seats.len() {
			let id = self.to_give_away(now_ms)?;
			self.seats.remove(&id)?.leave.cancel();
		}
		let (id, leave) = (self.next, CancellationToken::new());
		self.next += 1;
		let seat = Seat { leave: leave.clone(), state: State::New, since_ms: now_ms };
		self.seats.insert(id, seat);
		Some((id, leave))
	}

	/// A request has come.
	pub(super) fn busy(&mut self, id: SeatId, now_ms: u64) {
		self.change(id, State::Busy, now_ms);
	}

	/// Its response has been sent, or dropped.
	pub(super) fn idle(&mut self, id: SeatId, now_ms: u64) {
		self.change(id, State::Idle, now_ms);
	}

	/// The connection has ended.
	pub(super) fn leave(&mut self, id: SeatId) {
		self.seats.remove(&id);
	}

	#[cfg(test)]
	pub(super) fn len(&self) -> usize {
		self.seats.len()
	}

	fn change(&mut self, id: SeatId, state: State, now_ms: u64) {
		// Whoever has had to leave changes nothing any more.
		if let Some(seat) = self.seats.get_mut(&id) {
			(seat.state, seat.since_ms) = (state, now_ms);
		}
	}

	fn to_give_away(&self, now_ms: u64) -> Option<SeatId> {
		let is_free = |seat: &Seat| {
			seat.state != State::Busy || self.busy_ms_max <= now_ms.saturating_sub(seat.since_ms)
		};
		self.seats
			.iter()
			.filter(|(_, seat)| is_free(seat))
			.min_by_key(|(id, seat)| (seat.state, seat.since_ms, **id))
			.map(|(id, _)| *id)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn seats(count: usize) -> Seats {
		Seats::new(count, Duration::from_secs(180))
	}

	#[test]
	fn newcomer_should_get_the_seat_of_whoever_never_asked_and_waits_longest() {
		let mut seats = seats(3);
		let (served, used) = seats.take(0).unwrap();
		let (_, oldest) = seats.take(1).unwrap();
		let (_, newer) = seats.take(2).unwrap();
		seats.busy(served, 3);
		seats.idle(served, 4);
		assert!(seats.take(5).is_some());
		assert!(oldest.is_cancelled() && !newer.is_cancelled() && !used.is_cancelled());
		assert_eq!(seats.len(), 3);
	}

	#[test]
	fn newcomer_should_be_turned_away_when_all_are_being_served() {
		let mut seats = seats(2);
		for _ in 0..2 {
			let (id, _) = seats.take(0).unwrap();
			seats.busy(id, 0);
		}
		assert!(seats.take(179_999).is_none());
		// Nobody is served for ever.
		assert!(seats.take(180_000).is_some());
	}

	#[test]
	fn ten_thousand_idle_newcomers_should_not_move_whoever_is_served() {
		let mut seats = seats(64);
		let (id, good) = seats.take(0).unwrap();
		seats.busy(id, 0);
		for now_ms in 1..=10_000 {
			assert!(seats.take(now_ms).is_some());
		}
		assert!(!good.is_cancelled());
		assert_eq!(seats.len(), 64);
	}

	#[test]
	fn whoever_had_to_leave_should_change_nothing() {
		let mut seats = seats(1);
		let (gone, leave) = seats.take(0).unwrap();
		let (_, stays) = seats.take(1).unwrap();
		assert!(leave.is_cancelled());
		seats.busy(gone, 2);
		seats.leave(gone);
		assert!(!stays.is_cancelled());
		assert_eq!(seats.len(), 1);
	}
}
