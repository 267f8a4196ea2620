// SPDX-License-Identifier: Apache-2.0

//! The client against a server on loopback that speaks the interface by its route constants.

use crate::{
	ApiErrorBody, ClientError, ClientOptions, ComponentStatus, EdgeClient, FileAdded,
	HealthResponse, HexBytes, LinkProofRequest, LinkProofResponse, NodeSummary, NodesResponse,
	oip::{
		Elements, ErrorBody, InferRequest, InferResponse, InferTensor, ModelReady, Ready,
		ServerMetadata,
	},
	routes,
};
use axum::{
	Json, Router,
	body::Bytes,
	extract::{Path, Query},
	http::StatusCode,
	response::{IntoResponse, Response},
	routing::{get, post},
};
use codec::Encode;
use r1_primitives::{EpochEvidence, OracleEvidence};
use std::collections::HashMap;
use tokio::net::TcpListener;

/// Starts a server on a free port and returns a client of it.
async fn client_of(router: Router, options: &ClientOptions) -> EdgeClient {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = listener.local_addr().unwrap();
	tokio::spawn(async move { axum::serve(listener, router).await });
	EdgeClient::new(&format!("http://{address}"), options).unwrap()
}

async fn client() -> EdgeClient {
	let router = Router::new()
		.route(routes::HEALTH, get(health))
		.route(routes::NODES, get(nodes))
		.route(routes::LINK_PROOF, post(link_proof))
		.route(routes::ORACLE_EVIDENCE, get(evidence))
		.route(routes::R1FS_FILES, post(add_file))
		.route(routes::IPFS_ROOT, get(file))
		.route(routes::OIP_SERVER, get(server_metadata))
		.route(routes::OIP_READY, get(ready))
		.route(routes::OIP_MODEL_READY, get(model_ready))
		.route(routes::OIP_INFER, post(infer));
	client_of(router, &ClientOptions::default()).await
}

async fn health() -> Response {
	let chain =
		ComponentStatus { name: "chain".to_owned(), state: "starting".to_owned(), reason: None };
	let body = HealthResponse { ready: false, components: vec![chain] };
	(StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

async fn nodes() -> Json<NodesResponse> {
	let node = NodeSummary {
		node: HexBytes([1; 32]),
		deed: 7,
		last_beat_epoch: 3,
		last_beat_slot: 5,
		capabilities: None,
	};
	Json(NodesResponse { nodes: vec![node] })
}

async fn link_proof(Json(request): Json<LinkProofRequest>) -> Json<LinkProofResponse> {
	let signature = HexBytes([u8::try_from(request.deed).unwrap(); 64]);
	Json(LinkProofResponse { node: request.owner, signature })
}

async fn evidence(Query(query): Query<HashMap<String, u32>>) -> Vec<u8> {
	match query["epoch"] {
		epoch @ 3 => evidence_of(epoch).encode(),
		_ => vec![0xff; 7],
	}
}

fn evidence_of(epoch: u32) -> OracleEvidence {
	let report = EpochEvidence { epoch, availability: vec![255, 0], work: Vec::new() };
	OracleEvidence { report: Some(report), ballots: Vec::new() }
}

async fn add_file(body: Bytes) -> Json<FileAdded> {
	Json(FileAdded { cid: "bafkreia".to_owned(), size_bytes: body.len() as u64 })
}

async fn file(Path(cid): Path<String>) -> String {
	cid
}

async fn server_metadata() -> Json<ServerMetadata> {
	Json(ServerMetadata {
		name: "ratio1".to_owned(),
		version: "0.1.0".to_owned(),
		extensions: Vec::new(),
	})
}

async fn ready() -> Json<Ready> {
	Json(Ready { ready: true })
}

async fn model_ready(Path(name): Path<String>) -> Response {
	match &*name {
		"digits" => Json(ModelReady { name, ready: true }).into_response(),
		_ => unknown_model(&name),
	}
}

async fn infer(Path(name): Path<String>, Json(request): Json<InferRequest>) -> Response {
	match &*name {
		"digits" => Json(InferResponse {
			model_name: name,
			model_version: None,
			id: request.id,
			outputs: request.inputs,
		})
		.into_response(),
		_ => unknown_model(&name),
	}
}

fn unknown_model(name: &str) -> Response {
	let body = ErrorBody::from(ApiErrorBody {
		code: "unknown_model".to_owned(),
		message: format!("no model `{name}` is served here"),
		hint: Some("ask another node of the job".to_owned()),
	});
	(StatusCode::NOT_FOUND, Json(body)).into_response()
}

fn request() -> InferRequest {
	let data = Elements::Fp32(vec![0.25, 0.5]);
	let input = InferTensor::new("x".to_owned(), vec![1, 2], data).unwrap();
	InferRequest { id: Some("7".to_owned()), inputs: vec![input], ..InferRequest::default() }
}

#[tokio::test]
async fn answers_should_arrive_typed_when_the_daemon_succeeds() {
	let client = client().await;
	let owner = HexBytes([1; 32]);
	let proof = LinkProofRequest { owner, deed: 9, last_linked_at_secs: 0, expires_at_epoch: 5 };
	assert_eq!(client.link_proof(&proof).await.unwrap().signature, HexBytes([9; 64]));
	let nodes = client.nodes().await.unwrap().nodes;
	assert_eq!((nodes[0].node, nodes[0].deed), (HexBytes([1; 32]), 7));
	assert_eq!(client.add_file(vec![0; 300]).await.unwrap().size_bytes, 300);
	assert_eq!(client.server_metadata().await.unwrap().name, "ratio1");
	assert!(client.is_ready().await.unwrap());
	assert!(client.is_model_ready("digits").await.unwrap());
	assert!(!client.is_model_ready("letters").await.unwrap());

	let answer = client.infer("digits", &request()).await.unwrap();
	assert_eq!(answer.id.as_deref(), Some("7"));
	assert_eq!(answer.outputs, request().inputs);
}

#[tokio::test]
async fn health_should_be_read_when_the_daemon_is_not_ready() {
	let health = client().await.health().await.unwrap();
	assert!(!health.ready);
	assert_eq!(health.components[0].state, "starting");
}

#[tokio::test]
async fn evidence_should_be_decoded_or_refused() {
	let client = client().await;
	assert_eq!(client.evidence(3).await.unwrap(), evidence_of(3));
	let error = client.evidence(4).await.unwrap_err();
	assert!(matches!(error, ClientError::MalformedScale { .. }), "{error}");
}

#[tokio::test]
async fn refusal_should_carry_the_reason_of_the_daemon() {
	let error = client().await.infer("letters", &request()).await.unwrap_err();
	assert!(!error.is_transient());
	assert_eq!(
		error.to_string(),
		"the daemon refused: no model `letters` is served here (unknown_model); \
		 ask another node of the job"
	);
	assert!(matches!(error, ClientError::Refused { status: 404, .. }));
}

#[tokio::test]
async fn name_should_stay_one_segment_when_it_holds_a_slash() {
	let cid = client().await.file("../v2?x=1").await.unwrap();
	assert_eq!(cid, b"../v2?x=1");
}

#[tokio::test]
async fn refusal_should_be_shown_when_it_is_not_the_daemons() {
	let router = Router::new().fallback(|| async { (StatusCode::BAD_GATEWAY, "upstream down") });
	let client = client_of(router, &ClientOptions::default()).await;
	let error = client.status().await.unwrap_err();
	assert!(error.is_transient());
	let ClientError::Unexpected { status, text, .. } = error else { panic!("{error}") };
	assert_eq!((status, &*text), (502, "upstream down"));
}

#[tokio::test]
async fn response_should_be_refused_when_it_is_too_long_or_no_json() {
	let router = Router::new().fallback(|| async { "x".repeat(1_001) });
	let options = ClientOptions { response_bytes_max: 1_000, ..ClientOptions::default() };
	let client = client_of(router.clone(), &options).await;
	let error = client.status().await.unwrap_err();
	assert!(matches!(error, ClientError::TooLarge { max: 1_000, .. }), "{error}");

	let client = client_of(router, &ClientOptions::default()).await;
	let error = client.status().await.unwrap_err();
	assert!(matches!(error, ClientError::MalformedJson { .. }), "{error}");
}

#[tokio::test]
async fn error_should_be_transient_when_nobody_listens() {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = listener.local_addr().unwrap();
	drop(listener);
	let client = EdgeClient::new(&format!("http://{address}"), &ClientOptions::default()).unwrap();
	let error = client.health().await.unwrap_err();
	assert!(error.is_transient());
	assert_eq!(error.to_string(), format!("could not reach http://{address}/v1/health"));
}

#[test]
fn address_should_be_refused_when_it_is_no_http_url() {
	for wrong in ["", "127.0.0.1:31236", "ftp://example.org", "file:///etc"] {
		let result = EdgeClient::new(wrong, &ClientOptions::default());
		assert!(matches!(result, Err(ClientError::InvalidUrl { .. })), "{wrong}");
	}
}
