// SPDX-License-Identifier: Apache-2.0

//! Who acts: four people whom the preset endows, and five nodes, with their keys.

use codec::Encode as _;
use fuzzing::Choices;
use r1_primitives::SignedBody;
use ratio1_runtime::{AccountId, SessionKeys};
use sp_core::{Pair as _, ed25519, proof_of_possession::statement_of_ownership, sr25519};
use sp_runtime::MultiSignature;
use std::sync::LazyLock;

/// The names of the people in the preset. The first holds every office: she owns the Genesis Deed,
/// issues permits, and her key is that of the only validator's oracle too.
const NAMES: [&str; 4] = ["//Alice", "//Bob", "//Charlie", "//Dave"];

static PEOPLE: LazyLock<[sr25519::Pair; 4]> = LazyLock::new(|| {
	NAMES.map(|name| sr25519::Pair::from_string(name, None).expect("the derivation is valid; qed"))
});

/// A node's own keys, and the keys with which it makes blocks and reports.
struct Keys {
	node: ed25519::Pair,
	session: sr25519::Pair,
}

/// The preset's validator, and four more.
static NODES: LazyLock<[Keys; 5]> = LazyLock::new(|| {
	let alice = ed25519::Pair::from_string(NAMES[0], None).expect("the derivation is valid; qed");
	let validator = Keys { node: alice, session: PEOPLE[0].clone() };
	let other = |seed| Keys {
		node: ed25519::Pair::from_seed(&[seed; 32]),
		session: sr25519::Pair::from_seed(&[seed; 32]),
	};
	[validator, other(1), other(2), other(3), other(4)]
});

/// Somebody with a wallet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Person(usize);

impl Person {
	/// She who holds every office.
	pub(crate) const ALICE: Self = Self(0);

	/// Everybody; those without an office first, as fewer rules are about them.
	pub(crate) const ALL: [Self; 4] = [Self(1), Self(2), Self(3), Self(0)];

	pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
		choices.pick(&Self::ALL)
	}

	/// The person with an account.
	pub(crate) fn of(account: &AccountId) -> Option<Self> {
		Self::ALL.into_iter().find(|person| person.account() == *account)
	}

	pub(crate) fn account(self) -> AccountId {
		PEOPLE[self.0].public().into()
	}

	/// The person's signature of a body, spoilt in a few cases.
	pub(crate) fn sign(
		self,
		body: &impl SignedBody,
		genesis_hash: &[u8; 32],
		choices: &mut Choices<'_>,
	) -> sr25519::Signature {
		let signature = PEOPLE[self.0].sign(&body.signing_payload(genesis_hash));
		sr25519::Signature::from_raw(spoil(signature.0, choices))
	}

	/// The same, in the form in which an account signs.
	pub(crate) fn sign_as_account(
		self,
		body: &impl SignedBody,
		genesis_hash: &[u8; 32],
		choices: &mut Choices<'_>,
	) -> MultiSignature {
		self.sign(body, genesis_hash, choices).into()
	}
}

/// A machine that a deed can be linked to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Node(usize);

impl Node {
	/// The only validator of the preset.
	pub(crate) const VALIDATOR: Self = Self(0);

	pub(crate) const ALL: [Self; 5] = [Self(1), Self(2), Self(0), Self(3), Self(4)];

	pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
		choices.pick(&Self::ALL)
	}

	/// The node with an account.
	pub(crate) fn of(account: &AccountId) -> Option<Self> {
		Self::ALL.into_iter().find(|node| node.account() == *account)
	}

	pub(crate) fn key(self) -> [u8; 32] {
		NODES[self.0].node.public().0
	}

	pub(crate) fn account(self) -> AccountId {
		self.key().into()
	}

	/// The node's signature of a body, spoilt in a few cases.
	pub(crate) fn sign(
		self,
		body: &impl SignedBody,
		genesis_hash: &[u8; 32],
		choices: &mut Choices<'_>,
	) -> ed25519::Signature {
		let signature = NODES[self.0].node.sign(&body.signing_payload(genesis_hash));
		ed25519::Signature::from_raw(spoil(signature.0, choices))
	}

	/// The signature of a body as an oracle, spoilt in a few cases.
	pub(crate) fn sign_as_oracle(
		self,
		body: &impl SignedBody,
		genesis_hash: &[u8; 32],
		choices: &mut Choices<'_>,
	) -> sr25519::Signature {
		let signature = NODES[self.0].session.sign(&body.signing_payload(genesis_hash));
		sr25519::Signature::from_raw(spoil(signature.0, choices))
	}

	/// The node's keys as a validator, and the proof that it has them.
	pub(crate) fn session_keys(self) -> (SessionKeys, Vec<u8>) {
		let Keys { node, session } = &NODES[self.0];
		let keys = SessionKeys {
			babe: session.public().into(),
			grandpa: node.public().into(),
			orac: session.public().into(),
		};
		let statement = self.account().using_encoded(statement_of_ownership);
		let (by_node, by_session) = (node.sign(&statement), session.sign(&statement));
		(keys, (by_session, by_node, by_session).encode())
	}
}

/// Changes one bit of a signature, in one of thirty-two cases.
fn spoil(mut signature: [u8; 64], choices: &mut Choices<'_>) -> [u8; 64] {
	if choices.one_in(32) {
		let position = usize::from(choices.byte() % 64);
		signature[position] ^= 1;
	}
	signature
}
