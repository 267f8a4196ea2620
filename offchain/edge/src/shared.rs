// SPDX-License-Identifier: Apache-2.0

//! What the HTTP handlers share: handles on the services, cheap to clone.

use crate::{
	anchors::Anchors,
	cstore::{Cstore, Door},
	dauth::Dauth,
	encrypted::EncryptedModels,
	files::FileStore,
	heartbeat::Heartbeat,
	ingress::Ingress,
	jobs::Jobs,
	learning::Learning,
	mesh::Mesh,
	nodes::Nodes,
	oracle::Oracle,
	receipts::Receipts,
};
use r1_chain::ChainHandle;
use r1_core::{BlockHash, NodeIdentity, SystemClock};
use r1_inference::InferenceService;
use r1_telemetry::Health;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Handles on every service of the daemon.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
	pub(crate) identity: Arc<NodeIdentity>,
	/// Which chain this is.
	pub(crate) genesis_hash: BlockHash,
	pub(crate) clock: Arc<SystemClock>,
	pub(crate) chain: ChainHandle,
	pub(crate) dauth: Dauth,
	pub(crate) cstore: Cstore,
	pub(crate) mesh: Mesh,
	pub(crate) files: FileStore,
	pub(crate) inference: InferenceService,
	pub(crate) encrypted: EncryptedModels,
	pub(crate) heartbeat: Heartbeat,
	pub(crate) nodes: Nodes,
	pub(crate) jobs: Jobs,
	pub(crate) learning: Learning,
	pub(crate) receipts: Receipts,
	pub(crate) oracle: Oracle,
	pub(crate) anchors: Anchors,
	pub(crate) ingress: Ingress,
	pub(crate) health: Health,
	/// Whether anybody may read what is here by its CID.
	pub(crate) is_gateway_public: bool,
	/// Cancelled when the daemon stops, for answers that have no end.
	pub(crate) cancel: CancellationToken,
}

impl Shared {
	/// The door to the store.
	pub(crate) fn door(&self) -> Door {
		Door { cstore: self.cstore.clone(), dauth: self.dauth.clone() }
	}
}
