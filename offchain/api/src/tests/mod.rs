// SPDX-License-Identifier: Apache-2.0

mod json;
mod tensors;
#[cfg(feature = "client")]
mod client;
