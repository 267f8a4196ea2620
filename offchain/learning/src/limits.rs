// SPDX-License-Identifier: Apache-2.0

//! Limits, with the reasons for their numbers.

/// Participants of one round. Share files grow with it, and masks of those who drop out with its
/// square: with 64, half of them lost, an aggregator computes 1 056 masks.
pub const PARTICIPANTS_MAX: usize = 64;

/// Fewest participants that a round may ask for. With two each would know what the other sent, from
/// the sum and from what it sent itself.
pub const PARTICIPANTS_MIN: u8 = 3;

/// Parameters of a model: 16.8 million, of 134 MB in an upload.
pub const LENGTH_MAX: u32 = 1 << 24;

/// Bits after the point of a scaled parameter. More than a float of 32 bits has.
pub const SCALE_BITS_MAX: u8 = 32;

/// Bits that are good for most models: steps of a millionth.
pub const SCALE_BITS_DEFAULT: u8 = 20;

/// Largest standard deviation of the noise that all add together, in scaled units. The sampler's
/// integers of 128 bits hold no more, and it is two thousand times a step of 20 bits.
pub const NOISE_MAX: u64 = 1 << 31;

/// Smallest standard deviation of one participant's noise, in scaled units. From here on the sum of
/// discrete Gaussians is as good as one: they differ by less than 2^-3600.
pub const PART_NOISE_MIN: u64 = 16;

/// Standard deviations beyond which noise counts as out of bounds: it happens once in 2^2900.
pub const NOISE_TAIL: u64 = 64;

/// Largest bound of an element where there is noise, so that the square of a norm of
/// [`LENGTH_MAX`] elements stays below 2^124.
pub const NOISY_CLIP_MAX: u64 = 1 << 50;

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
