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
	fn convict() -> Weight;
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
	fn finalise_verdict() -> Weight;
	fn report_misconduct() -> Weight;
	fn announce_maintenance() -> Weight;
	fn settle_unsettled(p: u32, w: u32) -> Weight;
	fn void_epoch() -> Weight;
	fn sweep_ballots() -> Weight;
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
	/// Storage: `Oracles::Proven` (r:1 w:0)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:1)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	fn commit() -> Weight {
		commit()
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Oracles::NextToSettle` (r:1 w:0)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:0)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:0)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `Validators::KnownOffences` (r:1 w:1)
	/// Proof: `Validators::KnownOffences` (`max_values`: None, `max_size`: Some(57), added: 2532, mode: `MaxEncodedLen`)
	/// Storage: `Validators::NextOffence` (r:1 w:1)
	/// Proof: `Validators::NextOffence` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:1 w:0)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:1 w:1)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Offences` (r:1 w:2)
	/// Proof: `Validators::Offences` (`max_values`: None, `max_size`: Some(113), added: 2588, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:0 w:1)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	fn convict() -> Weight {
		convict()
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:1 w:0)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:0)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_commit() -> Weight {
		authorize_commit().saturating_add(T::DbWeight::get().reads(6))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:1 w:0)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:1)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reveals` (r:0 w:1)
	/// Proof: `Oracles::Reveals` (`max_values`: None, `max_size`: Some(19493), added: 21968, mode: `MaxEncodedLen`)
	fn reveal() -> Weight {
		reveal()
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:1 w:0)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:0)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_reveal() -> Weight {
		authorize_reveal().saturating_add(T::DbWeight::get().reads(6))
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
	/// Storage: `Poai::JobMembers` (r:1 w:1)
	/// Proof: `Poai::JobMembers` (`max_values`: None, `max_size`: Some(4161), added: 6636, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	fn vote_placement() -> Weight {
		vote_placement()
			.saturating_add(T::DbWeight::get().reads(38))
			.saturating_add(T::DbWeight::get().writes(3))
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
	/// Storage: `System::ParentHash` (r:1 w:0)
	/// Proof: `System::ParentHash` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:0 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochSeeds` (r:0 w:1)
	/// Proof: `Oracles::EpochSeeds` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn roll_over() -> Weight {
		roll_over()
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Oracles::NextToSettle` (r:1 w:0)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	fn settle_none() -> Weight {
		settle_none().saturating_add(T::DbWeight::get().reads(2))
	}
	/// Storage: `Oracles::NextToSettle` (r:1 w:0)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:1)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:100 w:100)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:100 w:0)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:100 w:0)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	/// Storage: `Validators::EpochsToCount` (r:1 w:1)
	/// Proof: `Validators::EpochsToCount` (`max_values`: Some(1), `max_size`: Some(41), added: 536, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Participants` (r:0 w:1)
	/// Proof: `Oracles::Participants` (`max_values`: Some(1), `max_size`: Some(202), added: 697, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn settle_begin(n: u32) -> Weight {
		settle_begin(n)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `Oracles::NextToSettle` (r:1 w:0)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:0)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:1)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Participants` (r:1 w:0)
	/// Proof: `Oracles::Participants` (`max_values`: Some(1), `max_size`: Some(202), added: 697, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reveals` (r:100 w:100)
	/// Proof: `Oracles::Reveals` (`max_values`: None, `max_size`: Some(19493), added: 21968, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:0)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:0 w:1)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn settle_availability(n: u32) -> Weight {
		settle_availability(n)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	/// Storage: `Oracles::NextToSettle` (r:1 w:1)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:3 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:1)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Participants` (r:1 w:1)
	/// Proof: `Oracles::Participants` (`max_values`: Some(1), `max_size`: Some(202), added: 697, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reveals` (r:100 w:100)
	/// Proof: `Oracles::Reveals` (`max_values`: None, `max_size`: Some(19493), added: 21968, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Candidates` (r:1 w:0)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::OldestSnapshot` (r:1 w:1)
	/// Proof: `Oracles::OldestSnapshot` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:200 w:200)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochOracles` (r:0 w:2)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochSeeds` (r:0 w:2)
	/// Proof: `Oracles::EpochSeeds` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Work` (r:0 w:64)
	/// Proof: `Oracles::Work` (`max_values`: None, `max_size`: Some(185), added: 2660, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::AnchoredEpochs` (r:1 w:1)
	/// Proof: `Oracles::AnchoredEpochs` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Anchors` (r:0 w:2)
	/// Proof: `Oracles::Anchors` (`max_values`: None, `max_size`: Some(15374), added: 17849, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 100]`.
	fn settle_work(n: u32) -> Weight {
		settle_work(n)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(76))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}
	/// Storage: `Oracles::FirstUndecided` (r:1 w:1)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::GraceEpochs` (r:1 w:0)
	/// Proof: `Oracles::GraceEpochs` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn finalise_verdict() -> Weight {
		finalise_verdict()
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Oracles::EpochOracles` (r:1 w:0)
	/// Proof: `Oracles::EpochOracles` (`max_values`: None, `max_size`: Some(6414), added: 8889, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Proven` (r:1 w:1)
	/// Proof: `Oracles::Proven` (`max_values`: None, `max_size`: Some(23), added: 2498, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::NextToSettle` (r:1 w:0)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::SettlingStage` (r:1 w:0)
	/// Proof: `Oracles::SettlingStage` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Reports` (r:1 w:0)
	/// Proof: `Oracles::Reports` (`max_values`: None, `max_size`: Some(70), added: 2545, mode: `MaxEncodedLen`)
	/// Storage: `Validators::KnownOffences` (r:1 w:1)
	/// Proof: `Validators::KnownOffences` (`max_values`: None, `max_size`: Some(57), added: 2532, mode: `MaxEncodedLen`)
	/// Storage: `Validators::NextOffence` (r:1 w:1)
	/// Proof: `Validators::NextOffence` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::DeedOfNode` (r:1 w:0)
	/// Proof: `NodeDeeds::DeedOfNode` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Scores` (r:1 w:1)
	/// Proof: `Validators::Scores` (`max_values`: None, `max_size`: Some(49), added: 2524, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Validators::Candidates` (r:1 w:1)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::FirstUndecided` (r:1 w:0)
	/// Proof: `Oracles::FirstUndecided` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:1)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Offences` (r:1 w:2)
	/// Proof: `Validators::Offences` (`max_values`: None, `max_size`: Some(113), added: 2588, mode: `MaxEncodedLen`)
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Availability::Accounts` (r:1 w:1)
	/// Proof: `Availability::Accounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn report_misconduct() -> Weight {
		report_misconduct()
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `NodeDeeds::Deeds` (r:1 w:0)
	/// Proof: `NodeDeeds::Deeds` (`max_values`: None, `max_size`: Some(75), added: 2550, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::EpochNow` (r:1 w:0)
	/// Proof: `Oracles::EpochNow` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Clock` (r:1 w:0)
	/// Proof: `Oracles::Clock` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::MaintenanceOf` (r:1 w:1)
	/// Proof: `Oracles::MaintenanceOf` (`max_values`: None, `max_size`: Some(37), added: 2512, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::NextToSettle` (r:1 w:0)
	/// Proof: `Oracles::NextToSettle` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn announce_maintenance() -> Weight {
		announce_maintenance()
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Suspensions` (r:1 w:0)
	/// Proof: `Validators::Suspensions` (`max_values`: Some(1), `max_size`: Some(14702), added: 15197, mode: `MaxEncodedLen`)
	/// Storage: `Validators::Candidates` (r:1 w:0)
	/// Proof: `Validators::Candidates` (`max_values`: Some(1), `max_size`: Some(24322), added: 24817, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Availability` (r:0 w:46)
	/// Proof: `Oracles::Availability` (`max_values`: None, `max_size`: Some(1048), added: 3523, mode: `MaxEncodedLen`)
	/// Storage: `Oracles::Work` (r:0 w:1024)
	/// Proof: `Oracles::Work` (`max_values`: None, `max_size`: Some(185), added: 2660, mode: `MaxEncodedLen`)
	/// The range of component `p` is `[1, 46]`.
	/// The range of component `w` is `[0, 1024]`.
	fn settle_unsettled(p: u32, w: u32) -> Weight {
		settle_unsettled(p, w)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(w.into())))
	}
	/// Storage: `Oracles::Epochs` (r:1 w:1)
	/// Proof: `Oracles::Epochs` (`max_values`: None, `max_size`: Some(42), added: 2517, mode: `MaxEncodedLen`)
	fn void_epoch() -> Weight {
		void_epoch()
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
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
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn commit() -> Weight {
		commit()
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn convict() -> Weight {
		convict()
			.saturating_add(RocksDbWeight::get().reads(15))
			.saturating_add(RocksDbWeight::get().writes(10))
	}
	fn authorize_commit() -> Weight {
		authorize_commit().saturating_add(RocksDbWeight::get().reads(6))
	}
	fn reveal() -> Weight {
		reveal()
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn authorize_reveal() -> Weight {
		authorize_reveal().saturating_add(RocksDbWeight::get().reads(6))
	}
	fn vote_placement() -> Weight {
		vote_placement()
			.saturating_add(RocksDbWeight::get().reads(38))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn authorize_vote_placement() -> Weight {
		authorize_vote_placement().saturating_add(RocksDbWeight::get().reads(37))
	}
	fn roll_over() -> Weight {
		roll_over()
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn settle_none() -> Weight {
		settle_none().saturating_add(RocksDbWeight::get().reads(2))
	}
	fn settle_begin(n: u32) -> Weight {
		settle_begin(n)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	fn settle_availability(n: u32) -> Weight {
		settle_availability(n)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(n.into())))
	}
	fn settle_work(n: u32) -> Weight {
		settle_work(n)
			.saturating_add(RocksDbWeight::get().reads(9))
			.saturating_add(RocksDbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(76))
			.saturating_add(RocksDbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}
	fn finalise_verdict() -> Weight {
		finalise_verdict()
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn report_misconduct() -> Weight {
		report_misconduct()
			.saturating_add(RocksDbWeight::get().reads(20))
			.saturating_add(RocksDbWeight::get().writes(11))
	}
	fn announce_maintenance() -> Weight {
		announce_maintenance()
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn settle_unsettled(p: u32, w: u32) -> Weight {
		settle_unsettled(p, w)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(p.into())))
			.saturating_add(RocksDbWeight::get().writes(1_u64.saturating_mul(w.into())))
	}
	fn void_epoch() -> Weight {
		void_epoch()
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn sweep_ballots() -> Weight {
		sweep_ballots()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
}

// Measured proof: 6770 bytes. Minimum time: 47_038 ns.
fn commit() -> Weight {
	Weight::from_parts(61_937_000, 9_879)
}

// Measured proof: 46696 bytes. Minimum time: 385_573 ns.
fn convict() -> Weight {
	Weight::from_parts(421_270_000, 48_181)
}

// Measured proof: 6824 bytes. Minimum time: 84_144 ns.
fn authorize_commit() -> Weight {
	Weight::from_parts(92_289_000, 9_879)
}

// Measured proof: 6865 bytes. Minimum time: 92_733 ns.
//
// Raised by hand, by half, since a page of work may hold roots as well: 19 492 bytes at most, of which
// 9 250 were measured.
fn reveal() -> Weight {
	Weight::from_parts(160_000_000, 9_879)
}

// Measured proof: 6919 bytes. Minimum time: 120_293 ns.
//
// Raised by hand, by half, as that of `reveal`: the page is hashed.
fn authorize_reveal() -> Weight {
	Weight::from_parts(200_000_000, 9_879)
}

// Measured proof: 26211 bytes. Minimum time: 378_415 ns.
fn vote_placement() -> Weight {
	Weight::from_parts(452_442_000, 89_226)
}

// Measured proof: 26265 bytes. Minimum time: 293_638 ns.
fn authorize_vote_placement() -> Weight {
	Weight::from_parts(314_924_000, 82_590)
}

// Measured proof: 6938 bytes. Minimum time: 50_778 ns.
fn roll_over() -> Weight {
	Weight::from_parts(60_703_000, 9_879)
}

// Measured proof: 301 bytes. Minimum time: 7_356 ns.
fn settle_none() -> Weight {
	Weight::from_parts(8_202_000, 3_507)
}

// Measured proof: 427 + n * 109 bytes. Minimum time: 25_397 ns.
fn settle_begin(n: u32) -> Weight {
	Weight::from_parts(23_979_809, 9_879)
		.saturating_add(Weight::from_parts(8_073_110, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 2_545).saturating_mul(n.into()))
}

// Measured proof: 15094 + n * 1046 bytes. Minimum time: 54_080 ns.
//
// The proof of a page raised by hand: pages of work may hold roots as well.
fn settle_availability(n: u32) -> Weight {
	Weight::from_parts(8_155_588, 16_187)
		.saturating_add(Weight::from_parts(13_692_198, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 21_968).saturating_mul(n.into()))
}

// Measured proof: 9974 + n * 66 bytes. Minimum time: 219_032 ns.
//
// Raised by hand since roots are settled in the last step: twice what a page of each oracle cost, for a
// page of twice the bytes, and the roots of an epoch read, written and forgotten.
fn settle_work(n: u32) -> Weight {
	Weight::from_parts(403_241_411, 43_642)
		.saturating_add(Weight::from_parts(123_920_874, 0).saturating_mul(n.into()))
		.saturating_add(Weight::from_parts(0, 21_968).saturating_mul(n.into()))
}

// Measured proof: 302 bytes. Minimum time: 21_567 ns.
fn finalise_verdict() -> Weight {
	Weight::from_parts(24_356_000, 3_507)
}

// Measured proof: 55004 bytes. Minimum time: 681_852 ns.
fn report_misconduct() -> Weight {
	Weight::from_parts(715_716_000, 56_489)
}

// Measured proof: 849 bytes. Minimum time: 31_707 ns.
fn announce_maintenance() -> Weight {
	Weight::from_parts(33_815_000, 4_326)
}

// Measured proof: 14994 bytes. Minimum time: 238_832 ns.
fn settle_unsettled(p: u32, w: u32) -> Weight {
	Weight::from_parts(29_593_988, 25_807)
		.saturating_add(Weight::from_parts(4_012_802, 0).saturating_mul(p.into()))
		.saturating_add(Weight::from_parts(2_007_969, 0).saturating_mul(w.into()))
}

// Measured proof: 302 bytes. Minimum time: 12_564 ns.
fn void_epoch() -> Weight {
	Weight::from_parts(14_472_000, 3_507)
}

// Measured proof: 210 bytes. Minimum time: 9_491 ns.
fn sweep_ballots() -> Weight {
	Weight::from_parts(10_449_000, 20_779)
}
