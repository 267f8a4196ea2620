// SPDX-License-Identifier: Apache-2.0

//! End-to-end tests of the programs as users run them.

mod programs;
mod daemon;
mod tour;
