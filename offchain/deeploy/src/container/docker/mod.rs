// SPDX-License-Identifier: Apache-2.0

//! An engine behind the Docker-compatible API, on a Unix socket: Docker or Podman.
//!
//! One connection for each call, so that an engine that was restarted is found again by the next.
//!
//! Several daemons may share one engine, and replicas of one job on them would have the same names.
//! So each daemon has a realm: what it makes has the realm in its name and in a label, and it sees
//! nothing else.

mod realm;
mod request;
mod reply;
mod lines;
mod session;

pub use realm::Realm;
pub(crate) use request::container_body;

use super::{
	config::{ContainerConfig, NetworkConfig, VolumeConfig},
	engine::{
		ContainerEngine, ContainerStatus, EngineError, Executed, Labelled, Lines, LogLine, Reply,
		Stats,
	},
	session::{Command, Session, Terminal},
};
use crate::job::Image;
use bollard::{
	API_DEFAULT_VERSION, Docker,
	container::LogOutput,
	errors::Error,
	exec::{CreateExecOptions, StartExecOptions, StartExecResults},
	query_parameters::{
		CreateContainerOptionsBuilder, CreateImageOptionsBuilder, ImportImageOptionsBuilder,
		InspectContainerOptions, InspectNetworkOptions, ListContainersOptionsBuilder,
		ListNetworksOptionsBuilder, ListVolumesOptionsBuilder, LogsOptionsBuilder,
		RemoveContainerOptionsBuilder, RemoveImageOptions, RemoveVolumeOptions,
		StartContainerOptions, StatsOptionsBuilder, StopContainerOptionsBuilder,
	},
};
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use std::{
	collections::{HashMap, VecDeque},
	net::IpAddr,
	path::Path,
	time::Duration,
};

/// How long an engine may take to answer, in seconds. Stopping a container and its own time beside
/// this is the longest: pulls answer bit by bit.
const CALL_SECS_MAX: u64 = 120;

/// Largest archive of an image, in bytes: it is held in memory while it is handed over.
pub const ARCHIVE_BYTES_MAX: u64 = 2 << 30;

/// Status codes of the API.
mod status {
	pub(super) const NOT_MODIFIED: u16 = 304;
	pub(super) const NOT_FOUND: u16 = 404;
	pub(super) const CONFLICT: u16 = 409;
	pub(super) const SERVER_ERROR: u16 = 500;
}

/// Docker or Podman.
#[derive(Clone, Debug)]
pub struct DockerEngine {
	docker: Docker,
	realm: Realm,
}

impl DockerEngine {
	/// The part of an engine that is a realm's, once the engine has answered on a Unix socket.
	///
	/// # Errors
	///
	/// There is no socket, or nobody answers.
	pub async fn connect(socket: &Path, realm: Realm) -> Result<Self, EngineError> {
		let path = socket.to_string_lossy();
		let docker = Docker::connect_with_unix(&path, CALL_SECS_MAX, API_DEFAULT_VERSION)
			.map_err(|error| refused("connect", error))?;
		// Engines differ in the newest version that they speak.
		let docker = docker.negotiate_version().await.map_err(|error| refused("connect", error))?;
		Ok(Self { docker, realm })
	}

	async fn pull_image(&self, image: &Image) -> Result<(), EngineError> {
		let Image::Registry { .. } = image else {
			let hint = "fetch its file from the content store, and load that";
			return Err(EngineError::WrongImage { image: image.to_string(), hint });
		};
		let options = CreateImageOptionsBuilder::new().from_image(&image.to_string()).build();
		let progress = self.docker.create_image(Some(options), None, None);
		progress
			.try_for_each(|_| async { Ok(()) })
			.await
			.map_err(|error| refused("pull the image", error))
	}

	async fn load_image(&self, archive: &Path) -> Result<String, EngineError> {
		let file_error = |source| EngineError::File { path: archive.display().to_string(), source };
		let bytes = tokio::fs::metadata(archive).await.map_err(file_error)?.len();
		if ARCHIVE_BYTES_MAX < bytes {
			let message = format!("{bytes} bytes are more than {ARCHIVE_BYTES_MAX}");
			let action = "load the image";
			return Err(EngineError::Refused { action, message, is_transient: false });
		}
		let archive = tokio::fs::read(archive).await.map_err(file_error)?;
		let options = ImportImageOptionsBuilder::new().build();
		let progress = self.docker.import_image(options, bollard::body_full(archive.into()), None);
		let said: Vec<_> =
			progress.try_collect().await.map_err(|error| refused("load the image", error))?;
		let said: String = said.into_iter().filter_map(|info| info.stream).collect();
		let name = reply::loaded_image(&said).ok_or_else(|| EngineError::Refused {
			action: "load the image",
			message: format!("it names no image: {}", crate::document::quoted(&said)),
			is_transient: false,
		})?;
		// Another archive may have the same name, and be another image.
		let loaded = self.docker.inspect_image(&name).await;
		let loaded = loaded.map_err(|error| refused("look for the image", error))?;
		loaded.id.ok_or(EngineError::NotFound { what: name })
	}

	async fn run_command(
		&self,
		container: &str,
		command: &[String],
		bytes_max: usize,
	) -> Result<Executed, EngineError> {
		let refused = |error| refused("run a command", error);
		let options = CreateExecOptions {
			attach_stdout: Some(true),
			attach_stderr: Some(true),
			cmd: Some(command.to_vec()),
			..CreateExecOptions::default()
		};
		let exec = self
			.docker
			.create_exec(&self.realm.name(container), options)
			.await
			.map_err(refused)?;
		let options = StartExecOptions { detach: false, ..StartExecOptions::default() };
		let started = self.docker.start_exec(&exec.id, Some(options)).await.map_err(refused)?;
		let output = match started {
			StartExecResults::Attached { output, .. } => collect(output, bytes_max).await,
			StartExecResults::Detached => Ok(Vec::new()),
		};
		let output = output.map_err(refused)?;
		let ended = self.docker.inspect_exec(&exec.id).await.map_err(refused)?;
		let output = output.iter().flat_map(|part| part.as_ref()).copied().collect::<Vec<_>>();
		Ok(Executed {
			code: ended.exit_code.unwrap_or_default(),
			output: String::from_utf8_lossy(&output).into_owned(),
		})
	}
}

impl ContainerEngine for DockerEngine {
	fn version(&self) -> Reply<'_, String> {
		async {
			let version = self.docker.version().await.map_err(|error| refused("answer", error))?;
			Ok(reply::version(version))
		}
		.boxed()
	}

	fn has_image<'call>(&'call self, reference: &'call str) -> Reply<'call, bool> {
		async move {
			let found = self.docker.inspect_image(reference).await;
			let found = unless(&[status::NOT_FOUND], "look for the image", found)?;
			Ok(found.is_some())
		}
		.boxed()
	}

	fn pull<'call>(&'call self, image: &'call Image) -> Reply<'call, ()> {
		self.pull_image(image).boxed()
	}

	fn load<'call>(&'call self, image: &'call Image, archive: &'call Path) -> Reply<'call, String> {
		async move {
			match image {
				Image::Archive { .. } => self.load_image(archive).await,
				Image::Registry { .. } | Image::Layout { .. } => Err(EngineError::WrongImage {
					image: image.to_string(),
					hint: "only an archive is loaded as a file",
				}),
			}
		}
		.boxed()
	}

	fn remove_image<'call>(&'call self, reference: &'call str) -> Reply<'call, ()> {
		async move {
			let removed =
				self.docker.remove_image(reference, None::<RemoveImageOptions>, None).await;
			let fine = [status::NOT_FOUND, status::CONFLICT];
			match unless(&fine, "remove the image", removed) {
				// Podman calls an image that is used an error of its own.
				Err(EngineError::Refused { message, .. }) if message.contains("in use") => Ok(()),
				removed => removed.map(drop),
			}
		}
		.boxed()
	}

	fn create<'call>(&'call self, config: &'call ContainerConfig) -> Reply<'call, ()> {
		async move {
			let config = self.realm.container(config);
			let options = CreateContainerOptionsBuilder::new().name(&config.name).build();
			let body = container_body(&config);
			let created = self.docker.create_container(Some(options), body).await;
			match unless(&[status::CONFLICT], "create a container", created) {
				// Podman calls a name that is taken an error of its own.
				Err(EngineError::Refused { message, .. }) if message.contains("in use") => Ok(()),
				created => created.map(drop),
			}
		}
		.boxed()
	}

	fn start<'call>(&'call self, container: &'call str) -> Reply<'call, ()> {
		async move {
			let container = self.realm.name(container);
			let started =
				self.docker.start_container(&container, None::<StartContainerOptions>).await;
			unless(&[status::NOT_MODIFIED], "start a container", started).map(drop)
		}
		.boxed()
	}

	fn stop<'call>(&'call self, container: &'call str, secs: u64) -> Reply<'call, ()> {
		async move {
			let container = self.realm.name(container);
			let secs = i32::try_from(secs).unwrap_or(i32::MAX);
			let options = StopContainerOptionsBuilder::new().t(secs).build();
			let stopped = self.docker.stop_container(&container, Some(options)).await;
			let fine = [status::NOT_MODIFIED, status::NOT_FOUND];
			unless(&fine, "stop a container", stopped).map(drop)
		}
		.boxed()
	}

	fn remove<'call>(&'call self, container: &'call str) -> Reply<'call, ()> {
		async move {
			let container = self.realm.name(container);
			let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
			let removed = self.docker.remove_container(&container, Some(options)).await;
			unless(&[status::NOT_FOUND], "remove a container", removed).map(drop)
		}
		.boxed()
	}

	fn inspect<'call>(&'call self, container: &'call str) -> Reply<'call, Option<ContainerStatus>> {
		async move {
			let container = self.realm.name(container);
			let found =
				self.docker.inspect_container(&container, None::<InspectContainerOptions>).await;
			let found = unless(&[status::NOT_FOUND], "inspect a container", found)?;
			Ok(found.map(reply::container_status))
		}
		.boxed()
	}

	fn containers<'call>(&'call self, label: &'call str) -> Reply<'call, Vec<Labelled>> {
		async move {
			let filters = by_label(label);
			let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
			let found = self.docker.list_containers(Some(options)).await;
			let found = found.map_err(|error| refused("list containers", error))?;
			Ok(self.realm.own(found.into_iter().filter_map(reply::labelled_container)))
		}
		.boxed()
	}

	fn logs<'call>(
		&'call self,
		container: &'call str,
		lines_max: u32,
		bytes_max: usize,
	) -> Reply<'call, Vec<LogLine>> {
		async move {
			let options = LogsOptionsBuilder::new().stdout(true).stderr(true);
			let options = options.tail(&lines_max.to_string()).build();
			let lines = self.docker.logs(&self.realm.name(container), Some(options));
			let lines = collect_last(lines, bytes_max).await;
			let lines = lines.map_err(|error| refused("read logs", error))?;
			Ok(reply::log_lines(&lines))
		}
		.boxed()
	}

	fn follow(&self, container: &str, lines_max: u32) -> Lines {
		self.lines(container, lines_max)
	}

	fn stats<'call>(&'call self, container: &'call str) -> Reply<'call, Stats> {
		async move {
			let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
			let name = self.realm.name(container);
			let stats = self.docker.stats(&name, Some(options)).boxed().try_next().await;
			let stats = stats.map_err(|error| refused("measure a container", error))?;
			let nothing = || EngineError::NotFound { what: format!("figures of {container}") };
			stats.map(|stats| reply::stats(&stats)).ok_or_else(nothing)
		}
		.boxed()
	}

	fn exec<'call>(
		&'call self,
		container: &'call str,
		command: &'call [String],
		secs: u64,
		bytes_max: usize,
	) -> Reply<'call, Executed> {
		async move {
			let run = self.run_command(container, command, bytes_max);
			// What runs on in the container ends with it: the API cannot end a command.
			match tokio::time::timeout(Duration::from_secs(secs), run).await {
				Ok(executed) => executed,
				Err(_) => Err(EngineError::TimedOut { action: "run a command", secs }),
			}
		}
		.boxed()
	}

	fn begin<'call>(
		&'call self,
		container: &'call str,
		command: &'call Command,
	) -> Reply<'call, Session> {
		self.begin_command(container, command).boxed()
	}

	fn resize<'call>(&'call self, session: &'call str, terminal: Terminal) -> Reply<'call, ()> {
		self.resize_terminal(session, terminal).boxed()
	}

	fn code<'call>(&'call self, session: &'call str) -> Reply<'call, Option<i64>> {
		self.code_of(session).boxed()
	}

	fn create_network<'call>(&'call self, config: &'call NetworkConfig) -> Reply<'call, ()> {
		async move {
			// Docker would make a second one of the same name.
			let networks = self.networks(super::names::LABEL_JOB).await?;
			if networks.iter().any(|network| network.name == config.name) {
				return Ok(());
			}
			let created = self
				.docker
				.create_network(request::network_body(&self.realm.network(config)))
				.await;
			unless(&[status::CONFLICT], "create a network", created).map(drop)
		}
		.boxed()
	}

	fn remove_network<'call>(&'call self, network: &'call str) -> Reply<'call, ()> {
		async move {
			let removed = self.docker.remove_network(&self.realm.name(network)).await;
			unless(&[status::NOT_FOUND], "remove a network", removed).map(drop)
		}
		.boxed()
	}

	fn gateway<'call>(&'call self, network: &'call str) -> Reply<'call, Option<IpAddr>> {
		async move {
			let name = self.realm.name(network);
			let found = self.docker.inspect_network(&name, None::<InspectNetworkOptions>).await;
			let found = unless(&[status::NOT_FOUND], "inspect a network", found)?;
			Ok(found.and_then(reply::gateway))
		}
		.boxed()
	}

	fn networks<'call>(&'call self, label: &'call str) -> Reply<'call, Vec<Labelled>> {
		async move {
			let options = ListNetworksOptionsBuilder::new().filters(&by_label(label)).build();
			let found = self.docker.list_networks(Some(options)).await;
			let found = found.map_err(|error| refused("list networks", error))?;
			Ok(self.realm.own(found.into_iter().filter_map(reply::labelled_network)))
		}
		.boxed()
	}

	fn create_volume<'call>(&'call self, config: &'call VolumeConfig) -> Reply<'call, ()> {
		async move {
			let created = self
				.docker
				.create_volume(request::volume_body(&self.realm.volume(config)))
				.await;
			// Docker comes back with the volume that is there, Podman refuses.
			match created {
				Err(Error::DockerResponseServerError { message, .. })
					if message.contains("already exists") =>
				{
					Ok(())
				},
				created => created.map(drop).map_err(|error| refused("create a volume", error)),
			}
		}
		.boxed()
	}

	fn remove_volume<'call>(&'call self, volume: &'call str) -> Reply<'call, ()> {
		async move {
			let removed = self
				.docker
				.remove_volume(&self.realm.name(volume), None::<RemoveVolumeOptions>)
				.await;
			unless(&[status::NOT_FOUND], "remove a volume", removed).map(drop)
		}
		.boxed()
	}

	fn volumes<'call>(&'call self, label: &'call str) -> Reply<'call, Vec<Labelled>> {
		async move {
			let options = ListVolumesOptionsBuilder::new().filters(&by_label(label)).build();
			let found = self.docker.list_volumes(Some(options)).await;
			let found = found.map_err(|error| refused("list volumes", error))?;
			let found = found.volumes.unwrap_or_default();
			Ok(self.realm.own(found.into_iter().map(reply::labelled_volume)))
		}
		.boxed()
	}
}

fn by_label(label: &str) -> HashMap<String, Vec<String>> {
	[("label".to_owned(), vec![label.to_owned()])].into()
}

/// What a container wrote, until that is more than the limit.
async fn collect(
	output: impl Stream<Item = Result<LogOutput, Error>>,
	bytes_max: usize,
) -> Result<Vec<LogOutput>, Error> {
	let mut output = std::pin::pin!(output);
	let (mut parts, mut bytes) = (Vec::new(), 0_usize);
	while let Some(part) = output.next().await {
		let part = part?;
		bytes = bytes.saturating_add(part.as_ref().len());
		if bytes_max < bytes {
			break;
		}
		parts.push(part);
	}
	Ok(parts)
}

/// The last of what a container wrote, as much as the limit allows.
async fn collect_last(
	output: impl Stream<Item = Result<LogOutput, Error>>,
	bytes_max: usize,
) -> Result<Vec<LogOutput>, Error> {
	let mut output = std::pin::pin!(output);
	let (mut parts, mut bytes) = (VecDeque::new(), 0_usize);
	while let Some(part) = output.next().await {
		let part = part?;
		bytes = bytes.saturating_add(part.as_ref().len());
		parts.push_back(part);
		while bytes_max < bytes {
			let Some(oldest) = parts.pop_front() else { break };
			bytes = bytes.saturating_sub(oldest.as_ref().len());
		}
	}
	Ok(parts.into())
}

/// What came back, or nothing where the engine answered with one of some codes.
fn unless<T>(
	fine: &[u16],
	action: &'static str,
	reply: Result<T, Error>,
) -> Result<Option<T>, EngineError> {
	match reply {
		Ok(reply) => Ok(Some(reply)),
		Err(Error::DockerResponseServerError { status_code, .. })
			if fine.contains(&status_code) =>
		{
			Ok(None)
		},
		Err(error) => Err(refused(action, error)),
	}
}

fn refused(action: &'static str, error: Error) -> EngineError {
	match error {
		Error::DockerResponseServerError { status_code, message } => EngineError::Refused {
			action,
			message: message.trim().to_owned(),
			// A request that is wrong stays wrong; an engine in trouble may recover, and what is
			// missing may come.
			is_transient: status::SERVER_ERROR <= status_code || status_code == status::NOT_FOUND,
		},
		Error::DockerStreamError { error: message } => {
			EngineError::Refused { action, message, is_transient: true }
		},
		// Podman has states that Docker has not, which pass: `stopped` comes before `exited`.
		Error::JsonDataError { message, .. } => {
			EngineError::Refused { action, message, is_transient: true }
		},
		Error::RequestTimeoutError => EngineError::TimedOut { action, secs: CALL_SECS_MAX },
		error => EngineError::Unreachable { source: error.into() },
	}
}
