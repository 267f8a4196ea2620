// SPDX-License-Identifier: Apache-2.0

//! What a set of oracles agrees on, when each names a number.
//!
//! The median bounds what liars can do: while fewer than half of the values come from faulty
//! oracles, the lower median lies between the lowest and the highest honest value. Fewer than a
//! third are assumed, and more than two thirds of all oracles must have answered, so faulty ones
//! are fewer than half of any quorum.

use alloc::{vec, vec::Vec};

/// Whether `part` is strictly more than two thirds of `whole`: what it takes to agree on anything.
#[must_use]
pub fn is_supermajority(part: u32, whole: u32) -> bool {
	// Three times a `u32` always fits.
	u64::from(part).saturating_mul(3) > u64::from(whole).saturating_mul(2)
}

/// The lower median: the value at position `(len - 1) / 2` in ascending order; `None` of none.
///
/// Reorders `values`. Of an even number of values it is the lower one of the middle two, so the
/// result is always a value that somebody named.
#[must_use]
pub fn lower_median(values: &mut [u8]) -> Option<u8> {
	let middle = values.len().checked_sub(1)? / 2;
	let (_, median, _) = values.select_nth_unstable(middle);
	Some(*median)
}

/// The lower median of each column of a table whose rows are reports.
///
/// The result has `width` columns. A row that is shorter counts as 0 where it has no value, and
/// what a row has beyond `width` is ignored. Without rows every column is 0.
///
/// Takes time in proportion to `rows.len() * width`.
#[must_use]
pub fn lower_median_of_columns(rows: &[&[u8]], width: usize) -> Vec<u8> {
	let mut column_values = vec![0; rows.len()];
	(0..width)
		.map(|column| {
			for (value, row) in column_values.iter_mut().zip(rows) {
				*value = row.get(column).copied().unwrap_or(0);
			}
			lower_median(&mut column_values).unwrap_or(0)
		})
		.collect()
}
