// SPDX-License-Identifier: Apache-2.0

//! Bitswap 1.2: how nodes, and any IPFS client that is let in, give each other blocks.
//!
//! [`fetch`] and [`serve`] decide without I/O; [`link`] moves the bytes and [`links`] holds one for each peer; [`message`] is the wire format.
//!
//! ```text
//! we want a block                       a peer wants a block
//! want-have  ->  peers                  want-have  ->  HAVE or DONT_HAVE
//! HAVE       ->  want-block, to one     want-block ->  the block or DONT_HAVE
//! the block  ->  cancel, to the others  not here   ->  remembered until it is, or cancelled
//! ```

pub(crate) mod message;
pub(crate) mod fetch;
pub(crate) mod serve;
pub(crate) mod answer;
pub(crate) mod link;
pub(crate) mod links;
