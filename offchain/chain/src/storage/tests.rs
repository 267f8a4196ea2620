// SPDX-License-Identifier: Apache-2.0

use super::*;
use scale_info::{MetaType, PortableRegistry, Registry, TypeInfo};
use std::collections::BTreeSet;
use subxt::ext::codec::Encode as _;

/// Decodes SCALE bytes by the description of a type, as a runtime's metadata has it.
fn decode<Described: TypeInfo + 'static, T: DecodeAsType>(bytes: &[u8]) -> T {
	let mut registry = Registry::new();
	let id = registry.register_type(&MetaType::new::<Described>()).id;
	let types = PortableRegistry::from(registry);
	T::decode_as_type(&mut &*bytes, id, &types).unwrap()
}

#[test]
fn terms_of_a_deed_should_tell_its_kind_and_its_curve() {
	use r1_primitives::DeedTerms as Terms;
	let master = Terms::Master { allocation: 7, first_epoch: 3 };
	for (terms, kind, curve) in [
		(Terms::Node, DeedKind::Node, None),
		(master, DeedKind::Master, Some((7, 3))),
		(Terms::Genesis, DeedKind::Genesis, None),
	] {
		let decoded = decode::<Terms, DeedTerms>(&terms.encode());
		assert_eq!((decoded.kind(), decoded.curve()), (kind, curve));
	}
}

#[test]
fn record_of_an_epoch_should_decode_by_the_names_of_its_fields() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	enum Outcome {
		Settled,
		Unsettled,
	}
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		commits_until: u32,
		reveals_until: u32,
		deeds: u32,
		oracles: u32,
		commits: u32,
		reveals: u32,
		next_epoch: u32,
		outcome: Option<Outcome>,
	}
	let fields = (1_u32, 2_u32, 3_u32, 4_u32, 5_u32, 6_u32, 7_u32, Some(1_u8));
	let record = decode::<Described, EpochRecord>(&fields.encode());
	assert_eq!((record.commits_until, record.reveals_until, record.deeds), (1, 2, 3));
	assert_eq!((record.oracles, record.commits, record.reveals), (4, 5, 6));
	assert_eq!(record.outcome, Some(EpochOutcome::Unsettled));
}

#[test]
fn seeds_windows_and_reports_should_decode_as_the_pallet_describes_them() {
	#[derive(TypeInfo)]
	struct H256(#[expect(dead_code, reason = "it is only described")] [u8; 32]);
	assert_eq!(decode::<H256, Seed>(&[7; 32]).0, [7; 32]);

	let window = r1_primitives::Maintenance { epoch: 7, first_slot: 3, slots: 2 };
	let decoded = decode::<r1_primitives::Maintenance, Maintenance>(&window.encode());
	assert_eq!(r1_primitives::Maintenance::from(decoded), window);

	#[derive(TypeInfo)]
	struct PageSet(#[expect(dead_code, reason = "it is only described")] u128);
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Report {
		commitment: [u8; 32],
		revealed: PageSet,
	}
	let report = decode::<Report, OracleReport>(&([1_u8; 32], 0b101_u128).encode());
	assert_eq!(report.revealed.0, 0b101);
}

#[test]
fn bounded_set_of_accounts_should_decode_as_a_list() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct AccountId32([u8; 32]);
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct BoundedBTreeSet(BTreeSet<AccountId32>);
	let bytes = BTreeSet::from([[1_u8; 32], [2; 32]]).encode();
	let issuers = decode::<BoundedBTreeSet, Vec<AccountId>>(&bytes);
	let issuers = issuers.iter().map(|issuer| issuer.0).collect::<Vec<_>>();
	assert_eq!(issuers, [[1; 32], [2; 32]]);
}
