// SPDX-License-Identifier: Apache-2.0

//! A runtime of the system and this pallet, with jobs, deeds and oracles that tests set by hand.
//!
//! Everything that tests set lies in the externalities, so nothing leaks from one to the next.

use crate as pallet_learning;
use crate::{
	Call, Cid, Event, Publication, RoundOrder, Verdict, Windows,
	types::{Failure, Outcome},
};
use frame_support::{
	derive_impl,
	dispatch::GetDispatchInfo,
	ensure, parameter_types,
	traits::{ConstU32, ConstU64, Hooks},
	weights::Weight,
};
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex, JobId, NodeKey, SignedBody,
	learning::{
		AggregateFile, AnnounceBody, Announcement, AttestBody, FileKind, PublishBody, RoundId,
		RoundSpec,
	},
	traits::{CurrentEpoch, DeedInspect, JobInspect, OracleInspect},
};
use sp_core::{Pair as _, ed25519};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchError, DispatchResult, generic,
	traits::{BlakeTwo256, DispatchTransaction, IdentityLookup},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};

pub(crate) type TxExtension = frame_system::AuthorizeCall<Test>;
pub(crate) type Extrinsic = generic::UncheckedExtrinsic<AccountId32, RuntimeCall, (), TxExtension>;
type Block = generic::Block<generic::Header<u64, BlakeTwo256>, Extrinsic>;

/// Owns every job.
pub(crate) const OWNER: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const STRANGER: AccountId32 = AccountId32::new([2; 32]);

/// The job of most tests, which runs on five nodes.
pub(crate) const JOB: JobId = 7;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Learning: pallet_learning,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId32;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId32>;
}

parameter_types! {
	/// The epoch of the current block.
	pub storage Epoch: EpochIndex = 10;
	/// The oracles, by the numbers of their nodes.
	pub storage OracleNumbers: Vec<u8> = vec![101, 102, 103];
	/// Deeds that may not work.
	pub storage InactiveDeeds: Vec<DeedId> = Vec::new();
}

/// The deeds that a job runs on; each is linked to the node with its number.
#[frame_support::storage_alias]
pub(crate) type JobDeeds = StorageMap<Mock, frame_support::Twox64Concat, JobId, Vec<DeedId>>;

/// Nodes of deeds, where another than that with their number is linked.
#[frame_support::storage_alias]
pub(crate) type OtherNodes = StorageMap<Mock, frame_support::Twox64Concat, DeedId, AccountId32>;

/// Nodes of oracles that have no number.
#[frame_support::storage_alias]
pub(crate) type OtherOracles = StorageValue<Mock, Vec<AccountId32>>;

impl pallet_learning::Config for Test {
	type Jobs = TestJobs;
	type Deeds = TestDeeds;
	type Oracles = TestOracles;
	type Epochs = TestOracles;
	type WindowBlocksMin = ConstU32<5>;
	type WindowBlocksMax = ConstU32<200>;
	type RoundsKept = ConstU32<4>;
	type DetailBlocks = ConstU64<50>;
	type AttendanceEpochs = ConstU32<3>;
	type OraclesMax = ConstU32<20>;
	type SweepsPerBlock = ConstU32<4>;
	type TransactionPriority = ConstU64<1_000>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = TestJobs;
}

#[derive(Debug)]
pub struct TestJobs;

impl JobInspect<AccountId32> for TestJobs {
	fn ensure_may_direct(job: JobId, who: &AccountId32) -> DispatchResult {
		ensure!(JobDeeds::contains_key(job), DispatchError::CannotLookup);
		ensure!(*who == OWNER, DispatchError::BadOrigin);
		Ok(())
	}

	fn deeds_of(job: JobId) -> Vec<DeedId> {
		JobDeeds::get(job).unwrap_or_default()
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for TestJobs {
	fn running_job(nodes: &[AccountId32]) -> (JobId, AccountId32) {
		let deeds: Vec<_> = (1..).take(nodes.len()).collect();
		for (deed, node) in deeds.iter().zip(nodes) {
			OtherNodes::insert(deed, node);
		}
		JobDeeds::insert(JOB, deeds);
		(JOB, OWNER)
	}

	fn set_oracles(nodes: &[AccountId32]) {
		OtherOracles::put(nodes.to_vec());
	}
}

#[derive(Debug)]
pub struct TestDeeds;

impl DeedInspect<AccountId32> for TestDeeds {
	fn owner_of(_deed: DeedId) -> Option<AccountId32> {
		Some(OWNER)
	}

	fn node_of(deed: DeedId) -> Option<AccountId32> {
		OtherNodes::get(deed).or_else(|| u8::try_from(deed).ok().map(account))
	}

	fn deed_of(_node: &AccountId32) -> Option<DeedId> {
		None
	}

	fn is_active(deed: DeedId) -> bool {
		!InactiveDeeds::get().contains(&deed)
	}

	fn terms(_deed: DeedId) -> Option<DeedTerms> {
		Some(DeedTerms::Node)
	}

	fn issued() -> u32 {
		100
	}

	fn are_paused() -> bool {
		false
	}
}

#[derive(Debug)]
pub struct TestOracles;

impl OracleInspect<AccountId32> for TestOracles {
	fn oracle_nodes() -> Vec<AccountId32> {
		let numbered = || OracleNumbers::get().into_iter().map(account).collect();
		OtherOracles::get().unwrap_or_else(numbered)
	}
}

impl CurrentEpoch for TestOracles {
	fn current_epoch() -> EpochIndex {
		Epoch::get()
	}
}

/// Builds the chain of a test.
pub(crate) struct ExtBuilder;

impl ExtBuilder {
	/// The chain at block 1, with one job on five nodes.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig::default().build_storage().expect("genesis is valid");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.register_extension(sp_keystore::KeystoreExt::new(
			sp_keystore::testing::MemoryKeystore::new(),
		));
		ext.execute_with(|| {
			System::set_block_number(1);
			JobDeeds::insert(JOB, vec![1, 2, 3, 4, 5]);
		});
		ext
	}

	/// Runs a test, then checks every invariant.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Learning::do_try_state().expect("every invariant holds");
		});
	}
}

// # Nodes

pub(crate) fn pair(number: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[number; 32])
}

/// The key of the node with a number.
pub(crate) fn key(number: u8) -> NodeKey {
	pair(number).public().0
}

pub(crate) fn account(number: u8) -> AccountId32 {
	key(number).into()
}

pub(crate) fn sign(number: u8, body: &impl SignedBody) -> ed25519::Signature {
	pair(number).sign(&Learning::signing_payload(body))
}

// # Rounds

pub(crate) const SPEC: RoundSpec = RoundSpec {
	model_hash: [7; 32],
	length: 650,
	minimum: 3,
	threshold: 2,
	scale_bits: 20,
	clip: 1 << 24,
	max_weight: 1_000,
	noise: None,
};

/// Ten blocks for each phase, but twenty for the upload.
pub(crate) const WINDOWS: Windows =
	Windows { announce: 10, share: 10, upload: 20, reveal: 10, attest: 10 };

pub(crate) fn cid(byte: u8) -> Cid {
	Cid::truncate_from(vec![byte; 36])
}

pub(crate) fn order() -> RoundOrder {
	RoundOrder { spec: SPEC, model: cid(9), previous: None, windows: WINDOWS }
}

pub(crate) fn open_with(job: JobId, order: RoundOrder) -> RoundId {
	let id = crate::NextRoundId::<Test>::get();
	Learning::open_round(RuntimeOrigin::signed(OWNER), job, order).expect("the round opens");
	id
}

/// Opens a round of [`JOB`]; forgets the events of that.
pub(crate) fn open() -> RoundId {
	let id = open_with(JOB, order());
	events();
	id
}

pub(crate) fn announcement(number: u8) -> Announcement {
	Announcement {
		account: key(number),
		mask_key: [number; 32],
		share_key: [number.wrapping_add(1); 32],
		seed_commitment: [number.wrapping_add(2); 32],
	}
}

pub(crate) fn publication(number: u8) -> Publication {
	Publication { account: key(number), cid: cid(number), sha256: [number; 32] }
}

pub(crate) fn announce_call(round: RoundId, number: u8) -> Call<Test> {
	let announcement = announcement(number);
	let signature = sign(number, &AnnounceBody { round, announcement });
	Call::announce { round, announcement, signature }
}

pub(crate) fn publish_call(round: RoundId, kind: FileKind, number: u8) -> Call<Test> {
	let publication = publication(number);
	let signature = sign(number, &PublishBody { round, kind, publication: publication.clone() });
	Call::publish { round, kind, publication, signature }
}

pub(crate) fn attest_call(round: RoundId, number: u8, verdict: Verdict) -> Call<Test> {
	let oracle = key(number);
	let signature = sign(number, &AttestBody { round, oracle, verdict: verdict.clone() });
	Call::attest { round, oracle, verdict, signature }
}

pub(crate) fn aggregate(byte: u8, contributors: u8) -> AggregateFile<Cid> {
	AggregateFile { cid: cid(byte), sha256: [byte; 32], contributors }
}

pub(crate) fn announce_all(round: RoundId, numbers: &[u8]) {
	for number in numbers {
		assert_eq!(apply(announce_call(round, *number)), Ok(()), "{number} announces");
	}
}

pub(crate) fn publish_all(round: RoundId, kind: FileKind, numbers: &[u8]) {
	for number in numbers {
		assert_eq!(apply(publish_call(round, kind, *number)), Ok(()), "{number}, {kind:?}");
	}
}

/// A round of [`JOB`] in which all five do everything, so that it waits for the oracles.
pub(crate) fn revealed_round() -> RoundId {
	revealed_round_with(order())
}

pub(crate) fn revealed_round_with(order: RoundOrder) -> RoundId {
	let id = open_with(JOB, order);
	announce_all(id, &[1, 2, 3, 4, 5]);
	for kind in FileKind::ALL {
		publish_all(id, kind, &[1, 2, 3, 4, 5]);
	}
	events();
	id
}

/// A round of [`JOB`] that is completed.
pub(crate) fn completed_round_with(order: RoundOrder) -> RoundId {
	let id = revealed_round_with(order);
	for oracle in [101, 102] {
		let verdict = Verdict::Aggregate(aggregate(50, 5));
		assert_eq!(apply(attest_call(id, oracle, verdict)), Ok(()));
	}
	events();
	id
}

/// How a round ended, as it is kept.
pub(crate) fn outcome(id: RoundId) -> Option<Outcome> {
	crate::Summaries::<Test>::get(id).map(|summary| summary.outcome)
}

pub(crate) fn failure(id: RoundId) -> Option<Failure> {
	match outcome(id)? {
		Outcome::Failed(failure) => Some(failure),
		Outcome::Completed(_) => None,
	}
}

// # Blocks

/// Goes to a block, with all the time that the sweep wants in each before it.
pub(crate) fn run_to_block(block: u64) {
	while System::block_number() < block {
		let now = System::block_number();
		Learning::on_idle(now, Weight::MAX);
		Learning::do_try_state().expect("every invariant holds");
		System::set_block_number(now + 1);
	}
}

/// Goes to a block without any sweep.
pub(crate) fn jump_to_block(block: u64) {
	System::set_block_number(block);
}

/// Sweeps at the end of the current block.
pub(crate) fn sweep() -> Weight {
	Learning::on_idle(System::block_number(), Weight::MAX)
}

/// Runs a transaction as a block would: authorization first, then dispatch.
pub(crate) fn apply(call: Call<Test>) -> Result<(), InvalidTransaction> {
	let call = RuntimeCall::from(call);
	let info = call.get_dispatch_info();
	let origin = frame_system::RawOrigin::None.into();
	match TxExtension::new().dispatch_transaction(origin, call, &info, 0, 0) {
		Ok(dispatched) => {
			dispatched.expect("what is authorized is dispatched");
			Ok(())
		},
		Err(TransactionValidityError::Invalid(invalid)) => Err(invalid),
		Err(TransactionValidityError::Unknown(unknown)) => panic!("{unknown:?}"),
	}
}

/// The pallet's events since the last call, in order.
pub(crate) fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}
