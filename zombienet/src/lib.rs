// SPDX-License-Identifier: Apache-2.0

//! Whole networks of real processes on one machine, apart from its own network.
//!
//! ```text
//!  zombienet/*.toml      which chain nodes and daemons there are
//!        │ Definition    gives them keys, a specification and programs
//!        v
//!  Network               starts them, pauses, kills and restarts them; waits
//!        │ Machine       a network namespace of its own, whose cable can be pulled
//!        v
//!  Control               r1ctl: what a person would type, and its answer as JSON
//! ```
//!
//! Everything listens inside a network namespace that the calling thread enters first, so that no
//! port of the machine is taken and nothing is left over.

mod control;
mod definition;
mod keys;
mod namespace;
mod network;
mod programs;
pub mod replica;

pub use control::Control;
pub use definition::{Definition, SpecificationChange};
pub use namespace::{Machine, NETWORK, Side, enter_private_network, machine_address};
pub use network::Network;
pub use programs::Programs;
pub use zombienet_sdk::subxt::{
	backend::rpc::RpcClient,
	ext::subxt_rpcs::client::{RpcParams, rpc_params},
};
