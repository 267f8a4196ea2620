// SPDX-License-Identifier: Apache-2.0

//! All routes of the interface. What is not here does not exist.

use super::{
	access::Access::{
		Files as FilesOf, Gateway, Job, Local, LocalOr, Model, Namespace, Public, Whole,
	},
	auth, cstore, encrypted, exec,
	files::{self, uploads},
	inference, jobs, learning, node, nodes, openapi, oracle, proof, quorum, receipts,
	route::{BINARY, Content, DELETE, HEAD, PATCH, Route, json},
};
use crate::defaults::{
	DATA_SET_BYTES_MAX, FETCH_TIME_MAX, SMALL_REQUEST_BYTES_MAX, UPLOAD_BYTES_MAX, UPLOAD_TIME_MAX,
};
use r1_api::{
	CarAdded, ChallengeRequest, ChallengeResponse, EncryptedModelStatus, ExecRequest, FileAdded,
	FileStatus, FilesCollected, FilesScrubbed, FilesStatus, HealthResponse, JobLearningResponse,
	JobLogs, JobReceipts, JobStatus, LearningDataKept, LearningDataRemoved, LearningDataResponse,
	LinkProofRequest, LinkProofResponse, NamespaceStatus, NamespacesResponse, NodeStatus,
	NodesResponse, PinStatus, PinsPage, QuorumKey, ReceiptsPage, RevokeRequest, RevokeResponse,
	SealingKeyResponse, SelfResponse, StoreEntries, StorePage, StoreWritten, TokenRequest,
	TokenResponse, Unpinned,
	oip::{InferRequest, InferResponse, Live, ModelMetadata, ModelReady, Ready, ServerMetadata},
	routes,
};
use r1_cstore::limits::VALUE_BYTES_MAX;
use r1_dauth::{
	Service::{Files, Jobs, Node, Store},
	Verb::{Read, Write},
};
use r1_edil::REQUEST_BYTES_MAX;

/// The table, in the order of the document.
pub(super) fn routes() -> Vec<Route> {
	[
		of_the_node(),
		of_sign_in(),
		of_jobs(),
		of_the_store(),
		of_files(),
		of_pins(),
		of_inference(),
		of_ciphertexts(),
		of_learning(),
	]
	.into_iter()
	.flatten()
	.collect()
}

/// The routes for containers of jobs: what their tokens may open, and nothing about the node.
pub(super) fn routes_inside() -> Vec<Route> {
	let is_for_instances = |route: &Route| match route.access {
		Namespace(_) | FilesOf(_) | Gateway => true,
		Public | Local | LocalOr(..) | Whole(..) | Job(..) | Model(_) => false,
	};
	routes().into_iter().filter(is_for_instances).collect()
}

fn of_the_node() -> Vec<Route> {
	vec![
		Route::get(routes::HEALTH, Public, node::health)
			.says("How the parts of the daemon are; status 503 while it cannot serve.")
			.answers(json::<HealthResponse>()),
		Route::get(routes::OPENAPI, Public, openapi::document)
			.says("This document.")
			.answers(Content::Bytes("application/json")),
		Route::get(routes::NODE, Public, node::status)
			.says("What the node is and does.")
			.answers(json::<NodeStatus>()),
		Route::get(routes::NODES, Public, nodes::list)
			.says("The nodes that it has heard, and what it knows of them.")
			.answers(json::<NodesResponse>()),
		Route::get(routes::SEALING_KEY, Public, nodes::sealing_key)
			.says("Whom secrets for a node are sealed for, in that node's signed word.")
			.answers(json::<SealingKeyResponse>()),
		Route::post(routes::LINK_PROOF, LocalOr(Node, Write), node::link_proof)
			.says("The node's consent to be linked to a deed.")
			.takes(json::<LinkProofRequest>())
			.answers(json::<LinkProofResponse>())
			.body_bytes_max(SMALL_REQUEST_BYTES_MAX),
		Route::get(routes::ORACLE_EVIDENCE, Local, oracle::evidence)
			.says("What an oracle's chain node reports of an epoch, in SCALE.")
			.query(&[("epoch", "The epoch.")])
			.answers(BINARY),
		Route::get(routes::ORACLE_ANCHORS, Local, oracle::anchors)
			.says("The roots of jobs' namespaces that it reports beside it, in SCALE.")
			.query(&[("epoch", "The epoch.")])
			.answers(BINARY),
	]
}

fn of_sign_in() -> Vec<Route> {
	let challenge = |path| {
		Route::post(path, Public, auth::challenge)
			.says("A text for the account's wallet to sign, good once and for a minute.")
			.takes(json::<ChallengeRequest>())
			.answers(json::<ChallengeResponse>())
			.body_bytes_max(SMALL_REQUEST_BYTES_MAX)
	};
	let token = |path| {
		Route::post(path, Public, auth::token)
			.says("A capability token, for a challenge that the account's wallet signed.")
			.takes(json::<TokenRequest>())
			.answers(json::<TokenResponse>())
			.body_bytes_max(SMALL_REQUEST_BYTES_MAX)
	};
	vec![
		challenge(routes::AUTH_CHALLENGE),
		token(routes::AUTH_TOKEN),
		// How one signs in does not depend on the interface's version.
		challenge(routes::AUTH_CHALLENGE_ANY),
		token(routes::AUTH_TOKEN_ANY),
		Route::get(routes::AUTH_SELF, Whole(Node, Read), auth::whoami)
			.says("Who the caller is.")
			.answers(json::<SelfResponse>()),
		Route::post(routes::AUTH_REVOKE, Public, auth::revoke)
			.says("Revokes a token that this node issued, on every node. To have it is enough.")
			.takes(json::<RevokeRequest>())
			.answers(json::<RevokeResponse>())
			.body_bytes_max(SMALL_REQUEST_BYTES_MAX),
	]
}

fn of_jobs() -> Vec<Route> {
	vec![
		Route::get(routes::JOB, Job(Jobs, Read), jobs::status)
			.says("How far a job is on this node.")
			.answers(json::<JobStatus>()),
		Route::get(routes::JOB_LOGS, Job(Jobs, Read), jobs::logs)
			.says("What a container of a job wrote last on this node.")
			.options(&[
				("container", "The container; a job with one container has no other."),
				("lines", "How many lines, 100 if nothing is said and 10 000 at most."),
			])
			.answers(json::<JobLogs>()),
		Route::get(routes::JOB_LOGS_FOLLOW, Job(Jobs, Read), jobs::follow)
			.says("The same, and each line that it writes from then on, until it ends.")
			.options(&[
				("container", "The container; a job with one container has no other."),
				("lines", "How many lines to begin with, 100 if nothing is said."),
			])
			.answers(Content::Bytes("text/event-stream")),
		Route::post(routes::JOB_EXEC, Job(Jobs, Write), exec::exec)
			.says("Begins a command in a container; the connection goes on in `r1-exec/1`.")
			.takes(json::<ExecRequest>())
			.answers(Content::Headers(101)),
		Route::get(routes::JOB_RECEIPTS, Job(Jobs, Read), receipts::list)
			.says("How many requests a job's model has answered on this node, epoch by epoch.")
			.answers(json::<JobReceipts>()),
		Route::get(routes::JOB_RECEIPTS_EPOCH, Job(Jobs, Read), receipts::page)
			.says("The receipts of an epoch.")
			.options(&[("from", "Where to go on; the last page's `next`.")])
			.answers(json::<ReceiptsPage>()),
		Route::get(routes::JOB_RECEIPT, Job(Jobs, Read), receipts::evidence)
			.says("A proof that a receipt was counted, under the root that the chain has.")
			.answers(BINARY),
	]
}

/// A key in the query may be any text; keys that are none are for Redis clients.
const KEY: (&str, &str) = ("key", "The key.");

/// On how many replicas a write shall be.
const COPIES: (&str, &str) =
	("copies", "On how many replicas it shall be before it is answered, after 10 s in any case.");

/// Which version is to be replaced.
const IF_VERSION: (&str, &str) =
	("if_version", "Only if the key has this version; 0 is that of a key that was never set.");

fn of_the_store() -> Vec<Route> {
	vec![
		Route::get(routes::CSTORE, Whole(Store, Read), cstore::list)
			.says("The namespaces that the node replicates.")
			.answers(json::<NamespacesResponse>()),
		Route::get(routes::CSTORE_NAMESPACE, Namespace(Read), cstore::status)
			.says("How large a namespace is, and the digest of what is in it.")
			.answers(json::<NamespaceStatus>()),
		Route::get(routes::CSTORE_VALUE, Namespace(Read), cstore::get)
			.says("The value of a plain key.")
			.query(&[KEY])
			.answers(BINARY),
		Route::post(routes::CSTORE_VALUE, Namespace(Write), cstore::set)
			.says("Sets a plain key.")
			.query(&[KEY])
			.options(&[COPIES, ("expires_in_ms", "How long it lives.")])
			.takes(BINARY)
			.answers(json::<StoreWritten>())
			.body_bytes_max(VALUE_BYTES_MAX),
		Route::post(routes::CSTORE_DELETE, Namespace(Write), cstore::delete)
			.says("Deletes a key, whatever it holds.")
			.query(&[KEY])
			.options(&[COPIES])
			.answers(json::<StoreWritten>()),
		Route::get(routes::CSTORE_QUORUM, Namespace(Read), quorum::get)
			.says(
				"A key that the nodes of a job agree on: what it holds now, wherever it was changed.",
			)
			.query(&[KEY])
			.answers(json::<QuorumKey>()),
		Route::post(routes::CSTORE_QUORUM, Namespace(Write), quorum::set)
			.says("Sets such a key. Of two requests for one version, one succeeds.")
			.query(&[KEY])
			.options(&[IF_VERSION])
			.takes(BINARY)
			.answers(json::<QuorumKey>())
			.body_bytes_max(VALUE_BYTES_MAX),
		Route::post(routes::CSTORE_QUORUM_DELETE, Namespace(Write), quorum::delete)
			.says("Deletes such a key, which is a change like any other.")
			.query(&[KEY])
			.options(&[IF_VERSION])
			.answers(json::<QuorumKey>()),
		Route::get(routes::CSTORE_PROOF, Namespace(Read), proof::get)
			.says(
				"A proof of what a key held when an epoch ended, under the root that the chain has.",
			)
			.query(&[KEY, ("epoch", "The epoch.")])
			.options(&[("field", "Which field of a hash."), ("member", "Which member of a set.")])
			.answers(BINARY),
		Route::get(routes::CSTORE_ENTRIES, Namespace(Read), cstore::entries)
			.says("Some of all keys, with all that they hold.")
			.options(&[("from", "Where to go on; the last page's `next`.")])
			.answers(json::<StorePage>()),
		Route::post(routes::CSTORE_ENTRIES, Namespace(Write), cstore::load)
			.says("Writes keys, each in the place of what it holds.")
			.options(&[COPIES])
			.takes(json::<StoreEntries>())
			.answers(json::<StoreWritten>()),
		Route::get(routes::CSTORE_WATCH, Namespace(Read), cstore::watch)
			.says("What happens to keys, as it happens. It ends when the client is too slow.")
			.options(&[("prefix", "What the keys begin with.")])
			.answers(Content::Bytes("text/event-stream")),
	]
}

/// Whose files it is about.
const JOB: (&str, &str) =
	("job", "The job whose files it is about; without, the token's job, or the node's owner.");

/// What a pin is known by.
const NAME: (&str, &str) = ("name", "What it is known by, to people.");

fn of_files() -> Vec<Route> {
	let gateway = |route: Route| {
		route
			.options(&[
				("format", "`raw` is one block, `car` all blocks; without, it is a file's bytes."),
				("filename", "What a browser calls it."),
				("download", "`true` if a browser shall save it."),
				JOB,
			])
			.answers(BINARY)
			.time_max(FETCH_TIME_MAX)
	};
	vec![
		Route::get(routes::R1FS, Whole(Files, Read), files::status)
			.says("What the disk holds.")
			.answers(json::<FilesStatus>()),
		Route::post(routes::R1FS_FILES, FilesOf(Write), files::add)
			.says("Adds a file, and keeps it.")
			.options(&[
				NAME,
				("chunker", "How it is cut: `size-N` or `fastcdc-N`; without, `size-262144`."),
				("hash", "What its CID is made with: `sha2-256`, also without, or `blake3`."),
				JOB,
			])
			.takes(BINARY)
			.answers(json::<FileAdded>())
			.body_bytes_max(UPLOAD_BYTES_MAX)
			.time_max(UPLOAD_TIME_MAX),
		Route::get(routes::R1FS_FILE, FilesOf(Read), files::stat)
			.says("What a CID stands for: a file, or a directory and what is in it.")
			.options(&[("path", "Where to go from there."), JOB])
			.answers(json::<FileStatus>())
			.time_max(FETCH_TIME_MAX),
		Route::post(routes::R1FS_UPLOADS, FilesOf(Write), uploads::begin)
			.says("Begins an upload that goes on after an interruption (tus 1.0.0).")
			.options(&[JOB])
			.answers(Content::Headers(201))
			.body_bytes_max(SMALL_REQUEST_BYTES_MAX),
		Route::of(HEAD, routes::R1FS_UPLOAD, FilesOf(Read), uploads::progress)
			.says("How far an upload is, and the CID when it is done.")
			.options(&[JOB])
			.answers(Content::Headers(200)),
		Route::of(PATCH, routes::R1FS_UPLOAD, FilesOf(Write), uploads::append)
			.says("What comes next of an upload; with its last byte, the file is added and kept.")
			.options(&[JOB])
			.takes(Content::Bytes("application/offset+octet-stream"))
			.answers(Content::Headers(204))
			.body_bytes_max(UPLOAD_BYTES_MAX)
			.time_max(UPLOAD_TIME_MAX),
		Route::of(DELETE, routes::R1FS_UPLOAD, FilesOf(Write), uploads::remove)
			.says("Forgets an upload.")
			.options(&[JOB])
			.answers(Content::Headers(204)),
		Route::post(routes::R1FS_CAR, FilesOf(Write), files::import_car)
			.says("Adds what is in a CAR file (version 1), and keeps its roots.")
			.options(&[NAME, JOB])
			.takes(Content::Bytes("application/vnd.ipld.car"))
			.answers(json::<CarAdded>())
			.body_bytes_max(UPLOAD_BYTES_MAX)
			.time_max(UPLOAD_TIME_MAX),
		gateway(Route::get(routes::IPFS_ROOT, Gateway, files::gateway_of_root)).says(
			"A file, from this node or through it from the network; of a directory, its index.",
		),
		gateway(Route::get(routes::IPFS_DIRECTORY, Gateway, files::gateway_of_root))
			.says("The index of a directory, or a page of what is in it."),
		gateway(Route::get(routes::IPFS_PATH, Gateway, files::gateway))
			.says("The same, of what a path leads to."),
	]
}

/// What is kept of files, and the disk that they are on.
fn of_pins() -> Vec<Route> {
	vec![
		Route::get(routes::R1FS_PINS, FilesOf(Read), files::pins)
			.says("What is kept on somebody's behalf.")
			.options(&[("from", "Where to go on; the last page's `next`."), JOB])
			.answers(json::<PinsPage>()),
		Route::post(routes::R1FS_PIN, FilesOf(Write), files::pin)
			.says("Brings here all that is below a CID, and keeps it.")
			.options(&[NAME, JOB])
			.answers(json::<PinStatus>())
			.time_max(UPLOAD_TIME_MAX),
		Route::post(routes::R1FS_UNPIN, FilesOf(Write), files::unpin)
			.says("Keeps it no longer; it goes when room is needed.")
			.options(&[JOB])
			.answers(json::<Unpinned>()),
		Route::post(routes::R1FS_COLLECT, Whole(Files, Write), files::collect)
			.says("Removes what nobody keeps.")
			.answers(json::<FilesCollected>())
			.time_max(UPLOAD_TIME_MAX),
		Route::post(routes::R1FS_SCRUB, Whole(Files, Write), files::scrub)
			.says(
				"Reads every block, removes the damaged ones, and fetches anew what is kept of them.",
			)
			.answers(json::<FilesScrubbed>())
			.time_max(UPLOAD_TIME_MAX),
	]
}

/// The Open Inference Protocol, whose paths are not ours.
fn of_inference() -> Vec<Route> {
	vec![
		Route::get(routes::OIP_SERVER, Public, inference::server)
			.says("What the inference server is.")
			.answers(json::<ServerMetadata>()),
		Route::get(routes::OIP_LIVE, Public, inference::live)
			.says("Whether the inference server runs.")
			.answers(json::<Live>()),
		Route::get(routes::OIP_READY, Public, inference::ready)
			.says("Whether the inference server can serve; status 503 if not.")
			.answers(json::<Ready>()),
		Route::get(routes::OIP_MODEL, Model(Read), inference::model)
			.says("What a model takes and gives.")
			.answers(json::<ModelMetadata>()),
		Route::get(routes::OIP_MODEL_READY, Model(Read), inference::model_ready)
			.says("Whether a model can answer; status 404 if it is not served.")
			.answers(json::<ModelReady>()),
		Route::post(routes::OIP_INFER, Model(Write), inference::infer)
			.says("Runs a model.")
			.takes(json::<InferRequest>())
			.answers(json::<InferResponse>()),
	]
}

/// Models that are evaluated on ciphertexts.
fn of_ciphertexts() -> Vec<Route> {
	vec![
		Route::get(routes::ENCRYPTED_MODEL, Model(Read), encrypted::model)
			.says("What a model takes and gives that is evaluated on ciphertexts.")
			.answers(json::<EncryptedModelStatus>()),
		Route::post(routes::ENCRYPTED_INFER, Model(Write), encrypted::infer)
			.says("Evaluates a model on ciphertexts.")
			.options(&[("key", "The CID of the evaluation key, if the node may not have it yet.")])
			.takes(BINARY)
			.answers(BINARY)
			.body_bytes_max(REQUEST_BYTES_MAX)
			.time_max(FETCH_TIME_MAX),
	]
}

/// What this node learns, and from what.
fn of_learning() -> Vec<Route> {
	vec![
		Route::get(routes::JOB_LEARNING, Job(Jobs, Read), learning::status)
			.says("What the node does in the open rounds of a job of learning.")
			.answers(json::<JobLearningResponse>()),
		Route::get(routes::LEARNING_DATA, Whole(Node, Read), learning::data)
			.says("The data that the node may learn from.")
			.answers(json::<LearningDataResponse>()),
		Route::post(routes::LEARNING_DATA_SET, Whole(Node, Write), learning::keep_data)
			.says("Keeps a data set for jobs to learn from; it stays on the node.")
			.takes(BINARY)
			.answers(json::<LearningDataKept>())
			.body_bytes_max(DATA_SET_BYTES_MAX)
			.time_max(FETCH_TIME_MAX),
		Route::post(routes::LEARNING_DATA_DELETE, Whole(Node, Write), learning::forget_data)
			.says("Forgets a data set.")
			.answers(json::<LearningDataRemoved>()),
	]
}
