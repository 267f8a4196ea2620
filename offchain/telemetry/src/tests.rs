// SPDX-License-Identifier: Apache-2.0

use crate::{
	Health, HealthState, LogFormat, LogOptions, LogsError, MetricsRegistry, install,
	logs::subscriber,
};
use prometheus_client::metrics::counter::Counter;
use std::{
	io::{self, Write},
	sync::{Arc, Mutex},
};
use tracing::subscriber::with_default;

/// Log lines, collected.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
	fn read(&self) -> String {
		String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
	}
}

impl Write for Lines {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.0.lock().unwrap().write(bytes)
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

fn logged(filter: &str, format: LogFormat) -> String {
	let lines = Lines::default();
	let writer = lines.clone();
	let options = LogOptions { filter: filter.to_owned(), format };
	with_default(subscriber(&options, move || writer.clone()).unwrap(), || {
		tracing::info!(target: "r1::net", peers = 3, "connected");
		tracing::debug!(target: "r1::net", "dialled");
		tracing::debug!(target: "r1::chain", "block seen");
	});
	lines.read()
}

#[test]
fn lines_should_be_those_of_the_filter_when_logged_as_text() {
	let lines = logged("info,r1::chain=debug", LogFormat::Text);
	assert!(lines.contains("r1::net: connected peers=3"), "{lines}");
	assert!(lines.contains("r1::chain: block seen"), "{lines}");
	assert!(!lines.contains("dialled"), "{lines}");
	assert_eq!(lines.lines().count(), 2);
}

#[test]
fn lines_should_hold_fields_as_json_when_logged_as_json() {
	let lines = logged("info", LogFormat::Json);
	assert_eq!(lines.lines().count(), 1);
	assert!(lines.starts_with('{') && lines.ends_with("}\n"), "{lines}");
	for part in [r#""message":"connected""#, r#""peers":3"#, r#""target":"r1::net""#] {
		assert!(lines.contains(part), "{lines}");
	}
}

#[test]
fn options_should_be_refused_when_malformed() {
	let options = LogOptions { filter: "r1=loud".to_owned(), format: LogFormat::Text };
	let error = install(&options).unwrap_err();
	assert!(matches!(error, LogsError::Filter { .. }));
	assert_eq!(error.to_string(), "`r1=loud` is no log filter");

	let error = "xml".parse::<LogFormat>().unwrap_err();
	assert_eq!(error.to_string(), "`xml` is no log format; it is `text` or `json`");
	assert_eq!("json".parse::<LogFormat>().unwrap(), LogFormat::Json);
}

#[test]
fn install_should_be_refused_when_repeated() {
	let options = LogOptions { filter: "off".to_owned(), format: LogFormat::Text };
	install(&options).unwrap();
	assert!(matches!(install(&options).unwrap_err(), LogsError::Installed(_)));
}

#[test]
fn metrics_should_be_named_by_their_part_when_encoded() {
	let metrics = MetricsRegistry::new();
	let beats = metrics.register("heartbeat", |registry| {
		let beats: Counter = Counter::default();
		registry.register("beats_verified", "Beats that passed all checks", beats.clone());
		beats
	});
	beats.inc_by(5);
	assert_eq!(
		metrics.encode().unwrap(),
		"# HELP r1_heartbeat_beats_verified Beats that passed all checks.\n\
		 # TYPE r1_heartbeat_beats_verified counter\n\
		 r1_heartbeat_beats_verified_total 5\n\
		 # EOF\n"
	);
}

#[test]
fn report_should_show_the_worst_state_when_parts_differ() {
	let health = Health::new();
	assert!(health.report().is_ready());

	let chain = health.component("chain");
	let mesh = health.component("mesh");
	assert_eq!(health.report().overall(), &HealthState::Starting);
	assert!(!health.report().is_ready());

	chain.degraded("no connection for 12 s");
	mesh.healthy();
	let report = health.report();
	assert!(report.is_ready());
	assert_eq!(report.overall().to_string(), "degraded: no connection for 12 s");
	let states: Vec<_> = report
		.components()
		.map(|component| (component.name, component.state.name()))
		.collect();
	assert_eq!(states, [("chain", "degraded"), ("mesh", "healthy")]);

	drop(mesh);
	assert_eq!(health.report().overall().to_string(), "failed: stopped");
	assert!(!health.report().is_ready());
}

#[test]
fn subscribers_should_be_told_when_a_state_changes_and_only_then() {
	let health = Health::new();
	let chain = health.component("chain");
	let mut reports = health.subscribe();
	assert!(!reports.has_changed().unwrap());

	chain.healthy();
	assert!(reports.has_changed().unwrap());
	assert!(reports.borrow_and_update().is_ready());

	chain.healthy();
	assert!(!reports.has_changed().unwrap());
}
