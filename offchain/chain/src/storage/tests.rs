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

#[test]
fn delegates_and_classes_should_decode_as_the_pallet_stores_them() {
	use crate::economy::{ClassKind, GpuGrade};

	#[derive(TypeInfo)]
	struct Bounded<T>(T);
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Class {
		name: Bounded<Bounded<Vec<u8>>>,
		kind: Kind,
		price_per_epoch: u128,
		cpu_millicores: u32,
		memory_mib: u32,
		storage_gib: Option<u32>,
		gpu: Option<Grade>,
		is_offered: bool,
	}
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	enum Kind {
		Generic,
		Service,
		Native,
	}
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	enum Grade {
		Entry,
		Medium,
		High,
		Ultra,
	}
	let fields = (b"N-HIGH".to_vec(), 2_u8, 5_u128, 6_u32, 7_u32, None::<u32>, Some(3_u8), true);
	let class = decode::<Class, ResourceClass>(&fields.encode());
	assert_eq!((class.name.to_string().as_str(), class.kind), ("N-HIGH", ClassKind::Native));
	assert_eq!((class.storage_gib, class.gpu), (None, Some(GpuGrade::Ultra)));
	assert!(class.is_offered && class.price_per_epoch == 5);

	type Described = Bounded<std::collections::BTreeMap<Bounded<[u8; 32]>, Bounded<u8>>>;
	let stored = vec![([1_u8; 32], 65_u8), ([2; 32], 127)];
	let delegates = decode::<Described, Vec<(AccountId, Rights)>>(&stored.encode());
	assert_eq!(delegates.iter().map(|(account, _)| account.0[0]).collect::<Vec<_>>(), [1, 2]);
	assert_eq!(delegates[1].1, Rights::ALL);
	assert!(delegates[0].1.contains(Rights::WITHDRAW));
}
