// SPDX-License-Identifier: Apache-2.0

//! What a test starts from, how its blocks pass, and what it looks at.

use super::*;
use crate::PriceSamples;
use frame_support::traits::Hooks;
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
use sp_runtime::BuildStorage;

/// Builds the state that a test starts from.
pub(crate) struct ExtBuilder {
	pool: Liquidity,
	r1_price: Option<Option<u128>>,
	deeds_of_alice: u32,
	genesis_deed_owner: Option<AccountId32>,
	liquidity_share: u16,
	existential_deposit: u128,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			pool: DEEP_POOL,
			r1_price: None,
			deeds_of_alice: 0,
			genesis_deed_owner: None,
			liquidity_share: 0,
			existential_deposit: 1,
		}
	}
}

impl ExtBuilder {
	/// What is in the pool; the deep one without.
	pub(crate) fn with_pool(self, pool: Liquidity) -> Self {
		Self { pool, ..self }
	}

	/// The price that the market gives and that was sampled before the test, whatever is in the
	/// pool; `None` for a market that is not open yet.
	pub(crate) fn with_r1_price(self, r1_price: Option<u128>) -> Self {
		Self { r1_price: Some(r1_price), ..self }
	}

	/// Lets ALICE buy so many deeds of the first tier before the test.
	pub(crate) fn with_deeds_of_alice(self, deeds_of_alice: u32) -> Self {
		Self { deeds_of_alice, ..self }
	}

	/// Gives the Genesis Deed to TREASURY at genesis.
	pub(crate) fn with_genesis_deed(self) -> Self {
		Self { genesis_deed_owner: Some(TREASURY), ..self }
	}

	/// What an account must hold to exist; one unit without.
	pub(crate) fn with_existential_deposit(self, existential_deposit: u128) -> Self {
		Self { existential_deposit, ..self }
	}

	/// Endows the liquidity account with the existential deposit, and sets the share that goes into
	/// the pool.
	pub(crate) fn with_liquidity_share(self, liquidity_share: u16) -> Self {
		Self { liquidity_share, ..self }
	}

	/// The storage at genesis.
	pub(crate) fn genesis(&self) -> sp_core::storage::Storage {
		let Liquidity { r1, usdc } = self.pool;
		let mut balances = vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (PROVIDER, r1 + 1)];
		if self.liquidity_share > 0 {
			balances.push((LIQUIDITY, self.existential_deposit));
		}
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
			assets: pallet_assets::GenesisConfig {
				assets: vec![(USDC_ID, PROVIDER, true, 1)],
				accounts: vec![(USDC_ID, PROVIDER, usdc + 1)],
				..Default::default()
			},
			asset_conversion: pallet_asset_conversion::GenesisConfig {
				pools: vec![(R1_KIND, USDC_KIND, PROVIDER, r1, usdc)],
			},
			node_deeds: pallet_node_deeds::GenesisConfig {
				genesis_deed_owner: self.genesis_deed_owner.clone(),
				permit_issuers: vec![issuer()],
			},
			..Default::default()
		};
		genesis.build_storage().expect("the genesis is sound")
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let mut externalities = sp_io::TestExternalities::new(self.genesis());
		externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
		externalities.execute_with(|| self.begin());
		externalities
	}

	/// Runs a test, then checks the pallet's invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			NodeDeeds::do_try_state().expect("the invariants hold");
		});
	}

	/// Begins block 1, with all that must be there before the test.
	pub(crate) fn begin(&self) {
		System::set_block_number(1);
		ExistentialDeposit::set(&self.existential_deposit);
		SpotPrice::set(&self.r1_price);
		NodeDeeds::on_initialize(1);
		if self.deeds_of_alice > 0 {
			buy(ALICE, self.deeds_of_alice, 1).expect("ALICE can buy");
		}
		if self.liquidity_share > 0 {
			NodeDeeds::set_liquidity_share(RuntimeOrigin::root(), self.liquidity_share)
				.expect("the liquidity account exists");
		}
		System::reset_events();
	}
}

/// Runs blocks until the given one has begun.
pub(crate) fn run_to_block(block: u64) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::set_block_number(next);
		NodeDeeds::on_initialize(next);
	}
}

/// Every event since the last look.
pub(crate) fn take_events() -> Vec<RuntimeEvent> {
	let events = System::read_events_for_pallet::<RuntimeEvent>();
	System::reset_events();
	events
}

/// This pallet's events since the last look.
pub(crate) fn take_deed_events() -> Vec<crate::Event<Test>> {
	let events = System::read_events_for_pallet::<crate::Event<Test>>();
	System::reset_events();
	events
}

pub(crate) fn samples() -> Vec<u128> {
	PriceSamples::<Test>::get().into_inner()
}
