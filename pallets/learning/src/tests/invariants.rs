// SPDX-License-Identifier: Apache-2.0

//! Random histories beside a model that lets deadlines pass in every block and knows no bits.

mod model;

use crate::{mock::*, *};
use frame_support::assert_ok;
use model::Model;
use proptest::prelude::*;
use r1_primitives::{
	DeedId, EpochIndex, JobId,
	learning::{FileKind, Finding, RoundId},
};
use sp_runtime::StateVersion;

/// Something that happens to the chain.
#[derive(Clone, Debug)]
enum Step {
	Open {
		job: JobId,
		minimum: u8,
		threshold: u8,
		windows: Windows,
	},
	Close {
		round: RoundId,
	},
	Announce {
		round: RoundId,
		node: u8,
	},
	Publish {
		round: RoundId,
		kind: FileKind,
		node: u8,
	},
	/// All who are invited to the current phase but some.
	Everybody {
		round: RoundId,
		absent: Vec<u8>,
	},
	Attest {
		round: RoundId,
		oracle: u8,
		said: Said,
	},
	Place {
		job: JobId,
		deeds: Vec<DeedId>,
	},
	Elect {
		oracles: Vec<u8>,
	},
	Blocks {
		count: u64,
		is_swept: bool,
	},
	NextEpoch,
}

/// What an oracle attests.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Said {
	Sum(u8),
	WrongSum,
	OutOfBounds,
	Blame(u8),
}

impl Said {
	fn verdict(self, contributors: u8) -> Verdict {
		match self {
			Self::Sum(byte) => Verdict::Aggregate(aggregate(byte, contributors)),
			Self::WrongSum => Verdict::Aggregate(aggregate(0, contributors.wrapping_add(1))),
			Self::OutOfBounds => Verdict::Finding(Finding::SumOutOfBounds),
			Self::Blame(number) => {
				Verdict::Finding(Finding::UploadUnreadable { participant: key(number) })
			},
		}
	}
}

const JOBS: [JobId; 2] = [JOB, 8];

fn windows() -> impl Strategy<Value = Windows> {
	(5..20u32, 5..20u32, 5..20u32, 5..20u32, 5..20u32).prop_map(
		|(announce, share, upload, reveal, attest)| Windows {
			announce,
			share,
			upload,
			reveal,
			attest,
		},
	)
}

fn steps() -> impl Strategy<Value = Step> {
	let job = proptest::sample::select(&JOBS[..]);
	let node = 1..8u8;
	let kind = proptest::sample::select(&FileKind::ALL[..]);
	// The newest rounds; the model knows how many there are.
	let round = 0..3u64;
	let said = prop_oneof![
		6 => (0..2u8).prop_map(Said::Sum),
		1 => Just(Said::WrongSum),
		1 => Just(Said::OutOfBounds),
		1 => (1..8u8).prop_map(Said::Blame),
	];
	let deeds = proptest::sample::subsequence((1..8).collect::<Vec<DeedId>>(), 2..=7);
	let oracles = proptest::sample::subsequence((101..105).collect::<Vec<u8>>(), 1..=4);
	let absent = proptest::sample::subsequence((1..8).collect::<Vec<u8>>(), 0..=3);
	prop_oneof![
		3 => (job.clone(), 2..6u8, 1..5u8, windows()).prop_map(|(job, minimum, threshold, windows)| {
			Step::Open { job, minimum, threshold, windows }
		}),
		1 => round.clone().prop_map(|round| Step::Close { round }),
		3 => (round.clone(), node.clone()).prop_map(|(round, node)| Step::Announce { round, node }),
		3 => (round.clone(), kind, node)
			.prop_map(|(round, kind, node)| Step::Publish { round, kind, node }),
		12 => (round.clone(), absent)
			.prop_map(|(round, absent)| Step::Everybody { round, absent }),
		8 => (round, 101..105u8, said)
			.prop_map(|(round, oracle, said)| Step::Attest { round, oracle, said }),
		1 => (job, deeds).prop_map(|(job, deeds)| Step::Place { job, deeds }),
		1 => oracles.prop_map(|oracles| Step::Elect { oracles }),
		6 => (1..15u64, any::<bool>())
			.prop_map(|(count, is_swept)| Step::Blocks { count, is_swept }),
		1 => Just(Step::NextEpoch),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

	#[test]
	fn rounds_should_go_as_the_model_says_whatever_happens(
		steps in proptest::collection::vec(steps(), 1..120),
	) {
		ExtBuilder.build().execute_with(|| {
			let mut model = Model::default();
			JobDeeds::insert(8, vec![1, 2, 3]);
			for step in steps {
				let before = sp_io::storage::root(StateVersion::V1);
				if !model.apply(step.clone()) {
					let after = sp_io::storage::root(StateVersion::V1);
					assert_eq!(before, after, "{step:?} was refused and changed something");
				}
				model.check();
			}
		});
	}
}
