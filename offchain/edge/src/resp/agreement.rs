// SPDX-License-Identifier: Apache-2.0

//! Carries what a command wishes of keys to the nodes that agree on them.

use crate::defaults::QUORUM_TIMEOUT;
use r1_cstore::{
	quorum::Outcome,
	resp::{Agreement, Next, Reply},
	service::{Group, QuorumError},
};
use tokio::time::Instant;

/// The answer to a command. Keys are changed one after the other, up to the first that fails.
pub(super) async fn reach(group: &Group, agreement: &Agreement<'_>) -> Reply {
	let mut replies = Vec::new();
	for key in agreement.keys() {
		let reply = reach_for(group, agreement, key).await;
		if matches!(reply, Reply::Error(_)) {
			return reply;
		}
		replies.push(reply);
	}
	agreement.total(replies)
}

async fn reach_for(group: &Group, agreement: &Agreement<'_>, key: &[u8]) -> Reply {
	let until = Instant::now() + QUORUM_TIMEOUT;
	let mut held = None;
	loop {
		let change = match agreement.next(held.as_ref()) {
			Next::Reply(reply) => return reply,
			Next::Operate(change) => change,
		};
		let left = until.saturating_duration_since(Instant::now());
		match group.operate(key, change, left).await {
			Ok(Outcome::Changed(version)) => return agreement.changed(held.as_ref(), version),
			Ok(Outcome::Holds(now)) => held = Some(now),
			Ok(Outcome::Unknown) => {
				let text = "UNKNOWN the key may have been changed: it was offered to nodes that did \
				            not answer in time; read it before you try again";
				return Reply::Error(text.to_owned());
			},
			Err(error) => return failed(&error),
		}
	}
}

/// What is said when nothing was changed.
fn failed(error: &QuorumError) -> Reply {
	Reply::Error(match error {
		QuorumError::NoMember => format!("NOPERM {error}"),
		QuorumError::Timeout | QuorumError::Refused(_) => {
			format!("NOMAJORITY {error}; nothing was changed")
		},
		QuorumError::Invalid(_) => format!("ERR {error}"),
	})
}
