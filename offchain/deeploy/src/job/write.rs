// SPDX-License-Identifier: Apache-2.0

//! From a job to a document: every policy in full, nothing that is empty.

use super::{
	Audit, Check, Container, Egress, Fragment, GpuClass, Group, Health, HealthCheck,
	JobSpecification, Learning, Optimiser, Port, Protocol, RestartWhen, RollOut, TagExpression,
	Work, read::VERSION,
};
use crate::specification::ModelFormat;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fmt::Display};

/// Writes a whole document.
pub(super) fn job(job: &JobSpecification) -> Value {
	let (kind, mut fields) = work(job);
	fields.insert("version".to_owned(), VERSION.into());
	fields.insert("kind".to_owned(), kind.into());
	fields.insert("name".to_owned(), job.name.as_str().into());
	if job.tags != TagExpression::default() {
		fields.insert("tags".to_owned(), job.tags.clauses().collect::<Vec<_>>().into());
	}
	if let Some(gpu) = job.gpu {
		fields.insert("gpu".to_owned(), gpu_word(gpu).into());
	}
	put(&mut fields, "secrets", object(&job.secrets, |sealed| sealed.as_str().into()));
	fields.into()
}

/// The kind of work, and the fields that it alone has.
fn work(job: &JobSpecification) -> (&'static str, Map<String, Value>) {
	let (kind, fields) = match &job.work {
		Work::Container(group) => {
			let containers: Vec<_> = group.containers().values().map(container).collect();
			let mut fields = group_fields(group);
			fields.extend(containers.into_iter().map(|only| ("container".to_owned(), only)));
			return ("container", fields);
		},
		Work::Stack(group) => {
			let mut fields = group_fields(group);
			put(&mut fields, "containers", object(group.containers(), container));
			return ("stack", fields);
		},
		Work::Model(model) => {
			let format = match model.format {
				ModelFormat::Onnx => "onnx",
			};
			let mut fields = json!({
				"model": model.model.to_string(),
				"format": format,
				"tolerance": model.tolerance,
				"probe_range": [model.probe_range.start, model.probe_range.end],
			});
			// Left out if it says nothing new, so that daemons of before read it, too.
			if let (Audit::Planted, Some(fields)) = (model.audit, fields.as_object_mut()) {
				fields.insert("audit".to_owned(), "planted".into());
			}
			("model", fields)
		},
		Work::EncryptedModel { model } => {
			("encrypted-model", json!({ "model": model.to_string() }))
		},
		Work::Storage(storage) => {
			let roots: Vec<_> = storage.roots.iter().map(ToString::to_string).collect();
			("storage", json!({ "roots": roots, "size_mib": storage.size_mib }))
		},
		Work::Learning(learning) => ("learning", learning_fields(learning)),
	};
	match fields {
		Value::Object(fields) => (kind, fields),
		_ => unreachable!("each of the above is an object; qed"),
	}
}

fn learning_fields(learning: &Learning) -> Value {
	let Learning { model, data, training } = learning;
	let optimiser = match training.optimiser {
		Optimiser::Sgd => "sgd",
		Optimiser::Adam => "adam",
	};
	json!({
		"model": model.to_string(),
		"data": data.as_str(),
		"training": {
			"optimiser": optimiser,
			"learning_rate": training.learning_rate,
			"epochs": training.epochs,
			"batch_samples": training.batch_samples,
		},
	})
}

fn group_fields(group: &Group) -> Map<String, Value> {
	let update = match group.update().roll_out {
		RollOut::StartFirst => "start-first",
		RollOut::StopFirst => "stop-first",
	};
	let egress = match group.egress() {
		Egress::None => json!("none"),
		Egress::Internet => json!("internet"),
		Egress::Hosts(hosts) => json!({ "hosts": hosts }),
	};
	[("update".to_owned(), update.into()), ("egress".to_owned(), egress)]
		.into_iter()
		.collect()
}

fn container(container: &Container) -> Value {
	let Container { resources, restart, .. } = container;
	let when = match restart.when {
		RestartWhen::Always => "always",
		RestartWhen::OnFailure => "on-failure",
		RestartWhen::Never => "never",
	};
	let fields = json!({
		"image": container.image.to_string(),
		"resources": {
			"cpu_millis": resources.cpu_millis,
			"memory_mib": resources.memory_mib,
			"pids": resources.pids,
		},
		"restart": {
			"when": when,
			"attempts_max": restart.attempts_max,
			"pause_secs": restart.pause_secs,
			"pause_secs_max": restart.pause_secs_max,
			"reset_secs": restart.reset_secs,
		},
		"stop_secs": container.stop_secs,
	});
	let Value::Object(mut fields) = fields else {
		unreachable!("it is an object; qed");
	};
	put(&mut fields, "command", container.command.clone().into());
	put(&mut fields, "arguments", container.arguments.clone().into());
	put(&mut fields, "environment", object(&container.environment, |text| text.as_str().into()));
	let fragments = |parts: &Vec<_>| parts.iter().map(fragment).collect::<Vec<_>>().into();
	put(&mut fields, "dynamic_environment", object(&container.dynamic_environment, fragments));
	put(&mut fields, "secrets", object(&container.secrets, |name| name.as_str().into()));
	put(&mut fields, "ports", object(&container.ports, port));
	let volume = |volume: &super::Volume| {
		json!({
			"path": volume.path,
			"size_mib": volume.size_mib,
			"read_only": volume.is_read_only,
		})
	};
	put(&mut fields, "volumes", object(&container.volumes, volume));
	put(&mut fields, "health", health(&container.health));
	let depends_on: Vec<_> = container.depends_on.iter().map(|name| name.as_str()).collect();
	put(&mut fields, "depends_on", depends_on.into());
	fields.into()
}

fn port(port: &Port) -> Value {
	let protocol = protocol_word(port.protocol);
	match port.is_public {
		true => json!({ "port": port.number, "protocol": protocol, "public": true }),
		// Not in full: nodes of before there were public ports refuse the word.
		false => json!({ "port": port.number, "protocol": protocol }),
	}
}

fn fragment(fragment: &Fragment) -> Value {
	match fragment {
		Fragment::Text(text) => text.as_str().into(),
		Fragment::AddressOf(name) => json!({ "address_of": name.as_str() }),
		Fragment::Variable { of, name } => json!({ "variable": name, "of": of.as_str() }),
	}
}

fn health(health: &Health) -> Value {
	let mut fields = Map::new();
	for (field, check) in [("start_up", &health.start_up), ("continuous", &health.continuous)] {
		if let Some(check) = check {
			fields.insert(field.to_owned(), health_check(check));
		}
	}
	fields.into()
}

fn health_check(check: &HealthCheck) -> Value {
	let (kind, what) = match &check.check {
		Check::Http { port, path } => ("http", json!({ "port": port, "path": path })),
		Check::Tcp { port } => ("tcp", json!({ "port": port })),
		Check::Exec { command } => ("exec", json!(command)),
	};
	json!({
		kind: what,
		"interval_secs": check.interval_secs,
		"timeout_secs": check.timeout_secs,
		"failures_max": check.failures_max,
	})
}

fn protocol_word(protocol: Protocol) -> &'static str {
	match protocol {
		Protocol::Http => "http",
		Protocol::Tcp => "tcp",
		Protocol::Udp => "udp",
	}
}

fn gpu_word(gpu: GpuClass) -> &'static str {
	match gpu {
		GpuClass::Entry => "entry",
		GpuClass::Medium => "medium",
		GpuClass::High => "high",
		GpuClass::Ultra => "ultra",
	}
}

fn object<N: Display, T>(entries: &BTreeMap<N, T>, write: impl Fn(&T) -> Value) -> Value {
	let entries = entries.iter().map(|(name, value)| (name.to_string(), write(value)));
	Value::Object(entries.collect())
}

/// Adds a field, unless it says nothing.
fn put(fields: &mut Map<String, Value>, name: &str, value: Value) {
	let is_empty =
		value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
	if !is_empty {
		fields.insert(name.to_owned(), value);
	}
}
