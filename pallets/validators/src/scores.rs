// SPDX-License-Identifier: Apache-2.0

//! Scores: how far a node can be relied on.

use crate::{Config, Pallet, SCORE_GAIN, SCORE_LOSS, SCORE_MAX, Scores};

impl<T: Config> Pallet<T> {
	/// Rewards a node for what it was expected to do.
	pub(crate) fn raise_score(node: &T::AccountId) {
		let score = Scores::<T>::get(node);
		if score < SCORE_MAX {
			Self::set_score(node, score.saturating_add(SCORE_GAIN));
		}
	}

	/// Takes from a node's score for what it failed to do; returns what is left.
	pub(crate) fn lower_score(node: &T::AccountId) -> u8 {
		// Saturating: no score is less than 0.
		let score = Scores::<T>::get(node).saturating_sub(SCORE_LOSS);
		Self::set_score(node, score);
		score
	}

	/// Stores a score; the best needs no storage.
	pub(crate) fn set_score(node: &T::AccountId, score: u8) {
		if score < SCORE_MAX {
			Scores::<T>::insert(node, score);
		} else {
			Scores::<T>::remove(node);
		}
	}
}
