// SPDX-License-Identifier: Apache-2.0

//! The vectors of the contracts: claims of the master deed of their tests and of the genesis deed.

use crate::{
	adoption::FULL_ADOPTION, curve::Curve, gated_release::*, genesis_deed, master_deed::MasterDeed,
};
use r1_primitives::{EpochIndex, R1};

/// The master deed of the contracts' tests, given before the cliff.
const DEED: MasterDeed = MasterDeed { allocation: 485_410 * R1, first_epoch: 223 };
const START: EpochIndex = DEED.first_epoch;

/// What [`DEED`] releases at most in its first epoch, and in its second one.
const FIRST_RELEASE: u128 = 47_348_425_447_123_706_916;
const SECOND_RELEASE: u128 = 47_604_430_543_911_542_855;

/// A deed that makes claims one after the other, and has made none.
struct Claimant {
	account: Account,
	terms: Terms,
	release: fn(EpochIndex) -> u128,
}

fn master() -> Claimant {
	let terms = Terms { allocation: DEED.allocation, carry_over_limit: CARRY_OVER_LIMIT };
	let release = |epoch| DEED.release(&Curve::DEPLOYED, epoch);
	Claimant { account: Account::default(), terms, release }
}

fn genesis() -> Claimant {
	let terms = Terms { allocation: genesis_deed::ALLOCATION, carry_over_limit: CARRY_OVER_LIMIT };
	Claimant { account: Account::default(), terms, release: genesis_deed::release }
}

impl Claimant {
	/// Claims epochs from `first` on, given the availability and the adoption of each.
	fn claim(&mut self, first: EpochIndex, marks: impl IntoIterator<Item = (u8, u16)>) -> Payment {
		let release = self.release;
		let epochs = (first..).zip(marks).map(|(epoch, (availability, adoption))| Epoch {
			release_max: release(epoch),
			availability,
			adoption,
		});
		let (account, payment) = self.account.settle_all(self.terms, epochs);
		self.account = account;
		payment
	}
}

/// As many epochs of full availability at one adoption.
fn available(epochs: usize, adoption: u16) -> impl Iterator<Item = (u8, u16)> {
	std::iter::repeat_n((255, adoption), epochs)
}

/// The run of epochs that both deeds claim in the contracts' tests, at full adoption.
fn mixed_run() -> [(u8, u16); 5] {
	[250, 130, 178, 12, 0].map(|availability| (availability, FULL_ADOPTION))
}

#[test]
fn full_epochs_should_add_up_to_the_reference() {
	let cases = [
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
		(900, DEED.allocation),
		(901, DEED.allocation),
	];
	for (epochs, expected) in cases {
		let payment = master().claim(START, available(epochs, FULL_ADOPTION));
		assert_eq!(payment, Payment { reward: expected, carry_over: 0, withheld: 0 }, "{epochs}");
	}
}

#[test]
fn the_last_epoch_should_be_cut_to_the_allocation() {
	let uncut: u128 = (START..START + 900).map(master().release).sum();
	assert_eq!(uncut - DEED.allocation, 967_114_762);
}

#[test]
fn single_claims_should_complete_the_allocation_and_then_add_nothing() {
	let mut deed = master();
	for epoch in START..START + 900 {
		deed.claim(epoch, available(1, FULL_ADOPTION));
	}
	assert_eq!(deed.account, Account { released: DEED.allocation, withheld: 0 });
	assert_eq!(deed.claim(START + 900, available(5, FULL_ADOPTION)), Payment::default());
}

#[test]
fn a_mixed_run_should_pay_what_the_contracts_pay() {
	let rewards = [
		46_420_024_948_160_496_976,
		24_268_925_375_327_453_220,
		33_409_397_673_634_253_370,
		2_264_492_851_295_285_347,
		0,
	];
	let mut deed = master();
	for ((epoch, marks), reward) in (START..).zip(mixed_run()).zip(rewards) {
		assert_eq!(deed.claim(epoch, [marks]).minted(), reward, "in epoch {epoch}");
	}

	let mut deed = master();
	assert_eq!(deed.claim(START, mixed_run()).minted(), 106_362_840_848_417_488_913);
	assert_eq!(deed.claim(START + 5, []), Payment::default(), "a second claim in the epoch");
}

#[test]
fn claims_should_pay_nothing_before_the_cliff() {
	let mut deed = master();
	assert_eq!(deed.claim(0, available(5, FULL_ADOPTION)), Payment::default());
	assert_eq!(deed.account, Account::default());
	assert_eq!(releasing_epochs(0..5, START), START..START);
	assert_eq!(releasing_epochs(0..START, START), START..START);
	assert_eq!(releasing_epochs(0..START + 2, START), START..START + 2);
	assert_eq!(releasing_epochs(300..310, START), 300..310);
}

#[test]
fn an_epoch_without_adoption_should_be_withheld_and_paid_out_later() {
	let mut deed = master();
	let payment = deed.claim(START, [(255, 0), (255, FULL_ADOPTION)]);
	let expected =
		Payment { reward: SECOND_RELEASE, carry_over: FIRST_RELEASE, withheld: FIRST_RELEASE };
	assert_eq!(payment, expected);
	assert_eq!(deed.account, Account { released: 94_952_855_991_035_249_771, withheld: 0 });
	assert_eq!(deed.account.minted(), payment.minted());
}

/// What a second claim pays after a first one, and the buffer after each.
struct TwoClaims {
	first: (u8, u16),
	first_reward: u128,
	first_buffer: u128,
	second: (u8, u16),
	carry_over_limit: u8,
	reward: u128,
	carry_over: u128,
	buffer: u128,
}

#[test]
fn two_claims_should_pay_what_the_contracts_pay() {
	let cases = [
		TwoClaims {
			first: (255, FULL_ADOPTION),
			first_reward: FIRST_RELEASE,
			first_buffer: 0,
			second: (255, 32_767),
			carry_over_limit: 255,
			reward: 23_801_852_073_431_746_772,
			carry_over: 0,
			buffer: 23_802_578_470_479_796_083,
		},
		TwoClaims {
			first: (255, 32_767),
			first_reward: 23_673_851_478_231_517_578,
			first_buffer: 23_674_573_968_892_189_338,
			second: (255, FULL_ADOPTION),
			carry_over_limit: 255,
			reward: SECOND_RELEASE,
			carry_over: 23_674_573_968_892_189_338,
			buffer: 0,
		},
		TwoClaims {
			first: (255, 32_767),
			first_reward: 23_673_851_478_231_517_578,
			first_buffer: 23_674_573_968_892_189_338,
			second: (255, 49_151),
			carry_over_limit: 255,
			reward: 35_703_141_308_671_644_813,
			carry_over: 11_837_286_984_446_094_670,
			buffer: 23_738_576_219_685_992_710,
		},
		TwoClaims {
			first: (255, 0),
			first_reward: 0,
			first_buffer: FIRST_RELEASE,
			second: (255, FULL_ADOPTION),
			carry_over_limit: 10,
			reward: SECOND_RELEASE,
			carry_over: 1_866_840_413_486_727_170,
			buffer: 45_481_585_033_636_979_746,
		},
		TwoClaims {
			first: (255, 0),
			first_reward: 0,
			first_buffer: FIRST_RELEASE,
			second: (0, FULL_ADOPTION),
			carry_over_limit: 255,
			reward: 0,
			carry_over: FIRST_RELEASE,
			buffer: 0,
		},
	];
	for case in cases {
		let mut deed = master();
		deed.terms.carry_over_limit = case.carry_over_limit;
		assert_eq!(deed.claim(START, [case.first]).reward, case.first_reward);
		assert_eq!(deed.account.withheld, case.first_buffer);

		let payment = deed.claim(START + 1, [case.second]);
		assert_eq!((payment.reward, payment.carry_over), (case.reward, case.carry_over));
		assert_eq!(deed.account.withheld, case.buffer);
	}
}

#[test]
fn the_buffer_should_follow_its_limit_when_that_changes() {
	let mut deed = master();
	deed.terms.carry_over_limit = 0;
	deed.claim(START, available(10, 0));
	assert_eq!(deed.account.withheld, 485_166_902_755_595_769_253);

	let payment = deed.claim(START + 10, available(1, FULL_ADOPTION));
	assert_eq!(payment.minted(), 49_969_657_938_076_279_619);
	assert_eq!(deed.account.withheld, 485_166_902_755_595_769_253);

	deed.terms.carry_over_limit = 127;
	let payment = deed.claim(START + 11, available(1, FULL_ADOPTION));
	assert_eq!(payment.reward, 50_239_381_499_535_328_387);
	assert_eq!(payment.carry_over, 25_021_182_158_592_104_726);
	assert_eq!(deed.account.withheld, 460_145_720_597_003_664_527);
}

#[test]
fn a_full_buffer_should_pay_out_the_same_in_each_epoch_after_the_curve() {
	let mut deed = master();
	deed.terms.carry_over_limit = 10;
	let withheld = deed.claim(START, available(900, 0));
	assert_eq!(withheld, Payment { reward: 0, carry_over: 0, withheld: DEED.allocation },);
	for epoch in [1_123, 1_124] {
		let payment = deed.claim(epoch, available(1, FULL_ADOPTION));
		let expected = Payment { carry_over: 51_789_750_024_579_217_270, ..Payment::default() };
		assert_eq!(payment, expected, "in epoch {epoch}");
		assert_eq!(deed.account.released, DEED.allocation);
	}
	assert_eq!(deed.account.minted(), 2 * 51_789_750_024_579_217_270);
}

#[test]
fn the_genesis_deed_should_release_what_the_contracts_release() {
	let payment = genesis().claim(1, mixed_run());
	assert_eq!(payment.minted(), 286_369_849_610_958_904_109_585);

	let year = genesis().claim(1, available(365, FULL_ADOPTION)).minted();
	assert_eq!(year, 46_761_182_021_999_999_999_999_830);
	let year_and_a_day = genesis().claim(1, available(366, FULL_ADOPTION)).minted();
	assert_eq!(year_and_a_day, genesis_deed::ALLOCATION);
	let from_epoch_zero = genesis().claim(0, available(366, FULL_ADOPTION)).minted();
	assert_eq!(from_epoch_zero, year);
}
