// SPDX-License-Identifier: Apache-2.0

//! A runtime of the system and this pallet, with deeds, verdicts, keys and sessions that tests set
//! by hand.
//!
//! What a test may choose lives in the storage of the test's own chain, so no test can leak into
//! another.

use crate::{self as pallet_validators, Event, Observation, OffenceId, Pallet, Sessions};
use frame_support::{
	Twox64Concat, derive_impl, parameter_types, storage_alias,
	traits::{ConstU32, ConstU64, Hooks, ValidatorRegistration, ValidatorSet},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_session::SessionManager;
use r1_primitives::{
	DeedId, DeedTerms, EpochIndex, JobId, Misconduct, OffenceRewards, OracleConduct,
	traits::{CurrentEpoch, DeedInspect, OracleVerdicts},
};
use sp_runtime::{BuildStorage, DispatchResult, traits::ConvertInto};
use sp_staking::SessionIndex;
use std::collections::{BTreeMap, BTreeSet};

/// The validators of genesis: they have session keys, and no deeds.
pub(crate) const GENESIS: [u64; 4] = [91, 92, 93, 94];

/// The owner of the deed with a number, unless a test sells it.
pub(crate) const fn owner_of(deed: DeedId) -> u64 {
	1_000 + deed as u64
}

/// Somebody who reports offences.
pub(crate) const REPORTER: u64 = 77;

/// What a reporter is paid, in base units of R1.
pub(crate) const REWARD: u128 = 5_000;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	#[derive(Debug)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;

	#[runtime::pallet_index(1)]
	pub type Validators = pallet_validators::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

parameter_types! {
	pub storage CandidatesMax: u32 = 8;
	pub storage ValidatorsMin: u32 = 2;
	pub storage ValidatorsMax: u32 = 4;
	pub storage PerOwnerMax: u32 = 2;
	pub storage WindowEpochs: u32 = 4;
	pub storage SuspensionsMax: u32 = 4;
	/// The epoch of the current block.
	pub storage Now: EpochIndex = 10;
	/// The first epoch that the oracles have not decided.
	pub storage FirstUndecided: EpochIndex = 10;
	/// The current session.
	pub storage Session: SessionIndex = 1;
	/// The validators of the current session.
	pub storage Serving: Vec<u64> = GENESIS.to_vec();
	/// The validators of the next session.
	pub storage Queued: Vec<u64> = GENESIS.to_vec();
	/// Who has session keys.
	pub storage Keyed: BTreeSet<u64> = GENESIS.into_iter().collect();
	/// Whether the session's pallet can prove who its validators were.
	pub storage HasRoot: bool = true;
	/// Who was put out of the current session.
	pub storage Disabled: Vec<u64> = Vec::new();
	/// What was paid for proofs: by which deed, to whom.
	pub storage Forfeited: Vec<(DeedId, u64)> = Vec::new();
}

pub(crate) const APPEAL_EPOCHS: u32 = 2;
pub(crate) const SUSPENSION_EPOCHS: u32 = 3;
pub(crate) const DEFAULT_SESSION_SLOTS: u64 = 300;

impl pallet_validators::Config for Test {
	type GovernanceOrigin = EnsureRoot<u64>;
	type Deeds = World;
	type Verdicts = World;
	type Epochs = World;
	type Keys = World;
	type Validators = World;
	type Sessions = World;
	type Rewards = World;
	type CandidatesMax = CandidatesMax;
	type ValidatorsMin = ValidatorsMin;
	type ValidatorsMax = ValidatorsMax;
	type PerOwnerMax = PerOwnerMax;
	type WindowEpochs = WindowEpochs;
	type AppealEpochs = ConstU32<APPEAL_EPOCHS>;
	type SuspensionEpochs = ConstU32<SUSPENSION_EPOCHS>;
	type SuspensionsMax = SuspensionsMax;
	type DefaultSessionSlots = ConstU64<DEFAULT_SESSION_SLOTS>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = World;
}

/// A deed: its owner, its node, and whether it is banned.
type DeedRecord = (u64, Option<u64>, bool);

#[storage_alias]
type DeedRecords = StorageMap<World, Twox64Concat, DeedId, DeedRecord>;

/// The deed of each linked node.
#[storage_alias]
type Links = StorageMap<World, Twox64Concat, u64, DeedId>;

/// Agreed availability of deeds in the epochs with agreement; those not named have 0.
#[storage_alias]
type Table = StorageMap<World, Twox64Concat, EpochIndex, BTreeMap<DeedId, u8>>;

/// What the pallets around this one know.
#[derive(Debug)]
pub struct World;

impl World {
	/// Links a deed to a node; it is issued first if it does not exist.
	pub(crate) fn link(deed: DeedId, node: u64) {
		let (owner, _, is_banned) = DeedRecords::get(deed).unwrap_or((owner_of(deed), None, false));
		Self::unlink(deed);
		if let Some(other) = Links::get(node) {
			Self::unlink(other);
		}
		DeedRecords::insert(deed, (owner, Some(node), is_banned));
		Links::insert(node, deed);
	}

	pub(crate) fn unlink(deed: DeedId) {
		let Some((owner, node, is_banned)) = DeedRecords::get(deed) else { return };
		if let Some(node) = node {
			Links::remove(node);
		}
		DeedRecords::insert(deed, (owner, None::<u64>, is_banned));
	}

	pub(crate) fn set_banned(deed: DeedId, is_banned: bool) {
		DeedRecords::mutate_extant(deed, |record| record.2 = is_banned);
	}

	pub(crate) fn sell(deed: DeedId, owner: u64) {
		DeedRecords::mutate_extant(deed, |record| record.0 = owner);
	}

	pub(crate) fn burn(deed: DeedId) {
		Self::unlink(deed);
		DeedRecords::remove(deed);
	}

	pub(crate) fn set_keyed(node: u64, is_keyed: bool) {
		Keyed::mutate_storage(|keyed| {
			if is_keyed {
				keyed.insert(node)
			} else {
				keyed.remove(&node)
			};
		});
	}

	/// Lets the next epoch begin; the one that ends is not decided.
	pub(crate) fn end_epoch() {
		Now::set(&(Now::get() + 1));
	}

	/// Lets the oracles decide the first undecided epoch, as their pallet would.
	pub(crate) fn decide(verdict: &Verdict) {
		let epoch = FirstUndecided::get();
		assert!(epoch < Now::get(), "epoch {epoch} is not over");
		Pallet::<Test>::on_reports_counted(epoch, &verdict.present, &verdict.absent);
		if verdict.absent.len() * 2 < verdict.present.len() {
			Pallet::<Test>::on_work_settled(&verdict.work);
			Table::insert(epoch, verdict.availability.iter().copied().collect::<BTreeMap<_, _>>());
		}
		FirstUndecided::set(&(epoch + 1));
	}

	/// Begins the next session as the session's pallet does: whom it has queued serves now, and
	/// who was chosen is queued, unless it has no keys; consensus ignores an empty set.
	pub(crate) fn rotate() -> Option<Vec<u64>> {
		let serving = Queued::get();
		Serving::set(&serving);
		Session::set(&(Session::get() + 1));
		let chosen = <Pallet<Test> as SessionManager<u64>>::new_session(Session::get() + 1);
		let mut queued = chosen.clone().unwrap_or_else(|| serving.clone());
		queued.retain(Self::is_registered);
		Queued::set(if queued.is_empty() { &serving } else { &queued });
		chosen
	}
}

/// Storage parameters that are changed and not replaced.
trait MutateStorage<Value> {
	fn mutate_storage(change: impl FnOnce(&mut Value));
}

macro_rules! mutate_storage {
	($($parameter:ident: $value:ty),*) => {
		$(impl MutateStorage<$value> for $parameter {
			fn mutate_storage(change: impl FnOnce(&mut $value)) {
				let mut value = $parameter::get();
				change(&mut value);
				$parameter::set(&value);
			}
		})*
	};
}

mutate_storage!(Keyed: BTreeSet<u64>, Disabled: Vec<u64>, Forfeited: Vec<(DeedId, u64)>);

/// What the oracles say of an epoch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
	pub(crate) present: Vec<u64>,
	pub(crate) absent: Vec<u64>,
	pub(crate) availability: Vec<(DeedId, u8)>,
	pub(crate) work: Vec<(DeedId, u8)>,
}

/// All validators of genesis agree on this.
pub(crate) fn agreed(availability: &[(DeedId, u8)]) -> Verdict {
	Verdict { present: GENESIS.to_vec(), availability: availability.to_vec(), ..Verdict::default() }
}

/// Nobody reports.
pub(crate) fn silence() -> Verdict {
	Verdict { absent: GENESIS.to_vec(), ..Verdict::default() }
}

/// Ends an epoch, decides it and counts it.
pub(crate) fn play(verdict: &Verdict) {
	World::end_epoch();
	World::decide(verdict);
	idle();
}

/// As many epochs as a window has, all with the same agreed availability.
pub(crate) fn play_window(availability: &[(DeedId, u8)]) {
	for _ in 0..WindowEpochs::get() {
		play(&agreed(availability));
	}
}

/// Ends a block with as much weight as could be wished for.
pub(crate) fn idle() -> Weight {
	Validators::on_idle(System::block_number(), Weight::MAX)
}

impl CurrentEpoch for World {
	fn current_epoch() -> EpochIndex {
		Now::get()
	}
}

impl DeedInspect<u64> for World {
	fn owner_of(deed: DeedId) -> Option<u64> {
		DeedRecords::get(deed).map(|record| record.0)
	}

	fn node_of(deed: DeedId) -> Option<u64> {
		DeedRecords::get(deed)?.1
	}

	fn deed_of(node: &u64) -> Option<DeedId> {
		Links::get(node)
	}

	fn is_active(deed: DeedId) -> bool {
		DeedRecords::get(deed).is_some_and(|(_, node, is_banned)| node.is_some() && !is_banned)
	}

	fn terms(deed: DeedId) -> Option<DeedTerms> {
		DeedRecords::contains_key(deed).then_some(DeedTerms::Node)
	}

	fn issued() -> u32 {
		DeedRecords::iter_keys().max().unwrap_or(0)
	}

	fn are_paused() -> bool {
		false
	}
}

impl OracleVerdicts for World {
	fn first_undecided_epoch() -> EpochIndex {
		FirstUndecided::get()
	}

	fn availability(epoch: EpochIndex, deed: DeedId) -> Option<u8> {
		Self::availabilities(epoch, &[deed])?.pop()
	}

	fn availabilities(epoch: EpochIndex, deeds: &[DeedId]) -> Option<Vec<u8>> {
		assert!(deeds.is_sorted(), "deeds in another order cost more");
		let values = Table::get(epoch).unwrap_or_default();
		let agreed = |deed| values.get(deed).copied().unwrap_or(0);
		(epoch < FirstUndecided::get()).then(|| deeds.iter().map(agreed).collect())
	}

	fn quality(_epoch: EpochIndex, _job: JobId, _deed: DeedId) -> Option<u8> {
		None
	}
}

impl ValidatorRegistration<u64> for World {
	fn is_registered(node: &u64) -> bool {
		Keyed::get().contains(node)
	}
}

impl ValidatorSet<u64> for World {
	type ValidatorId = u64;
	type ValidatorIdOf = ConvertInto;

	fn session_index() -> SessionIndex {
		Session::get()
	}

	fn validators() -> Vec<u64> {
		Serving::get()
	}
}

impl Sessions<u64> for World {
	fn has_lasting_root(session: SessionIndex) -> bool {
		assert_eq!(session, Session::get(), "a session is planned in the one before it");
		HasRoot::get()
	}

	fn disable(validator: &u64) {
		Disabled::mutate_storage(|disabled| disabled.push(*validator));
	}

	fn on_session_ended(_session: SessionIndex) {}
}

impl OffenceRewards<u64> for World {
	fn forfeit(deed: DeedId, to: &u64) -> u128 {
		Forfeited::mutate_storage(|forfeited| forfeited.push((deed, *to)));
		REWARD
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<u64> for World {
	fn ready_node(owner: &u64, node: &u64) -> DeedId {
		let deed = Self::issued() + 1;
		Self::link(deed, *node);
		Self::sell(deed, *owner);
		Self::set_keyed(*node, true);
		deed
	}

	fn serve(last: &u64) {
		Serving::set(&vec![*last]);
	}

	fn decide(epoch: EpochIndex, deeds: &[DeedId]) {
		let table: BTreeMap<_, _> = deeds.iter().map(|deed| (*deed, u8::MAX)).collect();
		Table::insert(epoch, table);
		Now::set(&(epoch + 1));
		FirstUndecided::set(&(epoch + 1));
	}
}

/// Builds the chain of a test: in epoch 10, validated by those of genesis, without candidates.
#[derive(Debug, Default)]
pub(crate) struct ExtBuilder {
	nodes: u32,
	are_candidates: bool,
}

impl ExtBuilder {
	/// Nodes 1, 2, 3.. are linked to the deeds with their numbers, and have session keys.
	pub(crate) fn with_nodes(self, nodes: u32) -> Self {
		Self { nodes, ..self }
	}

	/// The same, and all have announced that they are ready.
	pub(crate) fn with_candidates(self, nodes: u32) -> Self {
		Self { nodes, are_candidates: true }
	}

	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig::default().build_storage().expect("genesis is valid");
		let mut externalities = sp_io::TestExternalities::new(storage);
		externalities.execute_with(|| {
			// Events are kept from block 1 on.
			System::set_block_number(1);
			for node in 1..=self.nodes {
				World::link(node, node.into());
				World::set_keyed(node.into(), true);
				if self.are_candidates {
					announce(node.into()).expect("the node is ready");
				}
			}
			System::reset_events();
		});
		externalities
	}

	/// Runs a test and then checks every invariant of the pallet.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Pallet::<Test>::do_try_state().expect("every invariant holds");
		});
	}
}

/// Events of the pallet, oldest first, since this was last called.
pub(crate) fn events_since_last_call() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

pub(crate) fn announce(node: u64) -> DispatchResult {
	Validators::announce_readiness(RuntimeOrigin::signed(node))
}

pub(crate) fn withdraw(node: u64) -> DispatchResult {
	Validators::withdraw_readiness(RuntimeOrigin::signed(node))
}

pub(crate) fn reverse(offence: OffenceId) -> DispatchResult {
	Validators::reverse_offence(RuntimeOrigin::root(), offence)
}

/// Proves that a node handed in two reports of epoch 9.
pub(crate) fn convict(node: u64) {
	Validators::on_misconduct(&node, Misconduct::TwoReports, 9, Some(&REPORTER));
}

/// The candidates, as pairs of deed and node.
pub(crate) fn candidates() -> Vec<(DeedId, u64)> {
	Validators::candidates()
		.into_iter()
		.map(|(deed, found)| (deed, found.node))
		.collect()
}

/// What the window of a deed's candidate holds, as pairs of availability and work.
pub(crate) fn window_of(deed: DeedId) -> Vec<(u8, u32)> {
	let pair = |seen: Observation| (seen.availability, seen.work);
	Validators::candidates()
		.into_iter()
		.filter(|(other, _)| *other == deed)
		.flat_map(|(_, found)| found.window.into_iter().map(pair))
		.collect()
}
