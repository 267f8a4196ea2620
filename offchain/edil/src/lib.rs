// SPDX-License-Identifier: Apache-2.0

//! Encrypted inference, on the worker's side: models, keys, requests and responses as bytes, their
//! validation, and the evaluation of models on what stays encrypted.
//!
//! ```text
//!  client                              │  worker
//!  encoder ──> integers ──> Request ───┼──> check ──> RequestQueue ──> Worker::evaluate ──┐
//!  EvaluationKey, once ────────────────┼──> check ──> KeyCache ──────────^                │
//!  integers <── decryption <───────────┼──────────────────────────────────── Response <───┘
//! ```
//!
//! Nothing here makes, reads or uses a secret key: that is `r1-edil-client`, which the daemon cannot
//! depend on. There is no network, no disk and no clock here either, and no task: the daemon calls
//! [`Worker`] from threads that may block, and asks [`RequestQueue`] what to do next.
//!
//! # What is evaluated
//!
//! A [`Head`]: integer combinations of encrypted inputs; or a layer of them, a table for each
//! neuron, and a second layer. Tables are bootstraps, which take all of the time. What comes out are
//! logits, so a client learns more of the head than a label would say.
//!
//! # Determinism
//!
//! A response follows from the bytes of model, key and request: not from the number of threads, nor
//! from what is evaluated together, nor from the process. So other nodes repeat an evaluation and
//! compare bytes. That needs a Fourier transform that rounds the same everywhere ([`FftPlan`]), so a
//! worker starts only on a processor with AVX2 and FMA, and only if the self-test comes to what it
//! comes to elsewhere.
//!
//! # Failure model
//!
//! - What is malformed, too long, of other parameters or for another model is refused before the
//!   library sees it, which would panic. Lengths are checked before anything is allocated.
//! - Nothing proves that a ciphertext or a key is well made. One that is not spoils the result of
//!   whoever sent it.
//! - A bootstrap can fail: its noise leads to a neighbour of the right entry. How often follows from
//!   the parameters and the head; the compiler in `r1-edil-client` says it, and refuses more than was
//!   asked for.
//! - A key that had to make room for others is no error of its owner: it is loaded again.
//! - A restart loses models and keys; the daemon fetches them again.
//!
//! # Limits
//!
//! [`EdilLimits`] bounds threads, the memory of keys, models, waiting requests and how long they
//! wait; [`limits`] what a single model or message may be. Preparing a key takes three times the
//! memory that is kept of it, for a moment. An evaluation that has begun is not given up: at most
//! [`limits::HIDDEN_MAX`] bootstraps for each of at most
//! [`EdilLimits::batch_requests_max`] requests, which is some seconds.
//!
//! # Security
//!
//! Ciphertexts are LWE and GLWE over a torus of 64 bits with binary secrets. Two pairs of dimension
//! and noise are in use, (684, 4.728e-5) and (2 048, 2.845e-15). Both are of tables that the authors
//! of the library publish, and lie on the curve that they publish beside them, fitted to the lattice
//! estimator for 132 bits: `log2 of the variance = 5.3147 - 0.049783 n`. A test of `r1-edil-client`
//! compares them with it. The two keys are independent, so the sets here, which combine the pairs in
//! another way than the tables do, are as strong as the weaker pair; the evaluation key, which is an
//! encryption of one under the other, assumes nothing circular. The estimator was not run anew.
//!
//! Whoever learns which decryptions failed learns of the key. So clients that show results to the
//! worker want failures below 2^-128: [`ParameterSet::Bootstrapped2048`].
//!
//! # Licence
//!
//! The library under this crate, `tfhe`, is under BSD-3-Clause-Clear, which grants no patents: it is
//! free for research and prototypes, and commercial use needs a patent licence of Zama.

mod worker;
mod queue;
mod key_cache;
mod evaluate;
mod masks;
mod bootstrap;
mod prepared;
mod self_test;
mod wire;
mod model;
mod head;
mod parameters;
mod plan;
pub mod framing;
pub mod limits;
#[cfg(test)]
mod tests;

pub use evaluate::{EvaluateError, check_request, evaluate};
pub use head::{Activation, Head, HeadError, Layer};
pub use key_cache::{KeyCache, KeyTooLarge};
pub use limits::EdilLimits;
pub use model::{
	Accuracy, Calibration, EncoderReference, EncryptedModel, ModelContent, ModelError, ModelId,
};
pub use parameters::{BootstrapParameters, ParameterSet};
pub use plan::FftPlan;
pub use prepared::PreparedKey;
pub use queue::{RequestQueue, Turn, Waiting};
pub use self_test::{SelfTestError, self_test};
pub use wire::{
	EVALUATION_KEY_BYTES_MAX, EvaluationKey, EvaluationKeyId, NO_EVALUATION_KEY, REQUEST_BYTES_MAX,
	RESPONSE_BYTES_MAX, Request, RequestId, Response, WireError,
};
pub use worker::{LoadKeyError, LoadModelError, RunError, StartError, Worker};
