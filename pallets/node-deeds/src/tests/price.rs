// SPDX-License-Identifier: Apache-2.0

//! Sampling the market's price.

use crate::{PriceSamples, WeightInfo, mock::*};
use frame_support::{BoundedVec, traits::Hooks, weights::Weight};
use r1_primitives::traits::PriceInspect;

#[test]
fn price_should_be_sampled_in_the_first_block_and_then_every_period() {
	ExtBuilder::default().with_r1_price(Some(100)).build_and_execute(|| {
		assert_eq!(samples(), [100]);
		SpotPrice::set(&Some(Some(200)));
		run_to_block(9);
		assert_eq!(samples(), [100]);
		run_to_block(10);
		assert_eq!(samples(), [100, 200]);
		run_to_block(19);
		assert_eq!(samples(), [100, 200]);
	});
}

#[test]
fn price_should_forget_the_oldest_sample_when_there_are_enough() {
	ExtBuilder::default().with_r1_price(Some(100)).build_and_execute(|| {
		for (block, price) in [(10, 200), (20, 301), (30, 400)] {
			SpotPrice::set(&Some(Some(price)));
			run_to_block(block);
		}
		assert_eq!(samples(), [200, 301, 400]);
		assert_eq!(NodeDeeds::median_price(), Some(301));
	});
}

#[test]
fn price_should_stay_when_the_market_closes() {
	ExtBuilder::default().with_r1_price(Some(100)).build_and_execute(|| {
		SpotPrice::set(&Some(None));
		run_to_block(30);
		assert_eq!(samples(), [100]);
		assert_eq!(NodeDeeds::median_price(), Some(100));
	});
}

#[test]
fn price_should_be_unknown_until_the_market_opens() {
	ExtBuilder::default().with_r1_price(None).build_and_execute(|| {
		run_to_block(9);
		assert_eq!(NodeDeeds::median_price(), None);
		SpotPrice::set(&Some(Some(100)));
		run_to_block(10);
		assert_eq!(NodeDeeds::median_price(), Some(100));
	});
}

#[test]
fn price_should_be_halfway_between_the_two_in_the_middle_when_samples_are_even() {
	ExtBuilder::default().with_r1_price(Some(100)).build_and_execute(|| {
		SpotPrice::set(&Some(Some(203)));
		run_to_block(10);
		assert_eq!(samples(), [100, 203]);
		assert_eq!(NodeDeeds::median_price(), Some(151));
	});
}

#[test]
fn deed_price_should_follow_the_median_and_not_the_last_trade() {
	ExtBuilder::default().build_and_execute(|| {
		let before = NodeDeeds::offer().expect("the sale is open");
		SpotPrice::set(&Some(Some(R1_PRICE / 10)));
		run_to_block(9);
		assert_eq!(NodeDeeds::offer(), Some(before.clone()));
		// A price that lasts is the price: at a tenth of it a deed costs ten times the R1.
		run_to_block(20);
		let after = NodeDeeds::offer().expect("the sale is open");
		assert_eq!(after.price_per_deed / before.price_per_deed, 10);
	});
}

/// Who knows the block of a sample can trade just before it, and back just after it.
#[test]
fn deed_price_should_stay_when_one_sample_is_distorted() {
	for distorted in [R1_PRICE * 1_000, R1_PRICE / 1_000, u128::MAX, 1] {
		ExtBuilder::default().with_r1_price(Some(R1_PRICE)).build_and_execute(|| {
			run_to_block(20);
			let before = NodeDeeds::offer().expect("the sale is open");
			SpotPrice::set(&Some(Some(distorted)));
			run_to_block(30);
			assert_eq!(samples(), [R1_PRICE, R1_PRICE, distorted]);
			SpotPrice::set(&Some(Some(R1_PRICE)));
			// Until the sample is forgotten.
			for block in 30..=60 {
				run_to_block(block);
				assert_eq!(NodeDeeds::offer(), Some(before.clone()), "in block {block}");
			}
			assert_eq!(samples(), [R1_PRICE; 3]);
		});
	}
}

#[test]
fn deed_price_should_move_to_an_honest_sample_at_most_when_one_is_distorted() {
	let honest = [R1_PRICE, R1_PRICE + 1_000];
	for distorted in [R1_PRICE * 1_000, R1_PRICE / 1_000] {
		for place in 0..3 {
			ExtBuilder::default().build_and_execute(|| {
				let mut samples = honest.to_vec();
				samples.insert(place, distorted);
				PriceSamples::<Test>::put(BoundedVec::truncate_from(samples));
				let expected = if R1_PRICE < distorted { honest[1] } else { honest[0] };
				assert_eq!(NodeDeeds::median_price(), Some(expected));
			});
		}
	}
}

#[test]
fn on_initialize_should_declare_the_weight_of_a_sample_only_when_it_takes_one() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(NodeDeeds::on_initialize(11), Weight::zero());
		assert_eq!(NodeDeeds::on_initialize(20), <() as WeightInfo>::sample_price());
	});
}
