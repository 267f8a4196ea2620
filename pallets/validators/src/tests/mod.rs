// SPDX-License-Identifier: Apache-2.0

//! - `readiness`: who may become a candidate, and who is none any more.
//! - `counting`: what an epoch says of the candidates, and when it is counted.
//! - `scores`: what raises and lowers them.
//! - `election`: who qualifies, in which order, and what happens if too few do.
//! - `sessions`: how long they are, what they are told, and who is put out of them.
//! - `offences`: punishment, reward and reversal.
//! - `try_state`: each invariant notices when it does not hold.
//! - `model`: the whole pallet again, the slow and simple way.
//! - `invariants`: random histories against the model, and what is true of every election.

mod readiness;
mod counting;
mod scores;
mod election;
mod sessions;
mod offences;
mod try_state;
mod model;
mod invariants;
