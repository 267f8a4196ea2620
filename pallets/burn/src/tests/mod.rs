// SPDX-License-Identifier: Apache-2.0

//! - `registry`: registering and deregistering applications.
//! - `burning`: the call `burn`, what it takes and what it counts.
//! - `leaderboards`: places, ties and full boards.
//! - `vectors`: what the deployed contracts' own tests check.
//! - `try_state`: each invariant notices when it does not hold.
//! - `invariants`: random histories against a model.

mod registry;
mod burning;
mod leaderboards;
mod vectors;
mod try_state;
mod invariants;
