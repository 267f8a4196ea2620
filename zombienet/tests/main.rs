// SPDX-License-Identifier: Apache-2.0

//! What must hold on networks of real processes.
//!
//! One network serves several cases, one after the other, because a network takes a minute to start
//! and every epoch its time. Each test has a network namespace to itself, so that they may run at
//! the same time, beside anything else.

mod stage;
mod truth;
mod oracle;
mod store;
mod histories;
mod faults;
mod byzantine;
