// SPDX-License-Identifier: Apache-2.0

//! Leaderboards: bounded, sorted, and fair to whoever came first.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, defensive, traits::Get};
use scale_info::TypeInfo;

/// Those with the greatest totals, the greatest first; of equals, the one that came first.
pub type Leaderboard<Id, PlacesMax> = BoundedVec<Rank<Id>, PlacesMax>;

/// A place on a leaderboard.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Rank<Id> {
	/// Who or what has the place.
	pub id: Id,
	/// What was burned by or for it, in base units of R1.
	pub total: u128,
}

/// Gives a total that has grown its place, which may be none.
///
/// Who has a place already moves up from it. A newcomer to a full board takes the last place only
/// from a smaller total.
pub(crate) fn place<Id: PartialEq, PlacesMax: Get<u32>>(
	board: &mut Leaderboard<Id, PlacesMax>,
	rank: Rank<Id>,
) {
	if let Some(position) = board.iter().position(|other| other.id == rank.id) {
		board.remove(position);
	} else if board.is_full() {
		match board.last() {
			Some(last) if last.total < rank.total => board.pop(),
			_ => return,
		};
	}
	// Behind every equal, which was there before.
	let position = board.partition_point(|other| rank.total <= other.total);
	if board.try_insert(position, rank).is_err() {
		defensive!("the board had a free place, or was given one above");
	}
}
