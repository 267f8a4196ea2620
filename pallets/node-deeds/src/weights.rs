// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_node_deeds`; `cargo xtask weights` writes this file.
//!
//! `sample_price` is measured: 2026-11-22, Intel(R) Xeon(R) Processor, 64.0.0: 20 steps, 10
//! repetitions. All others are cautious estimates, to be replaced by the next measurement.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_node_deeds` costs.
pub trait WeightInfo {
	fn buy(n: u32) -> Weight;
	fn link() -> Weight;
	fn unlink() -> Weight;
	fn link_batch(n: u32) -> Weight;
	fn transfer() -> Weight;
	fn burn() -> Weight;
	fn assign_master() -> Weight;
	fn issue_genesis_deed() -> Weight;
	fn authorise_transfer() -> Weight;
	fn authorise_burn() -> Weight;
	fn revoke_authorisation() -> Weight;
	fn ban() -> Weight;
	fn unban() -> Weight;
	fn pause() -> Weight;
	fn unpause() -> Weight;
	fn add_permit_issuer() -> Weight;
	fn remove_permit_issuer() -> Weight;
	fn set_liquidity_share() -> Weight;
	fn sample_price() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Estimate, not measured.
	fn buy(n: u32) -> Weight {
		buy(n)
			.saturating_add(T::DbWeight::get().reads(40))
			.saturating_add(T::DbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(32))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	// Estimate, not measured.
	fn link() -> Weight {
		link()
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	// Estimate, not measured.
	fn unlink() -> Weight {
		unlink()
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Estimate, not measured.
	fn link_batch(n: u32) -> Weight {
		link_batch(n)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(4_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	// Estimate, not measured.
	fn transfer() -> Weight {
		transfer()
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	// Estimate, not measured.
	fn burn() -> Weight {
		burn()
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(16))
	}
	// Estimate, not measured.
	fn assign_master() -> Weight {
		assign_master()
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(16))
	}
	// Estimate, not measured.
	fn issue_genesis_deed() -> Weight {
		issue_genesis_deed()
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(14))
	}
	// Estimate, not measured.
	fn authorise_transfer() -> Weight {
		authorise_transfer()
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn authorise_burn() -> Weight {
		authorise_burn()
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn revoke_authorisation() -> Weight {
		revoke_authorisation()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn ban() -> Weight {
		ban()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn unban() -> Weight {
		unban()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn pause() -> Weight {
		pause()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn unpause() -> Weight {
		unpause()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn add_permit_issuer() -> Weight {
		add_permit_issuer()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn remove_permit_issuer() -> Weight {
		remove_permit_issuer()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Estimate, not measured.
	fn set_liquidity_share() -> Weight {
		set_liquidity_share()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `System::Account` (r:1 w:0)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Account` (r:1 w:0)
	/// Proof: `Assets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::PriceSamples` (r:1 w:1)
	/// Proof: `NodeDeeds::PriceSamples` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
	fn sample_price() -> Weight {
		sample_price()
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn buy(n: u32) -> Weight {
		buy(n)
			.saturating_add(RocksDbWeight::get().reads(40))
			.saturating_add(RocksDbWeight::get().reads(2_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(32))
			.saturating_add(RocksDbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	fn link() -> Weight {
		link()
			.saturating_add(RocksDbWeight::get().reads(9))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn unlink() -> Weight {
		unlink()
			.saturating_add(RocksDbWeight::get().reads(8))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn link_batch(n: u32) -> Weight {
		link_batch(n)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(4_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(4_u64.saturating_mul(n.into())))
	}
	fn transfer() -> Weight {
		transfer()
			.saturating_add(RocksDbWeight::get().reads(14))
			.saturating_add(RocksDbWeight::get().writes(9))
	}
	fn burn() -> Weight {
		burn()
			.saturating_add(RocksDbWeight::get().reads(17))
			.saturating_add(RocksDbWeight::get().writes(16))
	}
	fn assign_master() -> Weight {
		assign_master()
			.saturating_add(RocksDbWeight::get().reads(16))
			.saturating_add(RocksDbWeight::get().writes(16))
	}
	fn issue_genesis_deed() -> Weight {
		issue_genesis_deed()
			.saturating_add(RocksDbWeight::get().reads(14))
			.saturating_add(RocksDbWeight::get().writes(14))
	}
	fn authorise_transfer() -> Weight {
		authorise_transfer()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn authorise_burn() -> Weight {
		authorise_burn()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn revoke_authorisation() -> Weight {
		revoke_authorisation()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn ban() -> Weight {
		ban()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn unban() -> Weight {
		unban()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn pause() -> Weight {
		pause()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn unpause() -> Weight {
		unpause()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn add_permit_issuer() -> Weight {
		add_permit_issuer()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn remove_permit_issuer() -> Weight {
		remove_permit_issuer()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn set_liquidity_share() -> Weight {
		set_liquidity_share()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn sample_price() -> Weight {
		sample_price()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}

// Estimate, not measured.
fn buy(n: u32) -> Weight {
	Weight::from_parts(900_000_000, 110_000)
		.saturating_add(Weight::from_parts(22_000_000, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 5_900).saturating_mul(n.into()))
}

// Estimate, not measured.
fn link() -> Weight {
	Weight::from_parts(115_000_000, 22_000)
}

// Estimate, not measured.
fn unlink() -> Weight {
	Weight::from_parts(38_000_000, 16_000)
}

// Estimate, not measured.
fn link_batch(n: u32) -> Weight {
	Weight::from_parts(20_000_000, 8_000)
		.saturating_add(Weight::from_parts(110_000_000, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 11_500).saturating_mul(n.into()))
}

// Estimate, not measured.
fn transfer() -> Weight {
	Weight::from_parts(75_000_000, 38_000)
}

// Estimate, not measured.
fn burn() -> Weight {
	Weight::from_parts(95_000_000, 42_000)
}

// Estimate, not measured.
fn assign_master() -> Weight {
	Weight::from_parts(95_000_000, 38_000)
}

// Estimate, not measured.
fn issue_genesis_deed() -> Weight {
	Weight::from_parts(85_000_000, 34_000)
}

// Estimate, not measured.
fn authorise_transfer() -> Weight {
	Weight::from_parts(28_000_000, 8_500)
}

// Estimate, not measured.
fn authorise_burn() -> Weight {
	Weight::from_parts(28_000_000, 8_500)
}

// Estimate, not measured.
fn revoke_authorisation() -> Weight {
	Weight::from_parts(18_000_000, 3_600)
}

// Estimate, not measured.
fn ban() -> Weight {
	Weight::from_parts(28_000_000, 8_500)
}

// Estimate, not measured.
fn unban() -> Weight {
	Weight::from_parts(28_000_000, 8_500)
}

// Estimate, not measured.
fn pause() -> Weight {
	Weight::from_parts(12_000_000, 1_600)
}

// Estimate, not measured.
fn unpause() -> Weight {
	Weight::from_parts(12_000_000, 1_600)
}

// Estimate, not measured.
fn add_permit_issuer() -> Weight {
	Weight::from_parts(22_000_000, 4_600)
}

// Estimate, not measured.
fn remove_permit_issuer() -> Weight {
	Weight::from_parts(22_000_000, 4_600)
}

// Estimate, not measured.
fn set_liquidity_share() -> Weight {
	Weight::from_parts(18_000_000, 4_200)
}

// Measured proof: 1262 bytes. Minimum time: 28_684 ns.
fn sample_price() -> Weight {
	Weight::from_parts(30_231_000, 3_675)
}
