// SPDX-License-Identifier: Apache-2.0

//! Upgrades of the storage layout, one module for the version that each leads to.

pub mod v2;
