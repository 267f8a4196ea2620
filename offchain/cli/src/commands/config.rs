// SPDX-License-Identifier: Apache-2.0

//! The settings of this tool, and where each came from.

use super::or_dash;
use crate::{arguments::Arguments, output::Answer, secrets};
use clap::{CommandFactory as _, parser::ValueSource};
use serde::Serialize;
use std::{env, path::Path};

/// What is shown in the place of a secret.
const HIDDEN: &str = "***";

/// One setting.
#[derive(Debug, Eq, PartialEq, Serialize)]
struct Setting {
	name: &'static str,
	/// Nothing if nobody has set it and there is no default.
	value: Option<String>,
	source: String,
}

pub(super) fn print(arguments: &Arguments) -> anyhow::Result<Answer> {
	let is_set = |variable: &str| env::var_os(variable).is_some();
	Answer::rows(&settings(arguments, is_set), &["setting", "value", "source"], |setting| {
		let value = or_dash(setting.value.as_ref());
		vec![setting.name.to_owned(), value, setting.source.clone()]
	})
}

fn settings(arguments: &Arguments, is_set: impl Fn(&str) -> bool) -> Vec<Setting> {
	let path = |path: &Option<_>| path.as_deref().map(|path: &Path| path.display().to_string());
	let option = |name, value| Setting { name, value, source: source(arguments, name) };
	let secret = |name, variable: &str| {
		let is_set = is_set(variable);
		let source = if is_set { format!("environment ({variable})") } else { "not set".into() };
		Setting { name, value: is_set.then(|| HIDDEN.to_owned()), source }
	};
	vec![
		option("node_url", Some(without_secrets(&arguments.node_url))),
		option("edge_url", Some(without_secrets(&arguments.edge_url))),
		option("edge_certificate", path(&arguments.edge_certificate)),
		option("signer_file", path(&arguments.signer_file)),
		secret("signer", secrets::SIGNER_VARIABLE),
		option("password_file", path(&arguments.password_file)),
		secret("password", secrets::PASSWORD_VARIABLE),
		option("token_file", path(&arguments.token_file)),
		option("json", Some(arguments.json.to_string())),
		option("dry_run", Some(arguments.dry_run.to_string())),
	]
}

/// Where a setting came from, in words.
fn source(arguments: &Arguments, name: &str) -> String {
	match arguments.sources.get(name) {
		Some(ValueSource::CommandLine) => format!("option (--{})", name.replace('_', "-")),
		Some(ValueSource::EnvVariable) => {
			let command = Arguments::command();
			let argument = command.get_arguments().find(|argument| argument.get_id() == name);
			let variable = argument.and_then(|argument| argument.get_env());
			let variable = variable.map(|variable| variable.to_string_lossy().into_owned());
			format!("environment ({})", or_dash(variable))
		},
		Some(_) => "default".to_owned(),
		None => "not set".to_owned(),
	}
}

/// A URL without user, password and query, each of which may be a secret.
fn without_secrets(url: &str) -> String {
	let (start, query) = url.split_once('?').map_or((url, ""), |(start, _)| (start, "?***"));
	let Some((scheme, rest)) = start.split_once("://") else { return format!("{start}{query}") };
	let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
	match host.rsplit_once('@') {
		Some((_, host)) => format!("{scheme}://{HIDDEN}@{host}{path}{query}"),
		None => format!("{scheme}://{host}{path}{query}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::arguments;

	fn settings_of(line: &str, is_set: bool) -> Vec<Setting> {
		settings(&arguments::parse(line).unwrap(), |_| is_set)
	}

	#[test]
	fn settings_should_say_where_they_came_from() {
		let line = "config print --edge-url http://ann:secret@host:1/x?token=secret --json \
		            --edge-certificate ca.pem";
		let settings = settings_of(line, false);
		let setting = |name: &str| settings.iter().find(|setting| setting.name == name).unwrap();
		assert_eq!(setting("edge_url").value.as_deref(), Some("http://***@host:1/x?***"));
		assert_eq!(setting("edge_url").source, "option (--edge-url)");
		assert_eq!(setting("edge_certificate").value.as_deref(), Some("ca.pem"));
		assert_eq!(setting("edge_certificate").source, "option (--edge-certificate)");
		assert_eq!(setting("json").value.as_deref(), Some("true"));
		assert_eq!(setting("json").source, "option (--json)");
		assert_eq!(setting("dry_run").source, "default");
		assert_eq!((&setting("signer").value, &*setting("signer").source), (&None, "not set"));
	}

	#[test]
	fn secrets_should_not_be_shown() {
		let settings = settings_of("config print", true);
		for name in ["signer", "password"] {
			let setting = settings.iter().find(|setting| setting.name == name).unwrap();
			assert_eq!(setting.value.as_deref(), Some("***"));
			assert!(setting.source.starts_with("environment (R1_"), "{}", setting.source);
		}
		for (url, shown) in [
			("ws://127.0.0.1:9944", "ws://127.0.0.1:9944"),
			("wss://a:b@host", "wss://***@host"),
			("wss://a@b@host/", "wss://***@host/"),
			("https://host/path@x", "https://host/path@x"),
			("nonsense?key", "nonsense?***"),
		] {
			assert_eq!(without_secrets(url), shown);
		}
	}
}
