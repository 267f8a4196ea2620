// SPDX-License-Identifier: Apache-2.0

mod genesis;
mod sale;
mod price;
mod link;
mod transfer;
mod invariants;
