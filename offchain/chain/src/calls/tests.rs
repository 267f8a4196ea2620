// SPDX-License-Identifier: Apache-2.0

#![expect(dead_code, reason = "the runtime's types are only described")]

use super::*;
use scale_info::{MetaType, PortableRegistry, Registry, TypeInfo};
use subxt::ext::{
	codec::Encode,
	scale_encode::{EncodeAsFields as _, Field},
};

/// Encodes the fields of a call, as a runtime's metadata describes them.
fn encode<Described: TypeInfo + 'static>(call: &Call) -> Vec<u8> {
	let mut registry = Registry::new();
	let id = registry.register_type(&MetaType::new::<Described>()).id;
	let types = PortableRegistry::from(registry);
	let scale_info::TypeDef::Composite(described) = &types.resolve(id).unwrap().type_def else {
		panic!("a call is described by its fields");
	};
	let mut fields = described
		.fields
		.iter()
		.map(|field| Field::new(field.ty.id, field.name.as_deref()));
	let mut encoded = Vec::new();
	call.payload()
		.call_data()
		.encode_as_fields_to(&mut fields, &types, &mut encoded)
		.unwrap();
	encoded
}

#[derive(TypeInfo)]
struct Bounded<T>(Vec<T>);

#[derive(TypeInfo)]
enum Page {
	Availability(Bounded<u8>),
	Work(Bounded<WorkEntry>),
}

#[derive(TypeInfo)]
#[expect(non_camel_case_types, reason = "calls have the names of functions")]
enum OraclesCall {
	void_epoch { epoch: u32 },
	settle_unsettled { epoch: u32, pages: Bounded<Page> },
}

#[derive(TypeInfo)]
enum RuntimeCall {
	Another,
	Oracles(OraclesCall),
}

#[derive(TypeInfo)]
struct Sudo {
	call: Box<RuntimeCall>,
}

#[test]
fn epoch_should_be_decided_by_governance() {
	let call = void_epoch(7);
	assert_eq!(call.name(), "Oracles.void_epoch by Sudo.sudo");
	assert_eq!((call.payload().pallet_name(), call.payload().call_name()), ("Sudo", "sudo"));
	assert_eq!(encode::<Sudo>(&call), (1_u8, 0_u8, 7_u32).encode());
}

/// What a settlement of epoch 7 encodes to, with its pages in SCALE.
fn settlement(pages: &[(u8, Vec<u8>)]) -> Vec<u8> {
	let encoded = pages
		.iter()
		.flat_map(|(kind, contents)| std::iter::once(*kind).chain(contents.iter().copied()));
	// Up to 63 pages have a length of one byte, in its upper six bits.
	let length = u8::try_from(pages.len() << 2).unwrap();
	let mut settlement = (1_u8, 1_u8, 7_u32, length).encode();
	settlement.extend(encoded);
	settlement
}

#[test]
fn report_should_be_encoded_page_by_page_however_short_it_is() {
	let entry = |job, deed| WorkEntry { job, deed, quality: 9 };
	let work = |entries: &[WorkEntry]| ReportPage::Work(entries.to_vec());
	let encoded = |pages: &[ReportPage]| encode::<Sudo>(&settle_epoch(7, pages));

	assert_eq!(encoded(&[work(&[])]), settlement(&[(1, vec![0])]));
	let one = [entry(1, 2)];
	assert_eq!(encoded(&[work(&one)]), settlement(&[(1, one.to_vec().encode())]));
	let several = [entry(1, 2), entry(1, 3), entry(4, 2)];
	for values in [vec![255], vec![0, 128, 255], vec![7; 1_024]] {
		let pages = [ReportPage::Availability(values.clone()), work(&several)];
		let expected = [(0, values.encode()), (1, several.to_vec().encode())];
		assert_eq!(encoded(&pages), settlement(&expected));
	}
}

#[test]
fn work_should_be_ordered_by_its_owner_and_by_delegates() {
	use crate::Rights;
	use subxt::ext::codec;

	#[derive(TypeInfo)]
	struct Order {
		resources: u8,
		replicas: u32,
		epochs: u32,
		#[codec(compact)]
		cost_max: u128,
		specification: Bounded<u8>,
	}
	#[derive(TypeInfo)]
	struct CreateJob {
		order: Order,
	}
	#[derive(TypeInfo)]
	struct CreateJobFor {
		owner: [u8; 32],
		order: Order,
	}
	#[derive(TypeInfo)]
	struct RightBits(u8);
	#[derive(TypeInfo)]
	struct SetDelegate {
		delegate: [u8; 32],
		rights: RightBits,
	}
	#[derive(TypeInfo)]
	struct WithdrawFor {
		owner: [u8; 32],
		#[codec(compact)]
		amount: u128,
	}
	let order = JobOrder {
		resources: 53,
		replicas: 2,
		epochs: 30,
		cost_max: 1 << 40,
		specification: vec![1, 2, 3],
	};
	let encoded = (53_u8, 2_u32, 30_u32, codec::Compact(1_u128 << 40), vec![1_u8, 2, 3]).encode();
	assert_eq!(encode::<CreateJob>(&create_job(&order, None)), encoded);
	let by_delegate = create_job(&order, Some([7; 32]));
	assert_eq!(by_delegate.name(), "Poai.create_job_for");
	assert_eq!(encode::<CreateJobFor>(&by_delegate), [&[7; 32][..], &encoded].concat());

	let rights = Rights::all_of([Rights::CREATE_JOBS, Rights::WITHDRAW]);
	let call = set_delegate([7; 32], rights);
	assert_eq!(encode::<SetDelegate>(&call), ([7_u8; 32], 65_u8).encode());
	let call = withdraw(5, Some([7; 32]));
	assert_eq!(encode::<WithdrawFor>(&call), ([7_u8; 32], codec::Compact(5_u128)).encode());
}

#[test]
fn keys_should_be_registered_in_their_places() {
	#[derive(TypeInfo)]
	struct CryptoBytes([u8; 32]);
	#[derive(TypeInfo)]
	struct Public(CryptoBytes);
	#[derive(TypeInfo)]
	struct Keys {
		babe: Public,
		grandpa: Public,
		orac: Public,
	}
	#[derive(TypeInfo)]
	struct SetKeys {
		keys: Keys,
		proof: Vec<u8>,
	}
	let keys = SessionKeys {
		babe: [1; 32],
		grandpa: [2; 32],
		orac: [3; 32],
		proof: vec![4; 192],
		are_first: true,
	};
	let call = set_keys(&keys);
	let expected = ([1_u8; 32], [2_u8; 32], [3_u8; 32], vec![4_u8; 192]).encode();
	assert_eq!(encode::<SetKeys>(&call), expected);
	assert_eq!(call.deposit(), Some(("Session", "KeyDeposit")));
	assert_eq!(set_keys(&SessionKeys { are_first: false, ..keys }).deposit(), None);
}
