// SPDX-License-Identifier: Apache-2.0

//! What a route needs, and whether a request has it.

use super::{error::ApiError, serve::Peer};
use crate::{dauth::Trust, files::part_of, shared::Shared};
use axum::{
	RequestExt as _,
	extract::{Query, RawPathParams, Request},
	http::{
		Extensions, HeaderMap,
		header::{AUTHORIZATION, HOST, ORIGIN},
	},
};
use r1_core::Clock as _;
use r1_dauth::{Ask, Scope, Service, Subject, Verb};
use r1_primitives::JobId;
use serde::Deserialize;
use std::net::IpAddr;

/// What a route needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Access {
	/// Nothing: anybody may know it.
	Public,
	/// To be asked by a program of this machine, which needs no token.
	Local,
	/// The same, or a right to all of a service: what must work before the node has a deed, and so
	/// before it can issue tokens.
	LocalOr(Service, Verb),
	/// A right to all of a service, as far as the route touches it.
	Whole(Service, Verb),
	/// A right to what belongs to the job in the path, as `{job}`.
	Job(Service, Verb),
	/// A right to the namespace of the store in the path, as `{kind}/{id}`.
	Namespace(Verb),
	/// A right to the job whose model is in the path, as `{name}`.
	Model(Verb),
	/// A right to the files of a job, or else to those of the node's owner: see [`part_of_files`].
	Files(Verb),
	/// The same to look at files, or nothing if anybody may look at what is here.
	Gateway,
}

/// Whose part of the files a request is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Part(pub(super) Scope);

/// The query of requests about files.
#[derive(Debug, Deserialize)]
struct OfJob {
	job: Option<JobId>,
}

/// On whose behalf a request is served; nobody's in particular on a loopback that needs no token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller(pub(super) Option<Subject>);

/// On whose behalf a request may be served.
///
/// # Errors
///
/// It may not be; the error says why.
pub(super) async fn admit(
	access: Access,
	request: &mut Request,
	shared: &Shared,
) -> Result<Caller, ApiError> {
	let ask = match access {
		Access::Public => return Ok(Caller(None)),
		Access::Local | Access::LocalOr(..)
			if is_of_this_machine(request.extensions(), request.headers()) =>
		{
			return Ok(Caller(None));
		},
		Access::Local => return Err(ApiError::not_local()),
		Access::Whole(service, verb) | Access::LocalOr(service, verb) => {
			Ask { service, verb, scope: Scope::whole() }
		},
		Access::Job(service, verb) => {
			let job = parameter(request, "job").await.and_then(|job| job.parse().ok());
			Ask { service, verb, scope: Scope::of_job(job.ok_or_else(ApiError::nameless)?) }
		},
		Access::Namespace(verb) => {
			let kind = parameter(request, "kind").await.ok_or_else(ApiError::nameless)?;
			let id = parameter(request, "id").await.ok_or_else(ApiError::nameless)?;
			let scope = Scope::new(format!("{kind}/{id}")).ok_or_else(ApiError::nameless)?;
			Ask { service: Service::Store, verb, scope }
		},
		Access::Gateway if shared.is_gateway_public => return Ok(Caller(None)),
		Access::Gateway => part_of_files(Verb::Read, request, shared).await?,
		Access::Files(verb) => part_of_files(verb, request, shared).await?,
		Access::Model(verb) => {
			let name = parameter(request, "name").await.ok_or_else(ApiError::nameless)?;
			// One that is not served is nobody's but the node's own.
			let scope = shared.jobs.serving(&name).map_or_else(Scope::whole, Scope::of_job);
			Ask { service: Service::Inference, verb, scope }
		},
	};
	let trust = match is_of_this_machine(request.extensions(), request.headers()) {
		true => Trust::ThisMachine,
		false => Trust::Nobody,
	};
	let now_secs = shared.clock.now_secs();
	let token = bearer(request.headers());
	Ok(Caller(shared.dauth.authorise(token, trust, &ask, now_secs)?))
}

/// What is asked of files: those of the job in the query, as `job`, or else of the job whose instance
/// asks, or else of the node's owner.
async fn part_of_files(
	verb: Verb,
	request: &mut Request,
	shared: &Shared,
) -> Result<Ask, ApiError> {
	let Query(OfJob { job }) = request.extract_parts::<Query<OfJob>>().await?;
	let subject = match (job, bearer(request.headers())) {
		(Some(job), _) => Some(Subject::Job(job)),
		(None, Some(token)) => Some(shared.dauth.subject(token)?),
		(None, None) => None,
	};
	let scope = part_of(subject);
	request.extensions_mut().insert(Part(scope.clone()));
	Ok(Ask { service: Service::Files, verb, scope })
}

/// A parameter of the path.
async fn parameter(request: &mut Request, name: &str) -> Option<String> {
	let parameters = request.extract_parts::<RawPathParams>().await.ok()?;
	let (_, value) = parameters.iter().find(|(key, _)| *key == name)?;
	Some(value.to_owned())
}

/// Whether a program of this machine asks, and no web page that a browser of it shows.
///
/// A page has an origin, and a page that pretends that its server is this one names that server as
/// the host.
pub(crate) fn is_of_this_machine(extensions: &Extensions, headers: &HeaderMap) -> bool {
	let is_near = extensions.get::<Peer>().is_some_and(|peer| peer.0.ip().is_loopback());
	is_near && headers.get(ORIGIN).is_none() && names_loopback(headers)
}

fn names_loopback(headers: &HeaderMap) -> bool {
	let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
		return false;
	};
	let name = match host.rsplit_once(':') {
		Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
		_ => host,
	};
	let address = name.trim_start_matches('[').trim_end_matches(']');
	name.eq_ignore_ascii_case("localhost")
		|| address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// The token that a request shows.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
	let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
	let (scheme, token) = value.split_once(' ')?;
	scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
