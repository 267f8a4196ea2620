// SPDX-License-Identifier: Apache-2.0

//! The reward figures that the deployed contracts' own tests state, or that follow from them.
//!
//! Adoption is steered by deeds sold against a threshold of [`THRESHOLD`]: the other score is 0.

use super::*;
use crate::Error;
use frame_support::assert_noop;
use r1_primitives::{DeedTerms, R1};

/// What [`MASTER`] releases at most in its first epoch, and in its second one.
const FIRST_RELEASE: u128 = 47_348_425_447_123_706_916;
const SECOND_RELEASE: u128 = 47_604_430_543_911_542_855;

const ALLOCATION: u128 = 485_410 * R1;

const THRESHOLD: u32 = 4;

/// Deeds sold that make adoption 32 767, 49 151 and 65 535.
const HALF: u32 = 4;
const THREE_QUARTERS: u32 = 6;
const FULL: u32 = 8;

/// Deed 1 is a Node Deed of Alice's, linked in epoch 0.
fn node_deed() -> ExtBuilder {
	ExtBuilder::default().with_linked_deed(ALICE)
}

/// Deed 1 is the master deed of the contracts' tests, linked in its first epoch.
fn master_deed(test: impl FnOnce()) {
	ExtBuilder::default()
		.with_epoch(223)
		.with_linked(ALICE, MASTER)
		.build_and_execute(|| {
			set_threshold(THRESHOLD);
			test();
		});
}

/// Deed 1 is the Genesis Deed, linked in its first epoch, in a network that is fully adopted.
fn genesis_deed(test: impl FnOnce()) {
	ExtBuilder::default()
		.with_epoch(1)
		.with_linked(ALICE, DeedTerms::Genesis)
		.build_and_execute(|| {
			adopt_fully();
			test();
		});
}

/// Claims as much as a call may; returns the reward, the carry-over and what is newly withheld.
fn claim_all() -> (u128, u128, u128) {
	events_since_last_call();
	let before = Balances::total_issuance();
	assert_ok!(claim(ALICE, &[1], ALL));
	match events_since_last_call().first() {
		Some(Event::RewardsClaimed { amount, carry_over, withheld, .. }) => {
			let minted = Balances::total_issuance() - before;
			assert!(*amount - minted <= 4, "only rounding is not minted");
			(amount - carry_over, *carry_over, *withheld)
		},
		other => panic!("the claim moves the deed on: {other:?}"),
	}
}

/// Ends an epoch with an availability, after so many deeds were sold in it; claims it.
fn claim_epoch(availability: u8, deeds_sold: u32) -> (u128, u128, u128) {
	Availability::on_deeds_sold(deeds_sold);
	Network::settle_epoch(&[availability]);
	claim_all()
}

#[test]
fn five_epochs_should_pay_a_node_deed_3260194774041496137() {
	node_deed().build_and_execute(|| {
		for availability in [250, 130, 178, 12, 0] {
			Network::settle_epoch(&[availability]);
		}

		assert_ok!(claim(ALICE, &[1], 5));

		let amount = 3_260_194_774_041_496_137;
		assert_eq!(Balances::free_balance(ALICE), amount);
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..5, amount)]);
	});
}

#[test]
fn an_epoch_should_pay_a_node_deed_by_availability() {
	let cases = [
		(1, 5_719_639_954_458_765),
		(12, 68_635_679_453_505_181),
		(64, 366_056_957_085_360_970),
		(127, 726_394_274_216_263_174),
		(128, 732_113_914_170_721_940),
		(130, 743_553_194_079_639_470),
		(178, 1_018_095_911_893_660_197),
		(200, 1_143_927_990_891_753_031),
		(229, 1_309_797_549_571_057_220),
		(230, 1_315_517_189_525_515_986),
		(250, 1_429_909_988_614_691_289),
		(254, 1_452_788_548_432_526_349),
		(255, 1_458_508_188_386_985_115),
	];
	node_deed().build_and_execute(|| {
		for (availability, reward) in cases {
			assert_eq!(claim_epoch(availability, 0), (reward, 0, 0), "{availability}");
		}
	});
}

#[test]
fn full_epochs_of_36_months_should_pay_a_node_deed_1575188843457943924200() {
	node_deed().build_and_execute(|| {
		Network::settle_epochs(1_080, &[255]);

		assert_eq!(claim_all(), (1_575_188_843_457_943_924_200, 0, 0));
	});
}

#[test]
fn more_full_epochs_should_pay_a_node_deed_its_allocation_and_then_nothing() {
	node_deed().build_and_execute(|| {
		Network::settle_epochs(1_830, &[255]);
		assert_eq!(claim_all(), (1_575_188_843_457_943_925_233, 0, 0));

		Network::settle_epoch(&[255]);
		assert_ok!(claim(ALICE, &[1], ALL));

		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 1_830..1_831, 0)]);
		assert_eq!(Balances::total_issuance(), 1_575_188_843_457_943_925_233);
	});
}

#[test]
fn epochs_without_agreement_should_pay_nothing() {
	node_deed().build_and_execute(|| {
		// Decided without agreement: the table is empty.
		Network::settle_epoch(&[]);
		Network::settle_epoch(&[255]);
		// Over, and not decided yet.
		Network::end_epoch();

		assert_ok!(claim(ALICE, &[1], ALL));
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::NothingToClaim);

		let amount = 1_458_508_188_386_985_115;
		assert_eq!(events_since_last_call(), [claimed(ALICE, 1, 0..2, amount)]);
	});
}

#[test]
fn a_mixed_run_should_pay_a_master_deed_106362840848417488913() {
	let marks = [250, 130, 178, 12, 0];
	let rewards = [
		46_420_024_948_160_496_976,
		24_268_925_375_327_453_220,
		33_409_397_673_634_253_370,
		2_264_492_851_295_285_347,
		0,
	];
	master_deed(|| {
		Availability::on_deeds_sold(FULL);
		for availability in marks {
			Network::settle_epoch(&[availability]);
		}
		assert_eq!(claim_all(), (106_362_840_848_417_488_913, 0, 0));
		assert_eq!(Balances::free_balance(ALICE), 106_362_840_848_417_488_913);
		assert_noop!(claim(ALICE, &[1], ALL), Error::<Test>::NothingToClaim);
	});
	master_deed(|| {
		Availability::on_deeds_sold(FULL);
		for (availability, reward) in marks.into_iter().zip(rewards) {
			assert_eq!(claim_epoch(availability, 0), (reward, 0, 0));
		}
	});
}

#[test]
fn claims_should_pay_a_master_deed_nothing_before_its_first_epoch() {
	ExtBuilder::default().with_linked(ALICE, MASTER).build_and_execute(|| {
		adopt_fully();
		Network::settle_epochs(5, &[255]);
		assert_eq!(claim_all(), (0, 0, 0));
		let expected = RewardAccount { next_epoch: 5, payments: 1, ..RewardAccount::default() };
		assert_eq!(account(1), expected);

		// Over the cliff in one claim.
		Network::settle_epochs(219, &[255]);
		assert_eq!(claim_all(), (FIRST_RELEASE, 0, 0));
	});
}

#[test]
fn full_epochs_should_pay_a_master_deed_what_the_curve_says() {
	let cumulative = [
		(1, FIRST_RELEASE),
		(5, 239_315_630_366_134_822_832),
		(10, 485_166_902_755_595_769_253),
		(30, 1_537_447_335_232_846_572_045),
		(100, 6_246_953_944_777_202_352_755),
		(365, 51_275_316_867_303_833_011_455),
		(450, 82_239_283_298_061_640_345_138),
		(630, 192_506_818_307_741_659_614_503),
		(700, 254_427_476_819_816_415_024_088),
		(899, 484_090_702_170_902_281_211_462),
		(900, ALLOCATION),
		(901, ALLOCATION),
	];
	master_deed(|| {
		Availability::on_deeds_sold(FULL);
		let mut settled = 0;
		for (epochs, total) in cumulative {
			Network::settle_epochs(epochs - settled, &[255]);
			settled = epochs;
			claim_all();
			assert_eq!(Balances::free_balance(ALICE), total, "after {epochs}");
		}
	});
}

#[test]
fn single_claims_should_pay_a_master_deed_as_much_as_one_of_900_epochs() {
	master_deed(|| {
		Availability::on_deeds_sold(FULL);
		for _ in 0..900 {
			claim_epoch(255, 0);
		}
		assert_eq!(Balances::free_balance(ALICE), ALLOCATION);
		assert_eq!(claim_epoch(255, 0), (0, 0, 0));
	});
	master_deed(|| {
		Availability::on_deeds_sold(FULL);
		Network::settle_epochs(900, &[255]);
		assert_eq!(claim_all(), (ALLOCATION, 0, 0));
	});
}

#[test]
fn an_epoch_without_adoption_should_be_withheld() {
	master_deed(|| {
		assert_eq!(claim_epoch(255, 0), (0, 0, FIRST_RELEASE));
		let expected = RewardAccount {
			released: FIRST_RELEASE,
			withheld: FIRST_RELEASE,
			next_epoch: 224,
			payments: 1,
		};
		assert_eq!(account(1), expected);
	});
}

#[test]
fn what_is_withheld_should_be_paid_out_in_the_same_claim_when_adoption_rises() {
	master_deed(|| {
		Network::settle_epoch(&[255]);
		Availability::on_deeds_sold(FULL);
		Network::settle_epoch(&[255]);

		assert_eq!(claim_all(), (SECOND_RELEASE, FIRST_RELEASE, FIRST_RELEASE));
		assert_eq!(Balances::free_balance(ALICE), 94_952_855_991_035_249_771);
		assert_eq!((account(1).released, account(1).withheld), (94_952_855_991_035_249_771, 0));
	});
}

#[test]
fn adoption_should_fall_when_the_thresholds_are_doubled() {
	master_deed(|| {
		assert_eq!(claim_epoch(255, FULL), (FIRST_RELEASE, 0, 0));
		set_threshold(2 * THRESHOLD);
		let withheld = 23_802_578_470_479_796_083;
		assert_eq!(claim_epoch(255, 0), (23_801_852_073_431_746_772, 0, withheld));
		assert_eq!(account(1).withheld, withheld);
	});
}

#[test]
fn thresholds_should_hold_for_past_epochs_that_are_not_claimed() {
	master_deed(|| {
		Network::settle_epoch(&[255]);
		Availability::on_deeds_sold(HALF);
		Network::settle_epoch(&[255]);
		Network::settle_epochs(5, &[0]);
		set_threshold(THRESHOLD / 2);

		// Epoch 223 had no sales, so it is withheld, and paid out with epoch 224.
		assert_eq!(claim_all(), (SECOND_RELEASE, FIRST_RELEASE, FIRST_RELEASE));
	});
}

#[test]
fn what_is_withheld_should_be_paid_out_when_adoption_rises_between_claims() {
	master_deed(|| {
		let withheld = 23_674_573_968_892_189_338;
		assert_eq!(claim_epoch(255, HALF), (23_673_851_478_231_517_578, 0, withheld));
		assert_eq!(claim_epoch(255, FULL - HALF), (SECOND_RELEASE, withheld, 0));
		assert_eq!(account(1).withheld, 0);
	});
}

#[test]
fn what_is_withheld_should_be_paid_out_in_part_when_adoption_rises_in_part() {
	master_deed(|| {
		let withheld = 23_674_573_968_892_189_338;
		assert_eq!(claim_epoch(255, HALF), (23_673_851_478_231_517_578, 0, withheld));
		let (reward, carry_over, _) = claim_epoch(255, THREE_QUARTERS - HALF);
		assert_eq!((reward, carry_over), (35_703_141_308_671_644_813, 11_837_286_984_446_094_670));
		assert_eq!(account(1).withheld, 23_738_576_219_685_992_710);
		assert!((2 * carry_over).abs_diff(withheld) <= 2);
	});
}

#[test]
fn the_carry_over_should_keep_to_its_limit() {
	master_deed(|| {
		set_carry_over_limit(10);
		claim_epoch(255, 0);
		assert_eq!(claim_epoch(255, FULL), (SECOND_RELEASE, 1_866_840_413_486_727_170, 0));
		assert_eq!(account(1).withheld, 45_481_585_033_636_979_746);
	});
}

#[test]
fn the_carry_over_should_be_paid_even_when_the_node_was_not_there() {
	master_deed(|| {
		claim_epoch(255, 0);
		assert_eq!(claim_epoch(0, FULL), (0, FIRST_RELEASE, 0));
		assert_eq!(account(1).released, FIRST_RELEASE);
	});
}

#[test]
fn the_carry_over_should_follow_its_limit_when_that_changes() {
	master_deed(|| {
		set_carry_over_limit(0);
		Network::settle_epochs(10, &[255]);
		claim_all();
		assert_eq!(account(1).withheld, 485_166_902_755_595_769_253);
		assert_eq!(claim_epoch(255, FULL), (49_969_657_938_076_279_619, 0, 0));
		assert_eq!(account(1).withheld, 485_166_902_755_595_769_253);

		set_carry_over_limit(127);

		let expected = (50_239_381_499_535_328_387, 25_021_182_158_592_104_726, 0);
		assert_eq!(claim_epoch(255, 0), expected);
		assert_eq!(account(1).withheld, 460_145_720_597_003_664_527);
	});
}

#[test]
fn what_900_epochs_withheld_should_be_paid_out_the_same_in_each_later_epoch() {
	master_deed(|| {
		set_carry_over_limit(10);
		Network::settle_epochs(900, &[255]);
		assert_eq!(claim_all(), (0, 0, ALLOCATION));
		assert_eq!(account(1).withheld, ALLOCATION);

		let carry_over = 51_789_750_024_579_217_270;
		assert_eq!(claim_epoch(255, FULL), (0, carry_over, 0));
		assert_eq!(claim_epoch(255, 0), (0, carry_over, 0));

		assert_eq!(Balances::free_balance(ALICE) + account(1).withheld, ALLOCATION);
	});
}

#[test]
fn a_mixed_run_should_pay_the_treasury_what_the_contracts_pay() {
	genesis_deed(|| {
		for availability in [250, 130, 178, 12, 0] {
			Network::settle_epoch(&[availability]);
		}

		assert_eq!(claim_all(), (286_369_849_610_958_904_109_585, 0, 0));

		let expected = [
			76_489_386_831_087_123_287_670,
			39_633_587_186_156_712_328_766,
			21_592_286_660_666_301_369_862,
			99_083_967_965_391_780_821_916,
			49_570_620_967_656_986_301_369,
		];
		assert_eq!(TREASURY.map(Balances::free_balance), expected);
		assert_eq!(Balances::total_issuance(), 286_369_849_610_958_904_109_583, "2 are dust");
	});
}

#[test]
fn a_year_should_release_the_genesis_deeds_allocation() {
	genesis_deed(|| {
		Network::settle_epochs(365, &[255]);
		assert_eq!(claim_all().0, 46_761_182_021_999_999_999_999_830);
		Network::settle_epoch(&[255]);
		assert_eq!(claim_all().0, 170);
		assert_eq!(account(1).released, 46_761_182_022_000_000_000_000_000);
	});
}

#[test]
fn the_genesis_deed_should_release_nothing_in_epoch_zero() {
	ExtBuilder::default()
		.with_linked(ALICE, DeedTerms::Genesis)
		.build_and_execute(|| {
			adopt_fully();
			Network::settle_epoch(&[255]);
			assert_eq!(claim_all(), (0, 0, 0));
		});
}
