// SPDX-License-Identifier: Apache-2.0

mod blocks;
mod chain;
mod identity;
mod invariants;
mod ports;
