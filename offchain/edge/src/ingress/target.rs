// SPDX-License-Identifier: Apache-2.0

//! Which port of which job is meant, by a path, a host name, or the configuration.

use r1_deeploy::{job::WantedPort, specification::ServedName};
use r1_primitives::JobId;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// How paths of jobs begin.
const PATHS: &str = "/jobs/";

/// A port of a job: `7`, `7:http`, `7:8080` or `7:web.http`.
///
/// Without a port it is the one that speaks HTTP, if the job has one such, or one that is public.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Target {
	pub(crate) job: JobId,
	pub(crate) container: Option<String>,
	/// Its name or number.
	pub(crate) port: Option<String>,
}

/// What the names of hosts mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
	/// What follows the name of a job, without a dot before it; in lower case.
	pub(crate) suffix: Option<String>,
	/// Names that the operator gives.
	pub(crate) given: BTreeMap<String, Target>,
}

/// What a request is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Visit {
	pub(super) target: Target,
	/// What the path has before the container's own: nothing if the host says which job it is, and the
	/// job then has an origin of its own.
	pub(super) prefix: Option<String>,
	/// The container's own path, with the query.
	pub(super) path: String,
}

/// Why a request is for no job.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum NoVisit {
	/// Neither the host nor the path names one.
	Nobody,
	/// It would, if it were right.
	Wrong(String),
	/// The path lacks the slash at its end, without which links of a page lead elsewhere.
	Elsewhere(String),
}

impl Target {
	/// The port, as specifications are asked for it.
	pub(crate) fn wanted(&self) -> WantedPort<'_> {
		self.port.as_deref().map_or(WantedPort::Web, WantedPort::Named)
	}
}

impl Names {
	/// What a request is for, by its host and its path with the query.
	pub(super) fn visit(&self, host: Option<&str>, path: &str) -> Result<Visit, NoVisit> {
		if let Some(label) = host.and_then(|host| self.label(host)) {
			let target = self.of_label(&label).map_err(NoVisit::Wrong)?;
			return Ok(Visit { target, prefix: None, path: path.to_owned() });
		}
		let named = path.strip_prefix(PATHS).ok_or(NoVisit::Nobody)?;
		let end = named.find(['/', '?']).unwrap_or(named.len());
		let (target, rest) = named.split_at(end);
		let prefix = format!("{PATHS}{target}");
		let target = target.parse().map_err(NoVisit::Wrong)?;
		match rest.starts_with('/') {
			true => Ok(Visit { target, prefix: Some(prefix), path: rest.to_owned() }),
			false => Err(NoVisit::Elsewhere(format!("{prefix}/{rest}"))),
		}
	}

	/// What a host has before the suffix, if it has the suffix.
	fn label(&self, host: &str) -> Option<String> {
		let suffix = self.suffix.as_ref()?;
		let name = match host.rsplit_once(':') {
			Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
			_ => host,
		};
		// Names of hosts have no case, and may end in a dot.
		let name = name.trim_end_matches('.').to_ascii_lowercase();
		let label = name.strip_suffix(suffix.as_str())?.strip_suffix('.')?;
		Some(label.to_owned())
	}

	/// `7` is a job, `http-7` a port of it, and anything else a name that was given.
	fn of_label(&self, label: &str) -> Result<Target, String> {
		if let Some(target) = self.given.get(label) {
			return Ok(target.clone());
		}
		let target = match label.rsplit_once('-') {
			Some((port, job)) => format!("{job}:{port}"),
			None => label.to_owned(),
		};
		target.parse().map_err(|_| {
			format!(
				"`{label}` names no job; write its number, or a port and its number, like `http-7`"
			)
		})
	}
}

impl FromStr for Target {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let wrong = || {
			let shown: String = text.chars().take(80).collect();
			format!("`{shown}` names no port of a job; write it like `7`, `7:http` or `7:web.http`")
		};
		let (job, port) = match text.split_once(':') {
			Some((job, port)) => (job, Some(port)),
			None => (text, None),
		};
		// A sign would be read as a part of the number.
		if !job.bytes().all(|digit| digit.is_ascii_digit()) {
			return Err(wrong());
		}
		let job = job.parse().map_err(|_| wrong())?;
		let (container, port) = match port.map(|port| port.split_once('.').ok_or(port)) {
			None => (None, None),
			Some(Ok((container, port))) => (Some(container), Some(port)),
			Some(Err(port)) => (None, Some(port)),
		};
		let name = |name: Option<&str>| match name.map(ServedName::new) {
			None => Ok(None),
			Some(Ok(name)) => Ok(Some(name.to_string())),
			Some(Err(_)) => Err(wrong()),
		};
		Ok(Self { job, container: name(container)?, port: name(port)? })
	}
}

impl TryFrom<String> for Target {
	type Error = String;

	fn try_from(text: String) -> Result<Self, String> {
		text.parse()
	}
}

impl From<Target> for String {
	fn from(target: Target) -> Self {
		target.to_string()
	}
}

impl fmt::Display for Target {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{}", self.job)?;
		match (&self.container, &self.port) {
			(Some(container), Some(port)) => write!(formatter, ":{container}.{port}"),
			(_, Some(port)) => write!(formatter, ":{port}"),
			(_, None) => Ok(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn target(text: &str) -> Target {
		text.parse().unwrap()
	}

	#[test]
	fn target_should_be_read_as_it_is_written() {
		for text in ["7", "0", "7:http", "7:8080", "7:web.http", "4294967295:a-b.c-d"] {
			assert_eq!(target(text).to_string(), text);
		}
		let whole = target("7:web.http");
		assert_eq!((whole.job, whole.wanted()), (7, WantedPort::Named("http")));
		assert_eq!(target("7").wanted(), WantedPort::Web);
		for text in [
			"",
			"a",
			"-7",
			"+7",
			"7:",
			"7:.http",
			"7:web.",
			"7:Web",
			"7:a.b.c",
			"7:a/b",
			"7:http:2",
			"4294967296",
			" 7",
			"7%3Ahttp",
		] {
			assert!(text.parse::<Target>().is_err(), "{text}");
		}
	}

	#[test]
	fn path_should_say_which_job_and_the_rest_be_the_jobs_own() {
		let names = Names::default();
		let visit = |path| names.visit(Some("localhost:8000"), path);
		let expected = |text: &str, prefix: &str, path: &str| {
			let (prefix, path) = (Some(prefix.to_owned()), path.to_owned());
			Ok(Visit { target: target(text), prefix, path })
		};
		assert_eq!(visit("/jobs/7/"), expected("7", "/jobs/7", "/"));
		assert_eq!(visit("/jobs/7/a/b?c=/d"), expected("7", "/jobs/7", "/a/b?c=/d"));
		assert_eq!(visit("/jobs/7:web.http//x"), expected("7:web.http", "/jobs/7:web.http", "//x"));
		assert_eq!(visit("/jobs/7"), Err(NoVisit::Elsewhere("/jobs/7/".to_owned())));
		assert_eq!(visit("/jobs/7?a=/b"), Err(NoVisit::Elsewhere("/jobs/7/?a=/b".to_owned())));
		for path in ["/", "/jobs", "/v1/node", "jobs/7/"] {
			assert_eq!(visit(path), Err(NoVisit::Nobody), "{path}");
		}
		for path in ["/jobs/", "/jobs/../7/", "/jobs/%37/", "/jobs/7:/"] {
			assert!(matches!(visit(path), Err(NoVisit::Wrong(_))), "{path}");
		}
	}

	#[test]
	fn host_should_say_which_job_and_the_path_be_the_jobs_own() {
		let names = Names {
			suffix: Some("apps.example.org".to_owned()),
			given: [("shop".to_owned(), target("9:web.http"))].into(),
		};
		let visit = |host| names.visit(Some(host), "/jobs/7/a");
		for (host, expected) in [
			("7.apps.example.org", "7"),
			("http-7.apps.example.org:8443", "7:http"),
			("a-b-7.apps.example.org", "7:a-b"),
			("Shop.APPS.example.org.", "9:web.http"),
		] {
			let (target, path) = (target(expected), "/jobs/7/a".to_owned());
			assert_eq!(visit(host), Ok(Visit { target, prefix: None, path }), "{host}");
		}
		for host in ["nobody.apps.example.org", ".apps.example.org", "a.7.apps.example.org"] {
			assert!(matches!(visit(host), Err(NoVisit::Wrong(_))), "{host}");
		}
		// Other hosts are by path.
		for host in ["apps.example.org", "7xapps.example.org", "127.0.0.1:1", "[::1]:1", ""] {
			assert_eq!(visit(host).map(|visit| visit.path), Ok("/a".to_owned()), "{host}");
		}
	}
}
