// SPDX-License-Identifier: Apache-2.0

//! Samples of the market's price of R1.
//!
//! A pool's price at one moment belongs to whoever trades last. The median of samples that are
//! blocks apart belongs to whoever can hold the price at half of them against everybody else's
//! arbitrage. A distortion of fewer samples moves it no further than to another honest sample,
//! however great it is; a mean would follow in proportion.

use crate::{Config, Pallet, PriceSamples, WeightInfo};
use frame_support::{defensive, pallet_prelude::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use r1_primitives::traits::Market;
use sp_runtime::traits::{Get, One, Zero};

impl<T: Config> Pallet<T> {
	/// Samples the price if it is time to; returns the weight of what was done.
	///
	/// Runs before the block's own transactions, so that no trade of this block is sampled.
	#[expect(clippy::arithmetic_side_effects, reason = "`integrity_test` excludes a period of 0")]
	pub(crate) fn sample_price_at(block: BlockNumberFor<T>) -> Weight {
		// The first block samples too, so that a new chain sells deeds without a wait.
		let is_due = (block % T::PriceSamplePeriod::get()).is_zero() || block.is_one();
		if !is_due {
			return Weight::zero();
		}
		if let Some(price) = T::Market::spot_price() {
			Self::record_price(price);
		}
		<T as Config>::WeightInfo::sample_price()
	}

	/// Adds a sample; the oldest makes room for it.
	fn record_price(price: u128) {
		PriceSamples::<T>::mutate(|samples| {
			if samples.is_full() && !samples.is_empty() {
				samples.remove(0);
			}
			if samples.try_push(price).is_err() {
				defensive!("the oldest sample made room, as there is room for one at least");
			}
		});
	}
}
