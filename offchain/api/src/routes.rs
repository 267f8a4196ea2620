// SPDX-License-Identifier: Apache-2.0

//! Paths of the interface; a part in braces is a parameter.

/// GET: [`HealthResponse`](crate::HealthResponse), with status 503 while the daemon cannot serve.
pub const HEALTH: &str = "/health";

/// GET: [`NodeStatus`](crate::NodeStatus).
pub const NODE_STATUS: &str = "/node/v1/status";

/// GET: [`NodesResponse`](crate::NodesResponse).
pub const NODES: &str = "/r1/v1/nodes";

/// POST: [`LinkProofRequest`](crate::LinkProofRequest) to
/// [`LinkProofResponse`](crate::LinkProofResponse).
pub const LINK_PROOF: &str = "/node/v1/link-proof";

/// GET with the query `epoch`: the oracle's evidence for it, in SCALE.
pub const ORACLE_EVIDENCE: &str = "/oracle/v1/evidence";

/// POST of a file's bytes: [`FileAdded`](crate::FileAdded).
pub const FILES: &str = "/api/v1/files";

/// GET: a file's bytes.
pub const IPFS_FILE: &str = "/ipfs/{cid}";

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
