// SPDX-License-Identifier: Apache-2.0

//! Sampling the market's price.

use crate::{WeightInfo, mock::*};
use frame_support::{traits::Hooks, weights::Weight};
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
		assert_eq!(NodeDeeds::average_price(), Some(300));
	});
}

#[test]
fn price_should_stay_when_the_market_closes() {
	ExtBuilder::default().with_r1_price(Some(100)).build_and_execute(|| {
		SpotPrice::set(&Some(None));
		run_to_block(30);
		assert_eq!(samples(), [100]);
		assert_eq!(NodeDeeds::average_price(), Some(100));
	});
}

#[test]
fn price_should_be_unknown_until_the_market_opens() {
	ExtBuilder::default().with_r1_price(None).build_and_execute(|| {
		run_to_block(9);
		assert_eq!(NodeDeeds::average_price(), None);
		SpotPrice::set(&Some(Some(100)));
		run_to_block(10);
		assert_eq!(NodeDeeds::average_price(), Some(100));
	});
}

#[test]
fn deed_price_should_follow_the_average_and_not_the_last_trade() {
	ExtBuilder::default().build_and_execute(|| {
		let before = NodeDeeds::offer();
		SpotPrice::set(&Some(Some(R1_PRICE / 10)));
		run_to_block(9);
		assert_eq!(NodeDeeds::offer(), before);
	});
}

#[test]
fn on_initialize_should_declare_the_weight_of_a_sample_only_when_it_takes_one() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(NodeDeeds::on_initialize(11), Weight::zero());
		assert_eq!(NodeDeeds::on_initialize(20), <() as WeightInfo>::sample_price());
	});
}
