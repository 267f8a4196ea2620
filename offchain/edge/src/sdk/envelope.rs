// SPDX-License-Identifier: Apache-2.0

//! What every answer comes in: the result, and which node it is of.

use super::Sdk;
use axum::{
	Json,
	http::StatusCode,
	response::{IntoResponse, Response},
};
use r1_core::{Address, BlockHash};
use r1_primitives::NodeKey;
use serde::Serialize;

/// Characters of an address that make a name for a person.
const ALIAS_CHARACTERS: usize = 8;

/// The node, in the words of the deployed network. What is an Ethereum address or network there is
/// the chain's own here.
#[derive(Debug)]
pub(super) struct Node {
	address: String,
	alias: String,
	network: String,
}

/// An answer.
#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
	result: T,
	server_node_addr: &'a str,
	evm_network: &'a str,
	ee_node_alias: &'a str,
	ee_node_address: &'a str,
	ee_node_eth_address: &'a str,
	ee_node_network: &'a str,
	ee_node_ver: &'a str,
}

/// Why there is no result.
#[derive(Debug)]
pub(super) struct Failure {
	pub(super) status: StatusCode,
	pub(super) error: String,
}

/// What is said of it.
#[derive(Debug, Serialize)]
struct FailureBody {
	error: String,
}

impl Node {
	pub(super) fn new(node: &NodeKey, genesis_hash: &BlockHash) -> Self {
		let address = Address(*node).to_string();
		let alias = address.chars().take(ALIAS_CHARACTERS).collect();
		Self { address, alias, network: format!("0x{}", hex::encode(genesis_hash)) }
	}
}

impl Node {
	/// What a person calls it.
	pub(super) fn alias(&self) -> &str {
		&self.alias
	}
}

impl Sdk {
	/// Puts a result into its envelope.
	pub(super) fn answer<T: Serialize>(&self, result: T) -> Response {
		let Node { address, alias, network } = &*self.node;
		let envelope = Envelope {
			result,
			server_node_addr: address,
			evm_network: network,
			ee_node_alias: alias,
			ee_node_address: address,
			ee_node_eth_address: address,
			ee_node_network: network,
			ee_node_ver: env!("CARGO_PKG_VERSION"),
		};
		Json(envelope).into_response()
	}
}

impl IntoResponse for Failure {
	fn into_response(self) -> Response {
		(self.status, Json(FailureBody { error: self.error })).into_response()
	}
}
