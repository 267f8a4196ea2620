// SPDX-License-Identifier: Apache-2.0

//! From a part of a document to a container.

use super::{parsed_name, served_name};
use crate::{
	document::{At, DOCUMENT_BYTES_MAX, DocumentError, Fields},
	job::{
		Check, Container, Fragment, Health, HealthCheck, Image, Port, Protocol, Resources,
		RestartPolicy, RestartWhen, Volume,
		limits::{
			ARGUMENTS_MAX, ATTEMPTS_MAX, CHECK_INTERVAL_SECS_DEFAULT, CHECK_TIMEOUT_SECS_DEFAULT,
			CONTAINERS_MAX, CONTINUOUS_FAILURES_DEFAULT, CPU_MILLIS_MAX, CPU_MILLIS_MIN,
			FRAGMENTS_MAX, MEMORY_MIB_MAX, MEMORY_MIB_MIN, PATH_BYTES_MAX, PERIOD_SECS_MAX,
			PIDS_MAX, PORTS_MAX, START_UP_FAILURES_DEFAULT, STOP_SECS_DEFAULT, TEXT_BYTES_MAX,
			VARIABLE_NAME_BYTES_MAX, VARIABLE_RESERVED_PREFIX, VARIABLES_MAX, VOLUME_MIB_MAX,
			VOLUMES_MAX,
		},
	},
	specification::ServedName,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a container must not have a volume: what the engine itself puts there.
const PATHS_RESERVED: [&str; 4] = ["/proc", "/sys", "/dev", "/run"];

/// Reads a container.
pub(super) fn container(at: &At<'_>) -> Result<Container, DocumentError> {
	let mut fields = at.fields()?;
	let image = image(&fields.required("image")?)?;
	let command = fields.optional("command").map_or(Ok(Vec::new()), |at| words(&at))?;
	let arguments = fields.optional("arguments").map_or(Ok(Vec::new()), |at| words(&at))?;
	let environment =
		variables(&mut fields, "environment", |at| Ok(at.text(TEXT_BYTES_MAX)?.to_owned()))?;
	let dynamic_environment = variables(&mut fields, "dynamic_environment", fragments)?;
	let secrets = variables(&mut fields, "secrets", served_name)?;
	let ports = named(&mut fields, "ports", PORTS_MAX, port)?;
	let volumes = named(&mut fields, "volumes", VOLUMES_MAX, volume)?;
	let resources = fields
		.optional("resources")
		.map_or(Ok(Resources::default()), |at| resources(&at))?;
	let health = fields.optional("health").map_or(Ok(Health::default()), |at| health(&at))?;
	let restart = fields
		.optional("restart")
		.map_or(Ok(RestartPolicy::default()), |at| restart(&at))?;
	let stop_secs = integer(&mut fields, "stop_secs", 0..=PERIOD_SECS_MAX, STOP_SECS_DEFAULT)?;
	let depends_on = fields
		.optional("depends_on")
		.map_or(Ok(BTreeSet::new()), |at| depends_on(&at))?;
	fields.finish()?;
	let container = Container {
		image,
		command,
		arguments,
		environment,
		dynamic_environment,
		secrets,
		ports,
		volumes,
		resources,
		health,
		restart,
		stop_secs,
		depends_on,
	};
	check_clashes(at, &container)?;
	Ok(container)
}

/// Refuses what is there twice under different names.
fn check_clashes(at: &At<'_>, container: &Container) -> Result<(), DocumentError> {
	let mut names: BTreeSet<&String> = BTreeSet::new();
	let variables = container.environment.keys().chain(container.dynamic_environment.keys());
	for name in variables.chain(container.secrets.keys()) {
		if !names.insert(name) {
			return Err(at.conflict(format!("variable `{name}` is set twice; remove one")));
		}
	}
	let mut ports = BTreeSet::new();
	for Port { number, protocol, .. } in container.ports.values() {
		if !ports.insert((*number, *protocol == Protocol::Udp)) {
			return Err(at.conflict(format!("port {number} has two names; remove one")));
		}
	}
	let mut paths: Vec<&String> = container.volumes.values().map(|volume| &volume.path).collect();
	paths.sort_unstable();
	for (index, path) in paths.iter().enumerate() {
		let inner = format!("{path}/");
		let mut others = paths.iter().skip(index + 1);
		if others.any(|other| other == path || other.starts_with(&inner)) {
			return Err(at.conflict(format!("two volumes lie in `{path}`; move one elsewhere")));
		}
	}
	Ok(())
}

fn image(at: &At<'_>) -> Result<Image, DocumentError> {
	let text = at.text(DOCUMENT_BYTES_MAX)?;
	text.parse::<Image>().map_err(|error| {
		at.conflict(format!("`{}` is not an image: {error}", crate::document::quoted(text)))
	})
}

fn words(at: &At<'_>) -> Result<Vec<String>, DocumentError> {
	let words = at.items("words", ARGUMENTS_MAX)?;
	words.iter().map(|word| Ok(word.text(TEXT_BYTES_MAX)?.to_owned())).collect()
}

/// An object from names of variables to something.
fn variables<T>(
	fields: &mut Fields<'_>,
	field: &'static str,
	read: impl Fn(&At<'_>) -> Result<T, DocumentError>,
) -> Result<BTreeMap<String, T>, DocumentError> {
	let Some(at) = fields.optional(field) else {
		return Ok(BTreeMap::new());
	};
	let entries = at.entries("variables", VARIABLES_MAX)?;
	entries
		.into_iter()
		.map(|(name, at)| {
			check_variable_name(&at, name)?;
			Ok((name.to_owned(), read(&at)?))
		})
		.collect()
}

fn check_variable_name(at: &At<'_>, name: &str) -> Result<(), DocumentError> {
	let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
	let begins_well = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
	if !begins_well || !name.bytes().all(is_allowed) || VARIABLE_NAME_BYTES_MAX < name.len() {
		let hint = "use letters, digits and `_`, and no digit first";
		return Err(at.invalid(name, "the name of a variable", hint));
	}
	match name.starts_with(VARIABLE_RESERVED_PREFIX) {
		true => Err(at.invalid(name, "free to set", "names that begin with `R1_` are the node's")),
		false => Ok(()),
	}
}

fn fragments(at: &At<'_>) -> Result<Vec<Fragment>, DocumentError> {
	at.items("fragments", FRAGMENTS_MAX)?.iter().map(fragment).collect()
}

fn fragment(at: &At<'_>) -> Result<Fragment, DocumentError> {
	if !at.is_object() {
		return Ok(Fragment::Text(at.text(TEXT_BYTES_MAX)?.to_owned()));
	}
	let mut fields = at.fields()?;
	let address_of = fields.optional("address_of");
	let variable = fields.optional("variable");
	let of = fields.optional("of");
	let fragment = match (address_of, variable, of) {
		(Some(name), None, None) => Fragment::AddressOf(served_name(&name)?),
		(None, Some(variable), Some(of)) => {
			let name = variable.text(VARIABLE_NAME_BYTES_MAX)?.to_owned();
			Fragment::Variable { of: served_name(&of)?, name }
		},
		_ => return Err(at.conflict("write a text, `address_of`, or `variable` and `of`")),
	};
	fields.finish()?;
	Ok(fragment)
}

/// An object from names to something.
fn named<T>(
	fields: &mut Fields<'_>,
	field: &'static str,
	max: usize,
	read: impl Fn(&At<'_>) -> Result<T, DocumentError>,
) -> Result<BTreeMap<ServedName, T>, DocumentError> {
	let Some(at) = fields.optional(field) else {
		return Ok(BTreeMap::new());
	};
	let entries = at.entries(field, max)?;
	entries
		.into_iter()
		.map(|(name, at)| Ok((parsed_name(&at, name)?, read(&at)?)))
		.collect()
}

fn port(at: &At<'_>) -> Result<Port, DocumentError> {
	let mut fields = at.fields()?;
	let number = port_number(&fields.required("port")?)?;
	let words = [("http", Protocol::Http), ("tcp", Protocol::Tcp), ("udp", Protocol::Udp)];
	let protocol = fields
		.optional("protocol")
		.map_or(Ok(Protocol::Tcp), |at| at.choice("http, tcp or udp", &words))?;
	let is_public = fields.optional("public").map_or(Ok(false), |at| at.boolean())?;
	fields.finish()?;
	if is_public && protocol == Protocol::Udp {
		let hint = "UDP cannot be reached from outside; remove `public`, or speak TCP";
		return Err(at.conflict(hint));
	}
	Ok(Port { number, protocol, is_public })
}

fn port_number(at: &At<'_>) -> Result<u16, DocumentError> {
	let number = at.integer(1..=u64::from(u16::MAX))?;
	Ok(u16::try_from(number).expect("it is in the range; qed"))
}

fn volume(at: &At<'_>) -> Result<Volume, DocumentError> {
	let mut fields = at.fields()?;
	let path = fields.required("path")?;
	let size_mib = fields.required("size_mib")?.integer(1..=VOLUME_MIB_MAX)?;
	let is_read_only = fields.optional("read_only").map_or(Ok(false), |at| at.boolean())?;
	fields.finish()?;
	Ok(Volume { path: volume_path(&path)?, size_mib, is_read_only })
}

fn volume_path(at: &At<'_>) -> Result<String, DocumentError> {
	let path = at.text(PATH_BYTES_MAX)?;
	// A colon or comma would be read by engines as the end of the path.
	let is_plain = |part: &str| {
		!matches!(part, "" | "." | "..") && !part.contains([':', ',', '\\', '\n', '\t', '\r'])
	};
	let is_absolute = path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_plain));
	if !is_absolute {
		let hint = "write it from the root, without `.`, `..`, `:` and a slash at its end";
		return Err(at.invalid(path, "a path for a volume", hint));
	}
	let is_inside = |reserved: &str| {
		path.strip_prefix(reserved)
			.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
	};
	match PATHS_RESERVED.iter().any(|reserved| is_inside(reserved)) {
		true => Err(at.invalid(path, "free for a volume", "use a path such as `/data`")),
		false => Ok(path.to_owned()),
	}
}

fn resources(at: &At<'_>) -> Result<Resources, DocumentError> {
	let mut fields = at.fields()?;
	let default = Resources::default();
	let resources = Resources {
		cpu_millis: integer(
			&mut fields,
			"cpu_millis",
			CPU_MILLIS_MIN..=CPU_MILLIS_MAX,
			default.cpu_millis,
		)?,
		memory_mib: integer(
			&mut fields,
			"memory_mib",
			MEMORY_MIB_MIN..=MEMORY_MIB_MAX,
			default.memory_mib,
		)?,
		pids: integer(&mut fields, "pids", 1..=PIDS_MAX, default.pids)?,
	};
	fields.finish()?;
	Ok(resources)
}

fn health(at: &At<'_>) -> Result<Health, DocumentError> {
	let mut fields = at.fields()?;
	let mut check = |field, failures_default| {
		fields.optional(field).map(|at| health_check(&at, failures_default)).transpose()
	};
	let health = Health {
		start_up: check("start_up", START_UP_FAILURES_DEFAULT)?,
		continuous: check("continuous", CONTINUOUS_FAILURES_DEFAULT)?,
	};
	fields.finish()?;
	Ok(health)
}

fn health_check(at: &At<'_>, failures_default: u64) -> Result<HealthCheck, DocumentError> {
	let mut fields = at.fields()?;
	let (http, tcp) = (fields.optional("http"), fields.optional("tcp"));
	let exec = fields.optional("exec");
	let check = match (http, tcp, exec) {
		(Some(http), None, None) => http_check(&http)?,
		(None, Some(tcp), None) => {
			let mut fields = tcp.fields()?;
			let port = port_number(&fields.required("port")?)?;
			fields.finish()?;
			Check::Tcp { port }
		},
		(None, None, Some(exec)) => match words(&exec)? {
			command if command.is_empty() => return Err(exec.conflict("the command is empty")),
			command => Check::Exec { command },
		},
		_ => return Err(at.conflict("a check has one of `http`, `tcp` and `exec`")),
	};
	let period = 1..=PERIOD_SECS_MAX;
	let check = HealthCheck {
		check,
		interval_secs: integer(
			&mut fields,
			"interval_secs",
			period.clone(),
			CHECK_INTERVAL_SECS_DEFAULT,
		)?,
		timeout_secs: integer(&mut fields, "timeout_secs", period, CHECK_TIMEOUT_SECS_DEFAULT)?,
		failures_max: integer(&mut fields, "failures_max", 1..=ATTEMPTS_MAX, failures_default)?,
	};
	fields.finish()?;
	Ok(check)
}

fn http_check(at: &At<'_>) -> Result<Check, DocumentError> {
	let mut fields = at.fields()?;
	let port = port_number(&fields.required("port")?)?;
	let path = match fields.optional("path") {
		None => "/".to_owned(),
		Some(at) => {
			let path = at.text(PATH_BYTES_MAX)?;
			// It becomes a part of a request's first line.
			if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
				let hint = "begin with `/`, and encode spaces and other characters";
				return Err(at.invalid(path, "the path of a URL", hint));
			}
			path.to_owned()
		},
	};
	fields.finish()?;
	Ok(Check::Http { port, path })
}

fn restart(at: &At<'_>) -> Result<RestartPolicy, DocumentError> {
	let mut fields = at.fields()?;
	let words = [
		("always", RestartWhen::Always),
		("on-failure", RestartWhen::OnFailure),
		("never", RestartWhen::Never),
	];
	let default = RestartPolicy::default();
	let when = fields
		.optional("when")
		.map_or(Ok(default.when), |at| at.choice("always, on-failure or never", &words))?;
	let period = 1..=PERIOD_SECS_MAX;
	let policy = RestartPolicy {
		when,
		attempts_max: integer(&mut fields, "attempts_max", 0..=ATTEMPTS_MAX, default.attempts_max)?,
		pause_secs: integer(&mut fields, "pause_secs", period.clone(), default.pause_secs)?,
		pause_secs_max: integer(
			&mut fields,
			"pause_secs_max",
			period.clone(),
			default.pause_secs_max,
		)?,
		reset_secs: integer(&mut fields, "reset_secs", period, default.reset_secs)?,
	};
	fields.finish()?;
	match policy.pause_secs <= policy.pause_secs_max {
		true => Ok(policy),
		false => Err(at.conflict("`pause_secs` is more than `pause_secs_max`; swap them")),
	}
}

fn depends_on(at: &At<'_>) -> Result<BTreeSet<ServedName>, DocumentError> {
	at.items("containers", CONTAINERS_MAX)?.iter().map(served_name).collect()
}

fn integer(
	fields: &mut Fields<'_>,
	name: &'static str,
	range: std::ops::RangeInclusive<u64>,
	default: u64,
) -> Result<u64, DocumentError> {
	fields.optional(name).map_or(Ok(default), |at| at.integer(range))
}
