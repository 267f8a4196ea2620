// SPDX-License-Identifier: Apache-2.0

//! Whole rounds in memory, what must stay hidden in them, and every format.

mod aggregation;
mod digits;
mod dishonesty;
mod fixed;
mod formats;
mod knowledge;
mod participant;
mod privacy;
mod randomness;
mod secret_sharing;
mod table;
mod trainer;
mod vectors;
