// SPDX-License-Identifier: Apache-2.0

//! End-to-end tests of the programs as users run them.

#![expect(clippy::unwrap_used, reason = "this crate is nothing but tests")]

mod programs;
mod specifications;
mod daemon;
mod encrypted;
mod learning;
mod command_line;
mod tour;
