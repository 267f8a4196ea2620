// SPDX-License-Identifier: Apache-2.0

mod answer;
mod serve;
mod fetch;
mod fetch_simulation;
mod providers;
mod exchange;
mod codec;
mod config;
mod dialer;
mod faults;
mod gossip;
mod mesh;
mod network;
mod rate;
mod requests;
mod revocations;
mod scores;
mod tunnel_formats;
mod tunnels;

use crate::identity::peer_id_of;
use libp2p::PeerId;
use r1_core::NodeIdentity;

/// The identity of a seed that is this number, repeated.
fn identity(number: u8) -> NodeIdentity {
	NodeIdentity::from_seed(&[number; 32])
}

/// Its peer id.
fn peer(number: u8) -> PeerId {
	peer_id_of(&identity(number).key()).unwrap()
}
