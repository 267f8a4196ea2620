// SPDX-License-Identifier: Apache-2.0

//! What a deed of some terms may earn, and when: the way from terms to [`r1_math`].
//!
//! The release curve of master deeds is the deployed one. It is a constant: a change of it is a
//! change of what people were promised, and takes an upgrade of the runtime.

use r1_math::{
	curve::Curve,
	gated_release::{self, Account, Payment},
	genesis_deed,
	master_deed::MasterDeed,
	node_deed,
};
use r1_primitives::{DeedTerms, EpochIndex};

/// The numbers of one epoch, for one deed.
#[derive(Clone, Copy)]
pub(crate) struct EpochMarks {
	/// The epoch.
	pub(crate) epoch: EpochIndex,
	/// Availability of the deed's node; 255 is all of it.
	pub(crate) availability: u8,
	/// What holds for gated deeds.
	pub(crate) gate: Gate,
}

/// What the rewards of gated deeds depend on besides availability; of no meaning for Node Deeds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Gate {
	/// Adoption of the network at the end of the epoch; 65 535 is all of it.
	pub(crate) adoption: u16,
	/// The most that is paid out of what is withheld, in 255ths of a full epoch's release.
	pub(crate) carry_over_limit: u8,
}

/// What a deed may release over its life, in base units of R1.
pub(crate) fn allocation(terms: DeedTerms) -> u128 {
	match terms {
		DeedTerms::Node => node_deed::ALLOCATION,
		DeedTerms::Master { allocation, .. } => allocation,
		DeedTerms::Genesis => genesis_deed::ALLOCATION,
	}
}

/// The first epoch that may pay a deed.
pub(crate) fn first_epoch(terms: DeedTerms) -> EpochIndex {
	match terms {
		DeedTerms::Node => 0,
		DeedTerms::Master { first_epoch, .. } => first_epoch,
		DeedTerms::Genesis => genesis_deed::FIRST_EPOCH,
	}
}

/// Whether a deed's rewards wait for adoption.
pub(crate) fn is_gated(terms: DeedTerms) -> bool {
	terms != DeedTerms::Node
}

/// Settles one epoch of a deed: its account after the epoch, and what the epoch pays.
pub(crate) fn settle(terms: DeedTerms, account: Account, marks: EpochMarks) -> (Account, Payment) {
	let EpochMarks { epoch, availability, gate } = marks;
	let release_max = match terms {
		DeedTerms::Node => return settle_node(account, availability),
		DeedTerms::Master { allocation, first_epoch } => {
			MasterDeed { allocation, first_epoch }.release(&Curve::DEPLOYED, epoch)
		},
		DeedTerms::Genesis => genesis_deed::release(epoch),
	};
	let of_deed = gated_release::Terms {
		allocation: allocation(terms),
		carry_over_limit: gate.carry_over_limit,
	};
	let of_epoch = gated_release::Epoch { release_max, availability, adoption: gate.adoption };
	account.settle(of_deed, of_epoch)
}

/// A Node Deed is paid all that it releases at once.
fn settle_node(account: Account, availability: u8) -> (Account, Payment) {
	let reward = node_deed::rewards(account.released, [availability]);
	// Saturating: the reward is at most what is left of the allocation.
	let account = Account { released: account.released.saturating_add(reward), ..account };
	(account, Payment { reward, ..Payment::default() })
}
