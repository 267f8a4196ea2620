// SPDX-License-Identifier: Apache-2.0

//! The interface as clients see it: every test speaks HTTP with a whole daemon.

mod document;
mod files;
mod rights;
mod sign_in;
mod uploads;
mod connections;
mod cstore;
