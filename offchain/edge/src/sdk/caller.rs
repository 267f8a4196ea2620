// SPDX-License-Identifier: Apache-2.0

//! Whose namespace a request is about, and whether it may be.

use super::{Sdk, envelope::Failure};
use crate::{
	cstore::{NoEntry, Visit},
	dauth::{Refused, Trust},
	files::part_of,
	http::{bearer, is_of_this_machine},
};
use axum::{
	RequestPartsExt as _,
	extract::{FromRequestParts, Query, RawPathParams},
	http::{StatusCode, request::Parts},
};
use r1_core::Clock as _;
use r1_cstore::service::Space;
use r1_dauth::{Ask, Scope, Service, Verb};
use serde::Deserialize;

/// Who asks.
pub(super) struct Caller {
	token: Option<String>,
	trust: Trust,
}

/// Where clients put a token that can put it nowhere else.
#[derive(Debug, Deserialize)]
struct TokenQuery {
	token: Option<String>,
}

impl FromRequestParts<Sdk> for Caller {
	type Rejection = Failure;

	async fn from_request_parts(parts: &mut Parts, _: &Sdk) -> Result<Self, Failure> {
		let parameters = parts.extract::<RawPathParams>().await.ok();
		let in_path = parameters
			.iter()
			.flatten()
			.find(|(name, _)| *name == "token")
			.map(|(_, token)| token.to_owned());
		let query = parts.extract::<Query<TokenQuery>>().await.ok();
		let in_query = query.and_then(|Query(query)| query.token);
		let in_header = bearer(&parts.headers).map(str::to_owned);
		let token = in_path.or(in_header).or(in_query);
		let is_near = is_of_this_machine(&parts.extensions, &parts.headers);
		let trust = if is_near { Trust::ThisMachine } else { Trust::Nobody };
		Ok(Self { token, trust })
	}
}

impl Caller {
	/// The caller's namespace: that of its job, or of the owner of the node.
	pub(super) fn enter(&self, sdk: &Sdk, verb: Verb) -> Result<Space, Failure> {
		let token = self.token.as_deref();
		let namespace = sdk.door.usual(token)?;
		let now_secs = sdk.clock.now_secs();
		let visit = Visit { verb, token, trust: self.trust, now_secs };
		Ok(sdk.door.enter(&namespace, &visit)?)
	}
}

impl Caller {
	/// The caller's part of the files: that of its job, or of the owner of the node.
	pub(super) fn part_of_files(&self, sdk: &Sdk, verb: Verb) -> Result<Scope, Failure> {
		let token = self.token.as_deref();
		let subject = token.map(|token| sdk.door.dauth.subject(token)).transpose();
		let scope = part_of(subject.map_err(NoEntry::from)?);
		let ask = Ask { service: Service::Files, verb, scope: scope.clone() };
		let authorised = sdk.door.dauth.authorise(token, self.trust, &ask, sdk.clock.now_secs());
		authorised.map_err(NoEntry::from)?;
		Ok(scope)
	}
}

impl From<NoEntry> for Failure {
	fn from(error: NoEntry) -> Self {
		let status = match &error {
			NoEntry::Refused(Refused::NoChain) => StatusCode::SERVICE_UNAVAILABLE,
			NoEntry::Refused(
				Refused::NoToken | Refused::Token(_) | Refused::Expired | Refused::Revoked,
			) => StatusCode::UNAUTHORIZED,
			NoEntry::Refused(_) => StatusCode::FORBIDDEN,
			NoEntry::NoReplica { .. } | NoEntry::NoMember { .. } => StatusCode::MISDIRECTED_REQUEST,
			NoEntry::Nameless => StatusCode::SERVICE_UNAVAILABLE,
			NoEntry::Misnamed { .. } => StatusCode::BAD_REQUEST,
		};
		Self { status, error: error.to_string() }
	}
}
