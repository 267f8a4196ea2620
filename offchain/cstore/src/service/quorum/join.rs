// SPDX-License-Identifier: Apache-2.0

//! Becomes one of those who vote: asks the members before what they hold.

use super::Group;
use crate::{
	quorum::{Joining, Seal, Testimony},
	wire::{Request, Response},
};
use futures::future::join_all;
use std::time::Duration;

/// How long to wait before those who have not answered are asked again.
const RETRY: Duration = Duration::from_millis(500);

impl Group {
	/// Asks until enough have answered, or the chain names other members.
	pub(super) async fn join(&self, mut joining: Joining) {
		let round = joining.round();
		loop {
			joining = match self.joined(joining) {
				Ok(()) => return,
				Err(unknown) => unknown,
			};
			let seals = joining.seals();
			let asked = seals.iter().map(|seal| self.seal(round, seal));
			let heard = join_all(asked).await;
			let mut has_heard = false;
			for (seal, testimony) in seals.iter().zip(heard) {
				if let Some(testimony) = testimony {
					has_heard |= joining.heard(seal, testimony);
				}
			}
			if self.joining().is_none_or(|now| now.round() != round) {
				return;
			}
			if !has_heard {
				tokio::time::sleep(RETRY).await;
			}
		}
	}

	async fn seal(&self, round: u32, seal: &Seal) -> Option<Testimony> {
		let request = Request::Seal {
			namespace: self.name().to_owned(),
			placement: round,
			of: seal.of,
			after: seal.after.clone(),
		};
		match self.ask(seal.node, request).await {
			Some(Response::Sealed(testimony)) => Some(testimony),
			_ => None,
		}
	}
}
