// SPDX-License-Identifier: Apache-2.0

//! Weights of `pallet_learning`, not measured yet: `cargo xtask weights` writes this file.
//!
//! Set by hand from reads, writes and signatures, above what is alike in the pallets that were
//! measured: proofs are the sums of the largest sizes of what is read.

#![allow(missing_docs, unused_variables, clippy::unnecessary_cast, reason = "a generated file")]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::RocksDbWeight},
};

/// What the work of `pallet_learning` costs.
pub trait WeightInfo {
	fn open_round() -> Weight;
	fn close_round() -> Weight;
	fn announce() -> Weight;
	fn authorize_announce() -> Weight;
	fn publish() -> Weight;
	fn authorize_publish() -> Weight;
	fn attest() -> Weight;
	fn authorize_attest() -> Weight;
	fn sweep_open() -> Weight;
	fn sweep_ended() -> Weight;
	fn sweep_attendance() -> Weight;
}

/// Weights with the storage costs of the runtime.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open_round() -> Weight {
		open_round()
			.saturating_add(T::DbWeight::get().reads(46))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	fn close_round() -> Weight {
		close_round()
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn announce() -> Weight {
		announce()
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn authorize_announce() -> Weight {
		authorize_announce().saturating_add(T::DbWeight::get().reads(2))
	}
	fn publish() -> Weight {
		publish()
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn authorize_publish() -> Weight {
		authorize_publish().saturating_add(T::DbWeight::get().reads(2))
	}
	fn attest() -> Weight {
		attest()
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	fn authorize_attest() -> Weight {
		authorize_attest().saturating_add(T::DbWeight::get().reads(5))
	}
	fn sweep_open() -> Weight {
		sweep_open()
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	fn sweep_ended() -> Weight {
		sweep_ended()
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn sweep_attendance() -> Weight {
		sweep_attendance()
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(17))
	}
}

/// For tests: the same, with the storage costs of RocksDB.
impl WeightInfo for () {
	fn open_round() -> Weight {
		open_round()
			.saturating_add(RocksDbWeight::get().reads(46))
			.saturating_add(RocksDbWeight::get().writes(12))
	}
	fn close_round() -> Weight {
		close_round()
			.saturating_add(RocksDbWeight::get().reads(9))
			.saturating_add(RocksDbWeight::get().writes(7))
	}
	fn announce() -> Weight {
		announce()
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn authorize_announce() -> Weight {
		authorize_announce().saturating_add(RocksDbWeight::get().reads(2))
	}
	fn publish() -> Weight {
		publish()
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn authorize_publish() -> Weight {
		authorize_publish().saturating_add(RocksDbWeight::get().reads(2))
	}
	fn attest() -> Weight {
		attest()
			.saturating_add(RocksDbWeight::get().reads(11))
			.saturating_add(RocksDbWeight::get().writes(9))
	}
	fn authorize_attest() -> Weight {
		authorize_attest().saturating_add(RocksDbWeight::get().reads(5))
	}
	fn sweep_open() -> Weight {
		sweep_open()
			.saturating_add(RocksDbWeight::get().reads(9))
			.saturating_add(RocksDbWeight::get().writes(10))
	}
	fn sweep_ended() -> Weight {
		sweep_ended()
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(7))
	}
	fn sweep_attendance() -> Weight {
		sweep_attendance()
			.saturating_add(RocksDbWeight::get().reads(19))
			.saturating_add(RocksDbWeight::get().writes(17))
	}
}

// The job, its owner's delegates, 32 deeds, the round before, and the end of the job's last round.
fn open_round() -> Weight {
	Weight::from_parts(320_000_000, 130_000)
}

// As the end of a round, and the owner's rights.
fn close_round() -> Weight {
	Weight::from_parts(150_000_000, 30_000)
}

// A round and its list of keys, both written back.
fn announce() -> Weight {
	Weight::from_parts(60_000_000, 17_000)
}

// A round, the hash of the first block, and a signature.
fn authorize_announce() -> Weight {
	Weight::from_parts(90_000_000, 9_000)
}

// A round and a list of files, both written back.
fn publish() -> Weight {
	Weight::from_parts(65_000_000, 18_000)
}

// A round, the hash of the first block, and a signature.
fn authorize_publish() -> Weight {
	Weight::from_parts(90_000_000, 9_000)
}

// A round, the oracles, all attestations, and the end of the round.
fn attest() -> Weight {
	Weight::from_parts(260_000_000, 60_000)
}

// A round, the oracles, all attestations, the hash of the first block, and a signature.
fn authorize_attest() -> Weight {
	Weight::from_parts(150_000_000, 36_000)
}

// The round after another one, and its end: the job, attendance of all its deeds, and the summary.
fn sweep_open() -> Weight {
	Weight::from_parts(140_000_000, 30_000)
}

// The round after another one, and what was published in it.
fn sweep_ended() -> Weight {
	Weight::from_parts(60_000_000, 20_000)
}

// As many entries as a step forgets.
fn sweep_attendance() -> Weight {
	Weight::from_parts(60_000_000, 62_000)
}
