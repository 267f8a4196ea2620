// SPDX-License-Identifier: Apache-2.0

//! HTTP: a request is sent on to a replica as it comes, and the answer back as it comes.
//!
//! A request goes to one replica. Another one gets it only if nothing of it was sent to the first, and
//! it is safe or has no body: what a container has begun to do must not be done twice.

use super::{
	clients::Client,
	entry::relay,
	error::IngressError,
	headers::{TOKEN, Visitor, to_container, to_visitor, upgrade_of},
	metrics::count,
	target::{Names, NoVisit, Visit},
	way::{Bytes, Tries, Way, Ways},
};
use crate::{
	defaults::{
		INGRESS_FIRST_BYTE_TIME_MAX, INGRESS_HEAD_BYTES_MAX, INGRESS_UPGRADES_MAX,
		INGRESS_VISITS_PER_CLIENT_MAX,
	},
	http::Peer,
	turnstile::Pass,
};
use axum::{
	Router,
	body::Body,
	extract::{Request, State},
	http::{HeaderValue, Method, StatusCode, Uri, Version, header::HOST},
	response::{IntoResponse as _, Redirect, Response},
};
use http_body_util::BodyExt as _;
use hyper::{body::Body as _, client::conn::http1, upgrade};
use hyper_util::rt::TokioIo;
use r1_deeploy::job::Protocol;
use std::{sync::Arc, time::Duration};
use tokio::{
	sync::{Notify, OwnedSemaphorePermit, Semaphore},
	time::sleep,
};
use tracing::debug;

/// What every request needs.
#[derive(Clone, Debug)]
struct Web {
	ways: Arc<Ways>,
	names: Arc<Names>,
	/// Room for connections that go on with something else than HTTP.
	upgrades: Arc<Semaphore>,
	is_tls: bool,
}

/// Everything that a visitor can ask for.
pub(super) fn router(ways: Arc<Ways>, names: Names, is_tls: bool) -> Router {
	let upgrades = Arc::new(Semaphore::new(INGRESS_UPGRADES_MAX));
	let web = Web { ways, names: Arc::new(names), upgrades, is_tls };
	Router::new().fallback(answer).with_state(web)
}

async fn answer(State(web): State<Web>, mut request: Request) -> Response {
	if let Err(reason) = settle_host(&mut request) {
		return IngressError::Wrong { reason: reason.to_owned() }.into_response();
	}
	let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
	let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
	let visit = match web.names.visit(host, path) {
		Ok(visit) => visit,
		Err(NoVisit::Elsewhere(path)) => return Redirect::permanent(&path).into_response(),
		Err(NoVisit::Nobody) => return IngressError::Nobody.into_response(),
		Err(NoVisit::Wrong(reason)) => return IngressError::Wrong { reason }.into_response(),
	};
	web.visit(&visit, request).await.unwrap_or_else(|error| {
		count(&web.ways.counts.unserved);
		debug!(target: "r1::edge", target = %visit.target, %error, "a visitor is not served");
		error.into_response()
	})
}

/// Makes sure that a container takes a request to be for the same host as the ingress does.
fn settle_host(request: &mut Request) -> Result<(), &'static str> {
	if request.method() == Method::CONNECT {
		return Err("`CONNECT` is for proxies, and this is none");
	}
	// Whoever says the host in the address means it, whatever the header says.
	if let Some(authority) = request.uri().authority() {
		let host = HeaderValue::from_str(authority.as_str());
		let host = host.map_err(|_| "the address names no host")?;
		request.headers_mut().insert(HOST, host);
	}
	let mut hosts = request.headers().get_all(HOST).iter();
	let host = hosts.next().map(HeaderValue::to_str).transpose();
	let host = host.map_err(|_| "the host is no text")?;
	if hosts.next().is_some() || host.is_some_and(|host| host.contains(['@', ','])) {
		return Err("it names more than a host");
	}
	Ok(())
}

impl Web {
	async fn visit(&self, visit: &Visit, mut request: Request) -> Result<Response, IngressError> {
		let peer = request.extensions().get::<Peer>().copied();
		let guest = Client::of(peer, request.headers()).map(|client| self.enter(client));
		let guest = guest.transpose()?;
		let way = self.ways.find(&visit.target).await?;
		let Way { job, protocol, .. } = way;
		if protocol != Protocol::Http {
			return Err(IngressError::NotHttp { job, port: way.port });
		}
		let token = request.headers().get(&TOKEN).and_then(|token| token.to_str().ok());
		let tries = self.ways.tries(way, token)?;
		let upgrade = match upgrade_of(request.headers()) {
			Some(_) => Some(self.room_for_upgrade(&mut request)?),
			None => None,
		};
		let peer = peer.map(|peer| peer.0.ip());
		let (is_tls, prefix) = (self.is_tls, visit.prefix.as_deref());
		to_container(request.headers_mut(), &Visitor { peer, is_tls, prefix });
		// What the visitor speaks is between him and the ingress.
		*request.version_mut() = Version::HTTP_11;
		*request.uri_mut() = visit.path.parse::<Uri>().map_err(|_| IngressError::Wrong {
			reason: "the path is none that can be asked for".to_owned(),
		})?;
		let mut response = self.ask(tries, request).await?;
		let is_upgrade = response.status() == StatusCode::SWITCHING_PROTOCOLS;
		match (is_upgrade, upgrade) {
			(true, Some(upgrade)) => upgrade.begin(&mut response, guest),
			(true, None) => {
				let reason = "it goes on with something else than HTTP, unasked".to_owned();
				return Err(IngressError::Broken { reason });
			},
			(false, _) => {
				response = response.map(|body| {
					Body::new(body.map_frame(move |frame| {
						let _until_the_last_byte_is_out = &guest;
						frame
					}))
				});
			},
		}
		*response.version_mut() = Version::HTTP_11;
		to_visitor(response.headers_mut(), prefix, is_upgrade);
		Ok(response)
	}

	/// Sends a request to the first replica that takes it.
	async fn ask(&self, mut tries: Tries, request: Request) -> Result<Response, IngressError> {
		let is_repeatable = request.method().is_safe() || request.body().is_end_stream();
		let moved = Arc::new(Notify::new());
		let mut request = watched(request, Arc::clone(&moved));
		loop {
			let (node, stream) = self.ways.open(&mut tries).await?;
			match send(stream, request, &moved, INGRESS_FIRST_BYTE_TIME_MAX).await {
				Ok(response) => {
					self.ways.has_answered(&tries, &node);
					return Ok(response);
				},
				Err(Unanswered { request: Some(unsent), error }) if is_repeatable => {
					self.ways.has_failed(&tries, node);
					tries.failed(&node, &error.to_string());
					request = *unsent;
				},
				Err(Unanswered { error, .. }) => {
					self.ways.has_failed(&tries, node);
					return Err(error);
				},
			}
		}
	}

	fn enter(&self, client: Client) -> Result<Pass<Client>, IngressError> {
		let visits_max = INGRESS_VISITS_PER_CLIENT_MAX;
		let guest = self.ways.clients.enter(client);
		guest.ok_or(IngressError::TooManyVisits { visits_max })
	}

	fn room_for_upgrade(&self, request: &mut Request) -> Result<Upgrade, IngressError> {
		let permit = Arc::clone(&self.upgrades).try_acquire_owned();
		let permit = permit.map_err(|_full| IngressError::Busy)?;
		Ok(Upgrade { visitor: upgrade::on(request), permit })
	}
}

/// A visitor who would go on with something else than HTTP.
struct Upgrade {
	visitor: upgrade::OnUpgrade,
	permit: OwnedSemaphorePermit,
}

impl Upgrade {
	/// Carries bytes both ways from the response on, until one of them ends it or nothing moves.
	fn begin(self, response: &mut Response, guest: Option<Pass<Client>>) {
		let Self { visitor, permit } = self;
		let container = upgrade::on(response);
		tokio::spawn(async move {
			let carried = async {
				let (visitor, container) = tokio::try_join!(visitor, container)?;
				relay(TokioIo::new(visitor), TokioIo::new(container)).await?;
				Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
			};
			if let Err(error) = carried.await {
				debug!(target: "r1::edge", %error, "an upgraded connection ended");
			}
			drop((permit, guest));
		});
	}
}

/// Tells of each piece of the body that is taken.
fn watched(request: Request, moved: Arc<Notify>) -> Request {
	request.map(|body| match body.is_end_stream() {
		// Without a body there is no head that promises one.
		true => Body::empty(),
		false => Body::new(body.map_frame(move |frame| {
			moved.notify_one();
			frame
		})),
	})
}

/// Why a replica that was reached gave no answer.
struct Unanswered {
	/// The request, if nothing of it was sent.
	request: Option<Box<Request>>,
	error: IngressError,
}

/// Sends a request, and waits until the answer begins.
async fn send(
	stream: Box<dyn Bytes>,
	request: Request,
	moved: &Notify,
	time_max: Duration,
) -> Result<Response, Unanswered> {
	let broken = |error: &hyper::Error| {
		let reason = r1_core::error_chain(error).to_string();
		IngressError::Broken { reason }
	};
	let mut builder = http1::Builder::new();
	builder.max_buf_size(INGRESS_HEAD_BYTES_MAX);
	let (mut sender, connection) = match builder.handshake(TokioIo::new(stream)).await {
		Ok(ends) => ends,
		Err(error) => {
			return Err(Unanswered { request: Some(Box::new(request)), error: broken(&error) });
		},
	};
	// Ends with the last byte of the answer, or when nobody waits for it any more.
	tokio::spawn(async move {
		if let Err(error) = connection.with_upgrades().await {
			debug!(target: "r1::edge", %error, "a connection with a container ended");
		}
	});
	let sending = sender.try_send_request(request);
	tokio::pin!(sending);
	loop {
		tokio::select! {
			biased;
			outcome = &mut sending => return match outcome {
				Ok(response) => Ok(response.map(Body::new)),
				Err(mut failed) => Err(Unanswered {
					request: failed.take_message().map(Box::new),
					error: broken(failed.error()),
				}),
			},
			// As long as the container takes what is sent, it is not late.
			() = moved.notified() => {},
			() = sleep(time_max) => {
				return Err(Unanswered { request: None, error: IngressError::TimedOut { time_max } });
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use axum::http::Method;
	use std::convert::Infallible;
	use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

	const SHORT: Duration = Duration::from_millis(500);

	fn request(body: Body) -> Request {
		let mut request = Request::new(body);
		*request.method_mut() = Method::POST;
		request
	}

	/// Sends a request to a container that is the other end of a pipe.
	async fn ask(
		request: Request,
		container: impl AsyncFnOnce(tokio::io::DuplexStream),
	) -> Result<Response, Unanswered> {
		let (near, far) = duplex(1_024);
		let moved = Arc::new(Notify::new());
		let request = watched(request, Arc::clone(&moved));
		let sending = async { send(Box::new(near), request, &moved, SHORT).await };
		tokio::join!(sending, container(far)).0
	}

	#[tokio::test]
	async fn container_that_says_nothing_should_be_given_up() {
		let unanswered = ask(request(Body::from("x")), async |mut far| {
			let mut heard = Vec::new();
			// Ends when the ingress hangs up.
			far.read_to_end(&mut heard).await.unwrap();
			assert!(heard.starts_with(b"POST / HTTP/1.1\r\n"), "{heard:?}");
		})
		.await
		.err()
		.unwrap();
		assert!(matches!(unanswered.error, IngressError::TimedOut { time_max: SHORT }));
		assert!(unanswered.request.is_none(), "it was sent");
	}

	#[tokio::test]
	async fn container_should_have_time_as_long_as_it_takes_the_body() {
		let pieces = futures::stream::unfold(0_u8, |count| async move {
			tokio::time::sleep(SHORT / 2).await;
			(count < 8).then(|| (Ok::<_, Infallible>(vec![count; 10]), count + 1))
		});
		let began = tokio::time::Instant::now();
		let answered = ask(request(Body::from_stream(pieces)), async |mut far| {
			let mut heard = Vec::new();
			while !heard.ends_with(b"0\r\n\r\n") {
				far.read_buf(&mut heard).await.unwrap();
			}
			far.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
		})
		.await;
		assert_eq!(answered.ok().unwrap().status(), 204);
		assert!(2 * SHORT < began.elapsed(), "it took longer than a silence may");
	}

	#[tokio::test]
	async fn request_should_come_back_when_nothing_of_it_was_sent() {
		let (near, far) = duplex(1_024);
		drop(far);
		let moved = Notify::new();
		let sent = send(Box::new(near), request(Body::empty()), &moved, SHORT).await;
		let unanswered = sent.err().unwrap();
		assert!(matches!(unanswered.error, IngressError::Broken { .. }), "{}", unanswered.error);
	}
}
