// SPDX-License-Identifier: Apache-2.0

//! What an input can do: a menu for each target, and what all menus share.
//!
//! An action takes what it needs from the choices, and does one thing, rightly or wrongly. Wrong
//! choices are rarer than right ones, so that most sequences get somewhere; an action that stands
//! in a menu more than once is chosen more often.

pub(crate) mod deeds;
pub(crate) mod governance;
pub(crate) mod availability;
pub(crate) mod report;
pub(crate) mod oracles;
pub(crate) mod misconduct;
pub(crate) mod poai;
pub(crate) mod burn;
pub(crate) mod validators;
pub(crate) mod learning;

use crate::{Target, people::Person, world::World};
use frame_system::RawOrigin;
use fuzzing::Choices;
use r1_primitives::{
	DeedId, USDC,
	traits::{DeedInspect as _, Market as _},
};
use ratio1_runtime::{
	AccountId, Balances, NodeDeeds, Runtime, RuntimeOrigin,
	constants::currency::{EXISTENTIAL_DEPOSIT, R1_CAP},
	market::Pool,
};

/// Epochs of the preset in a session: ten minutes.
const EPOCHS_PER_SESSION: u32 = 10;

/// One thing to do.
pub(crate) type Action = fn(&mut World, &mut Choices<'_>);

/// What an input of a target chooses from.
pub(crate) const fn menu(target: Target) -> &'static [Action] {
	match target {
		Target::NodeDeeds => &deeds::MENU,
		Target::Availability => &availability::MENU,
		Target::Oracles => &oracles::MENU,
		Target::Poai => &poai::MENU,
		Target::Burn => &burn::MENU,
		Target::Validators => &validators::MENU,
		Target::Learning => &learning::MENU,
	}
}

// # Time

/// A few blocks; as many as let a report's windows pass, at most.
pub(crate) fn wait(world: &mut World, choices: &mut Choices<'_>) {
	let blocks = choices.pick(&[1, 1, 2, 5, 10, 25]);
	(0..blocks).for_each(|_| world.next_block());
}

/// Time without blocks: up to more than a day, for which a link cannot be changed.
pub(crate) fn skip_epochs(world: &mut World, choices: &mut Choices<'_>) {
	let epochs = choices.pick(&[1, 1, 2, 5, 223, 1_441]);
	world.skip_epochs(epochs);
}

/// Sessions without blocks: what one elects, the next but one begins with.
pub(crate) fn skip_sessions(world: &mut World, choices: &mut Choices<'_>) {
	for _ in 0..choices.pick(&[2, 1, 3]) {
		world.skip_epochs(EPOCHS_PER_SESSION);
	}
}

// # Money

/// Trades in the pool, so that its price leaves the median.
pub(crate) fn trade(world: &mut World, choices: &mut Choices<'_>) {
	let trader = Person::any(choices).account();
	let part = choices.pick(&[1_000_u128, 100, 20, 4]);
	let buys_r1 = choices.one_in(2);
	// As a trade that the pool refuses is none, it does not matter whether this is one.
	let _traded = world.with(|| match buys_r1 {
		true => Pool::swap_usdc_for_r1(&trader, 1_000_000 * USDC / part, 1),
		false => {
			let r1 = Balances::free_balance(&trader) / part;
			Pool::swap_r1_for_usdc(&trader, r1, 1)
		},
	});
}

/// Moves R1 away, so that somebody has little of it, or that an account of the runtime exists.
pub(crate) fn move_r1(world: &mut World, choices: &mut Choices<'_>) {
	let from = Person::any(choices);
	let free = world.with(|| Balances::free_balance(from.account()));
	let liquidity = <Runtime as pallet_node_deeds::Config>::LiquidityAccount::get();
	let to = choices.pick(&[liquidity, Person::ALICE.account()]);
	let value = choices.pick(&[
		EXISTENTIAL_DEPOSIT,
		free.saturating_sub(EXISTENTIAL_DEPOSIT),
		free / 2,
		free,
		1,
	]);
	let call = pallet_balances::Call::transfer_allow_death { dest: to.into(), value };
	world.call(RuntimeOrigin::signed(from.account()), call);
}

/// Lets there be almost as much R1 as there may be.
pub(crate) fn fill_cap(world: &mut World, choices: &mut Choices<'_>) {
	let room = choices.pick(&[0, 1, 40_000_000_000_000_000_000]);
	let who = Person::any(choices).account();
	let new_free = world.with(|| {
		let missing = R1_CAP.saturating_sub(Balances::total_issuance()).saturating_sub(room);
		Balances::free_balance(&who).saturating_add(missing)
	});
	let call = pallet_balances::Call::force_set_balance { who: who.into(), new_free };
	world.call(RuntimeOrigin::root(), call);
}

// # Origins

/// A person's signature; in a few cases somebody without one.
pub(crate) fn signed(person: Person, choices: &mut Choices<'_>) -> RuntimeOrigin {
	if choices.one_in(32) {
		return choices.pick(&[RawOrigin::Root, RawOrigin::None, RawOrigin::Authorized]).into();
	}
	RuntimeOrigin::signed(person.account())
}

/// Governance; in a few cases somebody who would like to be.
pub(crate) fn governance(choices: &mut Choices<'_>) -> RuntimeOrigin {
	if choices.one_in(32) {
		return RuntimeOrigin::signed(Person::any(choices).account());
	}
	RuntimeOrigin::root()
}

// # Deeds

/// The number of a deed, which may not be issued. The Genesis Deed is 1.
pub(crate) fn any_deed(world: &mut World, choices: &mut Choices<'_>) -> DeedId {
	let issued = world.with(NodeDeeds::issued);
	choices.pick(&[2, 3, 4, 1, 5, issued, 2, 3, 4, 6, issued, issued + 1, 0, u32::MAX])
}

/// Who owns a deed; in a few cases somebody else.
pub(crate) fn owner_of(world: &mut World, deed: DeedId, choices: &mut Choices<'_>) -> Person {
	let owner: Option<AccountId> = world.with(|| NodeDeeds::owner_of(deed));
	match owner.as_ref().and_then(Person::of) {
		Some(owner) if !choices.one_in(16) => owner,
		_ => Person::any(choices),
	}
}
