// SPDX-License-Identifier: Apache-2.0

//! Federated learning: what is trained, on which data of the nodes, and how.

use super::Tag;
use crate::specification::ServedName;
use cid::Cid;

/// The key of the tags that say which data a node has.
const DATA_KEY: &str = "DATA";

/// What the nodes of a job learn together.
#[derive(Clone, Debug, PartialEq)]
pub struct Learning {
	/// The model that the first round starts from.
	pub model: Cid,
	/// The data set, as the nodes that have one of that name call it.
	pub data: ServedName,
	/// How each of them trains in a round.
	pub training: Training,
}

/// How a node trains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
	/// How gradients change parameters.
	pub optimiser: Optimiser,
	/// How far a step goes, above 0 and at most 10.
	pub learning_rate: f64,
	/// Times through the data in each round.
	pub epochs: u32,
	/// Samples of a step.
	pub batch_samples: u32,
}

/// How gradients change parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Optimiser {
	/// Stochastic gradient descent.
	Sgd,
	/// Adam, without decay of weights.
	Adam,
}

impl Tag {
	/// The tag of nodes that have a data set; `None` if its name is too long for one.
	#[must_use]
	pub fn of_data(data: &ServedName) -> Option<Self> {
		format!("{DATA_KEY}:{data}").parse().ok()
	}
}
