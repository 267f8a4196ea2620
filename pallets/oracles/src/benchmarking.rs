// SPDX-License-Identifier: Apache-2.0

//! Benchmarks: the largest oracle set, the largest pages.

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
use frame_support::{
	BoundedBTreeMap, BoundedVec,
	traits::{Authorize, EnsureOrigin, Get, OnTimestampSet},
	weights::WeightMeter,
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use r1_primitives::{
	ANCHORS_MAX, Anchor, DEEDS_PER_PAGE, DeedId, EpochClock, EpochIndex, JobId, Maintenance,
	Misconduct, OracleIndex, PageIndex, PlacementRound, REPLICAS_MAX, SignedBody, WORK_ENTRIES_MAX,
	WorkEntry,
};
use sp_application_crypto::RuntimeAppPublic;
use sp_io::hashing::blake2_256;
use sp_runtime::{AccountId32, transaction_validity::TransactionSource};

/// Sets up what the benchmarks need in other pallets.
pub trait BenchmarkHelper {
	/// Opens a job that waits for a placement, and `replicas` deeds on which it can run,
	/// ascending.
	fn waiting_job(replicas: u32) -> (JobId, PlacementRound, Vec<DeedId>);

	/// Makes the punishment of an oracle cost the most.
	fn prepare_punishment(oracle: &AccountId32);

	/// Suspends as many deeds as can be, from the current epoch on.
	fn suspend_deeds();

	/// A deed, and who owns it.
	fn owned_deed() -> (DeedId, AccountId32);
}

/// Late enough that older epochs' oracles are forgotten when it is settled.
const EPOCH: EpochIndex = 1_000;

fn oracle_set<T: Config>(count: u32) -> OracleSetOf<T> {
	let oracles = (0..count).map(|index| Oracle {
		node: AccountId32::new(blake2_256(&index.to_le_bytes())),
		key: T::AuthorityId::generate_pair(None),
	});
	BoundedVec::truncate_from(oracles.collect())
}

/// Ends an epoch with `count` oracles and as many deeds as a report can hold; `phase` is where it
/// stands now.
fn end_epoch<T: Config>(count: u32, phase: Phase) -> EpochRecordOf<T> {
	let now = BlockNumberFor::<T>::from(10_u32);
	frame_system::Pallet::<T>::set_block_number(now);
	let later = now + T::CommitBlocks::get();
	let (commits_until, reveals_until) = match phase {
		Phase::Committing => (later, later + T::RevealBlocks::get()),
		Phase::Revealing => (now, later),
		Phase::Settling | Phase::Decided(_) => (now, now),
	};
	let record = EpochRecord {
		commits_until,
		reveals_until,
		deeds: T::PagesMax::get() * DEEDS_PER_PAGE,
		oracles: count,
		commits: 0,
		reveals: 0,
		next_epoch: EPOCH + 1,
		outcome: None,
	};
	let oracles = oracle_set::<T>(count);
	FirstUndecided::<T>::put(EPOCH);
	NextToSettle::<T>::put(EPOCH);
	OldestSnapshot::<T>::put(EPOCH);
	EpochNow::<T>::put(EPOCH + 1);
	EpochOracles::<T>::insert(EPOCH, &oracles);
	EpochOracles::<T>::insert(EPOCH + 1, &oracles);
	Epochs::<T>::insert(EPOCH, record);
	record
}

fn sign<T: Config>(index: OracleIndex, body: &impl SignedBody) -> SignatureOf<T> {
	EpochOracles::<T>::get(EPOCH)[usize::from(index)]
		.key
		.sign(&Pallet::<T>::signing_payload(body))
		.expect("the key was generated in this keystore")
}

/// Ascending work of `WORK_ENTRIES_MAX` nodes, spread over as many jobs as one step settles, and as many
/// roots as a page holds.
fn full_work() -> ReportPage {
	let deeds_per_job = WORK_ENTRIES_MAX / 64;
	let entries = (0..WORK_ENTRIES_MAX).map(|entry| WorkEntry {
		job: 1 + entry / deeds_per_job,
		deed: 1 + entry % deeds_per_job,
		quality: 255,
	});
	let work = BoundedVec::truncate_from(entries.collect());
	ReportPage::AnchoredWork { work, anchors: BoundedVec::truncate_from(full_anchors()) }
}

fn full_anchors() -> Vec<Anchor> {
	(0..ANCHORS_MAX)
		.map(|job| Anchor { job: 1 + job, deed: 1, root: [7; 32] })
		.collect()
}

/// Leaves roots of as many epochs as are kept, so that the oldest are forgotten next.
fn fill_anchors<T: Config>() {
	let epochs: Vec<EpochIndex> = (0..T::AnchorEpochs::get()).collect();
	for epoch in &epochs {
		Anchors::<T>::insert(epoch, AgreedAnchors::truncate_from(full_anchors()));
	}
	AnchoredEpochs::<T>::put(BoundedVec::truncate_from(epochs));
}

fn full_availability(oracle: OracleIndex) -> ReportPage {
	let values = (0..DEEDS_PER_PAGE).map(|deed| (deed + u32::from(oracle)) as u8);
	ReportPage::Availability(BoundedVec::truncate_from(values.collect()))
}

/// The call with which the last oracle commits, so that the window closes.
fn last_commit<T: Config>() -> (OracleIndex, Commitment, SignatureOf<T>) {
	let mut record = end_epoch::<T>(T::OraclesMax::get(), Phase::Committing);
	record.commits = record.oracles - 1;
	Epochs::<T>::insert(EPOCH, record);
	let oracle = (record.oracles - 1) as OracleIndex;
	let commitment = [7; 32];
	let signature =
		sign::<T>(oracle, &CommitBody { epoch: EPOCH, oracle, deeds: record.deeds, commitment });
	(oracle, commitment, signature)
}

/// The parts of the call with which the last oracle reveals its last and largest page.
struct LastReveal<T: Config> {
	oracle: OracleIndex,
	page: PageIndex,
	contents: ReportPage,
	page_hashes: PageHashes<T>,
	salt: Salt,
	signature: SignatureOf<T>,
}

fn last_reveal<T: Config>() -> LastReveal<T> {
	let mut record = end_epoch::<T>(T::OraclesMax::get(), Phase::Revealing);
	record.commits = record.oracles;
	record.reveals = record.oracles - 1;
	Epochs::<T>::insert(EPOCH, record);

	let (oracle, salt) = ((record.oracles - 1) as OracleIndex, [7; 32]);
	let page = record.availability_pages();
	let contents = full_work();
	let mut page_hashes = vec![[1; 32]; usize::from(page)];
	page_hashes.push(contents.hash());
	let commitment = commitment_of(EPOCH, oracle, &salt, &page_hashes);
	let revealed = (0..page).fold(PageSet::default(), PageSet::with);
	Reports::<T>::insert(EPOCH, oracle, OracleReport { commitment, revealed });
	let reveal_body = RevealBody {
		epoch: EPOCH,
		oracle,
		deeds: record.deeds,
		page,
		contents: contents.hash(),
		commitment,
	};
	let signature = sign::<T>(oracle, &reveal_body);
	let page_hashes = BoundedVec::truncate_from(page_hashes);
	LastReveal { oracle, page, contents, page_hashes, salt, signature }
}

/// An oracle that handed in a whole report, and whose punishment costs the most.
fn guilty_oracle<T: Config>() -> (OracleIndex, AccountId32) {
	let count = T::OraclesMax::get();
	let mut record = end_epoch::<T>(count, Phase::Revealing);
	(record.commits, record.reveals) = (count, count);
	Epochs::<T>::insert(EPOCH, record);
	let oracle = (count - 1) as OracleIndex;
	let revealed = (0..=record.availability_pages()).fold(PageSet::default(), PageSet::with);
	Reports::<T>::insert(EPOCH, oracle, OracleReport { commitment: [1; 32], revealed });
	let node = EpochOracles::<T>::get(EPOCH)[usize::from(oracle)].node.clone();
	T::BenchmarkHelper::prepare_punishment(&node);
	(oracle, node)
}

/// The vote that decides, when all other oracles have voted and a third disagrees.
fn deciding_vote<T: Config>() -> (OracleIndex, BallotOf<T>, SignatureOf<T>) {
	let count = T::OraclesMax::get();
	end_epoch::<T>(count, Phase::Committing);
	let (job, round, deeds) = T::BenchmarkHelper::waiting_job(REPLICAS_MAX);
	let cast_at = frame_system::Pallet::<T>::block_number();
	let ballot = Ballot { job, round, deeds: BoundedVec::truncate_from(deeds), cast_at };
	let mut other = ballot.clone();
	other.deeds.pop();

	let agreeing = count * 2 / 3;
	let mut ballots = BoundedBTreeMap::new();
	for (index, oracle) in EpochOracles::<T>::get(EPOCH + 1).into_iter().enumerate().skip(1) {
		let vote = if index as u32 <= agreeing { &ballot } else { &other };
		ballots
			.try_insert(oracle.node, vote.clone())
			.expect("one ballot for each oracle");
	}
	Ballots::<T>::insert(job, ballots);
	let signature = sign::<T>(0, &VoteBody { oracle: 0, ballot: ballot.clone() });
	(0, ballot, signature)
}

/// Lets every oracle have revealed everything, and stops settling before `stage`.
fn settle_from<T: Config>(count: u32, stage: Option<Stage>) {
	let mut record = end_epoch::<T>(count, Phase::Settling);
	(record.commits, record.reveals) = (count, count);
	Epochs::<T>::insert(EPOCH, record);
	let revealed = (0..=record.availability_pages()).fold(PageSet::default(), PageSet::with);
	for oracle in 0..count as OracleIndex {
		let report = OracleReport { commitment: [7; 32], revealed };
		match stage {
			None => Reports::<T>::insert(EPOCH, oracle, report),
			Some(Stage::Availability(page)) => {
				Reveals::<T>::insert((EPOCH, page, oracle), full_availability(oracle))
			},
			Some(Stage::Work(_)) => {
				Reveals::<T>::insert((EPOCH, record.availability_pages(), oracle), full_work())
			},
		}
	}
	if stage.is_some() {
		Participants::<T>::put(BoundedVec::truncate_from(
			(0..count as OracleIndex).collect::<Vec<_>>(),
		));
	}
	if matches!(stage, Some(Stage::Work(_))) {
		forget_two_snapshots::<T>(count, record);
		fill_anchors::<T>();
	}
	SettlingStage::<T>::set(stage);
}

/// Leaves two epochs behind whose oracles are forgotten next, each of whom had cheated.
fn forget_two_snapshots<T: Config>(count: u32, record: EpochRecordOf<T>) {
	let oracles = EpochOracles::<T>::get(EPOCH);
	let newest = EPOCH - T::EvidenceEpochs::get();
	for epoch in [newest - 1, newest] {
		let outcome = Some(Outcome::Settled);
		Epochs::<T>::insert(epoch, EpochRecord { next_epoch: epoch + 1, outcome, ..record });
		EpochOracles::<T>::insert(epoch, &oracles);
		EpochSeeds::<T>::insert(epoch, sp_core::H256::zero());
		for oracle in 0..count as OracleIndex {
			Proven::<T>::insert(epoch, oracle, Misconduct::TwoReports);
		}
	}
	OldestSnapshot::<T>::put(newest - 1);
}

#[benchmarks(where <T as frame_system::Config>::RuntimeCall: From<Call<T>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn commit() {
		let (oracle, commitment, signature) = last_commit::<T>();

		#[extrinsic_call]
		_(RawOrigin::Authorized, EPOCH, oracle, commitment, signature);

		assert!(Reports::<T>::contains_key(EPOCH, oracle));
	}

	#[benchmark]
	fn convict() {
		// Its whole report no longer counts, and whoever punishes has most to do.
		let (oracle, node) = guilty_oracle::<T>();

		#[block]
		{
			Pallet::<T>::convict(EPOCH, oracle, &node, Misconduct::TwoReports, None);
		}

		assert!(Proven::<T>::contains_key(EPOCH, oracle));
		let record = Epochs::<T>::get(EPOCH).expect("it was stored");
		assert_eq!(record.reveals + 1, record.oracles);
	}

	#[benchmark]
	fn authorize_commit() -> Result<(), BenchmarkError> {
		let (oracle, commitment, signature) = last_commit::<T>();
		let call: <T as frame_system::Config>::RuntimeCall =
			Call::commit { epoch: EPOCH, oracle, commitment, signature }.into();

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.expect("the call has an authorization")
				.map_err(|_| "the commitment is not authorized")?;
		}

		Ok(())
	}

	#[benchmark]
	fn reveal() {
		let LastReveal { oracle, page, contents, page_hashes, salt, signature } =
			last_reveal::<T>();

		#[extrinsic_call]
		_(RawOrigin::Authorized, EPOCH, oracle, page, contents, page_hashes, salt, signature);

		let record = Epochs::<T>::get(EPOCH).expect("it was stored");
		assert_eq!(record.reveals, record.oracles);
	}

	#[benchmark]
	fn authorize_reveal() -> Result<(), BenchmarkError> {
		let LastReveal { oracle, page, contents, page_hashes, salt, signature } =
			last_reveal::<T>();
		let call: <T as frame_system::Config>::RuntimeCall =
			Call::reveal { epoch: EPOCH, oracle, page, contents, page_hashes, salt, signature }
				.into();

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.expect("the call has an authorization")
				.map_err(|_| "the reveal is not authorized")?;
		}

		Ok(())
	}

	#[benchmark]
	fn vote_placement() {
		let (oracle, ballot, signature) = deciding_vote::<T>();
		let job = ballot.job;

		#[extrinsic_call]
		_(RawOrigin::Authorized, oracle, ballot, signature);

		assert!(!Ballots::<T>::contains_key(job));
	}

	#[benchmark]
	fn authorize_vote_placement() -> Result<(), BenchmarkError> {
		let (oracle, ballot, signature) = deciding_vote::<T>();
		let call: <T as frame_system::Config>::RuntimeCall =
			Call::vote_placement { oracle, ballot, signature }.into();

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.expect("the call has an authorization")
				.map_err(|_| "the vote is not authorized")?;
		}

		Ok(())
	}

	#[benchmark]
	fn roll_over() {
		let clock = EpochClock { start_secs: 1_000, epoch_secs: 60, slot_secs: 2 };
		let oracles = oracle_set::<T>(T::OraclesMax::get());
		Clock::<T>::put(clock);
		SessionOracles::<T>::put(&oracles);
		EpochNow::<T>::put(3);
		EpochOracles::<T>::insert(3, &oracles);

		#[block]
		{
			// Two epochs are skipped, so that every branch is taken.
			Pallet::<T>::on_timestamp_set(clock.starts_at_secs(6) * 1_000);
		}

		assert_eq!(EpochNow::<T>::get(), Some(6));
	}

	#[benchmark]
	fn settle_none() {
		end_epoch::<T>(1, Phase::Committing);
		let now = frame_system::Pallet::<T>::block_number();

		#[block]
		{
			Pallet::<T>::settle(now, &mut WeightMeter::new());
		}

		assert_eq!(SettlingStage::<T>::get(), None);
	}

	#[benchmark]
	fn settle_begin(n: Linear<1, { T::OraclesMax::get() }>) {
		settle_from::<T>(n, None);
		let now = frame_system::Pallet::<T>::block_number();

		#[block]
		{
			Pallet::<T>::settle_once(now);
		}

		assert_eq!(SettlingStage::<T>::get(), Some(Stage::Availability(0)));
	}

	#[benchmark]
	fn settle_availability(n: Linear<1, { T::OraclesMax::get() }>) {
		settle_from::<T>(n, Some(Stage::Availability(0)));
		T::BenchmarkHelper::suspend_deeds();
		let now = frame_system::Pallet::<T>::block_number();

		#[block]
		{
			Pallet::<T>::settle_once(now);
		}

		assert!(Availability::<T>::contains_key(EPOCH, 0));
	}

	#[benchmark]
	fn settle_work(n: Linear<1, { T::OraclesMax::get() }>) {
		// As many jobs as one step writes, and then the epoch's end.
		settle_from::<T>(n, Some(Stage::Work(0)));
		let now = frame_system::Pallet::<T>::block_number();

		#[block]
		{
			Pallet::<T>::settle_once(now);
		}

		assert_eq!(NextToSettle::<T>::get(), EPOCH + 1);
		assert_eq!(OldestSnapshot::<T>::get(), EPOCH + 1 - T::EvidenceEpochs::get());
		assert!(Work::<T>::contains_key(EPOCH, 64));
		assert!(Anchors::<T>::contains_key(EPOCH) && !Anchors::<T>::contains_key(0));
	}

	#[benchmark]
	fn finalise_verdict() {
		// An epoch without agreement whose time is over, which takes most.
		let mut record = end_epoch::<T>(T::OraclesMax::get(), Phase::Settling);
		record.outcome = Some(Outcome::Unsettled);
		Epochs::<T>::insert(EPOCH, record);
		NextToSettle::<T>::put(EPOCH + 1);
		GraceEpochs::<T>::put(0);

		#[block]
		{
			Pallet::<T>::finalise_verdict();
		}

		let outcome = Epochs::<T>::get(EPOCH).and_then(|record| record.outcome);
		assert_eq!(outcome, Some(Outcome::Void));
	}

	#[benchmark]
	fn report_misconduct() {
		// Two signatures to verify, a whole report that no longer counts, and a reward.
		let (oracle, _) = guilty_oracle::<T>();
		let record = Epochs::<T>::get(EPOCH).expect("it was stored");
		let (count, deeds) = (record.oracles, record.deeds);
		let body = |commitment| CommitBody { epoch: EPOCH, oracle, deeds, commitment };
		let evidence = Evidence::TwoCommitments {
			deeds,
			one: [1; 32],
			one_signature: sign::<T>(oracle, &body([1; 32])),
			other: [2; 32],
			other_signature: sign::<T>(oracle, &body([2; 32])),
		};
		let reporter: AccountId32 = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(reporter), EPOCH, oracle, evidence);

		assert!(Proven::<T>::contains_key(EPOCH, oracle));
		assert_eq!(Epochs::<T>::get(EPOCH).map(|record| record.reveals), Some(count - 1));
	}

	#[benchmark]
	fn announce_maintenance() {
		let (deed, owner) = T::BenchmarkHelper::owned_deed();
		Clock::<T>::put(EpochClock { start_secs: 0, epoch_secs: 86_400, slot_secs: 10 });
		EpochNow::<T>::put(3);
		// One is over and settled, the other is only over.
		NextToSettle::<T>::put(2);
		let older = [1, 2].map(|epoch| Maintenance { epoch, first_slot: 0, slots: 1 });
		MaintenanceOf::<T>::insert(deed, BoundedVec::truncate_from(older.to_vec()));
		let window = Maintenance { epoch: 4, first_slot: 0, slots: 360 };

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), deed, window);

		assert_eq!(MaintenanceOf::<T>::get(deed).into_inner(), [older[1], window]);
	}

	#[benchmark]
	fn settle_unsettled(
		p: Linear<1, { T::PagesMax::get() }>,
		w: Linear<0, WORK_ENTRIES_MAX>,
	) -> Result<(), BenchmarkError> {
		let mut record = end_epoch::<T>(T::OraclesMax::get(), Phase::Settling);
		record.deeds = p * DEEDS_PER_PAGE;
		record.outcome = Some(Outcome::Unsettled);
		Epochs::<T>::insert(EPOCH, record);
		NextToSettle::<T>::put(EPOCH + 1);
		T::BenchmarkHelper::suspend_deeds();
		let mut pages: Vec<ReportPage> = (0..p).map(|_| full_availability(0)).collect();
		// A job for each entry, because each job is written by itself.
		let work = (0..w).map(|entry| WorkEntry { job: 1 + entry, deed: 1, quality: 255 });
		pages.push(ReportPage::Work(BoundedVec::truncate_from(work.collect())));
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| "governance has an origin")?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, EPOCH, BoundedVec::truncate_from(pages));

		let outcome = Epochs::<T>::get(EPOCH).and_then(|record| record.outcome);
		assert_eq!(outcome, Some(Outcome::SettledByGovernance));
		Ok(())
	}

	#[benchmark]
	fn void_epoch() -> Result<(), BenchmarkError> {
		let mut record = end_epoch::<T>(1, Phase::Settling);
		record.outcome = Some(Outcome::Unsettled);
		Epochs::<T>::insert(EPOCH, record);
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| "governance has an origin")?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, EPOCH);

		let outcome = Epochs::<T>::get(EPOCH).and_then(|record| record.outcome);
		assert_eq!(outcome, Some(Outcome::Void));
		Ok(())
	}

	#[benchmark]
	fn sweep_ballots() {
		// A job that nobody knows, with as many ballots as there can be.
		let job = JobId::MAX;
		let deeds: Vec<DeedId> = (1..=REPLICAS_MAX).collect();
		let ballot = Ballot {
			job,
			round: 0,
			deeds: BoundedVec::truncate_from(deeds),
			cast_at: BlockNumberFor::<T>::from(1_u32),
		};
		let mut ballots = BoundedBTreeMap::new();
		for index in 0..T::OraclesMax::get() {
			let node = AccountId32::new(blake2_256(&index.to_le_bytes()));
			ballots.try_insert(node, ballot.clone()).expect("one ballot for each oracle");
		}
		Ballots::<T>::insert(job, ballots);

		#[block]
		{
			Pallet::<T>::sweep_ballots(&mut WeightMeter::new());
		}

		assert!(!Ballots::<T>::contains_key(job));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build_with_keystore(),
		crate::mock::Test
	);
}
