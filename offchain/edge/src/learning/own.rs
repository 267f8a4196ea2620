// SPDX-License-Identifier: Apache-2.0

//! What this node says of itself, as far as it follows from its data.

use super::{DataSets, NotKept};
use crate::{capabilities, config::Config, nodes::Nodes};
use r1_core::error_chain;
use std::sync::Arc;

/// This node's record, which names its data. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct OwnRecord {
	config: Arc<Config>,
	nodes: Nodes,
}

impl OwnRecord {
	/// The record of a machine of some configuration.
	pub(crate) fn new(config: &Config, nodes: &Nodes) -> Self {
		Self { config: Arc::new(config.clone()), nodes: nodes.clone() }
	}

	/// Says which data is here from now on.
	pub(super) fn describe(&self, data: &DataSets) -> Result<(), NotKept> {
		let record = capabilities::of_this_machine(&self.config, &data.names()?);
		let record = record
			.map_err(|error| NotKept::NoTag { reason: error_chain(error.as_ref()).to_string() })?;
		self.nodes.describe_own(record);
		Ok(())
	}
}
