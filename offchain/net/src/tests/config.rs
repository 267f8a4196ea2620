// SPDX-License-Identifier: Apache-2.0

use super::{identity, peer};
use crate::{
	config::Config,
	error::ConfigError,
	identity::{keypair_of, node_of, peer_id_of},
};
use libp2p::identity::Keypair;
use r1_core::error_chain;

#[test]
fn peer_id_should_be_the_node_key_in_another_spelling() {
	let node = identity(1).key();
	let peer = peer_id_of(&node).unwrap();
	assert_eq!(node_of(&peer), Some(node));
	assert_eq!(keypair_of(&identity(1)).public().to_peer_id(), peer);
	// As every libp2p implementation writes an ed25519 peer id.
	assert!(peer.to_string().starts_with("12D3KooW"), "{peer}");
	assert_eq!(node_of(&Keypair::generate_ed25519().public().to_peer_id()).map(|_| ()), Some(()));
	assert_eq!(node_of(&"QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N".parse().unwrap()), None);
}

#[test]
fn validate_should_take_the_defaults_and_what_is_right() {
	Config::default().validate().unwrap();
	let address = format!("/ip4/10.0.0.1/tcp/4101/p2p/{}", peer(1));
	let settings = Config {
		bootstrap: vec![address],
		clients: vec![peer(2).to_string()],
		..Config::default()
	}
	.validate()
	.unwrap();
	assert_eq!(settings.bootstrap, [(peer(1), "/ip4/10.0.0.1/tcp/4101".parse().unwrap())]);
	assert_eq!(settings.clients, [peer(2)]);
}

#[test]
fn validate_should_name_the_key_and_the_value_that_are_wrong() {
	let of = |config: Config| config.validate().unwrap_err();
	let listen = of(Config { listen: vec!["127.0.0.1:4101".into()], ..Config::default() });
	assert!(
		error_chain(&listen)
			.starts_with("`listen` has \"127.0.0.1:4101\", which is no multiaddress"),
		"{listen}"
	);
	let public = of(Config { public_listen: vec!["anywhere".into()], ..Config::default() });
	assert!(public.to_string().starts_with("`public_listen` has \"anywhere\""), "{public}");
	let bootstrap =
		of(Config { bootstrap: vec!["/ip4/10.0.0.1/tcp/4101".into()], ..Config::default() });
	assert!(matches!(bootstrap, ConfigError::NoPeerId { .. }), "{bootstrap}");
	let client = of(Config { clients: vec!["nobody".into()], ..Config::default() });
	assert_eq!(client.to_string(), "`clients` has \"nobody\", which is no peer id");
	let zero = of(Config { request_bytes_max: 0, ..Config::default() });
	assert_eq!(zero.to_string(), "`request_bytes_max` is 0");
}
