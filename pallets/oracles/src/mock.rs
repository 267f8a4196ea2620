// SPDX-License-Identifier: Apache-2.0

//! A runtime of the system and this pallet, with deeds and jobs that tests set by hand.

use crate as pallet_oracles;
use crate::{
	Ballot, BallotOf, Call, CommitBody, Commitment, ReportPage, RevealBody, Salt, SignatureOf,
	VoteBody, commitment_of,
	crypto::{AuthorityId, AuthorityPair, KEY_TYPE},
	page_hashes_of,
};
use codec::Encode;
use frame_support::{
	BoundedVec, derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{Hooks, OnTimestampSet, OneSessionHandler, Randomness},
	weights::Weight,
};
use frame_system::EnsureRoot;
use r1_primitives::{
	Anchor, DEEDS_PER_PAGE, DeedId, DeedTerms, EpochClock, EpochIndex, JobId, Misconduct,
	OracleConduct, OracleIndex, PageIndex, PlacementRound, SignedBody, WorkEntry,
	traits::{DeedInspect, PlacementHandler},
};
use sp_core::{H256, Pair, sr25519};
use sp_keystore::{Keystore, KeystoreExt, testing::MemoryKeystore};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchError, DispatchResult, generic,
	traits::{BlakeTwo256, DispatchTransaction, IdentityLookup},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use std::collections::BTreeMap;

pub(crate) type TxExtension = frame_system::AuthorizeCall<Test>;
pub(crate) type Extrinsic = generic::UncheckedExtrinsic<AccountId32, RuntimeCall, (), TxExtension>;
type Block = generic::Block<generic::Header<u64, BlakeTwo256>, Extrinsic>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Oracles: pallet_oracles,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId32;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId32>;
}

parameter_types! {
	pub static Issued: u32 = 0;
	pub static Waiting: BTreeMap<JobId, PlacementRound> = BTreeMap::new();
	pub static Placed: Vec<(JobId, PlacementRound, Vec<DeedId>)> = Vec::new();
	pub static PlacementFails: bool = false;
	pub static StepsPerBlock: u32 = 4;
	pub static CommitBlocks: u64 = 4;
	pub const RevealBlocks: u64 = 5;
	pub const BallotBlocks: u64 = 8;
	pub const OraclesMax: u32 = 100;
	pub const PagesMax: u32 = 98;
	pub const ReportPriority: u64 = 1_000;
	pub const EvidenceEpochs: u32 = 2;
	pub const AnchorEpochs: u32 = 2;
	pub const MaintenanceAheadMax: u32 = 10;
	pub static Suspended: Vec<DeedId> = Vec::new();
	pub(crate) static Heard: Vec<Told> = Vec::new();
}

/// What the pallet told of the oracles' conduct.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Told {
	Counted { epoch: EpochIndex, present: Vec<AccountId32>, absent: Vec<AccountId32> },
	Worked(Vec<(DeedId, u8)>),
	Misconduct { oracle: AccountId32, kind: Misconduct, reporter: Option<AccountId32> },
}

#[derive(Debug)]
pub struct Conduct;

impl OracleConduct<AccountId32> for Conduct {
	fn on_reports_counted(epoch: EpochIndex, present: &[AccountId32], absent: &[AccountId32]) {
		let (present, absent) = (present.to_vec(), absent.to_vec());
		Heard::mutate(|heard| heard.push(Told::Counted { epoch, present, absent }));
	}

	fn on_work_settled(qualities: &[(DeedId, u8)]) {
		Heard::mutate(|heard| heard.push(Told::Worked(qualities.to_vec())));
	}

	fn on_misconduct(
		oracle: &AccountId32,
		kind: Misconduct,
		_epoch: EpochIndex,
		reporter: Option<&AccountId32>,
	) {
		let (oracle, reporter) = (oracle.clone(), reporter.cloned());
		Heard::mutate(|heard| heard.push(Told::Misconduct { oracle, kind, reporter }));
	}

	fn suspended_deeds(_epoch: EpochIndex) -> Vec<DeedId> {
		Suspended::get()
	}
}

/// A number that is different in each block, as the parent block's would be.
#[derive(Debug)]
pub struct BlockRandomness;

impl Randomness<H256, u64> for BlockRandomness {
	fn random(subject: &[u8]) -> (H256, u64) {
		let now = System::block_number();
		((subject, now).using_encoded(sp_io::hashing::blake2_256).into(), now)
	}
}

/// A deed on which no job can run.
pub(crate) const BANNED_DEED: DeedId = 13;

/// The deed that has an owner and a node.
pub(crate) const OWNED_DEED: DeedId = 3;
pub(crate) const OWNER: AccountId32 = AccountId32::new([0xaa; 32]);
pub(crate) const OWNED_NODE: AccountId32 = AccountId32::new([0xbb; 32]);

#[derive(Debug)]
pub struct Deeds;

impl DeedInspect<AccountId32> for Deeds {
	fn owner_of(deed: DeedId) -> Option<AccountId32> {
		(deed == OWNED_DEED).then_some(OWNER)
	}

	fn node_of(_deed: DeedId) -> Option<AccountId32> {
		None
	}

	fn deed_of(node: &AccountId32) -> Option<DeedId> {
		(*node == OWNED_NODE).then_some(OWNED_DEED)
	}

	fn is_active(deed: DeedId) -> bool {
		deed != BANNED_DEED
	}

	fn terms(deed: DeedId) -> Option<DeedTerms> {
		(1..=Issued::get()).contains(&deed).then_some(DeedTerms::Node)
	}

	fn are_paused() -> bool {
		false
	}

	fn issued() -> u32 {
		Issued::get()
	}
}

#[derive(Debug)]
pub struct Placement;

impl PlacementHandler for Placement {
	fn open_round(job: JobId) -> Option<PlacementRound> {
		Waiting::get().get(&job).copied()
	}

	fn check_placement(_job: JobId, deeds: &[DeedId]) -> DispatchResult {
		if deeds.contains(&BANNED_DEED) {
			return Err(DispatchError::Other("a banned deed"));
		}
		Ok(())
	}

	fn place(job: JobId, round: PlacementRound, deeds: &[DeedId]) -> DispatchResult {
		if PlacementFails::get() {
			return Err(DispatchError::Other("the node left"));
		}
		Waiting::mutate(|waiting| waiting.remove(&job));
		Placed::mutate(|placed| placed.push((job, round, deeds.to_vec())));
		Ok(())
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Placement {
	fn waiting_job(replicas: u32) -> (JobId, PlacementRound, Vec<DeedId>) {
		Waiting::mutate(|waiting| waiting.insert(1, 0));
		(1, 0, (100..100 + replicas).collect())
	}

	fn prepare_punishment(_oracle: &AccountId32) {}

	fn suspend_deeds() {
		Suspended::set(vec![1]);
	}

	fn owned_deed() -> (DeedId, AccountId32) {
		(OWNED_DEED, OWNER)
	}
}

impl crate::Config for Test {
	type AuthorityId = AuthorityId;
	type Deeds = Deeds;
	type Placement = Placement;
	type Conduct = Conduct;
	type Randomness = BlockRandomness;
	type GovernanceOrigin = EnsureRoot<AccountId32>;
	type EvidenceEpochs = EvidenceEpochs;
	type AnchorEpochs = AnchorEpochs;
	type MaintenanceAheadMax = MaintenanceAheadMax;
	type CommitBlocks = CommitBlocks;
	type RevealBlocks = RevealBlocks;
	type BallotBlocks = BallotBlocks;
	type OraclesMax = OraclesMax;
	type PagesMax = PagesMax;
	type StepsPerBlock = StepsPerBlock;
	type ReportPriority = ReportPriority;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Placement;
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = Extrinsic;
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: Self::Extension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> Self::Extension {
		TxExtension::new()
	}
}

/// Sets up a chain in epoch 0.
pub(crate) struct ExtBuilder {
	oracles: u8,
	issued: u32,
	clock: EpochClock,
	grace_epochs: u32,
}

pub(crate) const CLOCK: EpochClock = EpochClock { start_secs: 1_000, epoch_secs: 60, slot_secs: 2 };

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { oracles: 4, issued: 10, clock: CLOCK, grace_epochs: 0 }
	}
}

impl ExtBuilder {
	pub(crate) fn with_oracles(self, oracles: u8) -> Self {
		Self { oracles, ..self }
	}

	pub(crate) fn with_issued(self, issued: u32) -> Self {
		Self { issued, ..self }
	}

	pub(crate) fn with_clock(self, clock: EpochClock) -> Self {
		Self { clock, ..self }
	}

	/// Gives governance so many epochs to settle one without agreement.
	pub(crate) fn with_grace(self, grace_epochs: u32) -> Self {
		Self { grace_epochs, ..self }
	}

	/// The chain at block 1, before its first timestamp.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		Issued::set(self.issued);
		Waiting::set(BTreeMap::new());
		Placed::set(Vec::new());
		PlacementFails::set(false);
		StepsPerBlock::set(4);
		CommitBlocks::set(4);
		Suspended::set(Vec::new());
		Heard::set(Vec::new());
		let oracles = pallet_oracles::GenesisConfig {
			clock: self.clock,
			grace_epochs: self.grace_epochs,
			_config: Default::default(),
		};
		let storage = RuntimeGenesisConfig { system: Default::default(), oracles }
			.build_storage()
			.expect("the genesis is valid");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			start_session(0..self.oracles);
		});
		ext
	}

	/// The same, with a keystore that holds the key of oracle 0.
	pub(crate) fn build_with_keystore(self) -> sp_io::TestExternalities {
		let keystore = MemoryKeystore::new();
		// The seed as a phrase, which is how a keystore takes it.
		let seed = format!("0x{}", "01".repeat(32));
		let public = keystore.sr25519_generate_new(KEY_TYPE, Some(&seed)).expect("a valid seed");
		assert_eq!(AuthorityId::from(public), pair(0).public());
		let mut ext = self.build();
		ext.register_extension(KeystoreExt::new(keystore));
		ext
	}

	/// Runs a test in epoch 0, then checks every invariant.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			enter_epoch(0);
			test();
			Oracles::do_try_state().expect("every invariant holds");
		});
	}
}

pub(crate) fn pair(oracle: u8) -> AuthorityPair {
	sr25519::Pair::from_seed(&[oracle + 1; 32]).into()
}

pub(crate) fn node(oracle: u8) -> AccountId32 {
	AccountId32::new([oracle + 1; 32])
}

/// Makes these the validators of a new session.
pub(crate) fn start_session(oracles: impl Iterator<Item = u8>) {
	let validators: Vec<_> = oracles.map(|oracle| (node(oracle), pair(oracle).public())).collect();
	let validators = || validators.iter().map(|(node, key)| (node, key.clone()));
	Oracles::on_new_session(true, validators(), validators());
}

/// Lets the time enter an epoch of [`CLOCK`].
pub(crate) fn enter_epoch(epoch: EpochIndex) {
	Oracles::on_timestamp_set(CLOCK.starts_at_secs(epoch) * 1_000);
}

/// Ends the current block, with as much weight for idle work as given; the weight it took.
pub(crate) fn end_block_with(remaining: Weight) -> Weight {
	let now = System::block_number();
	let used = Oracles::on_idle(now, remaining);
	Oracles::do_try_state().expect("every invariant holds");
	System::set_block_number(now + 1);
	Oracles::on_initialize(now + 1);
	used
}

pub(crate) fn end_block() -> Weight {
	end_block_with(Weight::MAX)
}

pub(crate) fn run_to_block(block: u64) {
	while System::block_number() < block {
		end_block();
	}
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

pub(crate) fn sign(oracle: u8, body: &impl SignedBody) -> SignatureOf<Test> {
	pair(oracle).sign(&Oracles::signing_payload(body))
}

/// A report as an honest oracle would make it.
#[derive(Clone)]
pub(crate) struct Report {
	pub(crate) epoch: EpochIndex,
	pub(crate) oracle: u8,
	pub(crate) salt: Salt,
	pub(crate) pages: Vec<ReportPage>,
}

impl Report {
	pub(crate) fn new(
		epoch: EpochIndex,
		oracle: u8,
		availability: &[u8],
		work: &[WorkEntry],
	) -> Self {
		let mut pages: Vec<_> = availability
			.chunks(DEEDS_PER_PAGE as usize)
			.map(|page| ReportPage::Availability(BoundedVec::truncate_from(page.to_vec())))
			.collect();
		pages.push(ReportPage::Work(BoundedVec::truncate_from(work.to_vec())));
		Self { epoch, oracle, salt: [oracle; 32], pages }
	}

	/// The same, with roots beside the work.
	pub(crate) fn with_anchors(mut self, anchors: &[Anchor]) -> Self {
		if let Some(ReportPage::Work(work)) = self.pages.pop() {
			let anchors = BoundedVec::truncate_from(anchors.to_vec());
			self.pages.push(ReportPage::AnchoredWork { work, anchors });
		}
		self
	}

	pub(crate) fn index(&self) -> OracleIndex {
		self.oracle.into()
	}

	pub(crate) fn commitment(&self) -> Commitment {
		commitment_of(self.epoch, self.index(), &self.salt, &page_hashes_of(&self.pages))
	}

	pub(crate) fn commit_call(&self) -> Call<Test> {
		let (epoch, oracle, commitment) = (self.epoch, self.index(), self.commitment());
		Call::commit { epoch, oracle, commitment, signature: self.commit_signature() }
	}

	/// Deeds that the epoch's report is about.
	pub(crate) fn deeds(&self) -> u32 {
		crate::Epochs::<Test>::get(self.epoch).map_or(0, |record| record.deeds)
	}

	pub(crate) fn commit_signature(&self) -> SignatureOf<Test> {
		let (epoch, oracle, commitment) = (self.epoch, self.index(), self.commitment());
		sign(self.oracle, &CommitBody { epoch, oracle, deeds: self.deeds(), commitment })
	}

	pub(crate) fn reveal_body(&self, page: PageIndex) -> RevealBody {
		let (epoch, oracle, commitment) = (self.epoch, self.index(), self.commitment());
		let contents = self.pages[usize::from(page)].hash();
		RevealBody { epoch, oracle, deeds: self.deeds(), page, contents, commitment }
	}

	pub(crate) fn reveal_call(&self, page: PageIndex) -> Call<Test> {
		let (epoch, oracle) = (self.epoch, self.index());
		Call::reveal {
			epoch,
			oracle,
			page,
			contents: self.pages[usize::from(page)].clone(),
			page_hashes: BoundedVec::truncate_from(page_hashes_of(&self.pages)),
			salt: self.salt,
			signature: sign(self.oracle, &self.reveal_body(page)),
		}
	}

	pub(crate) fn reveal_all(&self) {
		for page in 0..self.pages.len() {
			apply(self.reveal_call(page as PageIndex)).expect("the page is revealed");
		}
	}
}

/// All oracles commit, and all reveal.
pub(crate) fn hand_in(reports: &[Report]) {
	for report in reports {
		apply(report.commit_call()).expect("the report is committed");
	}
	end_block();
	for report in reports {
		report.reveal_all();
	}
}

pub(crate) fn ballot(job: JobId, deeds: &[DeedId]) -> BallotOf<Test> {
	let deeds = BoundedVec::truncate_from(deeds.to_vec());
	Ballot { job, round: 0, deeds, cast_at: System::block_number() }
}

pub(crate) fn vote_call(oracle: u8, ballot: BallotOf<Test>) -> Call<Test> {
	let body = VoteBody { oracle: oracle.into(), ballot };
	let signature = sign(oracle, &body);
	Call::vote_placement { oracle: body.oracle, ballot: body.ballot, signature }
}

/// The pallet's events since the last call, in order.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
	let events = System::read_events_for_pallet::<crate::Event<Test>>();
	System::reset_events();
	events
}
