// SPDX-License-Identifier: Apache-2.0

mod genesis;
mod sale;
mod permit;
mod payment;
mod price;
mod link;
mod transfer;
mod nfts;
mod master;
mod governance;
mod views;
mod try_state;
mod migrations;
mod invariants;
