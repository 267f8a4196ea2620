// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_oracles`, as measured; `cargo xtask weights` writes this file.
//!
//! 2026-11-22, Intel(R) Xeon(R) Processor, 64.0.0: 20 steps, 10 repetitions.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_oracles` costs.
pub trait WeightInfo {
	fn commit() -> Weight;
	fn authorize_commit() -> Weight;
	fn reveal() -> Weight;
	fn authorize_reveal() -> Weight;
	fn vote_placement() -> Weight;
	fn authorize_vote_placement() -> Weight;
	fn roll_over() -> Weight;
	fn settle_none() -> Weight;
	fn settle_begin(n: u32) -> Weight;
	fn settle_availability(n: u32) -> Weight;
	fn settle_work(n: u32) -> Weight;
	fn sweep_ballots() -> Weight;
	fn finalise_verdict() -> Weight;
	fn report_misconduct() -> Weight;
	fn announce_maintenance() -> Weight;
	fn settle_unsettled(p: u32, w: u32) -> Weight;
	fn void_epoch() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:1)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	fn commit() -> Weight {
		commit()
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:0)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_commit() -> Weight {
		authorize_commit().saturating_add(T::DbWeight::get().reads(5))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:1)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reveals` (r:0 w:1)
	/// Proof: `Oracles::Reveals` (`max_values`: None, `max_size`: Some(9251), added: 11726, mode: `MaxEncodedLen`)
	fn reveal() -> Weight {
		reveal()
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:0)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_reveal() -> Weight {
		authorize_reveal().saturating_add(T::DbWeight::get().reads(5))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Poai::Jobs` (r:1 w:1)
	/// Proof: `Poai::Jobs` (`max_values`: None, `max_size`: Some(433), added: 2908, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Ballots` (r:1 w:1)
	/// Proof: `Oracles::Ballots` (`max_values`: None, `max_size`: Some(17314), added: 19789, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:32 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	fn vote_placement() -> Weight {
		vote_placement()
			.saturating_add(T::DbWeight::get().reads(36))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Poai::Jobs` (r:1 w:0)
	/// Proof: `Poai::Jobs` (`max_values`: None, `max_size`: Some(433), added: 2908, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Ballots` (r:1 w:0)
	/// Proof: `Oracles::Ballots` (`max_values`: None, `max_size`: Some(17314), added: 19789, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:32 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_vote_placement() -> Weight {
		authorize_vote_placement().saturating_add(T::DbWeight::get().reads(37))
	}
	/// Storage: `Oracles::Clock` (r:1 w:0)
	/// Proof: `Oracles::Clock` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:1)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:1)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Issued` (r:1 w:0)
	/// Proof: `NodeDeeds::Issued` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SessionOracles` (r:1 w:0)
	/// Proof: `Oracles::SessionOracles` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:0 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	fn roll_over() -> Weight {
		roll_over()
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	fn settle_none() -> Weight {
		settle_none().saturating_add(T::DbWeight::get().reads(2))
	}
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:1)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:100 w:100)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Participants` (r:0 w:1)
	/// Proof: `Oracles::Participants` (`max_values`: Some(1), `max_size`: Some(202), added: 697, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn settle_begin(n: u32) -> Weight {
		settle_begin(n)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:1)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Participants` (r:1 w:0)
	/// Proof: `Oracles::Participants` (`max_values`: Some(1), `max_size`: Some(202), added: 697, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reveals` (r:100 w:100)
	/// Proof: `Oracles::Reveals` (`max_values`: None, `max_size`: Some(9251), added: 11726, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:0 w:1)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn settle_availability(n: u32) -> Weight {
		settle_availability(n)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `Oracles::FirstUndecided` (r:1 w:1)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:1)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Participants` (r:1 w:1)
	/// Proof: `Oracles::Participants` (`max_values`: Some(1), `max_size`: Some(202), added: 697, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reveals` (r:100 w:100)
	/// Proof: `Oracles::Reveals` (`max_values`: None, `max_size`: Some(9251), added: 11726, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:0 w:1)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Work` (r:0 w:64)
	/// Proof: `Oracles::Work` (`max_values`: None, `max_size`: Some(185), added: 2660, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn settle_work(n: u32) -> Weight {
		settle_work(n)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(69))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `Oracles::BallotSweep` (r:1 w:1)
	/// Proof: `Oracles::BallotSweep` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Ballots` (r:1 w:1)
	/// Proof: `Oracles::Ballots` (`max_values`: None, `max_size`: Some(17314), added: 19789, mode: `MaxEncodedLen`)
	/// Storage: `Poai::Jobs` (r:1 w:0)
	/// Proof: `Poai::Jobs` (`max_values`: None, `max_size`: Some(433), added: 2908, mode: `MaxEncodedLen`)
	fn sweep_ballots() -> Weight {
		sweep_ballots()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn finalise_verdict() -> Weight {
		finalise_verdict()
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn report_misconduct() -> Weight {
		report_misconduct()
			.saturating_add(T::DbWeight::get().reads(27))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	fn announce_maintenance() -> Weight {
		announce_maintenance()
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn settle_unsettled(p: u32, w: u32) -> Weight {
		settle_unsettled(p, w)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(w.into())))
	}
	fn void_epoch() -> Weight {
		void_epoch()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn commit() -> Weight {
		commit()
			.saturating_add(RocksDbWeight::get().reads(20))
			.saturating_add(RocksDbWeight::get().writes(11))
	}
	fn authorize_commit() -> Weight {
		authorize_commit().saturating_add(RocksDbWeight::get().reads(5))
	}
	fn reveal() -> Weight {
		reveal()
			.saturating_add(RocksDbWeight::get().reads(20))
			.saturating_add(RocksDbWeight::get().writes(11))
	}
	fn authorize_reveal() -> Weight {
		authorize_reveal().saturating_add(RocksDbWeight::get().reads(5))
	}
	fn vote_placement() -> Weight {
		vote_placement()
			.saturating_add(RocksDbWeight::get().reads(36))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn authorize_vote_placement() -> Weight {
		authorize_vote_placement().saturating_add(RocksDbWeight::get().reads(37))
	}
	fn roll_over() -> Weight {
		roll_over()
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn settle_none() -> Weight {
		settle_none().saturating_add(RocksDbWeight::get().reads(2))
	}
	fn settle_begin(n: u32) -> Weight {
		settle_begin(n)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	fn settle_availability(n: u32) -> Weight {
		settle_availability(n)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	fn settle_work(n: u32) -> Weight {
		settle_work(n)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(69))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	fn sweep_ballots() -> Weight {
		sweep_ballots()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn finalise_verdict() -> Weight {
		finalise_verdict()
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn report_misconduct() -> Weight {
		report_misconduct()
			.saturating_add(RocksDbWeight::get().reads(27))
			.saturating_add(RocksDbWeight::get().writes(18))
	}
	fn announce_maintenance() -> Weight {
		announce_maintenance()
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn settle_unsettled(p: u32, w: u32) -> Weight {
		settle_unsettled(p, w)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(p.into())))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(p.into())))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(w.into())))
	}
	fn void_epoch() -> Weight {
		void_epoch()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}

// Estimated: measured without misconduct, and what a conviction takes.
fn commit() -> Weight {
	Weight::from_parts(566_920_000, 140_000)
}

// Measured proof: 6755 bytes. Minimum time: 79_456 ns.
fn authorize_commit() -> Weight {
	Weight::from_parts(93_742_000, 9_879)
}

// Estimated: measured without misconduct, and what a conviction takes.
fn reveal() -> Weight {
	Weight::from_parts(614_129_000, 140_000)
}

// Measured proof: 6850 bytes. Minimum time: 101_769 ns.
fn authorize_reveal() -> Weight {
	Weight::from_parts(117_691_000, 9_879)
}

// Measured proof: 26142 bytes. Minimum time: 372_354 ns.
fn vote_placement() -> Weight {
	Weight::from_parts(401_491_000, 82_590)
}

// Measured proof: 26196 bytes. Minimum time: 290_476 ns.
fn authorize_vote_placement() -> Weight {
	Weight::from_parts(312_776_000, 82_590)
}

// Measured proof: 6741 bytes. Minimum time: 34_162 ns.
fn roll_over() -> Weight {
	Weight::from_parts(47_912_000, 9_879)
}

// Measured proof: 232 bytes. Minimum time: 6_092 ns.
fn settle_none() -> Weight {
	Weight::from_parts(6_776_000, 3_507)
}

// Measured proof: 293 + n * 45 bytes. Minimum time: 12_923 ns.
fn settle_begin(n: u32) -> Weight {
	Weight::from_parts(14_080_491, 3_507)
		.saturating_add(Weight::from_parts(3_945_527, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 2_545).saturating_mul(n.into()))
}

// Measured proof: 326 + n * 1046 bytes. Minimum time: 26_315 ns.
fn settle_availability(n: u32) -> Weight {
	Weight::from_parts(27_094_000, 3_507)
		.saturating_add(Weight::from_parts(12_166_261, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 11_726).saturating_mul(n.into()))
}

// Measured proof: 9519 + n * 47 bytes. Minimum time: 188_356 ns.
fn settle_work(n: u32) -> Weight {
	Weight::from_parts(210_987_527, 3_507)
		.saturating_add(Weight::from_parts(64_944_351, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 11_726).saturating_mul(n.into()))
}

// Measured proof: 187 bytes. Minimum time: 9_041 ns.
fn sweep_ballots() -> Weight {
	Weight::from_parts(9_940_000, 20_779)
}

fn finalise_verdict() -> Weight {
	Weight::from_parts(20_000_000, 8_000)
}

// Estimated: two signatures, and what a conviction takes.
fn report_misconduct() -> Weight {
	Weight::from_parts(800_000_000, 160_000)
}

fn announce_maintenance() -> Weight {
	Weight::from_parts(40_000_000, 12_000)
}

fn settle_unsettled(p: u32, w: u32) -> Weight {
	Weight::from_parts(80_000_000, 20_000)
		.saturating_add(Weight::from_parts(20_000_000, 3_600).saturating_mul(p.into()))
		.saturating_add(Weight::from_parts(15_000_000, 2_700).saturating_mul(w.into()))
}

fn void_epoch() -> Weight {
	Weight::from_parts(25_000_000, 4_000)
}
