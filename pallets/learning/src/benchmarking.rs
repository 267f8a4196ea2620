// SPDX-License-Identifier: Apache-2.0

//! Benchmarks: as many participants as a job has nodes, the longest identifiers, all oracles.

#![cfg_attr(
	not(test),
	expect(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		reason = "benchmarks run outside the chain, on numbers of their own"
	)
)]

use crate::*;
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{Authorize, Get};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use r1_primitives::{
	JobId, NodeKey, REPLICAS_MAX, SignedBody,
	learning::{
		AggregateFile, AnnounceBody, Announcement, Attendance, AttestBody, CID_BYTES_MAX, FileKind,
		Phase, PublishBody, RoundId, RoundSpec,
	},
	traits::CurrentEpoch,
};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_io::crypto::{ed25519_generate, ed25519_sign};
use sp_runtime::{AccountId32, transaction_validity::TransactionSource};

/// Sets up what the benchmarks need in other pallets.
pub trait BenchmarkHelper {
	/// A job that runs on the deeds of these nodes, and its owner.
	fn running_job(nodes: &[AccountId32]) -> (JobId, AccountId32);

	/// Lets these nodes be those of the current epoch's oracles.
	fn set_oracles(nodes: &[AccountId32]);
}

/// Under which the keystore of a benchmark has the keys of nodes.
const KEY_TYPE: KeyTypeId = KeyTypeId(*b"lrnb");

/// A node whose key is in the keystore.
fn node() -> AccountId32 {
	ed25519_generate(KEY_TYPE, None).0.into()
}

fn sign<T: Config>(node: &NodeKey, body: &impl SignedBody) -> ed25519::Signature {
	let payload = Pallet::<T>::signing_payload(body);
	ed25519_sign(KEY_TYPE, &ed25519::Public::from_raw(*node), &payload)
		.expect("the key was generated in this keystore")
}

fn cid() -> Cid {
	Cid::truncate_from(vec![7; CID_BYTES_MAX as usize])
}

fn order<T: Config>() -> RoundOrder {
	let spec = RoundSpec {
		model_hash: [7; 32],
		length: 1 << 20,
		minimum: 3,
		threshold: 2,
		scale_bits: 20,
		clip: 1 << 20,
		max_weight: 1,
		noise: Some(1 << 20),
	};
	let blocks = T::WindowBlocksMax::get();
	let windows =
		Windows { announce: blocks, share: blocks, upload: blocks, reveal: blocks, attest: blocks };
	RoundOrder { spec, model: cid(), previous: None, windows }
}

/// A round of as many nodes as a job can have; the first one has a key.
fn open<T: Config>() -> (RoundId, JobId, AccountId32, Vec<AccountId32>) {
	let others = (1..REPLICAS_MAX).map(|index| account("worker", index, 0));
	let nodes: Vec<AccountId32> = core::iter::once(node()).chain(others).collect();
	let (job, owner) = T::BenchmarkHelper::running_job(&nodes);
	let id = NextRoundId::<T>::get();
	let opened =
		Pallet::<T>::open_round(RawOrigin::Signed(owner.clone()).into(), job, order::<T>());
	assert!(opened.is_ok(), "the owner opens a round: {opened:?}");
	(id, job, owner, nodes)
}

fn announcement(node: &AccountId32) -> Announcement {
	let account = node.clone().into();
	Announcement { account, mask_key: [1; 32], share_key: [2; 32], seed_commitment: [3; 32] }
}

fn publication(node: &AccountId32) -> Publication {
	Publication { account: node.clone().into(), cid: cid(), sha256: [4; 32] }
}

/// Lets all but the first one publish in all phases up to one, which only the first one is awaited in.
fn await_first<T: Config>(id: RoundId, nodes: &[AccountId32], phase: Phase) {
	let all = |kind: FileKind, nodes: &[AccountId32]| {
		for node in nodes {
			let done = Pallet::<T>::do_publish(id, kind, publication(node));
			assert!(done.is_ok(), "a participant publishes: {done:?}");
		}
	};
	for reached in [Phase::Announce, Phase::Share, Phase::Upload, Phase::Reveal] {
		let due = if reached == phase { &nodes[1..] } else { nodes };
		match FileKind::ALL.into_iter().find(|kind| kind.phase() == reached) {
			Some(kind) => all(kind, due),
			None => due.iter().for_each(|node| {
				let done = Pallet::<T>::do_announce(id, announcement(node));
				assert!(done.is_ok(), "a participant announces: {done:?}");
			}),
		}
		if reached == phase {
			return;
		}
	}
}

/// A round that the verdict of one more oracle decides, which is returned, after a contradiction.
fn await_last_oracle<T: Config>() -> (RoundId, NodeKey, Verdict) {
	let (id, _, _, nodes) = open::<T>();
	await_first::<T>(id, &nodes, Phase::Attest);
	let count = T::OraclesMax::get();
	let last = node();
	let others = (1..count).map(|index| account("oracle", index, 0));
	let oracles: Vec<AccountId32> = others.chain(core::iter::once(last.clone())).collect();
	T::BenchmarkHelper::set_oracles(&oracles);
	let file = |byte| AggregateFile { cid: cid(), sha256: [byte; 32], contributors: 32 };
	// The first one contradicts; the last one is the one that makes more than two thirds.
	let agreeing = oracles.len() * 2 / 3;
	for (index, oracle) in oracles.iter().take(agreeing + 1).enumerate() {
		let verdict = Verdict::Aggregate(file(u8::from(index > 0)));
		let done = Pallet::<T>::do_attest(id, &oracle.clone().into(), verdict);
		assert!(done.is_ok(), "an oracle attests: {done:?}");
	}
	(id, last.into(), Verdict::Aggregate(file(1)))
}

/// Counts other deeds of a job up to the limit.
fn fill_attendance<T: Config>(job: JobId) {
	let others = (0..ATTENDANCE_MAX - REPLICAS_MAX).map(|index| Attendance {
		deed: u32::MAX - index,
		rounds: 1,
		missed: 1,
	});
	let epoch = T::Epochs::current_epoch();
	RoundsAttendance::<T>::insert(epoch, job, AttendanceList::truncate_from(others.collect()));
	OldestAttendance::<T>::put(epoch);
}

/// Ends as many rounds of a job as are kept of it.
fn fill_summaries<T: Config>(job: JobId, owner: &AccountId32) {
	for _ in 0..T::RoundsKept::get() {
		let origin = RawOrigin::Signed(owner.clone());
		let opened = Pallet::<T>::open_round(origin.clone().into(), job, order::<T>());
		assert!(opened.is_ok(), "the owner opens a round: {opened:?}");
		let closed = Pallet::<T>::close_round(origin.into(), NextRoundId::<T>::get() - 1);
		assert!(closed.is_ok(), "and closes it: {closed:?}");
	}
}

/// Goes to where the current phase of a round is over.
fn pass_deadline<T: Config>(id: RoundId) {
	let ends_at = Rounds::<T>::get(id).map(|round| round.ends_at);
	frame_system::Pallet::<T>::set_block_number(ends_at.expect("the round is open"));
}

#[benchmarks]
mod benchmarks {
	use super::*;

	// The job's last round is over and not ended yet.
	#[benchmark]
	fn open_round() {
		let (id, job, owner, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Share);
		pass_deadline::<T>(id);
		let late = frame_system::Pallet::<T>::block_number()
			+ BlockNumberFor::<T>::from(T::WindowBlocksMax::get());
		frame_system::Pallet::<T>::set_block_number(late);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), job, order::<T>());

		assert_eq!(OpenRoundOf::<T>::get(job), Some(id + 1));
	}

	// As many summaries as are kept: the oldest goes.
	#[benchmark]
	fn close_round() {
		let (id, job, owner, _) = open::<T>();
		let origin = RawOrigin::Signed(owner.clone());
		let closed = Pallet::<T>::close_round(origin.clone().into(), id);
		assert!(closed.is_ok(), "{closed:?}");
		fill_summaries::<T>(job, &owner);
		let opened = Pallet::<T>::open_round(origin.into(), job, order::<T>());
		assert!(opened.is_ok(), "{opened:?}");
		let id = NextRoundId::<T>::get() - 1;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert!(Summaries::<T>::contains_key(id));
	}

	// The last participant, so that the phase ends.
	#[benchmark]
	fn announce() {
		let (id, _, _, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Announce);
		let announcement = announcement(&nodes[0]);
		let body = AnnounceBody { round: id, announcement };
		let signature = sign::<T>(&announcement.account, &body);

		#[extrinsic_call]
		_(RawOrigin::Authorized, id, announcement, signature);

		assert_eq!(Rounds::<T>::get(id).map(|round| round.phase), Some(Phase::Share));
	}

	#[benchmark]
	fn authorize_announce() -> Result<(), BenchmarkError> {
		let (id, _, _, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Announce);
		let announcement = announcement(&nodes[0]);
		let body = AnnounceBody { round: id, announcement };
		let signature = sign::<T>(&announcement.account, &body);
		let call: <T as frame_system::Config>::RuntimeCall =
			Call::announce { round: id, announcement, signature }.into();

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.expect("the call has an authorization")
				.map_err(|_| "the call is not authorized")?;
		}

		Ok(())
	}

	// The last participant, so that the phase ends.
	#[benchmark]
	fn publish() {
		let (id, _, _, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Reveal);
		let publication = publication(&nodes[0]);
		let kind = FileKind::Reveal;
		let body = PublishBody { round: id, kind, publication: publication.clone() };
		let signature = sign::<T>(&publication.account, &body);

		#[extrinsic_call]
		_(RawOrigin::Authorized, id, kind, publication, signature);

		assert_eq!(Rounds::<T>::get(id).map(|round| round.phase), Some(Phase::Attest));
	}

	#[benchmark]
	fn authorize_publish() -> Result<(), BenchmarkError> {
		let (id, _, _, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Reveal);
		let publication = publication(&nodes[0]);
		let kind = FileKind::Reveal;
		let body = PublishBody { round: id, kind, publication: publication.clone() };
		let signature = sign::<T>(&publication.account, &body);
		let call: <T as frame_system::Config>::RuntimeCall =
			Call::publish { round: id, kind, publication, signature }.into();

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.expect("the call has an authorization")
				.map_err(|_| "the call is not authorized")?;
		}

		Ok(())
	}

	// Many oracles have attested, not all the same; and many deeds attended rounds before.
	#[benchmark]
	fn attest() {
		let (id, oracle, verdict) = await_last_oracle::<T>();
		let job = Rounds::<T>::get(id).expect("the round is open").job;
		fill_attendance::<T>(job);
		let signature =
			sign::<T>(&oracle, &AttestBody { round: id, oracle, verdict: verdict.clone() });

		#[extrinsic_call]
		_(RawOrigin::Authorized, id, oracle, verdict, signature);

		assert!(EndedRounds::<T>::contains_key(id));
	}

	#[benchmark]
	fn authorize_attest() -> Result<(), BenchmarkError> {
		let (round, oracle, verdict) = await_last_oracle::<T>();
		let signature = sign::<T>(&oracle, &AttestBody { round, oracle, verdict: verdict.clone() });
		let call: <T as frame_system::Config>::RuntimeCall =
			Call::attest { round, oracle, verdict, signature }.into();

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.expect("the call has an authorization")
				.map_err(|_| "the call is not authorized")?;
		}

		Ok(())
	}

	// A round that fails after its shares, and whose job has many deeds that attended others.
	#[benchmark]
	fn sweep_open() {
		let (id, job, _, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Upload);
		fill_attendance::<T>(job);
		let late = BlockNumberFor::<T>::from(T::WindowBlocksMax::get() * 5);
		frame_system::Pallet::<T>::set_block_number(
			frame_system::Pallet::<T>::block_number() + late,
		);

		#[block]
		{
			Pallet::<T>::sweep_open();
		}

		assert!(EndedRounds::<T>::contains_key(id));
	}

	// A round in which everything was published.
	#[benchmark]
	fn sweep_ended() {
		let (id, _, _, nodes) = open::<T>();
		await_first::<T>(id, &nodes, Phase::Attest);
		let late = BlockNumberFor::<T>::from(T::WindowBlocksMax::get() * 5);
		frame_system::Pallet::<T>::set_block_number(
			frame_system::Pallet::<T>::block_number() + late,
		);
		Pallet::<T>::sweep_open();
		frame_system::Pallet::<T>::set_block_number(
			frame_system::Pallet::<T>::block_number() + T::DetailBlocks::get(),
		);

		#[block]
		{
			Pallet::<T>::sweep_ended();
		}

		assert!(!EndedRounds::<T>::contains_key(id));
		assert!(Announcements::<T>::get(id).is_empty());
	}

	// As many jobs of an old epoch as a step forgets.
	#[benchmark]
	fn sweep_attendance() {
		let old = 0;
		let entry = Attendance { deed: 1, rounds: 1, missed: 1 };
		let full = AttendanceList::truncate_from(vec![entry; ATTENDANCE_MAX as usize]);
		for job in 0..sweep::ATTENDANCE_PER_STEP {
			RoundsAttendance::<T>::insert(old, job, &full);
		}
		OldestAttendance::<T>::put(old);

		#[block]
		{
			Pallet::<T>::sweep_attendance();
		}
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
