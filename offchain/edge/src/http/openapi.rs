// SPDX-License-Identifier: Apache-2.0

//! The document of the interface, made of the table of routes.

use super::{
	access::Access,
	route::{Content, Named, Route},
	table,
};
use axum::{
	http::{Method, header},
	response::IntoResponse,
};
use r1_api::ApiErrorBody;
use std::sync::LazyLock;
use utoipa::{
	ToSchema,
	openapi::{
		Components, ContentBuilder, HttpMethod, InfoBuilder, Object, OpenApi, OpenApiBuilder,
		Paths, Ref, RefOr, Required, ResponseBuilder, Type,
		path::{OperationBuilder, ParameterBuilder, ParameterIn},
		request_body::RequestBodyBuilder,
		schema::Schema,
		security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
	},
};

/// What the document calls tokens.
const TOKEN: &str = "token";

/// The document, which is the same as long as the program runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
	let document = describe(&table::routes());
	document.to_pretty_json().unwrap_or_default()
});

pub(super) async fn document() -> impl IntoResponse {
	([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// Describes routes.
pub(super) fn describe(routes: &[Route]) -> OpenApi {
	let mut components = Components::new();
	components
		.schemas
		.insert(ApiErrorBody::name().into(), schema_of::<ApiErrorBody>());
	let scheme = HttpBuilder::new()
		.scheme(HttpAuthScheme::Bearer)
		.bearer_format("biscuit")
		.description(Some("A capability token; `POST /v1/auth/token` gives one."))
		.build();
	components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
	let mut paths = Paths::new();
	for route in routes {
		let Route { operation, path, .. } = route;
		for content in [&operation.request, &operation.response].into_iter().flatten() {
			note_schemas(&mut components, content);
		}
		paths.add_path_operation(*path, vec![method(&route.method)], describe_one(route).build());
	}
	OpenApiBuilder::new()
		.info(
			InfoBuilder::new()
				.title("Ratio1 edge daemon")
				.version(env!("CARGO_PKG_VERSION"))
				.description(Some(
					"What an edge daemon does for clients. Every answer that is no success is a \
					 `{code, message, hint}`, and every answer names its request in `x-request-id`.",
				))
				.build(),
		)
		.paths(paths)
		.components(Some(components))
		.build()
}

fn describe_one(route: &Route) -> OperationBuilder {
	let Route { access, operation, body_bytes_max, path, .. } = route;
	let response = ResponseBuilder::new().description("Success.");
	let (status, response) = match &operation.response {
		Some(Content::Headers(status)) => (*status, response),
		Some(content) => (200, response.content(media_type(content), body(content))),
		None => (200, response),
	};
	let error = ContentBuilder::new()
		.schema(Some(Ref::from_schema_name(ApiErrorBody::name())))
		.build();
	let error = ResponseBuilder::new()
		.description("Why not.")
		.content("application/json", error);
	let mut described = OperationBuilder::new()
		.summary(Some(operation.summary))
		.operation_id(Some(operation_id(route)))
		.tag(tag(path))
		.description(Some(needs(*access)))
		.response(status.to_string(), response.build())
		.response("default", error.build());
	if let Some(content) = &operation.request {
		let request = RequestBodyBuilder::new()
			.content(media_type(content), body(content))
			.description(Some(format!("At most {body_bytes_max} bytes.")))
			.required(Some(Required::True));
		described = described.request_body(Some(request.build()));
	}
	for (name, description) in operation.query {
		described = described.parameter(parameter(name, ParameterIn::Query, description));
	}
	for (name, description) in operation.options {
		let option = parameter(name, ParameterIn::Query, description);
		described = described.parameter(option.required(Required::False));
	}
	for name in parameters_of(path) {
		described = described.parameter(parameter(name, ParameterIn::Path, ""));
	}
	match access {
		Access::Public | Access::Local => described,
		Access::LocalOr(..)
		| Access::Whole(..)
		| Access::Job(..)
		| Access::Namespace(_)
		| Access::Model(_)
		| Access::Files(_)
		| Access::Gateway => {
			let no_scopes: [&str; 0] = [];
			described.security(SecurityRequirement::new(TOKEN, no_scopes))
		},
	}
}

fn note_schemas(components: &mut Components, content: &Content) {
	if let Content::Json(named) = content {
		let Named { name, schema, mentioned } = &**named;
		components.schemas.insert(name.clone(), schema.clone());
		components.schemas.extend(mentioned.iter().cloned());
	}
}

fn body(content: &Content) -> utoipa::openapi::Content {
	let schema = match content {
		Content::Json(named) => RefOr::Ref(Ref::from_schema_name(&named.name)),
		Content::Bytes(_) | Content::Headers(_) => {
			RefOr::T(Schema::Object(Object::with_type(Type::String)))
		},
	};
	ContentBuilder::new().schema(Some(schema)).build()
}

fn media_type(content: &Content) -> &'static str {
	match content {
		Content::Json(_) => "application/json",
		Content::Bytes(media_type) => media_type,
		// What is no body has no type; nobody asks.
		Content::Headers(_) => "",
	}
}

fn schema_of<T: ToSchema>() -> RefOr<Schema> {
	T::schema()
}

fn parameter(name: &str, place: ParameterIn, description: &str) -> ParameterBuilder {
	ParameterBuilder::new()
		.name(name)
		.parameter_in(place)
		.required(Required::True)
		.description((!description.is_empty()).then_some(description))
		.schema(Some(Object::with_type(Type::String)))
}

/// The parameters in a path: what it has in braces.
pub(super) fn parameters_of(path: &str) -> impl Iterator<Item = &str> {
	path.split('/')
		.filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.trim_start_matches('*')))
}

/// What a client needs, in words.
fn needs(access: Access) -> String {
	match access {
		Access::Public => "Anybody may ask.".to_owned(),
		Access::Local => "For programs of the daemon's own machine.".to_owned(),
		Access::LocalOr(service, verb) => format!(
			"For programs of the daemon's own machine; others need the right to {} {}.",
			verb.name(),
			service.name()
		),
		Access::Whole(service, verb) => {
			format!("Needs the right to {} {}.", verb.name(), service.name())
		},
		Access::Job(service, verb) => {
			format!("Needs the right to {} {} of this job.", verb.name(), service.name())
		},
		Access::Namespace(verb) => {
			format!("Needs the right to {} this namespace of the store.", verb.name())
		},
		Access::Files(verb) => format!("Needs the right to {} these files.", verb.name()),
		Access::Gateway => {
			"Needs the right to read files, unless the node's gateway is public; then \
			anybody may read what is on its disk."
				.to_owned()
		},
		Access::Model(verb) => {
			format!("Needs the right to {} inference of the model's job.", verb.name())
		},
	}
}

/// The first word of a path that is no version.
fn tag(path: &str) -> &str {
	let mut words = path.split('/').filter(|word| !word.is_empty());
	match words.next() {
		Some("v2") => "inference",
		Some("v1") => words.next().unwrap_or("node"),
		Some("ipfs") => "r1fs",
		first => first.unwrap_or("node"),
	}
}

/// A name for programs that are generated from the document.
fn operation_id(route: &Route) -> String {
	let words = route
		.path
		.split(['/', '-', '.'])
		.map(|word| word.trim_matches(['{', '*', '}']))
		.filter(|word| !word.is_empty());
	// With a slash at its end, a path is another one.
	let index = route.path.ends_with('/').then_some("index");
	let words: Vec<_> = std::iter::once(route.method.as_str()).chain(words).chain(index).collect();
	words.join("_").to_ascii_lowercase()
}

fn method(method: &Method) -> HttpMethod {
	match *method {
		Method::POST => HttpMethod::Post,
		Method::HEAD => HttpMethod::Head,
		Method::PATCH => HttpMethod::Patch,
		Method::DELETE => HttpMethod::Delete,
		_ => HttpMethod::Get,
	}
}

/// Names that the document uses twice, which it must not.
#[cfg(test)]
pub(super) fn repeated_ids(routes: &[Route]) -> Vec<String> {
	let mut seen = std::collections::BTreeSet::new();
	routes.iter().map(operation_id).filter(|id| !seen.insert(id.clone())).collect()
}
