// SPDX-License-Identifier: Apache-2.0

//! The section of jobs that are containers.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Containers of jobs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Containers {
	/// The engine that runs them, Docker or Podman, on this machine and as root: the path of its
	/// socket; `auto`, which is the first of the usual sockets where one answers; or `off`. Default:
	/// `auto`.
	pub(crate) engine: Engine,
}

/// Which engine runs containers.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Engine {
	/// The first of the usual sockets where one answers.
	#[default]
	Auto,
	/// None: jobs of containers fail here.
	Off,
	/// The one at this socket.
	At(PathBuf),
}

impl TryFrom<String> for Engine {
	type Error = String;

	fn try_from(text: String) -> Result<Self, String> {
		match text.as_str() {
			"auto" => Ok(Self::Auto),
			"off" => Ok(Self::Off),
			path if path.starts_with('/') => Ok(Self::At(path.into())),
			other => Err(format!(
				"`{other}` is none of `auto`, `off` and the absolute path of a socket, like \
				 /run/podman/podman.sock"
			)),
		}
	}
}

impl From<Engine> for String {
	fn from(engine: Engine) -> Self {
		match engine {
			Engine::Auto => "auto".to_owned(),
			Engine::Off => "off".to_owned(),
			Engine::At(path) => path.display().to_string(),
		}
	}
}
