// SPDX-License-Identifier: Apache-2.0

//! Bitswap 1.2: how nodes, and any IPFS client that is let in, give each other blocks.
//!
//! [`engine`] decides without I/O; [`session`] moves the bytes; [`message`] is the wire format.
//!
//! ```text
//! we want a block                       a peer wants a block
//! want-have  ->  all peers              want-have  ->  HAVE or DONT_HAVE
//! HAVE       ->  want-block, to one     want-block ->  the block or DONT_HAVE
//! the block  ->  cancel, to the others  not here   ->  remembered until it is, or cancelled
//! ```

pub(crate) mod message;
pub(crate) mod engine;
pub(crate) mod answer;
pub(crate) mod session;
