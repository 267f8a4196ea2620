// SPDX-License-Identifier: Apache-2.0

//! The off-chain worker, against a keystore, a pool and a daemon that tests play.

use crate::{
	mock::*,
	worker::io::{DEADLINE_MILLIS, EVIDENCE_BYTES_MAX, EdgeError, fetch_evidence},
	*,
};
use codec::{Decode, Encode};
use frame_support::traits::Hooks;
use r1_primitives::{
	Anchor, EDGE_STATE_KEY, EDGE_URL_KEY, EpochEvidence, OracleEvidence, PlacementBallot, WorkEntry,
};
use sp_core::{
	OpaquePeerId,
	offchain::{
		DbExternalities, Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt,
		OffchainWorkerExt, OpaqueNetworkState, StorageKind, Timestamp, TransactionPoolExt,
		testing::{PendingRequest, TestOffchainExt, TestTransactionPoolExt},
	},
};
use std::sync::{Arc, Mutex};

const URL: &str = "http://127.0.0.1:31236";
const NOW_MILLIS: u64 = 1_000_000;

/// The worker's surroundings, with HTTP statuses that the test decides.
#[derive(Clone)]
struct Surroundings {
	inner: TestOffchainExt,
	status: Arc<Mutex<HttpRequestStatus>>,
	body_error: Arc<Mutex<Option<HttpError>>>,
	/// What the daemon answers who asks for roots.
	anchors: Arc<Mutex<Vec<u8>>>,
	is_validator: bool,
}

impl Surroundings {
	fn check_deadline(deadline: Option<Timestamp>) {
		let latest = NOW_MILLIS + DEADLINE_MILLIS;
		assert!(deadline.is_some_and(|deadline| deadline.unix_millis() <= latest));
	}
}

impl Externalities for Surroundings {
	fn is_validator(&self) -> bool {
		self.is_validator
	}

	fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
		self.inner.network_state()
	}

	fn timestamp(&mut self) -> Timestamp {
		Timestamp::from_unix_millis(NOW_MILLIS)
	}

	fn sleep_until(&mut self, _deadline: Timestamp) {
		panic!("the worker never sleeps");
	}

	fn random_seed(&mut self) -> [u8; 32] {
		self.inner.random_seed()
	}

	fn http_request_start(
		&mut self,
		method: &str,
		uri: &str,
		meta: &[u8],
	) -> Result<HttpRequestId, ()> {
		if uri.starts_with(&format!("{URL}/oracle/v1/anchors?epoch=")) {
			self.inner.0.write().expect_request(PendingRequest {
				method: "GET".into(),
				uri: uri.into(),
				response: Some(self.anchors.lock().unwrap().clone()),
				sent: true,
				..Default::default()
			});
		}
		self.inner.http_request_start(method, uri, meta)
	}

	fn http_request_add_header(
		&mut self,
		request_id: HttpRequestId,
		name: &str,
		value: &str,
	) -> Result<(), ()> {
		self.inner.http_request_add_header(request_id, name, value)
	}

	fn http_request_write_body(
		&mut self,
		request_id: HttpRequestId,
		chunk: &[u8],
		deadline: Option<Timestamp>,
	) -> Result<(), HttpError> {
		Self::check_deadline(deadline);
		self.inner.http_request_write_body(request_id, chunk, deadline)
	}

	fn http_response_wait(
		&mut self,
		ids: &[HttpRequestId],
		deadline: Option<Timestamp>,
	) -> Vec<HttpRequestStatus> {
		Self::check_deadline(deadline);
		vec![*self.status.lock().unwrap(); ids.len()]
	}

	fn http_response_headers(&mut self, request_id: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
		self.inner.http_response_headers(request_id)
	}

	fn http_response_read_body(
		&mut self,
		request_id: HttpRequestId,
		buffer: &mut [u8],
		deadline: Option<Timestamp>,
	) -> Result<usize, HttpError> {
		Self::check_deadline(deadline);
		match *self.body_error.lock().unwrap() {
			Some(error) => Err(error),
			None => self.inner.http_response_read_body(request_id, buffer, deadline),
		}
	}

	fn set_authorized_nodes(&mut self, _nodes: Vec<OpaquePeerId>, _authorized_only: bool) {
		panic!("the worker leaves the network alone");
	}
}

/// A validator whose keystore holds the key of oracle 0, and what surrounds it.
struct Validator {
	ext: sp_io::TestExternalities,
	surroundings: Surroundings,
	pool: TestTransactionPoolExt,
	submitted: Box<dyn Fn() -> Vec<Extrinsic>>,
}

impl Validator {
	fn new(builder: ExtBuilder) -> Self {
		Self::with_role(builder, true)
	}

	fn with_role(builder: ExtBuilder, is_validator: bool) -> Self {
		let surroundings = Surroundings {
			inner: TestOffchainExt::default(),
			status: Arc::new(Mutex::new(HttpRequestStatus::Finished(200))),
			body_error: Arc::default(),
			anchors: Arc::new(Mutex::new(Vec::<Anchor>::new().encode())),
			is_validator,
		};
		let (pool, state) = TestTransactionPoolExt::new();
		let submitted = Box::new(move || {
			core::mem::take(&mut state.write().transactions)
				.iter()
				.map(|bytes| Extrinsic::decode(&mut bytes.as_slice()).unwrap())
				.collect()
		});
		let mut validator =
			Self { ext: builder.build_with_keystore(), surroundings, pool, submitted };
		validator.connect();
		validator.ext.execute_with(|| enter_epoch(0));
		validator
	}

	fn connect(&mut self) {
		let pool = core::mem::take(&mut self.pool);
		self.ext.register_extension(OffchainWorkerExt::new(self.surroundings.clone()));
		self.ext.register_extension(OffchainDbExt::new(self.surroundings.inner.clone()));
		self.ext.register_extension(TransactionPoolExt::new(pool));
	}

	/// Names the daemon, as the node does at its start.
	fn with_edge(mut self) -> Self {
		self.surroundings.inner.local_storage_set(
			StorageKind::PERSISTENT,
			EDGE_URL_KEY,
			URL.as_bytes(),
		);
		self
	}

	/// The daemon will answer the next request with these bytes.
	fn expect_request(&self, epoch: u32, response: Vec<u8>) {
		self.surroundings.inner.0.write().expect_request(PendingRequest {
			method: "GET".into(),
			uri: format!("{URL}/oracle/v1/evidence?epoch={epoch}"),
			response: Some(response),
			sent: true,
			..Default::default()
		});
	}

	fn set_status(&self, status: HttpRequestStatus) {
		*self.surroundings.status.lock().unwrap() = status;
	}

	fn set_seed(&self, seed: [u8; 32]) {
		self.surroundings.inner.0.write().seed = seed;
	}

	/// Runs the worker after the current block; the calls that it submitted.
	fn run_worker(&mut self) -> Vec<Call<Test>> {
		let root = || sp_io::storage::root(sp_runtime::StateVersion::V1);
		self.ext.execute_with(|| {
			let before = root();
			Oracles::offchain_worker(System::block_number());
			assert_eq!(root(), before, "the worker writes no chain state");
		});
		(self.submitted)()
			.into_iter()
			.map(|transaction| match transaction.function {
				RuntimeCall::Oracles(call) => call,
				RuntimeCall::System(call) => panic!("{call:?}"),
			})
			.collect()
	}

	/// Ends the block, and puts these calls into the next one.
	fn next_block(&mut self, calls: Vec<Call<Test>>) {
		self.ext.execute_with(|| {
			end_block();
			for call in calls {
				apply(call).expect("what the worker submits is valid in the next block");
			}
			Oracles::do_try_state().unwrap();
		});
	}

	fn enter_epoch(&mut self, epoch: u32) {
		self.ext.execute_with(|| enter_epoch(epoch));
	}

	/// How the worker last found the daemon.
	fn edge_state(&mut self) -> Option<Vec<u8>> {
		self.surroundings
			.inner
			.local_storage_get(StorageKind::PERSISTENT, EDGE_STATE_KEY)
	}
}

fn evidence(epoch: u32, value: u8) -> Vec<u8> {
	let work = vec![WorkEntry { job: 3, deed: 2, quality: value }];
	let report = EpochEvidence { epoch, availability: vec![value; 10], work };
	OracleEvidence { report: Some(report), ballots: Vec::new() }.encode()
}

#[test]
fn worker_should_reveal_what_it_committed_to_when_it_was_restarted_in_between() {
	let mut validator = Validator::new(ExtBuilder::default().with_oracles(1)).with_edge();
	validator.enter_epoch(1);
	validator.set_seed([1; 32]);
	validator.expect_request(0, evidence(0, 200));
	let calls = validator.run_worker();
	assert!(matches!(calls[..], [Call::commit { epoch: 0, oracle: 0, .. }]), "{calls:?}");
	validator.next_block(calls);

	// After a restart nothing is left but the node's database. The daemon has changed its mind,
	// and the next salt would be another.
	validator.set_seed([2; 32]);
	validator.expect_request(0, evidence(0, 9));
	let calls = validator.run_worker();
	assert_eq!(calls.len(), 2, "a page of availability and one of work");
	validator.next_block(calls);
	validator.next_block(Vec::new());
	validator.ext.execute_with(|| {
		use r1_primitives::traits::OracleVerdicts;
		assert_eq!(Oracles::availability(0, 10), Some(200));
		assert_eq!(Oracles::quality(0, 3, 2), Some(200));
	});
}

#[test]
fn worker_should_commit_to_its_record_when_the_first_commitment_was_lost() {
	let mut validator = Validator::new(ExtBuilder::default()).with_edge();
	CommitBlocks::set(8);
	validator.enter_epoch(1);
	validator.set_seed([1; 32]);
	validator.expect_request(0, evidence(0, 200));
	let lost = validator.run_worker();
	validator.set_seed([2; 32]);

	// Not at once, for it may be under way; the daemon is asked for ballots only.
	for _ in 0..2 {
		validator.next_block(Vec::new());
		validator.expect_request(0, evidence(0, 9));
		assert_eq!(validator.run_worker(), []);
	}
	validator.next_block(Vec::new());
	validator.expect_request(0, evidence(0, 9));
	let again = validator.run_worker();
	let commitments: Vec<_> = lost
		.iter()
		.chain(&again)
		.map(|call| match call {
			Call::commit { commitment, .. } => *commitment,
			other => panic!("{other:?}"),
		})
		.collect();
	assert_eq!(commitments.len(), 2);
	assert_eq!(commitments[0], commitments[1]);
}

#[test]
fn worker_should_report_on_the_missing_pages_only() {
	let mut validator = Validator::new(ExtBuilder::default().with_issued(3_000)).with_edge();
	validator.enter_epoch(1);
	validator.expect_request(0, evidence(0, 200));
	let commit = validator.run_worker();
	validator.next_block(commit);
	validator.ext.execute_with(|| run_to_block(5));
	validator.expect_request(0, evidence(0, 200));
	let mut reveals = validator.run_worker();
	assert_eq!(reveals.len(), 4);
	// Two get lost.
	reveals.truncate(2);
	validator.next_block(reveals);
	validator.next_block(Vec::new());
	validator.next_block(Vec::new());
	validator.expect_request(0, evidence(0, 200));
	let pages: Vec<_> = validator
		.run_worker()
		.iter()
		.map(|call| match call {
			Call::reveal { page, .. } => *page,
			other => panic!("{other:?}"),
		})
		.collect();
	assert_eq!(pages, [2, 3]);
}

#[test]
fn worker_should_submit_nothing_and_leave_the_chain_alone_when_no_daemon_is_named() {
	let mut validator = Validator::new(ExtBuilder::default());
	validator.enter_epoch(1);
	assert_eq!(validator.edge_state(), None);
	for block in 0..20 {
		assert_eq!(validator.run_worker(), []);
		// The note that keeps it from logging again.
		assert_eq!(validator.edge_state(), Some(vec![0]), "block {block}");
		validator.next_block(Vec::new());
	}
	validator.ext.execute_with(|| {
		let record = Epochs::<Test>::get(0).unwrap();
		assert_eq!(record.outcome, Some(Outcome::Void));
		assert_eq!(FirstUndecided::<Test>::get(), 1);
	});
}

#[test]
fn worker_should_do_nothing_when_the_node_is_no_validator_or_no_oracle() {
	let mut full_node = Validator::with_role(ExtBuilder::default(), false).with_edge();
	full_node.enter_epoch(1);
	assert_eq!(full_node.run_worker(), []);

	// The session's oracles are others: the daemon is not even asked.
	let mut outsider = Validator::new(ExtBuilder::default()).with_edge();
	outsider.ext.execute_with(|| {
		FirstUndecided::<Test>::put(1);
		EpochOracles::<Test>::remove(0);
		start_session(1..4);
		enter_epoch(1);
		EpochOracles::<Test>::remove(0);
		Epochs::<Test>::remove(0);
	});
	assert_eq!(outsider.run_worker(), []);
	assert_eq!(outsider.edge_state(), None);
}

#[test]
fn worker_should_submit_nothing_when_the_daemon_does_not_answer_as_it_should() {
	use HttpRequestStatus::*;
	let entry = |job| WorkEntry { job, deed: 1, quality: 1 };
	let with_work = |work| {
		let report = EpochEvidence { epoch: 0, availability: vec![1; 10], work };
		OracleEvidence { report: Some(report), ballots: Vec::new() }.encode()
	};
	let mut trailing = evidence(0, 1);
	trailing.push(0);
	let answers = [
		(DeadlineReached, evidence(0, 1)),
		(IoError, evidence(0, 1)),
		(Invalid, evidence(0, 1)),
		(Finished(404), evidence(0, 1)),
		(Finished(500), evidence(0, 1)),
		(Finished(200), b"<html>".to_vec()),
		(Finished(200), trailing),
		(Finished(200), vec![0; EVIDENCE_BYTES_MAX + 1]),
		// Well formed, but not what was asked for.
		(Finished(200), evidence(7, 1)),
		(Finished(200), OracleEvidence::default().encode()),
		(Finished(200), with_work(vec![entry(2), entry(1)])),
		(Finished(200), with_work(vec![entry(1), entry(1)])),
		(Finished(200), with_work((0..1_025).map(entry).collect())),
	];
	for (status, body) in answers {
		let mut validator = Validator::new(ExtBuilder::default()).with_edge();
		validator.enter_epoch(1);
		validator.set_status(status);
		validator.expect_request(0, body);
		assert_eq!(validator.run_worker(), [], "{status:?}");

		// It recovers as soon as the daemon does.
		validator.set_status(Finished(200));
		validator.expect_request(0, evidence(0, 1));
		assert_eq!(validator.run_worker().len(), 1, "after {status:?}");
	}
}

#[test]
fn fetch_evidence_should_name_what_is_wrong() {
	use HttpRequestStatus::*;
	let largest = {
		// As large as allowed: a report that is padded to the last byte.
		let mut availability = vec![0; EVIDENCE_BYTES_MAX];
		loop {
			let report = EpochEvidence { epoch: 0, availability, work: Vec::new() };
			let evidence = OracleEvidence { report: Some(report), ballots: Vec::new() };
			let excess = evidence.encoded_size().saturating_sub(EVIDENCE_BYTES_MAX);
			if excess == 0 {
				break evidence;
			}
			availability = evidence.report.unwrap().availability;
			availability.truncate(availability.len() - excess);
		}
	};
	assert_eq!(largest.encoded_size(), EVIDENCE_BYTES_MAX);
	let mut too_large = largest.encode();
	too_large.push(0);

	let cases = [
		(Finished(200), largest.encode(), Ok(largest)),
		(Finished(200), too_large, Err(EdgeError::TooLarge)),
		(Finished(200), Vec::new(), Err(EdgeError::Malformed)),
		(Finished(503), Vec::new(), Err(EdgeError::Status(503))),
		(DeadlineReached, Vec::new(), Err(EdgeError::DeadlineReached)),
		(IoError, Vec::new(), Err(EdgeError::Unreachable)),
	];
	for (status, body, expected) in cases {
		let mut validator = Validator::new(ExtBuilder::default());
		validator.set_status(status);
		validator.expect_request(0, body);
		let url = format!("{URL}/");
		validator.ext.execute_with(|| assert_eq!(fetch_evidence(&url, 0), expected));
	}
}

#[test]
fn fetch_evidence_should_fail_when_the_body_does_not_arrive_in_time() {
	let mut validator = Validator::new(ExtBuilder::default());
	*validator.surroundings.body_error.lock().unwrap() = Some(HttpError::DeadlineReached);
	validator.expect_request(0, evidence(0, 1));
	validator.ext.execute_with(|| {
		assert_eq!(fetch_evidence(URL, 0), Err(EdgeError::DeadlineReached));
	});
}

#[test]
fn worker_should_reveal_nothing_when_its_record_is_not_what_was_committed_to() {
	let mut validator = Validator::new(ExtBuilder::default()).with_edge();
	validator.enter_epoch(1);
	validator.expect_request(0, evidence(0, 200));
	validator.run_worker();
	// The same key ran on another machine, and was faster.
	let elsewhere = Report { salt: [77; 32], ..Report::new(0, 0, &[1; 10], &[]) };
	let commit = validator.ext.execute_with(|| elsewhere.commit_call());
	validator.next_block(vec![commit]);
	validator.ext.execute_with(|| run_to_block(5));
	validator.expect_request(0, evidence(0, 200));
	assert_eq!(validator.run_worker(), []);
}

#[test]
fn worker_should_cast_the_ballots_that_count() {
	let mut validator = Validator::new(ExtBuilder::default()).with_edge();
	Waiting::mutate(|waiting| waiting.extend([(7, 0), (8, 3)]));
	let cast = |job, round, deeds: &[u32]| PlacementBallot { job, round, deeds: deeds.to_vec() };
	let ballots = vec![
		cast(7, 0, &[1, 2]),
		cast(8, 2, &[1]),
		cast(8, 3, &[2, 1]),
		cast(8, 3, &[BANNED_DEED]),
		cast(8, 3, &(1..100).collect::<Vec<_>>()),
		cast(9, 0, &[1]),
		cast(8, 3, &[5]),
	];
	let answer = OracleEvidence { report: None, ballots }.encode();
	validator.expect_request(0, answer.clone());
	let calls = validator.run_worker();
	let votes: Vec<_> = calls
		.iter()
		.map(|call| match call {
			Call::vote_placement { oracle: 0, ballot, .. } => (ballot.job, ballot.deeds.to_vec()),
			other => panic!("{other:?}"),
		})
		.collect();
	assert_eq!(votes, [(7, vec![1, 2]), (8, vec![5])]);
	validator.next_block(calls);

	// What the chain holds is not cast again, however long the daemon repeats it.
	for _ in 0..10 {
		validator.expect_request(0, answer.clone());
		assert_eq!(validator.run_worker(), []);
		validator.next_block(Vec::new());
	}
}

/// The page of work that a worker reveals when the daemon answers so who asks for roots.
fn revealed_work(anchors: Vec<u8>) -> Option<ReportPage> {
	let mut validator = Validator::new(ExtBuilder::default().with_oracles(1)).with_edge();
	*validator.surroundings.anchors.lock().unwrap() = anchors;
	validator.enter_epoch(1);
	validator.expect_request(0, evidence(0, 200));
	let commit = validator.run_worker();
	validator.next_block(commit);
	validator.expect_request(0, evidence(0, 200));
	let calls = validator.run_worker();
	// The page of work is the last.
	calls.into_iter().rev().find_map(|call| match call {
		Call::reveal { contents, .. } => Some(contents),
		_ => None,
	})
}

#[test]
fn worker_should_report_the_roots_that_the_daemon_has() {
	let anchors =
		vec![Anchor { job: 3, deed: 2, root: [1; 32] }, Anchor { job: 3, deed: 4, root: [2; 32] }];
	match revealed_work(anchors.encode()) {
		Some(ReportPage::AnchoredWork { work, anchors: revealed }) => {
			assert_eq!((work.len(), revealed.into_inner()), (1, anchors.clone()));
		},
		other => panic!("{other:?}"),
	}
	// A daemon that knows of none, or does not know what is asked, costs no report.
	for answer in [Vec::<Anchor>::new().encode(), b"no such path".to_vec()] {
		assert!(matches!(revealed_work(answer), Some(ReportPage::Work(_))));
	}
	// Roots out of order are not signed, nor is the report with them.
	let disordered: Vec<Anchor> = anchors.into_iter().rev().collect();
	assert_eq!(revealed_work(disordered.encode()), None);
}
