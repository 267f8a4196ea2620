// SPDX-License-Identifier: Apache-2.0

//! What a client that listens hears: messages, and what happens to keys.
//!
//! Keys are told of as Redis does with `notify-keyspace-events KEA`: on the channel
//! `__keyspace@0__:<key>` what happened, and on `__keyevent@0__:<what happened>` to which key. They
//! are told of whoever wrote them, on whichever replica.

use r1_cstore::{
	resp::{Protocol, Session},
	service::{Event, Events, Space},
	what_happened,
};
use tokio::sync::broadcast::error::RecvError;

const KEYSPACE: &[u8] = b"__keyspace@0__:";
const KEYEVENT: &[u8] = b"__keyevent@0__:";

/// What a connection listens to.
#[derive(Debug, Default)]
pub(super) struct Listening {
	events: Option<Events>,
}

/// Something that it may have to hear.
pub(super) enum Heard {
	Event(Event),
	/// It was too slow for so many.
	Missed(u64),
}

impl Listening {
	/// Begins to listen when the session has channels, and ends when it has none.
	pub(super) fn follow(&mut self, session: &Session, space: Option<&Space>) {
		match (0 < session.listened(), space) {
			(true, Some(space)) if self.events.is_none() => self.events = Some(space.events()),
			(false, _) | (_, None) => self.events = None,
			_ => {},
		}
	}

	/// The next event; never, if nothing is listened to.
	///
	/// # Cancel safety
	///
	/// Nothing is lost when the future is dropped.
	pub(super) async fn next(&mut self) -> Heard {
		loop {
			let Some(events) = &mut self.events else { return std::future::pending().await };
			match events.recv().await {
				Ok(event) => return Heard::Event(event),
				Err(RecvError::Lagged(missed)) => return Heard::Missed(missed),
				Err(RecvError::Closed) => self.events = None,
			}
		}
	}
}

impl Heard {
	/// Writes what of it the session listens to.
	pub(super) fn write(self, session: &Session, protocol: Protocol, out: &mut Vec<u8>) {
		let mut tell = |channel: &[u8], text: &[u8]| {
			session.hears(channel, text).for_each(|reply| reply.write(protocol, out));
		};
		match self {
			Self::Event(Event::Message { channel, message }) => tell(&channel, &message),
			Self::Event(Event::Changed(records)) => {
				for record in records.iter() {
					let (key, happened) = (record.name.key(), what_happened(record).as_bytes());
					tell(&[KEYSPACE, key].concat(), happened);
					tell(&[KEYEVENT, happened].concat(), key);
				}
			},
			Self::Missed(count) => {
				tracing::debug!(target: "r1::edge", count, "a listener was too slow");
			},
		}
	}
}
