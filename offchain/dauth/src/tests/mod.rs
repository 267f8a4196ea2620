// SPDX-License-Identifier: Apache-2.0

mod challenge;
mod entitlement;
mod revocation;
mod secret;
mod token;
mod wallet;

use r1_core::{Account, NodeIdentity};

/// The chain of most tests.
const GENESIS: [u8; 32] = [0xee; 32];

/// When most tests are, in Unix seconds.
const NOW: u64 = 1_790_000_000;

/// The node of most tests.
fn node() -> NodeIdentity {
	NodeIdentity::from_seed(&[1; 32])
}

/// The account of a number.
fn account(number: u8) -> Account {
	[number; 32]
}
