// SPDX-License-Identifier: Apache-2.0

//! How many may be in at a time: of each kind, and in all.

use std::{
	collections::BTreeMap,
	fmt,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Lets in so many. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Turnstile<K: Ord> {
	inside: Arc<Mutex<Inside<K>>>,
	of_each_max: usize,
	all_max: usize,
}

#[derive(Debug)]
struct Inside<K: Ord> {
	of_each: BTreeMap<K, usize>,
	all: usize,
}

/// Somebody who is in, until this is dropped.
pub(crate) struct Pass<K: Copy + Ord> {
	turnstile: Turnstile<K>,
	who: K,
}

impl<K: Copy + Ord> Turnstile<K> {
	/// Lets in so many of each kind, and so many in all.
	pub(crate) fn new(of_each_max: usize, all_max: usize) -> Self {
		let inside = Inside { of_each: BTreeMap::new(), all: 0 };
		Self { inside: Arc::new(Mutex::new(inside)), of_each_max, all_max }
	}

	/// Lets one more in, if there is room.
	pub(crate) fn enter(&self, who: K) -> Option<Pass<K>> {
		let mut inside = self.lock();
		let count = inside.of_each.get(&who).copied().unwrap_or(0);
		if self.of_each_max <= count || self.all_max <= inside.all {
			return None;
		}
		inside.all += 1;
		inside.of_each.insert(who, count + 1);
		drop(inside);
		Some(Pass { turnstile: self.clone(), who })
	}

	fn lock(&self) -> MutexGuard<'_, Inside<K>> {
		// Both counts change together, and nothing between can panic.
		self.inside.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl<K: Copy + Ord> Drop for Pass<K> {
	fn drop(&mut self) {
		let mut inside = self.turnstile.lock();
		inside.all = inside.all.saturating_sub(1);
		match inside.of_each.get(&self.who).map_or(0, |count| count.saturating_sub(1)) {
			// Who is gone leaves nothing behind.
			0 => drop(inside.of_each.remove(&self.who)),
			left => drop(inside.of_each.insert(self.who, left)),
		}
	}
}

impl<K: Copy + Ord + fmt::Debug> fmt::Debug for Pass<K> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_tuple("Pass").field(&self.who).finish()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_should_be_in_only_so_often_and_hold_up_nobody_else() {
		let turnstile = Turnstile::new(2, 3);
		let first = turnstile.enter('a').unwrap();
		let _second = turnstile.enter('a').unwrap();
		assert!(turnstile.enter('a').is_none());
		let other = turnstile.enter('b').unwrap();
		assert!(turnstile.enter('c').is_none(), "three are in");
		drop(other);
		assert!(turnstile.enter('c').is_some());
		drop(first);
		assert!(turnstile.enter('a').is_some());
		assert_eq!(turnstile.lock().of_each.len(), 1, "who is gone is forgotten");
		assert_eq!(turnstile.lock().all, 1);
	}
}
