// SPDX-License-Identifier: Apache-2.0

//! How the storage of older versions becomes that of this one; one module a version.

pub mod v2;
