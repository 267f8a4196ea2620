// SPDX-License-Identifier: Apache-2.0

//! A typed client of one edge daemon.

mod events;
mod cstore;
mod encrypted;
mod files;
mod jobs;
mod learning;
mod receipts;

pub use cstore::{ProofQuery, Watch, WriteOptions};
pub use files::Download;
pub use jobs::{ExecError, ExecInput, ExecOutput, LogLines};
pub use receipts::Receipted;

use crate::{
	ApiErrorBody, ChallengeRequest, ChallengeResponse, HealthResponse, HexBytes, LinkProofRequest,
	LinkProofResponse, NodeStatus, NodesResponse, RevokeRequest, RevokeResponse,
	SealingKeyResponse, SelfResponse, TokenRequest, TokenResponse,
	oip::{InferRequest, InferResponse, ModelMetadata, ModelReady, Ready, ServerMetadata},
};
use codec::DecodeAll;
use r1_primitives::{EpochIndex, OracleEvidence};
use reqwest::{
	Client, Method, RequestBuilder, Response, StatusCode, Url,
	header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};
use tokio_rustls::rustls::{
	ClientConfig, RootCertStore,
	crypto::ring,
	pki_types::{CertificateDer, pem::PemObject as _},
};

/// How a client behaves.
#[derive(Clone, Debug)]
pub struct ClientOptions {
	/// Time to establish a connection. Default 2 s: the daemon is on this machine or near.
	pub connect_timeout: Duration,
	/// Time from sending a request to the end of its response. Default 30 s, three times what a
	/// model may take to answer.
	pub request_timeout: Duration,
	/// Bytes of a response that are read. Default 64 MiB, the largest model.
	pub response_bytes_max: usize,
	/// A capability token, sent with each request. Default none.
	pub token: Option<String>,
	/// The only certificate that vouches for the daemon's, in PEM. Default none, which is whoever
	/// the system trusts.
	pub certificate_authority: Option<String>,
}

impl Default for ClientOptions {
	fn default() -> Self {
		Self {
			connect_timeout: Duration::from_secs(2),
			request_timeout: Duration::from_secs(30),
			response_bytes_max: 64 << 20,
			token: None,
			certificate_authority: None,
		}
	}
}

/// Bytes of an unexpected response that an error repeats.
const RESPONSE_SHOWN_MAX: usize = 200;

/// Cloneable client of one edge daemon.
#[derive(Clone, Debug)]
pub struct EdgeClient {
	http: Client,
	base: Url,
	response_bytes_max: usize,
}

impl EdgeClient {
	/// A client of the daemon at an address such as `http://127.0.0.1:31236`.
	///
	/// # Errors
	///
	/// The address is no HTTP URL, or the token or the certificate is none.
	pub fn new(base: &str, options: &ClientOptions) -> Result<Self, ClientError> {
		let invalid = || ClientError::InvalidUrl { url: base.to_owned() };
		let url = Url::parse(base).map_err(|_| invalid())?;
		if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
			return Err(invalid());
		}
		let mut headers = HeaderMap::new();
		if let Some(token) = &options.token {
			let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
				.map_err(|_| ClientError::InvalidToken)?;
			value.set_sensitive(true);
			headers.insert(AUTHORIZATION, value);
		}
		let http = Client::builder()
			.default_headers(headers)
			.tls_backend_preconfigured(tls(options.certificate_authority.as_deref())?)
			.connect_timeout(options.connect_timeout)
			.timeout(options.request_timeout)
			// A proxy of the environment has no business between us and our own daemon.
			.no_proxy()
			.build()
			.map_err(|source| ClientError::Transport { url: base.to_owned(), source })?;
		Ok(Self { http, base: url, response_bytes_max: options.response_bytes_max })
	}

	// # The node

	/// How the parts of the daemon are; a daemon that is not ready answers too.
	///
	/// # Errors
	///
	/// See [`ClientError`], here and on every other method.
	pub async fn health(&self) -> Result<HealthResponse, ClientError> {
		let answer = self.exchange(self.request(Method::GET, &["v1", "health"])).await?;
		match answer.status {
			StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE => answer.json(),
			_ => Err(answer.into_refusal()),
		}
	}

	/// What the node is and does.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn status(&self) -> Result<NodeStatus, ClientError> {
		self.get(&["v1", "node"]).await?.json()
	}

	/// The nodes that the daemon has heard, and what it knows of them.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn nodes(&self) -> Result<NodesResponse, ClientError> {
		self.get(&["v1", "nodes"]).await?.json()
	}

	/// Whom secrets for a node are sealed for, in that node's word, which nobody has checked.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn sealing_key(&self, node: &[u8; 32]) -> Result<SealingKeyResponse, ClientError> {
		let node = HexBytes(*node).to_string();
		self.get(&["v1", "nodes", &node, "sealing-key"]).await?.json()
	}

	/// Asks the node to consent to be linked to a deed.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn link_proof(
		&self,
		request: &LinkProofRequest,
	) -> Result<LinkProofResponse, ClientError> {
		self.post(&["v1", "node", "link-proof"], request).await
	}

	/// What the daemon beside an oracle has for it: its view of an epoch, and its ballots.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn evidence(&self, epoch: EpochIndex) -> Result<OracleEvidence, ClientError> {
		let request = self.request(Method::GET, &["oracle", "v1", "evidence"]);
		let answer = self.exchange(request.query(&[("epoch", epoch)])).await?.success()?;
		OracleEvidence::decode_all(&mut &*answer.body)
			.map_err(|source| ClientError::MalformedScale { url: answer.url, source })
	}

	// # Signing in

	/// A text for the account's wallet to sign.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn challenge(
		&self,
		request: &ChallengeRequest,
	) -> Result<ChallengeResponse, ClientError> {
		self.post(&["v1", "auth", "challenge"], request).await
	}

	/// A token, for a challenge that was signed.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn token(&self, request: &TokenRequest) -> Result<TokenResponse, ClientError> {
		self.post(&["v1", "auth", "token"], request).await
	}

	/// Who the daemon takes this client for.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn whoami(&self) -> Result<SelfResponse, ClientError> {
		self.get(&["v1", "auth", "self"]).await?.json()
	}

	/// Revokes a token that the daemon issued, everywhere.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn revoke(&self, request: &RevokeRequest) -> Result<RevokeResponse, ClientError> {
		self.post(&["v1", "auth", "revoke"], request).await
	}

	// # Inference

	/// What the inference server is.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn server_metadata(&self) -> Result<ServerMetadata, ClientError> {
		self.get(&["v2"]).await?.json()
	}

	/// Whether the inference server can serve.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn is_ready(&self) -> Result<bool, ClientError> {
		let answer = self.exchange(self.request(Method::GET, &["v2", "health", "ready"])).await?;
		match answer.status {
			StatusCode::SERVICE_UNAVAILABLE => Ok(false),
			_ => Ok(answer.success()?.json::<Ready>()?.ready),
		}
	}

	/// What a model takes and gives.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn model_metadata(&self, model: &str) -> Result<ModelMetadata, ClientError> {
		self.get(&["v2", "models", model]).await?.json()
	}

	/// Whether a model can answer.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn is_model_ready(&self, model: &str) -> Result<bool, ClientError> {
		let request = self.request(Method::GET, &["v2", "models", model, "ready"]);
		let answer = self.exchange(request).await?;
		match answer.status {
			StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE => Ok(false),
			_ => Ok(answer.success()?.json::<ModelReady>()?.ready),
		}
	}

	/// Runs a model.
	///
	/// # Errors
	///
	/// See [`ClientError`].
	pub async fn infer(
		&self,
		model: &str,
		request: &InferRequest,
	) -> Result<InferResponse, ClientError> {
		self.post(&["v2", "models", model, "infer"], request).await
	}

	async fn post<T: DeserializeOwned>(
		&self,
		path: &[&str],
		request: &impl Serialize,
	) -> Result<T, ClientError> {
		self.exchange(self.request(Method::POST, path).json(request))
			.await?
			.success()?
			.json()
	}

	async fn get(&self, path: &[&str]) -> Result<Answer, ClientError> {
		self.exchange(self.request(Method::GET, path)).await?.success()
	}

	/// A request to a path, whose segments are escaped: a name cannot reach another route.
	fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
		let mut url = self.base.clone();
		url.path_segments_mut()
			.expect("an http URL has a path; the constructor checked the scheme; qed")
			.pop_if_empty()
			.extend(path);
		self.http.request(method, url)
	}

	async fn exchange(&self, request: RequestBuilder) -> Result<Answer, ClientError> {
		self.read(self.send(request).await?).await
	}

	async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
		request.send().await.map_err(|source| ClientError::Transport {
			url: source.url().unwrap_or(&self.base).to_string(),
			source: source.without_url(),
		})
	}

	async fn read(&self, response: Response) -> Result<Answer, ClientError> {
		let (url, status) = (response.url().to_string(), response.status());
		let receipt = Answer::receipt_of(response.headers());
		let body = read_bounded(response, self.response_bytes_max).await?;
		Ok(Answer { url, status, body, receipt })
	}
}

/// How a client knows that it speaks with the daemon that it wants.
fn tls(authority: Option<&str>) -> Result<ClientConfig, ClientError> {
	let invalid = |reason: String| ClientError::InvalidCertificate { reason };
	let provider = Arc::new(ring::default_provider());
	let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
		.with_safe_default_protocol_versions()
		.map_err(|error| invalid(error.to_string()))?;
	let Some(authority) = authority else {
		let verified = builder.with_platform_verifier();
		return Ok(verified.map_err(|error| invalid(error.to_string()))?.with_no_client_auth());
	};
	let mut roots = RootCertStore::empty();
	for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
		let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
		roots.add(certificate).map_err(|error| invalid(error.to_string()))?;
	}
	if roots.is_empty() {
		return Err(invalid("it has no certificate".to_owned()));
	}
	Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

async fn read_bounded(mut response: Response, max: usize) -> Result<Vec<u8>, ClientError> {
	let url = response.url().to_string();
	let mut body = Vec::new();
	loop {
		match response.chunk().await {
			Ok(Some(chunk)) if max < body.len().saturating_add(chunk.len()) => {
				return Err(ClientError::TooLarge { url, max });
			},
			Ok(Some(chunk)) => body.extend_from_slice(&chunk),
			Ok(None) => return Ok(body),
			Err(source) => {
				return Err(ClientError::Transport { url, source: source.without_url() });
			},
		}
	}
}

/// A response, read to its end.
#[derive(Debug)]
struct Answer {
	url: String,
	status: StatusCode,
	body: Vec<u8>,
	/// The receipt that came with it.
	receipt: Option<String>,
}

impl Answer {
	fn success(self) -> Result<Self, ClientError> {
		match self.status.is_success() {
			true => Ok(self),
			false => Err(self.into_refusal()),
		}
	}

	fn json<T: DeserializeOwned>(self) -> Result<T, ClientError> {
		serde_json::from_slice(&self.body)
			.map_err(|source| ClientError::MalformedJson { url: self.url, source })
	}

	fn into_refusal(self) -> ClientError {
		let status = self.status.as_u16();
		match serde_json::from_slice::<ApiErrorBody>(&self.body) {
			Ok(body) => ClientError::Refused { status, body },
			Err(_) => {
				let text = String::from_utf8_lossy(&self.body);
				let text = text.chars().take(RESPONSE_SHOWN_MAX).collect();
				ClientError::Unexpected { url: self.url, status, text }
			},
		}
	}
}

/// Why a daemon's answer is not at hand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
	/// The address is no HTTP URL.
	#[error("`{url}` is no address of an edge daemon; it looks like http://127.0.0.1:31236")]
	InvalidUrl {
		/// The address.
		url: String,
	},
	/// The token has characters that no token has.
	#[error("the token has characters that no token has; was all of it copied, and nothing else?")]
	InvalidToken,
	/// The certificate is none.
	#[error("the certificate that shall vouch for the daemon is none, or not in PEM: {reason}")]
	InvalidCertificate {
		/// What is wrong.
		reason: String,
	},
	/// No connection, or one that broke or took too long.
	#[error("could not reach {url}")]
	Transport {
		/// What was asked for.
		url: String,
		/// What happened.
		#[source]
		source: reqwest::Error,
	},
	/// The daemon refused, and says why.
	#[error("the daemon refused: {body}")]
	Refused {
		/// Status of the response.
		status: u16,
		/// The daemon's reason.
		body: ApiErrorBody,
	},
	/// A refusal that does not come from an edge daemon.
	#[error("{url} answered with status {status}: {text}")]
	Unexpected {
		/// What was asked for.
		url: String,
		/// Status of the response.
		status: u16,
		/// Beginning of the response.
		text: String,
	},
	/// A longer response than the client reads.
	#[error("the response of {url} is longer than {max} bytes")]
	TooLarge {
		/// What was asked for.
		url: String,
		/// Bytes that are read.
		max: usize,
	},
	/// A response that is not what was asked for.
	#[error("the response of {url} is not what was expected")]
	MalformedJson {
		/// What was asked for.
		url: String,
		/// What is wrong with it.
		#[source]
		source: serde_json::Error,
	},
	/// Evidence that is not in its encoding.
	#[error("the evidence of {url} is not what was expected")]
	MalformedScale {
		/// What was asked for.
		url: String,
		/// What is wrong with it.
		#[source]
		source: codec::Error,
	},
}

impl ClientError {
	/// Whether the same request may succeed later.
	#[must_use]
	pub fn is_transient(&self) -> bool {
		match self {
			Self::Transport { .. } => true,
			Self::Refused { status, .. } | Self::Unexpected { status, .. } => {
				// Too many requests, and every failure of the daemon's own.
				*status == 429 || 500 <= *status
			},
			_ => false,
		}
	}
}
