// SPDX-License-Identifier: Apache-2.0

//! Paths of the interface; a part in braces is a parameter.
//!
//! All of our own begin with the interface's version. Those that do not are other people's: of IPFS
//! gateways and of the Open Inference Protocol, which has a version of its own.

/// GET: [`HealthResponse`](crate::HealthResponse), with status 503 while the daemon cannot serve.
pub const HEALTH: &str = "/v1/health";

/// GET: this interface, as an OpenAPI document.
pub const OPENAPI: &str = "/v1/openapi.json";

/// GET: [`NodeStatus`](crate::NodeStatus).
pub const NODE: &str = "/v1/node";

/// POST: [`LinkProofRequest`](crate::LinkProofRequest) to
/// [`LinkProofResponse`](crate::LinkProofResponse).
pub const LINK_PROOF: &str = "/v1/node/link-proof";

/// GET: [`NodesResponse`](crate::NodesResponse).
pub const NODES: &str = "/v1/nodes";

/// GET: [`SealingKeyResponse`](crate::SealingKeyResponse) of a node, by its key.
pub const SEALING_KEY: &str = "/v1/nodes/{node}/sealing-key";

/// POST: [`ChallengeRequest`](crate::ChallengeRequest) to
/// [`ChallengeResponse`](crate::ChallengeResponse).
pub const AUTH_CHALLENGE: &str = "/v1/auth/challenge";

/// POST: [`TokenRequest`](crate::TokenRequest) to [`TokenResponse`](crate::TokenResponse).
pub const AUTH_TOKEN: &str = "/v1/auth/token";

/// The same as [`AUTH_CHALLENGE`], whatever the version.
pub const AUTH_CHALLENGE_ANY: &str = "/auth/challenge";

/// The same as [`AUTH_TOKEN`], whatever the version.
pub const AUTH_TOKEN_ANY: &str = "/auth/token";

/// GET: [`SelfResponse`](crate::SelfResponse).
pub const AUTH_SELF: &str = "/v1/auth/self";

/// POST: [`RevokeRequest`](crate::RevokeRequest); the token is good nowhere any more.
pub const AUTH_REVOKE: &str = "/v1/auth/revoke";

/// GET with the query `epoch`: the oracle's evidence for it, in SCALE. The chain's runtime asks for
/// it by this path.
pub const ORACLE_EVIDENCE: &str = "/oracle/v1/evidence";

/// GET with the query `epoch`: the roots of jobs' namespaces that are reported beside it, in SCALE. The
/// chain's runtime asks for them by this path.
pub const ORACLE_ANCHORS: &str = "/oracle/v1/anchors";

/// GET: [`JobStatus`](crate::JobStatus) of a job that is placed on the node.
pub const JOB: &str = "/v1/jobs/{job}";

/// GET with the queries `container` and `lines`: [`JobLogs`](crate::JobLogs) of a job that is placed
/// on the node.
pub const JOB_LOGS: &str = "/v1/jobs/{job}/logs";

/// GET with the same queries: a stream of events, each a [`JobLogLine`](crate::JobLogLine); after the
/// last lines those that come.
pub const JOB_LOGS_FOLLOW: &str = "/v1/jobs/{job}/logs/follow";

/// POST: [`ExecRequest`](crate::ExecRequest); the connection goes on with
/// [`ExecFrame`](crate::ExecFrame)s.
pub const JOB_EXEC: &str = "/v1/jobs/{job}/exec";

/// GET: [`JobLearningResponse`](crate::JobLearningResponse).
pub const JOB_LEARNING: &str = "/v1/jobs/{job}/learning";

/// GET: [`LearningDataResponse`](crate::LearningDataResponse).
pub const LEARNING_DATA: &str = "/v1/learning/data";

/// POST of a data set's bytes: [`LearningDataKept`](crate::LearningDataKept).
pub const LEARNING_DATA_SET: &str = "/v1/learning/data/{name}";

/// POST: [`LearningDataRemoved`](crate::LearningDataRemoved).
pub const LEARNING_DATA_DELETE: &str = "/v1/learning/data/{name}/delete";

/// GET: [`JobReceipts`](crate::JobReceipts) of a job that is, or was, placed on the node.
pub const JOB_RECEIPTS: &str = "/v1/jobs/{job}/receipts";

/// GET with the query `from`: a [`ReceiptsPage`](crate::ReceiptsPage) of an epoch.
pub const JOB_RECEIPTS_EPOCH: &str = "/v1/jobs/{job}/receipts/{epoch}";

/// GET: that a receipt was counted, in bytes as `docs/receipts.md` has them.
pub const JOB_RECEIPT: &str = "/v1/jobs/{job}/receipts/{epoch}/{index}";

/// GET: [`FilesStatus`](crate::FilesStatus).
pub const R1FS: &str = "/v1/r1fs";

/// POST of a file's bytes: [`FileAdded`](crate::FileAdded).
pub const R1FS_FILES: &str = "/v1/r1fs/files";

/// GET: [`FileStatus`](crate::FileStatus).
pub const R1FS_FILE: &str = "/v1/r1fs/files/{cid}";

/// POST: begins an upload in the protocol of tus, which goes on after an interruption.
pub const R1FS_UPLOADS: &str = "/v1/r1fs/uploads";

/// HEAD, PATCH and DELETE of an upload.
pub const R1FS_UPLOAD: &str = "/v1/r1fs/uploads/{id}";

/// POST of a CAR file's bytes: [`CarAdded`](crate::CarAdded).
pub const R1FS_CAR: &str = "/v1/r1fs/car";

/// GET: [`PinsPage`](crate::PinsPage).
pub const R1FS_PINS: &str = "/v1/r1fs/pins";

/// POST: [`PinStatus`](crate::PinStatus); all below the CID is brought here and kept.
pub const R1FS_PIN: &str = "/v1/r1fs/pins/{cid}";

/// POST: [`Unpinned`](crate::Unpinned).
pub const R1FS_UNPIN: &str = "/v1/r1fs/pins/{cid}/delete";

/// POST: [`FilesCollected`](crate::FilesCollected).
pub const R1FS_COLLECT: &str = "/v1/r1fs/collect";

/// POST: [`FilesScrubbed`](crate::FilesScrubbed).
pub const R1FS_SCRUB: &str = "/v1/r1fs/scrub";

/// GET: a file's bytes, a block, or a CAR file.
pub const IPFS_ROOT: &str = "/ipfs/{cid}";

/// The same of a directory, whose index is shown.
pub const IPFS_DIRECTORY: &str = "/ipfs/{cid}/";

/// The same, of what a path leads to.
pub const IPFS_PATH: &str = "/ipfs/{cid}/{*path}";

/// GET: [`NamespacesResponse`](crate::NamespacesResponse).
pub const CSTORE: &str = "/v1/cstore";

/// GET: [`NamespaceStatus`](crate::NamespaceStatus) of a namespace like `job/7`.
pub const CSTORE_NAMESPACE: &str = "/v1/cstore/{kind}/{id}";

/// GET: a value's bytes. POST of them: [`StoreWritten`](crate::StoreWritten).
pub const CSTORE_VALUE: &str = "/v1/cstore/{kind}/{id}/value";

/// POST: [`StoreWritten`](crate::StoreWritten); the key is deleted.
pub const CSTORE_DELETE: &str = "/v1/cstore/{kind}/{id}/delete";

/// GET: [`QuorumKey`](crate::QuorumKey). POST of a value's bytes: the same.
pub const CSTORE_QUORUM: &str = "/v1/cstore/{kind}/{id}/quorum";

/// POST: [`QuorumKey`](crate::QuorumKey); the key is deleted.
pub const CSTORE_QUORUM_DELETE: &str = "/v1/cstore/{kind}/{id}/quorum/delete";

/// GET with the query `key` and `epoch`: a proof's bytes, as `docs/cstore-proofs.md` has them.
pub const CSTORE_PROOF: &str = "/v1/cstore/{kind}/{id}/proof";

/// GET: [`StorePage`](crate::StorePage). POST: [`StoreEntries`](crate::StoreEntries) to
/// [`StoreWritten`](crate::StoreWritten).
pub const CSTORE_ENTRIES: &str = "/v1/cstore/{kind}/{id}/entries";

/// GET: [`StoreChange`](crate::StoreChange) after change, as server-sent events.
pub const CSTORE_WATCH: &str = "/v1/cstore/{kind}/{id}/watch";

/// GET: [`EncryptedModelStatus`](crate::EncryptedModelStatus).
pub const ENCRYPTED_MODEL: &str = "/v1/encrypted/{name}";

/// POST of a request's bytes: a response's bytes, as `docs/edil.md` has them.
pub const ENCRYPTED_INFER: &str = "/v1/encrypted/{name}/infer";

/// GET: [`ServerMetadata`](crate::oip::ServerMetadata).
pub const OIP_SERVER: &str = "/v2";

/// GET: [`Live`](crate::oip::Live).
pub const OIP_LIVE: &str = "/v2/health/live";

/// GET: [`Ready`](crate::oip::Ready), with status 503 while the daemon cannot serve.
pub const OIP_READY: &str = "/v2/health/ready";

/// GET: [`ModelMetadata`](crate::oip::ModelMetadata).
pub const OIP_MODEL: &str = "/v2/models/{name}";

/// GET: [`ModelReady`](crate::oip::ModelReady), with status 404 for a model that is not served.
pub const OIP_MODEL_READY: &str = "/v2/models/{name}/ready";

/// POST: [`InferRequest`](crate::oip::InferRequest) to
/// [`InferResponse`](crate::oip::InferResponse).
pub const OIP_INFER: &str = "/v2/models/{name}/infer";
