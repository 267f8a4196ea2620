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

#[test]
fn what_nodes_say_of_rounds_should_be_signed_and_encoded_as_the_chain_reads_it() {
	use r1_core::{NodeIdentity, verify};
	use r1_primitives::learning::{
		AggregateFile, AnnounceBody, Announcement, AttestBody, FileKind, Finding, Publication,
		PublishBody, Verdict,
	};

	#[derive(TypeInfo)]
	struct Signature([u8; 64]);
	#[derive(TypeInfo)]
	struct Announce {
		round: u64,
		announcement: Announcement,
		signature: Signature,
	}
	#[derive(TypeInfo)]
	struct Publish {
		round: u64,
		kind: FileKind,
		publication: Publication<Bounded<u8>>,
		signature: Signature,
	}
	#[derive(TypeInfo)]
	struct Attest {
		round: u64,
		oracle: [u8; 32],
		verdict: Verdict<Bounded<u8>>,
		signature: Signature,
	}
	let (node, genesis) = (NodeIdentity::from_seed(&[7; 32]), [8; 32]);
	let key = node.key();
	let split = |encoded: Vec<u8>| {
		let (body, signature) = encoded.split_last_chunk::<64>().unwrap();
		(body.to_vec(), *signature)
	};

	let announcement = Announcement {
		account: key,
		mask_key: [2; 32],
		share_key: [3; 32],
		seed_commitment: [4; 32],
	};
	let call = announce_keys(&node, &genesis, 5, announcement);
	assert_eq!(call.name(), "Learning.announce");
	let (body, signature) = split(encode::<Announce>(&call));
	assert_eq!(body, (5_u64, announcement).encode());
	verify(&key, &AnnounceBody { round: 5, announcement }, &genesis, &signature).unwrap();

	let publication = Publication { account: key, cid: vec![1_u8, 2], sha256: [6; 32] };
	let call = publish_file(&node, &genesis, 5, FileKind::Upload, vec![1, 2], [6; 32]);
	let (body, signature) = split(encode::<Publish>(&call));
	assert_eq!(body, (5_u64, FileKind::Upload, &publication).encode());
	let body = PublishBody { round: 5, kind: FileKind::Upload, publication };
	verify(&key, &body, &genesis, &signature).unwrap();

	let file = AggregateFile { cid: vec![1_u8], sha256: [6; 32], contributors: 3 };
	let findings = [
		Finding::SharesUnreadable { dealer: [9; 32] },
		Finding::SharesInconsistent { dealer: [9; 32] },
		Finding::TooFewShares { dealer: [9; 32] },
		Finding::UploadUnreadable { participant: [9; 32] },
		Finding::SumOutOfBounds,
	];
	let findings = findings.map(Verdict::Finding);
	for verdict in [Verdict::Aggregate(file)].into_iter().chain(findings) {
		let call = attest_round(&node, &genesis, 5, verdict.clone());
		let (body, signature) = split(encode::<Attest>(&call));
		assert_eq!(body, (5_u64, key, &verdict).encode());
		let body = AttestBody { round: 5, oracle: key, verdict };
		verify(&key, &body, &genesis, &signature).unwrap();
	}
}

#[test]
fn round_should_be_opened_with_all_that_it_is_made_of() {
	use r1_primitives::learning::RoundSpec;

	#[derive(TypeInfo)]
	struct Windows {
		announce: u32,
		share: u32,
		upload: u32,
		reveal: u32,
		attest: u32,
	}
	#[derive(TypeInfo)]
	struct Order {
		spec: RoundSpec,
		model: Bounded<u8>,
		previous: Option<u64>,
		windows: Windows,
	}
	#[derive(TypeInfo)]
	struct OpenRound {
		job: u32,
		order: Order,
	}
	let spec = RoundSpec {
		model_hash: [1; 32],
		length: 650,
		minimum: 3,
		threshold: 2,
		scale_bits: 20,
		clip: 1 << 23,
		max_weight: 10_000,
		noise: None,
	};
	for (noise, previous) in [(None, None), (Some(1 << 20), Some(4))] {
		let spec = RoundSpec { noise, ..spec };
		let order = RoundOrder { spec, model: vec![1, 2], previous, windows: [10, 20, 30, 40, 50] };
		let windows = (10_u32, 20_u32, 30_u32, 40_u32, 50_u32);
		let expected = (7_u32, (spec, vec![1_u8, 2], previous, windows)).encode();
		assert_eq!(encode::<OpenRound>(&open_round(7, &order)), expected);
	}
}
