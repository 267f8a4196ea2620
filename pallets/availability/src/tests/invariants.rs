// SPDX-License-Identifier: Apache-2.0

//! Random histories of five deeds and two owners, against a model that is written from the
//! reference's text and knows neither the pallet nor its arithmetic.
//!
//! The normal run takes 10 000 histories, `RUN_SLOW_TESTS=1` ten times as many.

use super::*;
use crate::{Pallet, Payment};
use frame_support::traits::fungible::Mutate;
use proptest::prelude::*;
use r1_primitives::{DeedTerms, R1, traits::RewardLedger};
use std::collections::BTreeSet;

const START: u32 = 2_000;
const DEEDS: u32 = 5;
const NODE_ALLOCATION: u128 = 1_575_188_843_457_943_925_233;
const NODE_RELEASE: u128 = 1_458_508_188_386_985_115;
const GENESIS_ALLOCATION: u128 = 46_761_182_022_000_000_000_000_000;
const CAP: u128 = 161_803_398_000_000_000_000_000_000;
const GRANT: u128 = 500 * R1;

/// A master deed on the rising part of its curve.
const YOUNG: DeedTerms = DeedTerms::Master { allocation: 485_410 * R1, first_epoch: START + 3 };
/// A master deed beyond the end of its curve.
const OLD: DeedTerms = DeedTerms::Master { allocation: 40 * R1, first_epoch: START - 1_000 };
const TERMS: [DeedTerms; DEEDS as usize] =
	[DeedTerms::Node, DeedTerms::Node, YOUNG, OLD, DeedTerms::Genesis];

/// The sum of all weights of the curve, as deployed; 18 decimals.
const WEIGHT_TOTAL: u128 = 300_505_239_501_691_000_000;
/// The weight from epoch 900 on.
const WEIGHT_LAST: u128 = 817_574_476_193_643_659;
/// The first weights, from the reference's table.
const WEIGHTS: [u128; 64] = [
	29_312_230_751_356_318,
	29_470_717_129_724_877,
	29_630_034_260_719_808,
	29_790_186_215_472_659,
	29_951_177_081_991_084,
	30_113_010_965_194_678,
	30_275_691_986_950_464,
	30_439_224_286_108_034,
	30_603_612_018_534_320,
	30_768_859_357_148_009,
	30_934_970_491_953_580,
	31_101_949_630_074_963,
	31_269_800_995_788_811,
	31_438_528_830_557_384,
	31_608_137_393_061_023,
	31_778_630_959_230_228,
	31_950_013_822_277_317,
	32_122_290_292_727_664,
	32_295_464_698_450_509,
	32_469_541_384_689_336,
	32_644_524_714_091_802,
	32_820_419_066_739_223,
	32_997_228_840_175_596,
	33_174_958_449_436_165,
	33_353_612_327_075_501,
	33_533_194_923_195_117,
	33_713_710_705_470_581,
	33_895_164_159_178_148,
	34_077_559_787_220_873,
	34_260_902_110_154_225,
	34_445_195_666_211_173,
	34_630_445_011_326_752,
	34_816_654_719_162_087,
	35_003_829_381_127_878,
	35_191_973_606_407_325,
	35_381_092_021_978_507,
	35_571_189_272_636_172,
	35_762_270_021_012_973,
	35_954_338_947_600_094,
	36_147_400_750_767_302,
	36_341_460_146_782_381,
	36_536_521_869_829_964,
	36_732_590_672_029_735,
	36_929_671_323_454_010,
	37_127_768_612_144_671,
	37_326_887_344_129_460,
	37_527_032_343_437_606,
	37_728_208_452_114_796,
	37_930_420_530_237_465,
	38_133_673_455_926_396,
	38_337_972_125_359_637,
	38_543_321_452_784_706,
	38_749_726_370_530_081,
	38_957_191_829_015_972,
	39_165_722_796_764_358,
	39_375_324_260_408_279,
	39_586_001_224_700_376,
	39_797_758_712_520_669,
	40_010_601_764_883_564,
	40_224_535_440_944_070,
	40_439_564_818_003_232,
	40_655_694_991_512_753,
	40_872_931_075_078_803,
	41_091_278_200_465_010,
];

#[derive(Clone, Debug)]
enum Step {
	Link(u32),
	Unlink(u32),
	Sell(u32),
	Burn(u32),
	EndEpochs(u32),
	Decide(Vec<u8>),
	DeedsSold(u32),
	WorkPaid(u128),
	SetThresholds(u32, u128),
	SetCarryOverLimit(u8),
	Claim { by_bob: bool, deeds: Vec<u32>, epochs_max: u32 },
}

fn mark() -> impl Strategy<Value = u8> {
	prop_oneof![1 => Just(0), 2 => Just(255), 2 => any::<u8>()]
}

fn step() -> impl Strategy<Value = Step> {
	let deed = || 1..=DEEDS;
	let epochs_max = prop_oneof![8 => 1..12u32, 1 => Just(0), 1 => 1_500..2_100u32];
	let by_bob = || prop_oneof![4 => Just(false), 1 => Just(true)];
	prop_oneof![
		4 => deed().prop_map(Step::Link),
		1 => deed().prop_map(Step::Unlink),
		1 => deed().prop_map(Step::Sell),
		1 => deed().prop_map(Step::Burn),
		6 => (1..5u32).prop_map(Step::EndEpochs),
		6 => prop::collection::vec(mark(), 0..=DEEDS as usize).prop_map(Step::Decide),
		2 => (0..30u32).prop_map(Step::DeedsSold),
		2 => (0..3_000u128).prop_map(Step::WorkPaid),
		1 => (0..60u32, 0..5_000u128).prop_map(|(sold, work)| Step::SetThresholds(sold, work)),
		1 => mark().prop_map(Step::SetCarryOverLimit),
		6 => (by_bob(), prop::collection::vec(deed(), 1..=5), epochs_max)
			.prop_map(|(by_bob, deeds, epochs_max)| Step::Claim { by_bob, deeds, epochs_max }),
	]
}

/// `floor(a * b / c)` by doubling, for results that fit.
fn mul_div(a: u128, b: u128, c: u128) -> u128 {
	let (mut quotient, mut rest) = (0, 0);
	for bit in (0..128).rev() {
		quotient = 2 * quotient + 2 * rest / c;
		rest = 2 * rest % c;
		if b >> bit & 1 == 1 {
			quotient += a / c;
			rest += a % c;
			quotient += rest / c;
			rest %= c;
		}
	}
	quotient
}

/// One deed of the model.
#[derive(Clone, Debug)]
struct Deed {
	terms: DeedTerms,
	of_bob: bool,
	linked: bool,
	burned: bool,
	account: Option<Account>,
}

/// The reference's C and W, and the first epoch that is not claimed.
#[derive(Clone, Debug, Default)]
struct Account {
	claimed: u128,
	buffer: u128,
	next: u32,
	payments: Vec<Payment>,
}

/// The whole model; epochs from [`START`] on that are over and not in the table are undecided.
#[derive(Clone, Debug)]
struct Model {
	deeds: Vec<Deed>,
	now: u32,
	table: Vec<Vec<u8>>,
	sold: Vec<(u32, u128)>,
	volume: Vec<(u32, u128)>,
	threshold_sold: u128,
	threshold_volume: u128,
	carry_over_limit: u128,
	owners: [u128; 2],
	treasury: [u128; 5],
	issuance: u128,
}

impl Model {
	fn deed(&mut self, deed: u32) -> &mut Deed {
		&mut self.deeds[deed as usize - 1]
	}

	fn decided(&self) -> u32 {
		START + self.table.len() as u32
	}

	/// d(e) of the reference.
	fn adoption(&self, epoch: u32) -> u128 {
		let total = |records: &[(u32, u128)]| -> u128 {
			records.iter().filter(|(at, _)| *at <= epoch).map(|(_, amount)| amount).sum()
		};
		let sold = total(&self.sold) * 65_535 / self.threshold_sold;
		let volume = total(&self.volume) * 65_535 / self.threshold_volume;
		((sold + volume) / 2).min(65_535)
	}

	/// One epoch of the reference's walk; returns the reward, the carry-over and the withheld part.
	fn walk(&self, deed: &Deed, account: &mut Account, epoch: u32, mark: u128) -> [u128; 3] {
		let (assigned, release) = match deed.terms {
			DeedTerms::Node => {
				let left = NODE_ALLOCATION - account.claimed;
				let reward = (NODE_RELEASE * mark / 255).min(left);
				account.claimed += reward;
				return [reward, 0, 0];
			},
			DeedTerms::Master { first_epoch, .. } if epoch < first_epoch => return [0; 3],
			DeedTerms::Master { allocation, first_epoch } => {
				let x = (epoch - first_epoch).min(900) as usize;
				let weight = if x == 900 { WEIGHT_LAST } else { WEIGHTS[x] };
				let plateau = mul_div(allocation, R1, WEIGHT_TOTAL);
				(allocation, mul_div(plateau, weight, R1))
			},
			DeedTerms::Genesis => (GENESIS_ALLOCATION, GENESIS_ALLOCATION / 365),
		};
		let adoption = self.adoption(epoch);
		let before = account.claimed;
		let (mut reward, mut withheld) = (0, 0);
		if before < assigned {
			let available = release * mark / 255;
			reward = available * adoption / 65_535;
			if before + reward > assigned {
				reward = assigned - before;
			} else {
				withheld = available - reward;
				if before + reward + withheld > assigned {
					withheld = assigned - before - reward;
				}
			}
		}
		let target = before * (65_535 - adoption) / 65_535;
		let mut carry_over = 0;
		if account.buffer > target {
			carry_over = (account.buffer - target).min(release * self.carry_over_limit / 255);
			account.buffer -= carry_over;
		}
		account.buffer += withheld;
		account.claimed += reward + withheld;
		[reward, carry_over, withheld]
	}

	/// Claims if the rules allow it; otherwise returns `None`, and the model is to be thrown away.
	fn claim(&mut self, by_bob: bool, deeds: &[u32], epochs_max: u32) -> Option<()> {
		let deeds: BTreeSet<u32> = deeds.iter().copied().collect();
		if 3 * epochs_max > 6_000 || deeds.len() as u32 * epochs_max > 8_000 {
			return None;
		}
		let mut first = u32::MAX;
		for deed in &deeds {
			let deed = self.deed(*deed);
			if deed.burned || deed.of_bob != by_bob || !deed.linked {
				return None;
			}
			first = first.min(deed.account.as_ref()?.next);
		}
		let end = first.saturating_add(epochs_max).min(self.decided());
		let mut minted = 0;
		let mut has_moved = false;
		for number in deeds {
			let deed = self.deed(number).clone();
			let mut account = deed.account.clone()?;
			if account.next >= end {
				continue;
			}
			let from_epoch = account.next;
			let [mut reward, mut carry_over, mut withheld] = [0; 3];
			for epoch in from_epoch..end {
				let row = &self.table[(epoch - START) as usize];
				let mark = row.get(number as usize - 1).copied().unwrap_or(0);
				let [r, c, w] = self.walk(&deed, &mut account, epoch, mark.into());
				reward += r;
				carry_over += c;
				withheld += w;
			}
			account.next = end;
			let amount = reward + carry_over;
			let payment = Payment { from_epoch, to_epoch: end, amount, carry_over, withheld };
			account.payments.push(payment);
			self.deed(number).account = Some(account);
			if deed.terms == DeedTerms::Genesis {
				for (of_treasury, part) in
					self.treasury.iter_mut().zip([2_671, 1_384, 754, 3_460, 1_731])
				{
					*of_treasury += amount * part / 10_000;
					minted += amount * part / 10_000;
				}
			} else {
				self.owners[usize::from(by_bob)] += amount;
				minted += amount;
			}
			has_moved = true;
		}
		self.issuance += minted;
		(has_moved && self.issuance <= CAP).then_some(())
	}
}

fn person(is_bob: bool) -> AccountId32 {
	if is_bob { BOB } else { ALICE }
}

/// Links a deed that has no node.
fn link(number: u32, model: &mut Model) {
	let now = model.now;
	let deed = model.deed(number);
	if deed.linked || deed.burned {
		return;
	}
	let granted = if deed.terms == DeedTerms::Genesis { GRANT } else { 0 };
	let opened = Account { claimed: granted, ..Account::default() };
	let account = deed.account.get_or_insert(opened);
	account.next = account.next.max(now);
	deed.linked = true;
	Network::link(number);
}

/// Takes a deed off its node if nothing is lost by it.
fn unlink(number: u32, model: &mut Model) {
	let now = model.now;
	let deed = model.deed(number);
	let first = match deed.terms {
		DeedTerms::Node => 0,
		DeedTerms::Master { first_epoch, .. } => first_epoch,
		DeedTerms::Genesis => 1,
	};
	let is_idle = deed.account.as_ref().is_none_or(|account| account.next >= now);
	let may_unlink = is_idle || now <= first;
	assert_eq!(Pallet::<Test>::may_unlink(number), may_unlink, "deed {number}");
	if may_unlink && deed.linked {
		deed.linked = false;
		Network::deactivate(number);
	}
}

/// Takes a step on the chain and in the model.
fn take(step: Step, model: &mut Model) {
	let now = model.now;
	match step {
		Step::Link(number) => link(number, model),
		Step::Unlink(number) => unlink(number, model),
		Step::Sell(number) => {
			let deed = model.deed(number);
			if !deed.burned {
				deed.of_bob = !deed.of_bob;
				Network::sell(number, &person(deed.of_bob));
			}
		},
		Step::Burn(number) => {
			let deed = model.deed(number);
			if !deed.linked {
				(deed.burned, deed.account) = (true, None);
				Network::burn(number);
			}
		},
		Step::EndEpochs(count) => {
			// As far as the weights of the model reach.
			let count = count.min(START + 60 - now);
			(0..count).for_each(|_| Network::end_epoch());
			model.now += count;
		},
		Step::Decide(row) => {
			while model.decided() < now {
				let mut row = row.clone();
				let shift = model.table.len() % row.len().max(1);
				row.rotate_left(shift);
				Network::decide(&row);
				model.table.push(row);
			}
		},
		Step::DeedsSold(units) => {
			Availability::on_deeds_sold(units);
			model.sold.push((now, units.into()));
		},
		Step::WorkPaid(usdc) => {
			Availability::on_work_paid(usdc);
			model.volume.push((now, usdc));
		},
		Step::SetThresholds(sold, work) => {
			let root = RuntimeOrigin::root();
			let outcome = Availability::set_adoption_thresholds(root, sold, work);
			assert_eq!(outcome.is_ok(), sold > 0 && work > 0);
			if outcome.is_ok() {
				(model.threshold_sold, model.threshold_volume) = (sold.into(), work);
			}
		},
		Step::SetCarryOverLimit(limit) => {
			set_carry_over_limit(limit);
			model.carry_over_limit = limit.into();
		},
		Step::Claim { by_bob, deeds, epochs_max } => {
			let mut after = model.clone();
			let expected = after.claim(by_bob, &deeds, epochs_max);
			let result = claim(person(by_bob), &deeds, epochs_max);
			assert_eq!(result.is_ok(), expected.is_some(), "{result:?}");
			if expected.is_some() {
				*model = after;
			}
		},
	}
}

/// Compares the chain with the model.
fn check(model: &Model) {
	for (owner, expected) in [ALICE, BOB].iter().zip(model.owners) {
		assert_eq!(Balances::free_balance(owner), expected);
	}
	assert_eq!(TREASURY.map(Balances::free_balance), model.treasury);
	assert_eq!(Balances::total_issuance(), model.issuance);
	for (number, deed) in (1..).zip(&model.deeds) {
		let account = Accounts::<Test>::get(number);
		assert_eq!(account.is_some(), deed.account.is_some(), "deed {number}");
		let (Some(account), Some(expected)) = (account, &deed.account) else { continue };
		let expected_account = RewardAccount {
			released: expected.claimed,
			withheld: expected.buffer,
			next_epoch: expected.next,
			payments: expected.payments.len() as u32,
		};
		assert_eq!(account, expected_account, "deed {number}");
		let kept = (0..).zip(expected.payments.iter().copied()).collect::<Vec<(u32, Payment)>>();
		let newest: Vec<_> = kept.into_iter().rev().take(4).collect();
		assert_eq!(Availability::history(number, None, 9), newest);
	}
}

/// A chain and a model of it: five deeds of Alice's, none linked, and some near their end.
///
/// `room` is what may be minted before the cap is reached.
fn set_up(room: u128, near_end: bool) -> (sp_io::TestExternalities, Model) {
	let endowment = ExistentialDeposit::get();
	let people = [ALICE, BOB].into_iter().chain(TREASURY);
	let builder = people
		.fold(ExtBuilder::default().with_epoch(START).with_grant(ALICE, GRANT), |builder, who| {
			builder.with_balance(who, endowment)
		});
	let mut externalities = builder.build();
	let mut model = Model {
		deeds: TERMS
			.map(|terms| Deed { terms, of_bob: false, linked: false, burned: false, account: None })
			.to_vec(),
		now: START,
		table: Vec::new(),
		sold: Vec::new(),
		volume: Vec::new(),
		threshold_sold: 40,
		threshold_volume: 4_000,
		carry_over_limit: 255,
		owners: [endowment + GRANT, endowment],
		treasury: [endowment; 5],
		issuance: CAP - room,
	};
	externalities.execute_with(|| {
		for (deed, terms) in (1..).zip(TERMS) {
			Network::issue(deed, &ALICE, terms);
		}
		let already = Balances::total_issuance();
		assert_ok!(Balances::mint_into(&RICH, CAP - room - already));
		assert_ok!(Availability::set_adoption_thresholds(RuntimeOrigin::root(), 40, 4_000));
		if near_end {
			put_near_end(&mut model, 2, NODE_ALLOCATION - 3 * NODE_RELEASE, 0);
			put_near_end(&mut model, 4, 40 * R1 - R1 / 4, 3 * R1);
			put_near_end(&mut model, 5, GENESIS_ALLOCATION - 200_000 * R1, 300_000 * R1);
		}
	});
	(externalities, model)
}

/// Gives a deed an account that has released this much.
fn put_near_end(model: &mut Model, deed: u32, claimed: u128, buffer: u128) {
	let account = RewardAccount { released: claimed, withheld: buffer, ..Default::default() };
	Accounts::<Test>::insert(deed, account);
	model.deed(deed).account = Some(Account { claimed, buffer, ..Account::default() });
}

/// How many histories to take.
fn histories() -> u32 {
	if std::env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1") {
		100_000
	} else {
		10_000
	}
}

fn room() -> impl Strategy<Value = u128> {
	prop_oneof![3 => Just(50_000_000 * R1), 1 => 0..400_000 * R1]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(histories()))]

	#[test]
	fn any_history_should_pay_what_the_model_pays(
		room in room(),
		near_end in any::<bool>(),
		steps in prop::collection::vec(step(), 1..24),
	) {
		let (mut externalities, mut model) = set_up(room, near_end);
		externalities.execute_with(|| {
			// Otherwise most histories have nothing to claim.
			(1..=DEEDS).for_each(|deed| take(Step::Link(deed), &mut model));
			for step in steps {
				take(step, &mut model);
				check(&model);
			}
			assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
		});
	}
}

/// What happens in one epoch before it is over.
type EpochEvents = (u32, u128, Vec<u8>);

fn epoch_events() -> impl Strategy<Value = EpochEvents> {
	(0..6u32, 0..600u128, prop::collection::vec(mark(), DEEDS as usize))
}

/// Lets the same epochs pass, then claims all deeds as `epochs_max` says, over and over.
fn claim_in_parts(
	near_end: bool,
	epochs: &[EpochEvents],
	parts: &[u32],
) -> (Vec<(u128, u128, u32)>, u128, [u128; 5]) {
	let (mut externalities, mut model) = set_up(50_000_000 * R1, near_end);
	externalities.execute_with(|| {
		(1..=DEEDS).for_each(|deed| take(Step::Link(deed), &mut model));
		for (sold, paid, row) in epochs {
			Availability::on_deeds_sold(*sold);
			Availability::on_work_paid(*paid);
			Network::settle_epoch(row);
		}
		let mut parts = parts.iter().cycle();
		while claim(ALICE, &[1, 2, 3, 4, 5], *parts.next().expect("a cycle")).is_ok() {}
		let accounts = (1..=DEEDS).map(account);
		let accounts = accounts
			.map(|account| (account.released, account.withheld, account.next_epoch))
			.collect();
		(accounts, Balances::free_balance(ALICE), TREASURY.map(Balances::free_balance))
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(histories() / 20))]

	#[test]
	fn parts_should_pay_as_much_as_the_whole(
		near_end in any::<bool>(),
		epochs in prop::collection::vec(epoch_events(), 1..40),
		parts in prop::collection::vec(1..9u32, 1..6),
	) {
		let whole = claim_in_parts(near_end, &epochs, &[1_000]);
		let in_parts = claim_in_parts(near_end, &epochs, &parts);

		assert_eq!((&whole.0, whole.1), (&in_parts.0, in_parts.1));
		// Only the rounding of the treasury's parts depends on how many payments there are.
		for (whole, in_parts) in whole.2.into_iter().zip(in_parts.2) {
			assert!(in_parts <= whole && whole - in_parts <= epochs.len() as u128);
		}
	}
}
