// SPDX-License-Identifier: Apache-2.0

use super::*;
use scale_info::{MetaType, PortableRegistry, Registry, TypeInfo};
use std::cell::Cell;
use subxt::ext::{codec::Encode, scale_decode::Field};

/// Decodes SCALE bytes by the description of a type, as a runtime's metadata has it.
fn decode<Described: TypeInfo + 'static, T: DecodeAsType>(bytes: &[u8]) -> T {
	let mut registry = Registry::new();
	let id = registry.register_type(&MetaType::new::<Described>()).id;
	let types = PortableRegistry::from(registry);
	T::decode_as_type(&mut &*bytes, id, &types).unwrap()
}

#[derive(TypeInfo)]
struct AccountId32(#[expect(dead_code, reason = "it is only described")] [u8; 32]);

#[test]
fn items_should_count_only_if_they_are_deeds() {
	let burned =
		|collection| Event::ItemBurned(ItemBurned { collection, item: 1, owner: Owner([1; 32]) });
	assert!(burned(0).is_of(&[0, 1]) && burned(1).is_of(&[0, 1]));
	assert!(!burned(2).is_of(&[0, 1]));
	assert!(Event::DeedBanned(DeedNamed { deed: 1 }).is_of(&[]));
}

/// Decodes the fields of an event, as a runtime's metadata describes them.
fn decode_fields<Described: TypeInfo + 'static, T: DecodeAsFields>(
	bytes: &[u8],
) -> Result<T, subxt::ext::scale_decode::Error> {
	let mut registry = Registry::new();
	let id = registry.register_type(&MetaType::new::<Described>()).id;
	let types = PortableRegistry::from(registry);
	let scale_info::TypeDef::Composite(described) = &types.resolve(id).unwrap().type_def else {
		panic!("an event is described by its fields");
	};
	let mut fields = described
		.fields
		.iter()
		.map(|field| Field::new(field.ty.id, field.name.as_deref()));
	T::decode_as_fields(&mut &*bytes, &mut fields, &types)
}

#[test]
fn purchase_should_decode_by_the_names_of_its_fields() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		buyer: AccountId32,
		invoice: [u8; 32],
		first_deed: u32,
		units: u32,
		tier: u8,
		price_per_deed: u128,
		total: u128,
		tax: u128,
		a_later_field: u64,
	}
	let fields = ([1_u8; 32], [2_u8; 32], 4_u32, 3_u32, 1_u8, 10_u128, 36_u128, 6_u128, 0_u64);
	let bought = decode_fields::<Described, DeedsBought>(&fields.encode()).unwrap();
	assert_eq!(bought, purchase(Some([2; 32]), Some(6)));
}

fn purchase(invoice: Option<[u8; 32]>, tax: Option<u128>) -> DeedsBought {
	let buyer = Owner([1; 32]);
	let (first_deed, units, tier, price_per_deed, total) = (4, 3, 1, 10, 36);
	DeedsBought { buyer, invoice, first_deed, units, tier, price_per_deed, total, tax }
}

#[test]
fn purchase_should_decode_as_release_100_emitted_it() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		buyer: AccountId32,
		first_deed: u32,
		units: u32,
		tier: u8,
		price_per_deed: u128,
		total: u128,
	}
	let fields = ([1_u8; 32], 4_u32, 3_u32, 1_u8, 10_u128, 36_u128);
	let bought = decode_fields::<Described, DeedsBought>(&fields.encode()).unwrap();
	assert_eq!(bought, purchase(None, None));
}

fn claim(carry_over: Option<u128>, withheld: Option<u128>) -> AvailabilityClaimed {
	let owner = Owner([7; 32]);
	let (deed, from_epoch, to_epoch, amount) = (4, 5, 9, 1);
	AvailabilityClaimed { deed, owner, from_epoch, to_epoch, amount, carry_over, withheld }
}

#[test]
fn claim_should_decode_whatever_the_order_of_its_fields() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		withheld: u128,
		carry_over: u128,
		amount: u128,
		to_epoch: u32,
		from_epoch: u32,
		owner: AccountId32,
		deed: u32,
	}
	let fields = (3_u128, 2_u128, 1_u128, 9_u32, 5_u32, [7_u8; 32], 4_u32);
	let claimed = decode_fields::<Described, AvailabilityClaimed>(&fields.encode()).unwrap();
	assert_eq!(claimed, claim(Some(2), Some(3)));
}

#[test]
fn claim_should_decode_as_release_100_emitted_it() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		deed: u32,
		owner: AccountId32,
		from_epoch: u32,
		to_epoch: u32,
		amount: u128,
	}
	let fields = (4_u32, [7_u8; 32], 5_u32, 9_u32, 1_u128);
	let claimed = decode_fields::<Described, AvailabilityClaimed>(&fields.encode()).unwrap();
	assert_eq!(claimed, claim(None, None));
}

#[test]
fn event_should_be_an_error_when_it_is_neither_of_the_known_shapes() {
	// Half of what came after release 100, or less than it had.
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Half {
		deed: u32,
		owner: AccountId32,
		from_epoch: u32,
		to_epoch: u32,
		amount: u128,
		carry_over: u128,
	}
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Less {
		deed: u32,
	}
	let fields = (4_u32, [7_u8; 32], 5_u32, 9_u32, 1_u128, 2_u128);
	assert!(decode_fields::<Half, AvailabilityClaimed>(&fields.encode()).is_err());
	assert!(decode_fields::<Less, AvailabilityClaimed>(&4_u32.encode()).is_err());
}

#[test]
fn offence_should_decode_by_the_names_of_its_fields() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		kind: r1_primitives::Misconduct,
		node: AccountId32,
		deed: Option<u32>,
		epoch: u32,
		reporter: Option<AccountId32>,
		reward: u128,
		suspended_from: u32,
		suspended_until: u32,
		score_before: u8,
		reversed: bool,
	}
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Recorded {
		id: u32,
		offence: Described,
	}
	let offence = (1_u8, [2_u8; 32], Some(3_u32), 4_u32, None::<[u8; 32]>, 5_u128);
	let rest = (6_u32, 7_u32, 100_u8, false);
	let bytes = (9_u32, offence, rest).encode();
	let recorded = decode_fields::<Recorded, OffenceRecorded>(&bytes).unwrap();
	let expected = Offence {
		kind: Misconduct::FalseReveal,
		node: Owner([2; 32]),
		deed: Some(3),
		epoch: 4,
		reporter: None,
		reward: 5,
		suspended_from: 6,
		suspended_until: 7,
		score_before: 100,
		reversed: false,
	};
	assert_eq!(recorded, OffenceRecorded { id: 9, offence: expected });
}

#[test]
fn names_of_misconduct_and_reasons_should_be_those_of_the_pallets() {
	use r1_primitives::Misconduct as Primitive;
	for (primitive, expected, name) in [
		(Primitive::TwoReports, Misconduct::TwoReports, "two reports"),
		(Primitive::FalseReveal, Misconduct::FalseReveal, "false reveal"),
		(
			Primitive::ConsensusEquivocation,
			Misconduct::ConsensusEquivocation,
			"equivocation of consensus",
		),
	] {
		let decoded = decode::<Primitive, Misconduct>(&primitive.encode());
		assert_eq!((decoded, decoded.name()), (expected, name));
	}
}

#[test]
fn window_of_maintenance_and_a_change_of_validators_should_decode() {
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Announced {
		deed: u32,
		window: r1_primitives::Maintenance,
	}
	let bytes = (4_u32, 7_u32, 3_u32, 2_u32).encode();
	let announced = decode_fields::<Announced, MaintenanceAnnounced>(&bytes).unwrap();
	let window = Window { epoch: 7, first_slot: 3, slots: 2 };
	assert_eq!(announced, MaintenanceAnnounced { deed: 4, window });

	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Changed {
		session: u32,
		validators: Vec<AccountId32>,
	}
	let bytes = (8_u32, vec![[1_u8; 32], [2; 32]]).encode();
	let changed = decode_fields::<Changed, ValidatorsChanged>(&bytes).unwrap();
	let validators = vec![Owner([1; 32]), Owner([2; 32])];
	assert_eq!(changed, ValidatorsChanged { session: 8, validators });
}

#[test]
fn burn_should_decode_with_and_without_an_application() {
	#[derive(TypeInfo)]
	struct H256(#[expect(dead_code, reason = "it is only described")] [u8; 32]);
	#[expect(dead_code, reason = "it is only described")]
	#[derive(TypeInfo)]
	struct Described {
		burner: AccountId32,
		application: Option<H256>,
		amount: u128,
		burner_total: u128,
		application_total: Option<u128>,
	}
	let burned = |application: Option<[u8; 32]>, total: Option<u128>| {
		let fields = ([1_u8; 32], application, 5_u128, 8_u128, total);
		decode::<Described, R1Burned>(&fields.encode())
	};
	let expected = R1Burned {
		burner: Owner([1; 32]),
		application: None,
		amount: 5,
		burner_total: 8,
		application_total: None,
	};
	assert_eq!(burned(None, None), expected);
	let application = Some(Hash([3; 32]));
	let expected = R1Burned { application, application_total: Some(5), ..expected };
	assert_eq!(burned(Some([3; 32]), Some(5)), expected);
}

#[tokio::test]
async fn blocks_should_be_read_several_at_a_time_and_joined_in_order() {
	let most = u32::try_from(QUERIES_AT_ONCE).unwrap();
	let (open, most_open) = (Cell::new(0), Cell::new(0));
	let blocks = 5..5 + 3 * most;
	let joined = in_order(blocks.clone(), async |block| {
		open.set(open.get() + 1);
		most_open.set(most_open.get().max(open.get()));
		// Those that are asked for first answer last.
		for _ in 0..most - block % most {
			tokio::task::yield_now().await;
		}
		open.set(open.get() - 1);
		Ok(vec![block; usize::from(block % 2 == 0)])
	});
	assert_eq!(joined.await.unwrap(), blocks.filter(|block| block % 2 == 0).collect::<Vec<_>>());
	assert_eq!(most_open.get(), most);
}

#[tokio::test]
async fn history_should_fail_with_the_first_block_that_cannot_be_read() {
	let read = in_order(0..100, async |block| match block {
		7 => Err(QueryError::Missing { item: "seventh" }),
		8 => Err(QueryError::Missing { item: "eighth" }),
		block => Ok(vec![block]),
	});
	assert!(matches!(read.await, Err(QueryError::Missing { item: "seventh" })));
}
