// SPDX-License-Identifier: Apache-2.0

//! The pool of R1 and USDC, as a sale uses it.

use super::genesis;
use crate::{
	AccountId, AssetConversion, Assets, Balances, Nfts, NodeDeeds, PoolAssets, Runtime,
	RuntimeEvent, RuntimeOrigin, System,
	configs::AssetKind,
	constants::currency::{R1, USDC, USDC_ASSET_ID},
	market::Pool,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{Hooks as _, fungible::NativeOrWithId, fungibles::Inspect as _},
};
use pallet_node_deeds::{Config, Event as DeedsEvent, LiquidityShare, PurchaseOrder};
use r1_math::{
	node_deed,
	purchase::{LiquiditySplit, split_liquidity},
};
use r1_primitives::{
	PurchasePermit, SignedBody as _,
	traits::{Liquidity, Market as _},
};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob};
use sp_runtime::{MultiSignature, StateVersion};

const KINDS: (AssetKind, AssetKind) =
	(NativeOrWithId::Native, NativeOrWithId::WithId(USDC_ASSET_ID));

/// Shares of the pool.
const SHARES: u32 = 0;

fn account(key: Sr25519Keyring) -> AccountId {
	key.to_account_id()
}

fn reserves() -> Liquidity {
	let (r1, usdc) = AssetConversion::get_reserves(KINDS.0, KINDS.1).expect("the pool is open");
	Liquidity { r1, usdc }
}

fn holdings(who: &AccountId) -> Liquidity {
	Liquidity { r1: Balances::free_balance(who), usdc: Assets::balance(USDC_ASSET_ID, who) }
}

fn difference(more: Liquidity, less: Liquidity) -> Liquidity {
	Liquidity { r1: more.r1 - less.r1, usdc: more.usdc - less.usdc }
}

/// The shares in the last event, and who they went to.
fn shares_minted() -> (AccountId, u128) {
	let minted = System::events().into_iter().rev().find_map(|record| match record.event {
		RuntimeEvent::AssetConversion(pallet_asset_conversion::Event::LiquidityAdded {
			mint_to,
			lp_token_minted,
			..
		}) => Some((mint_to, lp_token_minted)),
		_ => None,
	});
	minted.expect("the pool tells of what it took")
}

#[test]
fn pool_should_take_what_its_price_allows_and_say_how_much() {
	genesis("development").execute_with(|| {
		System::set_block_number(1);
		let (provider, receiver) = (account(Bob), account(Alice));
		let (reserves_before, held_before) = (reserves(), holdings(&provider));
		let (supply, shares) =
			(PoolAssets::total_issuance(SHARES), PoolAssets::balance(SHARES, &receiver));

		// 100 R1 are worth 30 USDC at the pool's price, so that 70 USDC are left over.
		let offer = Liquidity { r1: 100 * R1, usdc: 100 * USDC };
		let minimum = Liquidity { r1: 100 * R1, usdc: 30 * USDC };
		let used = Pool::add_liquidity(&provider, offer, minimum, &receiver).unwrap();

		// floor(100 * 200 000 * 10^6 / 666 666)
		assert_eq!(used, Liquidity { r1: 100 * R1, usdc: 30_000_030 });
		assert_eq!(difference(reserves(), reserves_before), used);
		assert_eq!(difference(held_before, holdings(&provider)), used);
		let minted = supply * used.usdc / reserves_before.usdc;
		assert_eq!(shares_minted(), (receiver.clone(), minted));
		assert_eq!(PoolAssets::balance(SHARES, &receiver) - shares, minted);
	});
}

#[test]
fn pool_should_take_nothing_when_it_would_take_less_than_the_minimum() {
	genesis("development").execute_with(|| {
		let offer = Liquidity { r1: 100 * R1, usdc: 100 * USDC };
		for minimum in [
			Liquidity { r1: 0, usdc: 31 * USDC },
			// As much R1 as the USDC is worth, and one unit more.
			Liquidity { r1: 100 * R1 + 1, usdc: 30_000_031 },
		] {
			let before = sp_io::storage::root(StateVersion::V1);
			let added = Pool::add_liquidity(&account(Bob), offer, minimum, &account(Bob));
			assert!(added.is_err(), "{minimum:?}");
			assert_eq!(sp_io::storage::root(StateVersion::V1), before);
		}
	});
}

#[test]
fn pool_should_take_no_more_than_leaves_the_provider_alive() {
	genesis("development").execute_with(|| {
		System::set_block_number(1);
		let provider = account(Bob);
		let all = holdings(&provider);
		let used = Pool::add_liquidity(&provider, all, Liquidity::default(), &provider).unwrap();
		// The whole of the USDC but a unit: R1 is the cheaper side, of which some is left.
		assert_eq!(holdings(&provider), difference(all, used));
		assert!(Balances::free_balance(&provider) > 0);
		assert!(Assets::balance(USDC_ASSET_ID, &provider) > 0);
	});
}

/// Buys a deed for Bob; the permit is Alice's, and taxes nothing.
fn buy_a_deed() {
	let permit = PurchasePermit {
		buyer: account(Bob).into(),
		invoice: [7; 32],
		usd_limit: 10_000,
		tax_basis_points: 0,
		expires_at_epoch: 9,
	};
	let payload = permit.signing_payload(&System::block_hash(0).0);
	let order =
		PurchaseOrder { units: 1, tier: 1, price_per_deed_max: u128::MAX, allow_partial: false };
	assert_ok!(NodeDeeds::buy(
		RuntimeOrigin::signed(account(Bob)),
		order,
		permit,
		account(Alice),
		MultiSignature::Sr25519(Alice.sign(&payload)),
	));
}

#[test]
fn sale_should_put_the_share_that_governance_set_into_the_pool() {
	genesis("development").execute_with(|| {
		System::set_block_number(1);
		NodeDeeds::on_initialize(1);
		let receiver = <Runtime as Config>::LiquidityAccount::get();
		let set = |share| NodeDeeds::set_liquidity_share(RuntimeOrigin::root(), share);
		assert_noop!(set(10_000), pallet_node_deeds::Error::<Runtime>::LiquidityAccountMissing);
		// Somebody has to open the account first: it holds nothing yet.
		assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(account(Alice)),
			receiver.clone().into(),
			R1
		));
		assert_ok!(set(10_000));
		assert_eq!(LiquidityShare::<Runtime>::get(), 10_000);
		let offer = NodeDeeds::offer().expect("deeds are on sale");
		let before = reserves();

		buy_a_deed();

		let split = node_deed::split_purchase(offer.price_per_deed);
		let LiquiditySplit { half, reserved } = split_liquidity(split.liquidity, 10_000);
		assert_eq!(reserved, 0);
		let added = System::events().into_iter().find_map(|record| match record.event {
			RuntimeEvent::NodeDeeds(DeedsEvent::LiquidityAdded { r1, usdc }) => {
				Some(Liquidity { r1, usdc })
			},
			_ => None,
		});
		let added = added.expect("the sale adds liquidity");
		assert!(added.r1 <= half && half / 100 * 95 <= added.r1, "{added:?} of {half}");
		// The pool gets the half that was swapped, the half that was added, and the company's part,
		// and gives USDC for the first and the last.
		assert!(reserves().r1 - before.r1 > half + added.r1);
		assert!(reserves().usdc < before.usdc);
		assert_eq!(shares_minted().0, receiver);
		assert_eq!(PoolAssets::balance(SHARES, &receiver), shares_minted().1);
		let owner = Nfts::owner(pallet_node_deeds::COLLECTION, 2);
		assert_eq!(owner, Some(account(Bob)));
	});
}
