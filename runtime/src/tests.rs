// SPDX-License-Identifier: Apache-2.0

//! What must hold of the runtime as a whole.

mod market;
mod sessions;

use crate::{
	Balances, Runtime, constants::currency::R1_CAP, genesis_config_presets::preset_names,
	genesis_state::genesis_state,
};
use sp_io::TestExternalities;

/// The state of a preset.
fn genesis(preset: &str) -> TestExternalities {
	genesis_state(preset).expect("the preset exists").into()
}

#[test]
fn every_preset_should_start_within_the_cap_and_with_its_validators() {
	for (preset, validators) in [("development", 1), ("local_testnet", 3), ("fast_testnet", 4)] {
		assert!(preset_names().iter().any(|name| name.as_str() == preset), "{preset}");
		genesis(preset).execute_with(|| {
			assert!(Balances::total_issuance() <= R1_CAP);
			assert_eq!(crate::Session::validators().len(), validators, "{preset}");
			assert_eq!(
				pallet_oracles::SessionOracles::<Runtime>::get().len(),
				validators,
				"{preset}"
			);
			let collection = crate::Nfts::collection_owner(pallet_node_deeds::COLLECTION);
			assert_eq!(collection, Some(crate::NodeDeeds::account_id()));
			// What jobs cost is what they cost on the deployed network.
			for (id, class) in pallet_poai::reference_classes() {
				assert_eq!(pallet_poai::ResourceClasses::<Runtime>::get(id), Some(class));
			}
		});
	}
}

#[test]
fn price_of_the_genesis_pool_should_be_thirty_cents() {
	use r1_primitives::traits::Market as _;
	genesis("development").execute_with(|| {
		// 200 000 * 10^6 * 10^12 * 10^18 / (666 666 * 10^18), as in the reference's tests.
		assert_eq!(crate::market::Pool::spot_price(), Some(300_000_300_000_300_000));
	});
}

#[test]
fn every_item_of_our_pallets_should_have_a_doc_line_in_the_metadata() {
	use frame_support::__private::metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
	// The length of a session is a constant of the metadata, and lives in the state.
	let metadata = genesis("development").execute_with(Runtime::metadata);
	let RuntimeMetadataPrefixed(_, RuntimeMetadata::V14(metadata)) = metadata else {
		panic!("the runtime's default metadata is version 14");
	};
	for pallet in &metadata.pallets {
		let ours =
			["NodeDeeds", "Oracles", "Validators", "Availability", "Poai", "Burn", "Learning"];
		if !ours.contains(&pallet.name.as_str()) {
			continue;
		}
		for entry in pallet.storage.iter().flat_map(|storage| &storage.entries) {
			assert!(!entry.docs.is_empty(), "{}.{}", pallet.name, entry.name);
		}
		let types = [
			pallet.calls.as_ref().map(|calls| calls.ty.id),
			pallet.event.as_ref().map(|event| event.ty.id),
			pallet.error.as_ref().map(|error| error.ty.id),
		];
		for id in types.into_iter().flatten() {
			let ty = metadata.types.resolve(id).expect("the metadata holds its types");
			let scale_info::TypeDef::Variant(variants) = &ty.type_def else {
				panic!("calls, events and errors are variants");
			};
			for variant in &variants.variants {
				assert!(!variant.docs.is_empty(), "{}.{}", pallet.name, variant.name);
			}
		}
	}
}
