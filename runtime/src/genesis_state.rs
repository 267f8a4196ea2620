// SPDX-License-Identifier: Apache-2.0

//! The state that a preset makes, natively: for programs that run the runtime without a node.

use crate::{RuntimeGenesisConfig, genesis_config_presets::get_preset};
use serde_json::Value;
use sp_runtime::BuildStorage as _;
use sp_storage::Storage;

/// The state of a preset before the first block; `None` if there is no preset of this name.
///
/// # Panics
///
/// If the preset does not fit the runtime. A node would refuse such a preset too.
#[must_use]
#[expect(
	clippy::expect_used,
	reason = "native only; a preset that does not fit is a fault of ours"
)]
pub fn genesis_state(preset: &str) -> Option<Storage> {
	let patch = get_preset(&preset.into())?;
	let patch: Value = serde_json::from_slice(&patch).expect("a preset is JSON; qed");
	let mut config =
		serde_json::to_value(RuntimeGenesisConfig::default()).expect("it serialises; qed");
	merge(&mut config, patch);
	let config: RuntimeGenesisConfig =
		serde_json::from_value(config).expect("the preset fits the runtime");
	Some(config.build_storage().expect("every pallet takes its part of the preset"))
}

/// Lays a patch over a value, as a node does with the patch in a chain specification.
fn merge(target: &mut Value, patch: Value) {
	match (target, patch) {
		(Value::Object(target), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(target.entry(key).or_insert(Value::Null), value);
			}
		},
		(target, patch) => *target = patch,
	}
}
