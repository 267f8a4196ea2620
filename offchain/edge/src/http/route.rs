// SPDX-License-Identifier: Apache-2.0

//! A route, declared once: the router, the guard and the document of the interface are made of it.

use super::{
	access::Access,
	gate::{Gate, gate},
};
use crate::{defaults, shared::Shared};
use axum::{
	Router,
	extract::DefaultBodyLimit,
	handler::Handler,
	http::Method,
	middleware,
	routing::{MethodFilter, MethodRouter, on},
};
use std::time::Duration;
use utoipa::{
	ToSchema,
	openapi::{RefOr, schema::Schema},
};

/// One method of one path.
pub(super) struct Route {
	pub(super) method: Method,
	pub(super) path: &'static str,
	pub(super) access: Access,
	/// Longest body that is read, in bytes.
	pub(super) body_bytes_max: usize,
	/// Longest time until the response begins.
	pub(super) time_max: Duration,
	pub(super) operation: Operation,
	handler: MethodRouter<Shared>,
}

/// What the document says of a route.
#[derive(Default)]
pub(super) struct Operation {
	/// What it does, in a sentence.
	pub(super) summary: &'static str,
	/// Parameters of the query, and what they are.
	pub(super) query: &'static [(&'static str, &'static str)],
	/// Those that may be left out.
	pub(super) options: &'static [(&'static str, &'static str)],
	/// What is sent with it.
	pub(super) request: Option<Content>,
	/// What comes back when it succeeds.
	pub(super) response: Option<Content>,
}

/// What a body is.
pub(super) enum Content {
	/// JSON of a type.
	Json(Box<Named>),
	/// Bytes of this media type.
	Bytes(&'static str),
	/// Nothing but headers, with this status.
	Headers(u16),
}

/// The schema of a type, its name, and the schemas that it mentions.
pub(super) struct Named {
	pub(super) name: String,
	pub(super) schema: RefOr<Schema>,
	pub(super) mentioned: Vec<(String, RefOr<Schema>)>,
}

/// JSON of a type.
pub(super) fn json<T: ToSchema>() -> Content {
	let mut mentioned = Vec::new();
	T::schemas(&mut mentioned);
	Content::Json(Box::new(Named { name: T::name().into(), schema: T::schema(), mentioned }))
}

pub(super) const HEAD: (Method, MethodFilter) = (Method::HEAD, MethodFilter::HEAD);
pub(super) const PATCH: (Method, MethodFilter) = (Method::PATCH, MethodFilter::PATCH);
pub(super) const DELETE: (Method, MethodFilter) = (Method::DELETE, MethodFilter::DELETE);

/// Bytes that are no text.
pub(super) const BINARY: Content = Content::Bytes("application/octet-stream");

impl Route {
	pub(super) fn get<H: Handler<T, Shared>, T: 'static>(
		path: &'static str,
		access: Access,
		handler: H,
	) -> Self {
		Self::new(Method::GET, path, access, on(MethodFilter::GET, handler))
	}

	pub(super) fn post<H: Handler<T, Shared>, T: 'static>(
		path: &'static str,
		access: Access,
		handler: H,
	) -> Self {
		Self::new(Method::POST, path, access, on(MethodFilter::POST, handler))
	}

	/// One of another method.
	pub(super) fn of<H: Handler<T, Shared>, T: 'static>(
		(method, filter): (Method, MethodFilter),
		path: &'static str,
		access: Access,
		handler: H,
	) -> Self {
		Self::new(method, path, access, on(filter, handler))
	}

	fn new(
		method: Method,
		path: &'static str,
		access: Access,
		handler: MethodRouter<Shared>,
	) -> Self {
		Self {
			method,
			path,
			access,
			body_bytes_max: defaults::REQUEST_BYTES_MAX,
			time_max: defaults::REQUEST_TIME_MAX,
			operation: Operation::default(),
			handler,
		}
	}

	// # What the document says

	pub(super) fn says(mut self, summary: &'static str) -> Self {
		self.operation.summary = summary;
		self
	}

	pub(super) fn query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
		self.operation.query = query;
		self
	}

	pub(super) fn options(mut self, options: &'static [(&'static str, &'static str)]) -> Self {
		self.operation.options = options;
		self
	}

	pub(super) fn takes(mut self, content: Content) -> Self {
		self.operation.request = Some(content);
		self
	}

	pub(super) fn answers(mut self, content: Content) -> Self {
		self.operation.response = Some(content);
		self
	}

	// # Limits

	pub(super) fn body_bytes_max(mut self, bytes: usize) -> Self {
		self.body_bytes_max = bytes;
		self
	}

	pub(super) fn time_max(mut self, time: Duration) -> Self {
		self.time_max = time;
		self
	}

	/// Puts the route into a router, behind its gate.
	pub(super) fn mount(self, router: Router<Shared>, shared: &Shared) -> Router<Shared> {
		let state = Gate { access: self.access, time_max: self.time_max, shared: shared.clone() };
		let handler = self
			.handler
			.layer(DefaultBodyLimit::max(self.body_bytes_max))
			.layer(middleware::from_fn_with_state(state, gate));
		router.route(self.path, handler)
	}
}
