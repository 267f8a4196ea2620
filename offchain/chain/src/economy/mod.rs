// SPDX-License-Identifier: Apache-2.0

//! Prices, deeds, rewards, burns and jobs as the chain itself computes them.
//!
//! No rule of the runtime is repeated here: what it computes is asked of its view functions, and
//! what it limits of its constants.

mod price;
mod deeds;
mod rewards;
mod burns;
mod jobs;

pub use burns::{Application, Burns, application_id};
pub use deeds::DeedDetails;
pub use jobs::{ClassKind, ClassName, GpuGrade, JobQuote, ResourceClass, Rights};
pub use price::{Offer, Price, Quote};
pub use rewards::{Payment, RewardAccount};
