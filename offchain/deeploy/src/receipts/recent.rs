// SPDX-License-Identifier: Apache-2.0

//! The last requests of a job on this node, with what was asked and answered, for oracles to repeat.

use super::{Hash, RECENT_BYTES_MAX, RECENT_MAX, Receipt};
use r1_primitives::EpochIndex;
use std::{collections::VecDeque, sync::Arc};

/// What was asked and answered, as it came and went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Payload {
	/// The request's body.
	pub input: Vec<u8>,
	/// The response's body.
	pub output: Vec<u8>,
	/// The CID of the evaluation key, in bytes, if there is one.
	pub key: Option<Vec<u8>>,
}

impl Payload {
	fn bytes(&self) -> usize {
		self.input.len() + self.output.len()
	}
}

/// The last receipts of one model, at most [`RECENT_MAX`], whose payloads have at most
/// [`RECENT_BYTES_MAX`] bytes together. The last one is always among them, if it can be audited.
#[derive(Clone, Debug, Default)]
pub struct Recent {
	/// The model that they are of.
	model: Hash,
	kept: VecDeque<(Receipt, Arc<Payload>)>,
	bytes: usize,
}

impl Recent {
	/// Keeps a receipt and its payload; forgets the oldest ones, and those of another model.
	///
	/// One that cannot be audited is not kept.
	pub fn keep(&mut self, receipt: Receipt, payload: Payload) {
		if self.model != receipt.model {
			*self = Self { model: receipt.model, ..Self::default() };
		}
		if !receipt.is_auditable() {
			return;
		}
		self.bytes += payload.bytes();
		self.kept.push_back((receipt, Arc::new(payload)));
		while RECENT_MAX < self.kept.len() || RECENT_BYTES_MAX < self.bytes {
			let Some((_, oldest)) = self.kept.pop_front() else { return };
			self.bytes -= oldest.bytes();
		}
	}

	/// Those of a model, in their order; none if the last ones are of another.
	#[must_use]
	pub fn receipts(&self, model: &Hash) -> Vec<Receipt> {
		let is_of_it = self.model == *model;
		let receipts = self.kept.iter().map(|(receipt, _)| receipt.clone());
		receipts.filter(|_| is_of_it).collect()
	}

	/// What was asked and answered, if it is kept.
	#[must_use]
	pub fn payload(&self, epoch: EpochIndex, index: u32) -> Option<Arc<Payload>> {
		let is_it = |receipt: &Receipt| (receipt.epoch, receipt.index) == (epoch, index);
		let mut kept = self.kept.iter();
		kept.find(|(receipt, _)| is_it(receipt)).map(|(_, payload)| Arc::clone(payload))
	}
}
