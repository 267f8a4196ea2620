// SPDX-License-Identifier: Apache-2.0

//! Who acts: four people whom the preset endows, and four nodes, with their keys.

use crate::choices::Choices;
use r1_primitives::SignedBody;
use ratio1_runtime::AccountId;
use sp_core::{Pair as _, ed25519, sr25519};
use sp_runtime::MultiSignature;
use std::sync::LazyLock;

/// The names of the people in the preset. The first holds every office: she owns the Genesis Deed,
/// issues permits, and is the only validator, whose oracle key is hers too.
const NAMES: [&str; 4] = ["//Alice", "//Bob", "//Charlie", "//Dave"];

static PEOPLE: LazyLock<[sr25519::Pair; 4]> = LazyLock::new(|| {
	NAMES.map(|name| sr25519::Pair::from_string(name, None).expect("the derivation is valid; qed"))
});

static NODES: LazyLock<[ed25519::Pair; 4]> =
	LazyLock::new(|| [1, 2, 3, 4].map(|seed| ed25519::Pair::from_seed(&[seed; 32])));

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
	pub(crate) const ALL: [Self; 4] = [Self(0), Self(1), Self(2), Self(3)];

	pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
		choices.pick(&Self::ALL)
	}

	pub(crate) fn key(self) -> [u8; 32] {
		NODES[self.0].public().0
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
		let signature = NODES[self.0].sign(&body.signing_payload(genesis_hash));
		ed25519::Signature::from_raw(spoil(signature.0, choices))
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
