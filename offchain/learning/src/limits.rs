// SPDX-License-Identifier: Apache-2.0

//! Limits, with the reasons for their numbers.

pub use r1_primitives::learning::{
	LENGTH_MAX, NOISE_MAX, NOISE_TAIL, NOISY_CLIP_MAX, PART_NOISE_MIN, PARTICIPANTS_MIN,
	SCALE_BITS_MAX,
};

/// Participants of one round, as the chain has it. Share files grow with it, and masks of those who drop
/// out with its square: with 64, half of them lost, an aggregator computes 1 056 masks.
pub const PARTICIPANTS_MAX: usize = r1_primitives::learning::PARTICIPANTS_MAX as usize;

/// Bits that are good for most models: steps of a millionth.
pub const SCALE_BITS_DEFAULT: u8 = 20;

/// Elements that are masked or summed at once: 64 KB of each file are in memory.
pub const CHUNK_ELEMENTS: usize = 8_192;

/// Bytes of a share file: 64 entries of 144 bytes and a header.
pub const SHARE_FILE_BYTES_MAX: usize = 16 << 10;

/// Bytes of a reveal file: 64 entries of 33 bytes and a header.
pub const REVEAL_FILE_BYTES_MAX: usize = 4 << 10;

/// Bytes of a participant's state.
pub const STATE_BYTES_MAX: usize = 512;

/// Bytes of a model's file: as many parameters as a round may have, and their names.
pub const MODEL_BYTES_MAX: usize = (LENGTH_MAX as usize) * 4 + METADATA_BYTES_MAX;

/// Bytes that describe the tensors of a file. A head has four of them.
pub const METADATA_BYTES_MAX: usize = 64 << 10;

/// Bytes of a data set: a million embeddings of 512 numbers are twice that, and do not fit beside a
/// node's other work.
pub const DATASET_BYTES_MAX: usize = 1 << 30;

/// Numbers of one sample.
pub const FEATURES_MAX: usize = 65_536;

/// Samples of a data set.
pub const SAMPLES_MAX: usize = 1 << 24;

/// Classes that a head tells apart.
pub const CLASSES_MAX: usize = 65_536;

/// Layers of a head: linear, rectifier, linear.
pub const LAYERS_MAX: usize = 3;

/// Times that a participant goes through its data in one round.
pub const EPOCHS_MAX: u32 = 1_000;
