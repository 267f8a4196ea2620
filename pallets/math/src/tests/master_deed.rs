// SPDX-License-Identifier: Apache-2.0

use crate::{ISSUANCE_CAP, curve::Curve, genesis_deed, master_deed::*, node_deed};
use r1_primitives::{EpochClock, R1};

/// The main network's clock.
const MAINNET: EpochClock =
	EpochClock { start_secs: 1_748_016_000, epoch_secs: 86_400, slot_secs: 10 };

#[test]
fn constants_should_equal_the_deployed_ones() {
	assert_eq!(EMISSION, 42_230_686_878_000_000_000_000_000);
	assert_eq!(ALLOCATION_MAX, 3_236_067_960_000_000_000_000_000);
	assert_eq!(DEEDS_MAX, 499);
	// 1 January 2026 and 19 June 2028, 16:00 UTC.
	assert_eq!(MAINNET.starts_at_secs(FIRST_EPOCH), 1_767_283_200);
	assert_eq!(MAINNET.starts_at_secs(FIRST_EPOCH + crate::curve::RELEASE_EPOCHS), 1_845_043_200);
}

#[test]
fn emissions_should_part_the_whole_cap() {
	assert_eq!(node_deed::EMISSION, 72_811_529_100_000_000_000_000_000);
	assert_eq!(node_deed::EMISSION + EMISSION + genesis_deed::ALLOCATION, ISSUANCE_CAP);
}

#[test]
fn first_epoch_should_not_be_before_the_cliff() {
	for (given_in, expected) in [(0, 223), (222, 223), (223, 223), (224, 224), (1_000, 1_000)] {
		assert_eq!(first_epoch(given_in), expected, "given in {given_in}");
	}
}

#[test]
fn release_should_start_with_the_first_epoch() {
	let deed = MasterDeed { allocation: 100_000 * R1, first_epoch: 223 };
	let cases = [
		(0, 0),
		(222, 0),
		(223, 9_754_316_031_215_612_969),
		(224, 9_807_056_002_948_341_166),
		(1_123, 272_066_629_370_381_747_469),
		(u32::MAX, 272_066_629_370_381_747_469),
	];
	for (epoch, expected) in cases {
		assert_eq!(deed.release(&Curve::DEPLOYED, epoch), expected, "in epoch {epoch}");
	}
}

/// Gives allocations to owners of their own; the error of the first that cannot be given.
fn give_each(allocations: impl IntoIterator<Item = u128>) -> Result<(), GrantError> {
	let (mut given_to_all, mut deeds) = (0, 0);
	for allocation in allocations {
		Grant { allocation, given_to_owner: 0, given_to_all, deeds }.check()?;
		given_to_all += allocation;
		deeds += 1;
	}
	Ok(())
}

#[test]
fn grant_should_equal_the_contracts_vectors() {
	let nearly_two_percent = 3_236_067 * R1;
	assert_eq!(give_each([nearly_two_percent; 13]), Ok(()));
	assert_eq!(give_each([nearly_two_percent; 14]), Err(GrantError::EmissionExceeded));

	let full = [vec![ALLOCATION_MAX; 13], vec![161_803_398 * R1 / 1_000]].concat();
	assert_eq!(full.iter().sum::<u128>(), EMISSION);
	assert_eq!(give_each(full.iter().copied()), Ok(()));
	assert_eq!(give_each(full.into_iter().chain([R1])), Err(GrantError::EmissionExceeded));

	assert_eq!(give_each([1; 499]), Ok(()));
	assert_eq!(give_each([1; 500]), Err(GrantError::TooManyDeeds));
}

#[test]
fn grant_should_fail_when_it_breaks_a_limit() {
	let grant = Grant { allocation: R1, given_to_owner: 0, given_to_all: 0, deeds: 0 };
	let out_of_range = Err(GrantError::AllocationOutOfRange);
	let owner_limit = Err(GrantError::OwnerLimitExceeded);
	let room_for_one = ALLOCATION_MAX - R1;
	let cases = [
		(Grant { allocation: 0, ..grant }, out_of_range),
		(Grant { allocation: ALLOCATION_MAX, ..grant }, Ok(())),
		(Grant { allocation: ALLOCATION_MAX + 1, ..grant }, out_of_range),
		(Grant { allocation: u128::MAX, ..grant }, out_of_range),
		(Grant { given_to_owner: room_for_one, ..grant }, Ok(())),
		(Grant { given_to_owner: room_for_one + 1, ..grant }, owner_limit),
		// The Genesis Deed counts for its owner, who can have no other deed.
		(Grant { given_to_owner: genesis_deed::ALLOCATION, ..grant }, owner_limit),
		(Grant { given_to_all: EMISSION - R1, ..grant }, Ok(())),
		(Grant { given_to_all: u128::MAX, ..grant }, Err(GrantError::EmissionExceeded)),
		(Grant { deeds: 498, ..grant }, Ok(())),
		(Grant { deeds: 499, ..grant }, Err(GrantError::TooManyDeeds)),
	];
	for (grant, expected) in cases {
		assert_eq!(grant.check(), expected, "{grant:?}");
	}
}
