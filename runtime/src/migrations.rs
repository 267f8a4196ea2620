// SPDX-License-Identifier: Apache-2.0

//! What a chain does to its state when it gets this runtime, oldest migration first.
//!
//! `cargo xtask upgrade` rehearses it on a network of the last release.

use crate::Runtime;

/// Every migration that a chain may still need.
pub type Migrations = (
	// From release 100. To be removed once no chain runs it.
	pallet_node_deeds::migrations::v2::MigrateV1ToV2<Runtime>,
	pallet_availability::migrations::v2::MigrateV1ToV2<Runtime>,
	pallet_oracles::migrations::MigrateV1ToV2<Runtime>,
	// From release 104. To be removed once no chain runs it.
	pallet_poai::migrations::v2::MigrateV1ToV2<Runtime>,
);
