// SPDX-License-Identifier: Apache-2.0

//! The off-chain worker: from what the daemon beside this validator saw to signed reports.
//!
//! ```text
//! chain state --+
//!               +--> plan: what is due? --> submit, from the local record
//! local record -+         | nothing recorded yet, or ballots wanted
//!                         v
//!                  GET {edge}/oracle/v1/evidence, anchors --> record --> submit
//! ```
//!
//! `plan` decides and does no I/O; `io` does I/O and decides nothing. The record of a report,
//! with its salt, is stored before the commitment to it is submitted, so that a worker that is
//! killed at any moment reveals what it committed to, and two workers that run at once (blocks may
//! come faster than the daemon answers) commit to the same.
//!
//! # Failure model
//!
//! A daemon that is absent, slow, broken or hostile costs this validator its say, and nothing else:
//! one request a block, and one more for each report, bounded in time and size, and every answer is checked before it is signed.
//! What was submitted and got lost is submitted again after a few blocks. Nothing here can halt the
//! chain: the worker runs beside it and writes no chain state.

pub(crate) mod plan;
pub(crate) mod io;

use crate::{
	Ballot, Call, CommitBody, Config, EpochOracles, EpochRecordOf, Epochs, Error, LOG_TARGET,
	NextToSettle, OracleSetOf, PageHashes, Pallet, Reports, RevealBody, VoteBody,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::BoundedVec;
use frame_system::{offchain::SubmitTransaction, pallet_prelude::BlockNumberFor};
use plan::{Action, LocalReport, OnChain, next_action};
use r1_primitives::{
	EpochIndex, OracleEvidence, OracleIndex, PageIndex, PlacementBallot, SignedBody,
	traits::CurrentEpoch,
};
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::traits::{One, Saturating};

/// Epochs that are not settled which one run looks at; more than one is open only if blocks are late.
const EPOCHS_PER_RUN: u32 = 4;

/// Ballots of the daemon that one run considers.
const BALLOTS_PER_RUN: usize = 16;

/// A report that one of this node's keys owes, and what is next for it.
struct Task<T: Config> {
	epoch: EpochIndex,
	record: EpochRecordOf<T>,
	oracle: OracleIndex,
	key: T::AuthorityId,
	local: Option<LocalReport>,
	action: Action,
}

/// Does what is due after a block.
pub(crate) fn run<T: Config>(now: BlockNumberFor<T>) {
	if !sp_io::offchain::is_validator() {
		return;
	}
	let mut keys = T::AuthorityId::all();
	keys.sort();

	let tasks = due_tasks::<T>(now, &keys);
	for task in &tasks {
		perform::<T>(task, now);
	}

	let to_gather = tasks.iter().find(|task| task.action == Action::Gather);
	let voters = own_positions::<T>(&Pallet::<T>::current_oracle_set(), &keys);
	if to_gather.is_none() && voters.is_empty() {
		return;
	}
	let epoch = to_gather.map_or_else(
		|| <Pallet<T> as CurrentEpoch>::current_epoch().saturating_sub(1),
		|task| task.epoch,
	);
	let Some(evidence) = io::ask_edge(epoch) else { return };
	for task in &tasks {
		if task.action == Action::Gather && task.epoch == epoch {
			gather::<T>(task, &evidence, now);
		}
	}
	for (oracle, key) in &voters {
		vote::<T>(*oracle, key, &evidence.ballots, now);
	}
}

/// What is next for each report that this node's keys owe.
fn due_tasks<T: Config>(now: BlockNumberFor<T>, keys: &[T::AuthorityId]) -> Vec<Task<T>> {
	// A transaction that is submitted now lands in the next block at the earliest.
	let next_block = now.saturating_add(One::one());
	let mut tasks = Vec::new();
	let mut epoch = NextToSettle::<T>::get();
	for _ in 0..EPOCHS_PER_RUN {
		let Some(record) = Epochs::<T>::get(epoch) else { break };
		let phase = record.phase(next_block);
		for (oracle, key) in own_positions::<T>(&EpochOracles::<T>::get(epoch), keys) {
			let on_chain = OnChain {
				phase,
				deeds: record.deeds,
				pages: record.pages(),
				handed_in: Reports::<T>::get(epoch, oracle),
			};
			let local = io::load_report(&key, epoch, record.deeds);
			let action = next_action(&on_chain, local.as_ref(), epoch, oracle);
			tasks.push(Task { epoch, record, oracle, key, local, action });
		}
		epoch = record.next_epoch;
	}
	tasks
}

/// The positions in a set whose keys are in this node's keystore.
fn own_positions<T: Config>(
	oracles: &OracleSetOf<T>,
	sorted_keys: &[T::AuthorityId],
) -> Vec<(OracleIndex, T::AuthorityId)> {
	(0..=OracleIndex::MAX)
		.zip(oracles.iter())
		.filter(|(_, oracle)| sorted_keys.binary_search(&oracle.key).is_ok())
		.map(|(index, oracle)| (index, oracle.key.clone()))
		.collect()
}

/// Submits what needs nothing but the local record.
fn perform<T: Config>(task: &Task<T>, now: BlockNumberFor<T>) {
	match (&task.action, &task.local) {
		(Action::Commit, Some(local)) => commit::<T>(task, local, now),
		(Action::Reveal(pages), Some(local)) => reveal::<T>(task, local, pages, now),
		(Action::Lost, _) => log::warn!(
			target: LOG_TARGET,
			"cannot reveal the report of epoch {}: what was committed to is not on this machine",
			task.epoch,
		),
		(Action::Commit | Action::Reveal(_), None) | (Action::Gather | Action::Wait, _) => {},
	}
}

/// Records the daemon's report, and commits to it.
fn gather<T: Config>(task: &Task<T>, evidence: &OracleEvidence, now: BlockNumberFor<T>) {
	let Some(report) = &evidence.report else {
		log::debug!(target: LOG_TARGET, "the daemon saw too little of epoch {}", task.epoch);
		return;
	};
	let salt = sp_io::offchain::random_seed();
	let (epoch, deeds) = (task.epoch, task.record.deeds);
	let anchors = io::ask_anchors(epoch);
	let local = match LocalReport::from_evidence(epoch, deeds, report, &anchors, salt) {
		Ok(local) => local,
		Err(error) => {
			log::warn!(target: LOG_TARGET, "refused the daemon's report: {error}");
			return;
		},
	};
	// Another run may have been faster: then its record counts.
	let Some(local) = io::record_report(&task.key, local) else { return };
	commit::<T>(task, &local, now);
}

fn commit<T: Config>(task: &Task<T>, local: &LocalReport, now: BlockNumberFor<T>) {
	let Task { epoch, oracle, ref key, .. } = *task;
	if !io::is_due(&(b"commit", epoch, oracle, key.to_raw_vec()), now) {
		return;
	}
	let commitment = local.commitment(oracle);
	let body = CommitBody { epoch, oracle, deeds: local.deeds, commitment };
	submit::<T, _>(key, &body, |signature| Call::commit { epoch, oracle, commitment, signature });
}

fn reveal<T: Config>(
	task: &Task<T>,
	local: &LocalReport,
	pages: &[PageIndex],
	now: BlockNumberFor<T>,
) {
	let Task { epoch, oracle, ref key, .. } = *task;
	if !io::is_due(&(b"reveal", epoch, oracle, key.to_raw_vec()), now) {
		return;
	}
	let commitment = local.commitment(oracle);
	let Ok(page_hashes) = PageHashes::<T>::try_from(local.page_hashes()) else { return };
	for page in pages {
		let page = *page;
		let Some(contents) = local.pages.get(usize::from(page)).cloned() else { return };
		let (page_hashes, salt) = (page_hashes.clone(), local.salt);
		let (deeds, contents_hash) = (local.deeds, contents.hash());
		let body = RevealBody { epoch, oracle, deeds, page, contents: contents_hash, commitment };
		submit::<T, _>(key, &body, |signature| Call::reveal {
			epoch,
			oracle,
			page,
			contents,
			page_hashes,
			salt,
			signature,
		});
	}
}

/// Casts the daemon's ballots that count and that the chain does not hold yet.
fn vote<T: Config>(
	oracle: OracleIndex,
	key: &T::AuthorityId,
	ballots: &[PlacementBallot],
	now: BlockNumberFor<T>,
) {
	for PlacementBallot { job, round, deeds } in ballots.iter().take(BALLOTS_PER_RUN) {
		let (job, round) = (*job, *round);
		let Ok(deeds) = BoundedVec::try_from(deeds.clone()) else {
			log::warn!(target: LOG_TARGET, "refused a ballot of too many deeds for job {job}");
			continue;
		};
		let ballot = Ballot { job, round, deeds, cast_at: now };
		match Pallet::<T>::check_vote(oracle, &ballot) {
			Ok(_) => {},
			// The chain has it, or the job was placed: the daemon has not noticed yet.
			Err(Error::BallotNotNewer | Error::JobNotWaiting) => continue,
			Err(error) => {
				log::warn!(target: LOG_TARGET, "refused a ballot for job {job}: {error:?}");
				continue;
			},
		}
		if !io::is_due(&(b"vote", job, round, &ballot.deeds, key.to_raw_vec()), now) {
			continue;
		}
		let body = VoteBody { oracle, ballot };
		let ballot = body.ballot.clone();
		submit::<T, _>(key, &body, |signature| Call::vote_placement { oracle, ballot, signature });
	}
}

/// Signs a body and hands the call to the transaction pool.
fn submit<T: Config, B: SignedBody>(
	key: &T::AuthorityId,
	body: &B,
	call: impl FnOnce(crate::SignatureOf<T>) -> Call<T>,
) {
	let Some(signature) = key.sign(&Pallet::<T>::signing_payload(body)) else {
		log::error!(target: LOG_TARGET, "the keystore would not sign a {}", B::PURPOSE);
		return;
	};
	let transaction = T::create_authorized_transaction(call(signature).into());
	let bytes = transaction.encoded_size();
	match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
		Ok(()) => log::debug!(target: LOG_TARGET, "submitted a {} of {bytes} bytes", B::PURPOSE),
		// The pool has logged why; what is still missing is submitted again.
		Err(()) => log::debug!(target: LOG_TARGET, "the pool refused a {}", B::PURPOSE),
	}
}
