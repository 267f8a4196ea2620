// SPDX-License-Identifier: Apache-2.0

//! Metrics, on a port of their own.

use axum::{
	Router,
	extract::State,
	http::{StatusCode, header},
	response::{IntoResponse as _, Response},
	routing::get,
};
use r1_telemetry::{METRICS_CONTENT_TYPE, MetricsRegistry};

/// Serves the metrics of this process.
pub(crate) fn metrics_router(registry: MetricsRegistry) -> Router {
	Router::new().route("/metrics", get(metrics)).with_state(registry)
}

async fn metrics(State(registry): State<MetricsRegistry>) -> Response {
	match registry.encode() {
		Ok(text) => ([(header::CONTENT_TYPE, METRICS_CONTENT_TYPE)], text).into_response(),
		Err(error) => {
			(StatusCode::INTERNAL_SERVER_ERROR, format!("could not write the metrics: {error}"))
				.into_response()
		},
	}
}
