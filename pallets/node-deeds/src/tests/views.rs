// SPDX-License-Identifier: Apache-2.0

//! What clients ask.

use crate::{DeedDetails, Quote, mock::*};
use frame_support::assert_ok;
use r1_primitives::{DeedTerms, R1, traits::PriceInspect};
use sp_runtime::AccountId32;
use std::collections::BTreeSet;

#[test]
fn quote_should_be_what_a_purchase_costs() {
	ExtBuilder::default().build_and_execute(|| {
		let quote = NodeDeeds::quote(2, 2_100).expect("the sale is open");
		assert_eq!(
			quote,
			Quote {
				tier: 1,
				units: 2,
				price_per_deed: 1_666_665_000_000_000_001_666,
				taxable: 3_333_330_000_000_000_003_332,
				tax: 699_999_300_000_000_000_699,
				total: 4_033_329_300_000_000_004_031,
			}
		);
		assert_ok!(Purchase::new(ALICE, 2, 1).with_tax(2_100).submit());
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - quote.total);
	});
}

#[test]
fn quote_should_be_clipped_to_what_a_purchase_can_get() {
	ExtBuilder::default().build_and_execute(|| {
		let units = |units| NodeDeeds::quote(units, 0).map(|quote| quote.units);
		assert_eq!((units(1), units(50), units(u32::MAX)), (Some(1), Some(50), Some(50)));
		assert_ok!(buy(ALICE, 50, 1));
		assert_eq!((units(38), units(40)), (Some(38), Some(39)));
	});
}

#[test]
fn quote_should_be_nothing_when_there_is_nothing_to_quote() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(NodeDeeds::quote(0, 0), None);
		assert!(NodeDeeds::quote(1, 10_000).is_some());
		assert_eq!(NodeDeeds::quote(1, 10_001), None);
	});
	ExtBuilder::default().with_r1_price(None).build_and_execute(|| {
		assert_eq!(NodeDeeds::quote(1, 0), None);
	});
}

#[test]
fn r1_price_should_be_the_median_of_the_samples() {
	ExtBuilder::default().with_r1_price(None).build_and_execute(|| {
		assert_eq!(NodeDeeds::r1_price(), None);
		for (block, price, median) in [(10, 500, 500), (20, 101, 300), (30, 200, 200)] {
			SpotPrice::set(&Some(Some(price)));
			run_to_block(block);
			assert_eq!(NodeDeeds::r1_price(), Some(median), "in block {block}");
		}
		assert_eq!(NodeDeeds::r1_price(), NodeDeeds::median_price());
	});
}

#[test]
fn deed_should_be_described_in_each_of_its_states() {
	ExtBuilder::default().with_deeds_of_alice(1).build_and_execute(|| {
		assert_eq!((NodeDeeds::deed(0), NodeDeeds::deed(2)), (None, None));
		let bought = DeedDetails {
			terms: DeedTerms::Node,
			owner: Some(ALICE),
			node: None,
			is_banned: false,
			linked_at_secs: 0,
			may_be_linked_from_secs: 0,
		};
		assert_eq!(NodeDeeds::deed(1), Some(bought.clone()));

		let linked_at_secs = NowSecs::get();
		let may_be_linked_from_secs = linked_at_secs + COOLDOWN_SECS + 1;
		assert_ok!(link(ALICE, 1, 1));
		assert_ok!(ban(1));
		let linked = DeedDetails { linked_at_secs, may_be_linked_from_secs, ..bought };
		let banned = DeedDetails { node: Some(node(1)), is_banned: true, ..linked.clone() };
		assert_eq!(NodeDeeds::deed(1), Some(banned));

		assert_ok!(unban(1));
		assert_ok!(burn(ALICE, 1));
		assert_eq!(NodeDeeds::deed(1), Some(DeedDetails { owner: None, ..linked }));
	});
}

/// All deeds of an owner, in pages of a size.
fn deeds_in_pages(owner: &AccountId32, limit: u32) -> Vec<u32> {
	let mut deeds = Vec::new();
	loop {
		let page = NodeDeeds::deeds_of(owner.clone(), deeds.last().copied(), limit);
		assert!(page.len() <= limit as usize);
		let is_last = page.len() < limit as usize;
		deeds.extend(page);
		assert!(deeds.len() <= 100, "a page repeats another");
		if is_last {
			return deeds;
		}
	}
}

#[test]
fn deeds_of_should_page_through_all_kinds() {
	ExtBuilder::default()
		.with_genesis_deed()
		.with_deeds_of_alice(20)
		.build_and_execute(|| {
			assert_ok!(buy(BOB, 1, 1));
			for _ in 0..6 {
				assert_ok!(assign(ALICE, R1));
			}
			// 2 to 21 are Node Deeds of ALICE, 22 is BOB's, 23 to 28 are Master Deeds of ALICE.
			let expected: BTreeSet<u32> = (2..=21).chain(23..=28).collect();
			let at_once = NodeDeeds::deeds_of(ALICE, None, 100);
			for limit in [1, 2, 3, 7, 20, 21, 25, 26, 100] {
				let deeds = deeds_in_pages(&ALICE, limit);
				assert_eq!(deeds, at_once, "in pages of {limit}");
				assert_eq!(deeds.len(), expected.len());
				assert_eq!(deeds.iter().copied().collect::<BTreeSet<_>>(), expected);
				assert!(deeds[..20].iter().all(|deed| *deed <= 21), "Node Deeds come first");
			}
			assert_eq!(deeds_in_pages(&BOB, 10), [22]);
			assert_eq!(deeds_in_pages(&TREASURY, 10), [1]);
			assert!(deeds_in_pages(&COMPANY, 10).is_empty());
			assert!(NodeDeeds::deeds_of(ALICE, None, 0).is_empty());
			assert!(NodeDeeds::deeds_of(ALICE, Some(99), 10).is_empty());
		});
}

#[test]
fn deeds_of_should_answer_with_no_more_than_a_page() {
	ExtBuilder::default().build_and_execute(|| {
		let most = crate::DEEDS_PER_VIEW_MAX;
		// As if so many were bought.
		for deed in 1..=most + 1 {
			NodeDeeds::issue(DeedTerms::Node, &ALICE).expect("the item is new");
			assert_eq!(crate::Issued::<Test>::get(), deed);
		}
		NodeDeeds::set_sold(most + 1);
		let page = NodeDeeds::deeds_of(ALICE, None, u32::MAX);
		assert_eq!(page.len(), most as usize);
		assert_eq!(NodeDeeds::deeds_of(ALICE, page.last().copied(), u32::MAX).len(), 1);
	});
}
