// SPDX-License-Identifier: Apache-2.0

//! What the edge daemon says and hears over HTTP, and a typed client for it.
//!
//! Types of the wire only: they change when the interface does, not when the daemon's insides do,
//! and the daemon translates them by hand. There is no server here and no decision.
//!
//! Requests refuse fields that they do not know, so that a misspelt option is not silently ignored.
//! Responses accept them, so that an older client can read a newer daemon. The Open Inference
//! Protocol is not ours to restrict and accepts them both ways.
//!
//! # Features
//!
//! - `client`: the asynchronous [`EdgeClient`].
//! - `form`: the form in which Ratio1's SDKs upload files ([`UploadForm`]), read within limits. It is
//!   here, and not in the daemon, so that fuzzing reaches it.
//! - `openapi`: schemas of all types, from which the daemon makes the document of its interface.

pub mod routes;
pub mod oip;
mod auth;
mod encrypted;
mod error;
mod files;
mod cstore;
mod node;
mod exec;
mod nodes;
mod receipts;
mod specification;
mod hex_bytes;
mod learning;
#[cfg(feature = "form")]
mod upload_form;
#[cfg(feature = "openapi")]
mod schemas;
#[cfg(feature = "client")]
mod client;
#[cfg(test)]
mod tests;

pub use auth::{
	ChallengeRequest, ChallengeResponse, RevokeRequest, RevokeResponse, SelfResponse, TokenRequest,
	TokenResponse,
};
#[cfg(feature = "client")]
pub use client::{
	ClientError, ClientOptions, Download, EdgeClient, ExecError, ExecInput, ExecOutput, LogLines,
	ProofQuery, Receipted, Watch, WriteOptions,
};
pub use cstore::{
	NamespaceStatus, NamespacesResponse, Octets, OctetsForm, QuorumKey, StoreChange, StoreEntries,
	StoreEntry, StoreField, StorePage, StoreWritten,
};
pub use encrypted::EncryptedModelStatus;
pub use error::ApiErrorBody;
pub use exec::{
	EXEC_FRAME_BYTES_MAX, EXEC_PROTOCOL, EXEC_SIGN_INTERVAL, EXEC_SILENCE_MAX, ExecFormatError,
	ExecFrame, ExecRequest, TerminalSize,
};
pub use files::{
	CarAdded, FileAdded, FileEntry, FileStatus, FilesCollected, FilesScrubbed, FilesStatus,
	PinStatus, PinsPage, Unpinned,
};
pub use hex_bytes::{HexBytes, HexBytesError};
pub use learning::{
	JobLearningResponse, LearningDataKept, LearningDataRemoved, LearningDataResponse,
	LearningDataSet, LearningRoundStatus, LearningStep,
};
pub use node::{
	BeatStatus, ChainStatus, ComponentStatus, ContainerPhase, ContainerStatus, HealthResponse,
	JobLogLine, JobLogs, JobState, JobStatus, LinkProofRequest, LinkProofResponse, NodeStatus,
};
pub use nodes::{NodeCapabilities, NodeGpu, NodeSummary, NodesResponse, SealingKeyResponse};
pub use receipts::{EpochReceipts, JobReceipt, JobReceipts, RECEIPT_HEADER, ReceiptsPage};
/// What is sent with a request, if it is long.
#[cfg(feature = "client")]
pub use reqwest::Body;
pub use specification::{InferenceJobSpecification, JobKindName, ModelFormat};
#[cfg(feature = "form")]
pub use upload_form::{
	FORM_FIELDS_MAX, FORM_HEAD_BYTES_MAX, FORM_TEXT_BYTES_MAX, FormError, UploadForm,
};
