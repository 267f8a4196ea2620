// SPDX-License-Identifier: Apache-2.0

//! RESP, the protocol of Redis: its clients speak with a namespace.
//!
//! ```text
//!  bytes ──Parser──> Arguments ──Session──> Command ──run──> Namespace ──> Reply ──write──> bytes
//! ```
//!
//! Keys that nodes agree on take a conversation of the nodes instead of a namespace: [`Agreement`].
//!
//! Whether a token is believed, what other replicas say and who else listens is for whoever has the
//! connection; here is what does not need one. Texts of errors are those that clients of
//! Redis look for.

mod parse;
mod reply;
mod glob;
mod command;
mod texts;
mod collections;
mod keys;
mod agreed;
mod session;

pub use agreed::{AGREED_KEYS_MAX, AGREED_SUFFIX, Agreement, Next};
pub use command::{COMMANDS, Command, CommandError, Context, find};
pub use parse::{ARGUMENTS_MAX, Arguments, Parser, ProtocolError, REQUEST_BYTES_MAX};
pub use reply::{Protocol, Reply};
pub use session::{CHANNELS_MAX, Keys, Session, Step};
