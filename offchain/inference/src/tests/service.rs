// SPDX-License-Identifier: Apache-2.0

//! Names, room, waiting and deadlines.

use super::{digits::MODEL, load, model_name, onnx};
use crate::{
	BackendError, InferError, InferenceBackend, InferenceLimits, InferenceRequest,
	InferenceService, LoadError, Model, ModelMetadata, ModelName, RegistryError, Tensor,
};
use std::{
	num::NonZeroUsize,
	sync::{Arc, Mutex, PoisonError, mpsc},
	time::Duration,
};

#[tokio::test]
async fn load_should_do_nothing_when_repeated() {
	let service = InferenceService::with_tract(InferenceLimits::default());
	let first = load(&service, "digits", MODEL).await.unwrap();
	let second = load(&service, "digits", MODEL).await.unwrap();
	assert!(Arc::ptr_eq(&first, &second));
	assert_eq!(service.models().len(), 1);
}

#[tokio::test]
async fn load_should_be_refused_when_the_name_or_the_room_is_taken() {
	let limits = InferenceLimits { models_max: 1, ..InferenceLimits::default() };
	let service = InferenceService::with_tract(limits);
	let digits = load(&service, "digits", MODEL).await.unwrap();

	let error = load(&service, "digits", &onnx::addition()).await.unwrap_err();
	let taken = RegistryError::NameTaken { name: model_name("digits"), cid: *digits.cid() };
	assert!(matches!(error, LoadError::Registry(error) if error == taken));

	let error = load(&service, "addition", &onnx::addition()).await.unwrap_err();
	assert!(matches!(error, LoadError::Registry(RegistryError::Full { max: 1 })));

	assert!(service.unload("digits").is_some());
	assert!(service.unload("digits").is_none());
	load(&service, "addition", &onnx::addition()).await.unwrap();
}

#[tokio::test]
async fn model_should_be_found_by_name_and_by_file_until_it_is_unloaded() {
	let service = InferenceService::with_tract(InferenceLimits::default());
	let digits = load(&service, "digits", MODEL).await.unwrap();
	assert!(Arc::ptr_eq(&digits, &service.model("digits").unwrap()));
	assert!(Arc::ptr_eq(&digits, &service.model_by_cid(digits.cid()).unwrap()));
	assert!(service.model("digit").is_none());
	assert!(service.model("../digits").is_none());
	service.unload("digits");
	assert!(service.model("digits").is_none());
	assert!(service.model_by_cid(digits.cid()).is_none());
}

#[test]
fn name_should_be_refused_when_a_url_could_not_hold_it() {
	for wrong in ["", ".", "..", ".hidden", "a/b", "a b", "é", "a?b", &"x".repeat(65)] {
		assert!(ModelName::new(wrong).is_err(), "{wrong}");
	}
	for right in ["digits", "Model-2_v1.3", &"x".repeat(64)] {
		assert_eq!(ModelName::new(right).unwrap().as_str(), right);
	}
}

/// A model that takes and gives nothing, and runs until the test lets it end.
#[derive(Debug)]
struct Gated {
	metadata: ModelMetadata,
	gate: Mutex<mpsc::Receiver<()>>,
}

impl Model for Gated {
	fn metadata(&self) -> &ModelMetadata {
		&self.metadata
	}

	fn run(&self, _inputs: Vec<Tensor>) -> Result<Vec<Tensor>, BackendError> {
		let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
		gate.recv().map_err(|error| BackendError::Failed(error.into()))?;
		Ok(Vec::new())
	}
}

#[derive(Debug)]
struct GatedBackend(Mutex<Option<mpsc::Receiver<()>>>);

impl InferenceBackend for GatedBackend {
	fn platform(&self) -> &'static str {
		"gated"
	}

	fn load(&self, _bytes: &[u8]) -> Result<Arc<dyn Model>, BackendError> {
		let gate = self.0.lock().unwrap().take().unwrap();
		let metadata = ModelMetadata { inputs: Vec::new(), outputs: Vec::new() };
		Ok(Arc::new(Gated { metadata, gate: Mutex::new(gate) }))
	}
}

/// A service with one gated model; each message opens the gate for one run.
async fn gated(limits: InferenceLimits) -> (InferenceService, mpsc::Sender<()>) {
	let (opener, gate) = mpsc::channel();
	let backend = GatedBackend(Mutex::new(Some(gate)));
	let service = InferenceService::new(Arc::new(backend), limits);
	load(&service, "gated", b"any").await.unwrap();
	(service, opener)
}

async fn run_gated(service: &InferenceService) -> Result<(), InferError> {
	let request = InferenceRequest { inputs: Vec::new(), outputs: Vec::new() };
	let model = service.model("gated").unwrap();
	service.infer(&model, request).await.map(drop)
}

#[tokio::test]
async fn request_should_time_out_when_the_model_is_slow_and_the_slot_should_come_back() {
	let (service, opener) = gated(InferenceLimits {
		run_duration_max: Duration::from_millis(50),
		runs_at_once_max: NonZeroUsize::MIN,
		..InferenceLimits::default()
	})
	.await;
	let error = run_gated(&service).await.unwrap_err();
	assert!(matches!(error, InferError::TimedOut { .. }), "{error}");
	assert!(error.is_transient());

	// The abandoned run holds the only slot: the next request times out although the gate would
	// let it through at once.
	let error = run_gated(&service).await.unwrap_err();
	assert!(matches!(error, InferError::TimedOut { .. }), "{error}");

	// One message ends the abandoned run; then each attempt brings its own, so that a machine too
	// slow for the deadline only costs another attempt.
	opener.send(()).unwrap();
	for attempt in 0.. {
		opener.send(()).unwrap();
		match run_gated(&service).await {
			Ok(()) => break,
			Err(error) => assert!(attempt < 100, "the slot never came back: {error}"),
		}
	}
}

#[tokio::test]
async fn request_should_be_refused_when_too_many_wait() {
	let (service, opener) = gated(InferenceLimits {
		runs_at_once_max: NonZeroUsize::MIN,
		runs_waiting_max: 1,
		..InferenceLimits::default()
	})
	.await;
	let mut admitted = Vec::new();
	for _ in 0..2 {
		let mut request = Box::pin({
			let service = service.clone();
			async move { run_gated(&service).await }
		});
		// Polled once, a request has its admission and waits for the gate.
		assert!(poll_once(request.as_mut()).is_none());
		admitted.push(request);
	}
	let error = run_gated(&service).await.unwrap_err();
	assert!(matches!(error, InferError::Busy), "{error}");
	assert!(error.is_transient());

	opener.send(()).unwrap();
	opener.send(()).unwrap();
	for request in admitted {
		request.await.unwrap();
	}
}

/// Polls a future that must make its first step without waiting.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
	let mut context = std::task::Context::from_waker(std::task::Waker::noop());
	match future.poll(&mut context) {
		std::task::Poll::Ready(output) => Some(output),
		std::task::Poll::Pending => None,
	}
}
