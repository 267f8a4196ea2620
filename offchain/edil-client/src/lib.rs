// SPDX-License-Identifier: Apache-2.0

//! Encrypted inference, on the client's side: keys, encoders, encryption, decryption, and the compiler
//! of models.
//!
//! ```text
//!  trainer ── head.json ──> compile ──> EncryptedModel, Report
//!  raw data ──Encoder──> integers ──encrypt──> Request ──> a worker
//!  logits <──────────────────────── decrypt <── Response <──┘
//! ```
//!
//! Everything that makes, reads or uses a secret key is in this crate, and the daemon cannot depend
//! on it. There is no network here.
//!
//! # Encoders
//!
//! An encoder is the trainer's domain auto-encoder without its second half. It runs here, on raw
//! data, and only what it makes of that is encrypted. No runtime for ONNX is linked for it: encoders
//! of the trainer are some dense layers, read from JSON ([`DenseEncoder`], [`ScalingEncoder`]), and
//! [`Encoder`] is open to others. The trainer exports ONNX too.
//!
//! # Failure model
//!
//! - Inputs beyond the range that a model's worst case was computed with are refused: they could
//!   come out wrong without anybody noticing.
//! - A response to another request is refused, so nothing can be replayed; so is one that decrypts to
//!   what the model never answers. A response that was forged to decrypt to something possible is
//!   not noticed here: other workers repeat evaluations and compare bytes.
//! - Decryption is right but for the chance that the compiler reports.
//!
//! # Security
//!
//! Keys and seeds come from the operating system. A request has a seed of its own: one that is used
//! twice shows the difference of the inputs. Keys are kept in files for their owner alone, under a
//! passphrase if there is one; in memory they are not locked, nor wiped when they are dropped. Why the
//! parameters are strong enough is said in `r1_edil`.
//!
//! # Limits
//!
//! Files are read up to [`HEAD_FILE_BYTES_MAX`], [`ENCODER_FILE_BYTES_MAX`] and 4 KiB for keys.
//!
//! # Licence
//!
//! As `r1_edil`: `tfhe` grants no patents, and commercial use needs a patent licence of Zama.

mod cipher;
mod keys;
mod key_file;
mod entropy;
mod encoder;
mod compiler;
mod head_file;
mod noise;
mod report;
#[cfg(test)]
mod tests;

pub use cipher::{DecryptError, EncryptError, decrypt, encrypt};
pub use compiler::{CompileError, CompileOptions, Compiled, compile};
pub use encoder::{
	DenseEncoder, ENCODER_FILE_BYTES_MAX, Encoder, EncoderError, ScalingEncoder, encoder_hash,
	read_encoder,
};
pub use head_file::{
	AccuracyFile, ActivationFile, CalibrationFile, HEAD_FILE_BYTES_MAX, HeadFile, HeadFileError,
	HeadKind, LayerFile,
};
pub use key_file::{KeyFileError, read_key, write_key};
pub use keys::{SecretKey, SecretKeyError};
pub use report::Report;
