// SPDX-License-Identifier: Apache-2.0

//! Deeds: sold, linked, moved, burned.

use super::{Action, any_deed, governance as by_governance, owner_of, signed};
use crate::{
	people::{Node, Person},
	world::World,
};
use frame_support::BoundedVec;
use fuzzing::Choices;
use pallet_node_deeds::{
	COLLECTION, Call, CurrentTier, Link, MasterPermit, MasterPermits, PurchaseOrder,
};
use r1_primitives::{DeedId, LinkProof, PurchasePermit, traits::DeedInspect as _};
use ratio1_runtime::{AccountId, NodeDeeds, Runtime, RuntimeOrigin};

/// All calls of pallet-node-deeds, and what moves deeds beside it.
pub(crate) const MENU: [Action; 22] = [
	buy,
	buy,
	buy_some,
	link,
	link,
	link_some,
	link_batch,
	unlink,
	transfer,
	burn,
	move_through_nfts,
	by_governance::assign_master,
	by_governance::authorise,
	by_governance::decide_on_deed,
	by_governance::decide_on_deed,
	by_governance::decide_on_sale,
	by_governance::issue_genesis_deed,
	by_governance::open_liquidity,
	super::move_r1,
	super::trade,
	super::skip_epochs,
	super::oracles::agree_on_epochs,
];

/// A purchase with everything that can be wrong about one.
pub(crate) fn buy(world: &mut World, choices: &mut Choices<'_>) {
	let buyer = Person::any(choices);
	let (tier, offer) = world.with(|| (CurrentTier::<Runtime>::get(), NodeDeeds::offer()));
	let (price, left) = offer.map_or((0, 0), |offer| (offer.price_per_deed, offer.units_left));
	let order = PurchaseOrder {
		units: choices.pick(&[
			1,
			2,
			3,
			1,
			5,
			10,
			left,
			left.saturating_add(1),
			0,
			178,
			179,
			u32::MAX,
		]),
		tier: choices.pick(&[tier, tier, tier, tier.saturating_add(1), 0, u8::MAX]),
		price_per_deed_max: choices.pick(&[u128::MAX, price, price.saturating_sub(1), 0]),
		allow_partial: choices.one_in(2),
	};
	let epoch = world.epoch();
	let permit = PurchasePermit {
		buyer: if choices.one_in(16) { Person::any(choices) } else { buyer }.account().into(),
		invoice: [choices.byte(); 32],
		usd_limit: choices.pick(&[u32::MAX, u32::MAX, 500, 499, 1_500, 0]),
		tax_basis_points: choices.pick(&[0, 1_900, 10_000, 1, 10_001, u16::MAX]),
		expires_at_epoch: choices.pick(&[epoch, epoch + 1, u32::MAX, epoch.saturating_sub(1)]),
	};
	let issuer = if choices.one_in(8) { Person::any(choices) } else { Person::ALICE };
	let signer = if choices.one_in(16) { Person::any(choices) } else { issuer };
	let genesis_hash = world.genesis_hash();
	let signature = signer.sign_as_account(&permit, &genesis_hash, choices);
	let issuer = issuer.account();
	world.call(signed(buyer, choices), Call::buy { order, permit, issuer, signature });
}

/// A few deeds for somebody, rightly.
pub(crate) fn buy_some(world: &mut World, choices: &mut Choices<'_>) {
	let buyer = Person::any(choices);
	let units = choices.number(1..=3);
	buy_rightly(world, buyer, units, choices);
}

/// So many deeds for somebody, on an invoice that may have been paid before.
pub(crate) fn buy_rightly(world: &mut World, buyer: Person, units: u32, choices: &mut Choices<'_>) {
	let epoch = world.epoch();
	let order = PurchaseOrder {
		units,
		tier: world.with(CurrentTier::<Runtime>::get),
		price_per_deed_max: u128::MAX,
		allow_partial: true,
	};
	let permit = PurchasePermit {
		buyer: buyer.account().into(),
		invoice: [choices.byte(); 32],
		usd_limit: u32::MAX,
		tax_basis_points: 0,
		expires_at_epoch: epoch,
	};
	let genesis_hash = world.genesis_hash();
	let signature = Person::ALICE.sign_as_account(&permit, &genesis_hash, &mut Choices::new(&[]));
	let issuer = Person::ALICE.account();
	let origin = RuntimeOrigin::signed(buyer.account());
	world.call(origin, Call::buy { order, permit, issuer, signature });
}

/// A link with everything that can be wrong about one.
pub(crate) fn link(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let owner = owner_of(world, deed, choices);
	let link = consent(world, owner, deed, choices);
	let Link { deed, node, expires_at_epoch, signature } = link;
	let call = Call::link { deed, node, expires_at_epoch, signature };
	world.call(signed(owner, choices), call);
}

/// Links every deed of somebody that can be, rightly, to the nodes that are free.
pub(crate) fn link_some(world: &mut World, choices: &mut Choices<'_>) {
	link_rightly(world, Person::any(choices), Node::ALL.len());
}

/// Links so many deeds of somebody, or as many as can be, to nodes that are free.
pub(crate) fn link_rightly(world: &mut World, owner: Person, deeds_max: usize) {
	let account = owner.account();
	let (deeds, nodes) = world.with(|| {
		let is_free = |deed: &DeedId| NodeDeeds::node_of(*deed).is_none();
		let deeds = NodeDeeds::deeds_of(account, None, 8).into_iter().filter(is_free);
		let is_unlinked = |node: &Node| NodeDeeds::deed_of(&node.account()).is_none();
		(deeds.collect::<Vec<_>>(), Node::ALL.into_iter().filter(is_unlinked).collect::<Vec<_>>())
	});
	for (deed, node) in deeds.into_iter().zip(nodes).take(deeds_max) {
		let honest = &mut Choices::new(&[]);
		let Link { deed, node, expires_at_epoch, signature } =
			consent_of(world, owner, deed, node, honest);
		let call = Call::link { deed, node, expires_at_epoch, signature };
		world.call(RuntimeOrigin::signed(owner.account()), call);
	}
}

pub(crate) fn link_batch(world: &mut World, choices: &mut Choices<'_>) {
	let owner = Person::any(choices);
	let account = owner.account();
	let mut deeds = world.with(|| NodeDeeds::deeds_of(account, None, 4));
	if deeds.is_empty() || choices.one_in(4) {
		deeds.push(any_deed(world, choices));
	}
	deeds.truncate(choices.pick(&[4, 2, 1, 0]));
	let links: Vec<_> =
		deeds.into_iter().map(|deed| consent(world, owner, deed, choices)).collect();
	let links = BoundedVec::truncate_from(links);
	world.call(signed(owner, choices), Call::link_batch { links });
}

pub(crate) fn unlink(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let owner = owner_of(world, deed, choices);
	world.call(signed(owner, choices), Call::unlink { deed });
}

pub(crate) fn transfer(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let owner = owner_of(world, deed, choices);
	// A Master Deed goes only where governance has authorised it to go.
	let authorised = world.with(|| match MasterPermits::<Runtime>::get(deed) {
		Some(MasterPermit::TransferTo(to)) => Some(to),
		Some(MasterPermit::Burn) | None => None,
	});
	let to = authorised.filter(|_| !choices.one_in(8)).unwrap_or_else(|| receiver(choices));
	world.call(signed(owner, choices), Call::transfer { deed, to });
}

pub(crate) fn burn(world: &mut World, choices: &mut Choices<'_>) {
	let deed = any_deed(world, choices);
	let owner = owner_of(world, deed, choices);
	world.call(signed(owner, choices), Call::burn { deed });
}

/// Moves or burns the item of a deed without this pallet's own calls.
pub(crate) fn move_through_nfts(world: &mut World, choices: &mut Choices<'_>) {
	let item = any_deed(world, choices);
	let owner = owner_of(world, item, choices);
	let collection = choices.pick(&[COLLECTION, COLLECTION, COLLECTION, 1]);
	let origin = RuntimeOrigin::signed(owner.account());
	if choices.one_in(2) {
		world.call(origin, pallet_nfts::Call::burn { collection, item });
	} else {
		let dest = receiver(choices).into();
		world.call(origin, pallet_nfts::Call::transfer { collection, item, dest });
	}
}

/// Whom a deed is given to: a person, or in a few cases a node.
pub(crate) fn receiver(choices: &mut Choices<'_>) -> AccountId {
	if choices.one_in(16) { Node::any(choices).account() } else { Person::any(choices).account() }
}

/// Some node's consent to a link.
fn consent(
	world: &mut World,
	owner: Person,
	deed: DeedId,
	choices: &mut Choices<'_>,
) -> Link<AccountId> {
	let node = Node::any(choices);
	consent_of(world, owner, deed, node, choices)
}

/// A node's consent to a link; a spoilt or an old one in a few cases.
fn consent_of(
	world: &mut World,
	owner: Person,
	deed: DeedId,
	node: Node,
	choices: &mut Choices<'_>,
) -> Link<AccountId> {
	let epoch = world.epoch();
	let expires_at_epoch =
		choices.pick(&[epoch, epoch, epoch + 1, u32::MAX, epoch.saturating_sub(1)]);
	let last_linked_at_secs =
		world.with(|| NodeDeeds::deed(deed).map_or(0, |deed| deed.linked_at_secs));
	let proof = LinkProof {
		owner: owner.account().into(),
		deed,
		node: node.key(),
		last_linked_at_secs,
		expires_at_epoch,
	};
	let signature = node.sign(&proof, &world.genesis_hash(), choices);
	Link { deed, node: node.account(), expires_at_epoch, signature }
}
