// SPDX-License-Identifier: Apache-2.0

//! The chores of the repository, one module each; `main.rs` only chooses between them.
//!
//! It compiles before anything else can be done, so it stays small: no async runtime, no HTTP
//! client, no serialisation but JSON.
//!
//! ```text
//!  make ──> main ──> bootstrap   tools of the machine
//!                ├─> tidy        rules of the repository, each one a pure function of its files
//!                ├─> check       the inner loop: what changed since HEAD
//!                ├─> ci          everything, in order ──> client   the foreign client's tour
//!                ├─> network     a network of zombienet/, for trying things out
//!                ├─> image       images of examples/, made of busybox
//!                ├─> specs       chain-specs/*.json
//!                ├─> weights     pallets/*/src/weights.rs
//!                └─> bench       the numbers of docs/benchmarks.md
//!
//!  process   children with logs and an orderly end, waiting on predicates, who holds a port
//!  rpc       one JSON-RPC call to a node
//!  wasm      a runtime as Wasm alone, for weights and bench
//!  steps     headers, elapsed time, which command failed
//!  workspace where things are
//! ```
//!
//! A chore that starts processes does so through a [`process::Fleet`], so that Ctrl-C, an error
//! and a panic all stop every one of them.

#![expect(
	clippy::print_stderr,
	clippy::disallowed_types,
	reason = "a chore talks to a person on stderr, and measures the real time of a real machine"
)]

pub mod bootstrap;
pub mod tidy;
pub mod check;
pub mod ci;
pub mod client;
pub mod dev;
pub mod image;
pub mod network;
pub mod specs;
pub mod upgrade;
pub mod weights;
pub mod bench;
pub mod process;
pub mod rpc;
pub mod steps;
pub mod wasm;
pub mod workspace;
