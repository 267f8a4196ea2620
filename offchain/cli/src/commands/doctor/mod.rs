// SPDX-License-Identifier: Apache-2.0

//! What keeps this machine from taking part.
//!
//! Here facts are gathered; [`findings`] says what they mean.

mod findings;

use crate::{arguments::Arguments, output::Answer};
use findings::{ChainFacts, EdgeFacts, EdgeTrouble, Engine, Facts, Finding, State, findings};
use r1_api::{ClientError, EdgeClient, SelfResponse};
use r1_chain::Chain;
use std::{
	env, fs, io,
	path::{Path, PathBuf},
	time::Duration,
};
use tokio::{process::Command, time::timeout};

/// Longest wait for the chain node: it has several questions to answer, the last of which reads
/// what every service follows.
const CHAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest wait for each answer of the daemon, which it has at hand.
const EDGE_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for the program that knows how full disks are; a share that is away would hold it
/// for ever.
const DISK_TIMEOUT: Duration = Duration::from_secs(5);

/// Where container engines listen, beside the person's own directory.
const ENGINE_SOCKETS: [&str; 2] = ["/var/run/docker.sock", "/run/podman/podman.sock"];

/// Where an engine of the person's own listens, in the directory of their running programs.
const OWN_ENGINE_SOCKET: &str = "podman/podman.sock";

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
	answer(&findings(&facts(arguments).await))
}

fn answer(findings: &[Finding]) -> anyhow::Result<Answer> {
	let has_failed = findings.iter().any(|finding| finding.state == State::Failed);
	let answer = Answer::rows(findings, &["check", "state", "finding", "remedy"], |finding| {
		let Finding { check, state, finding, remedy } = finding;
		let remedy = remedy.clone().unwrap_or_default();
		vec![(*check).to_owned(), state.name().to_owned(), finding.clone(), remedy]
	})?;
	Ok(answer.negative(has_failed))
}

async fn facts(arguments: &Arguments) -> Facts {
	let (edge, disk_free_kib) = tokio::join!(edge(arguments), disk_free_kib());
	let deed = edge.as_ref().ok().and_then(|edge| edge.deed);
	Facts {
		own_version: env!("CARGO_PKG_VERSION").to_owned(),
		node_url: arguments.node_url.clone(),
		edge_url: arguments.edge_url.clone(),
		chain: chain(&arguments.node_url, deed).await,
		edge,
		engine: engine(engine_sockets()),
		disk_free_kib,
		files_max: fs::read_to_string("/proc/self/limits")
			.ok()
			.and_then(|limits| files_max(&limits)),
	}
}

async fn chain(url: &str, deed: Option<u32>) -> Result<ChainFacts, String> {
	let gather = async {
		let chain = Chain::connect(url).await?;
		let health = chain.node_health().await?;
		let (deed_is_banned, unreadable) = match chain.finalised_state().await {
			Ok(state) => {
				let deed = deed.and_then(|deed| state.deeds.get(deed));
				(deed.map(|deed| deed.is_banned), None)
			},
			Err(error) => (None, Some(format!("{:#}", anyhow::Error::new(error)))),
		};
		Ok::<_, anyhow::Error>(ChainFacts { health, unreadable, deed_is_banned })
	};
	match timeout(CHAIN_TIMEOUT, gather).await {
		Ok(facts) => facts.map_err(|error| format!("{error:#}")),
		Err(_) => Err(format!("{url} gave no answer in {} s", CHAIN_TIMEOUT.as_secs())),
	}
}

async fn edge(arguments: &Arguments) -> Result<EdgeFacts, EdgeTrouble> {
	let url = &arguments.edge_url;
	let unusable = |error: anyhow::Error| EdgeTrouble::Unusable(format!("{error:#}"));
	let edges = arguments.edges().map_err(unusable)?;
	let client = edges.within(EDGE_TIMEOUT, url).map_err(unusable)?;
	let ask = async { Ok((client.health().await?, client.status().await?)) };
	let (health, status) = ask.await.map_err(trouble)?;
	let token = match edges.has_token_for(url) {
		true => Some(token(&client).await),
		false => None,
	};
	Ok(EdgeFacts {
		version: status.version,
		is_ready: health.ready,
		components: health.components,
		follows_chain: status.chain.connected,
		peers: status.peers,
		deed: status.deed,
		token,
	})
}

/// Whom the daemon takes the token for, or why for nobody.
async fn token(client: &EdgeClient) -> Result<String, String> {
	match client.whoami().await {
		Ok(SelfResponse { account: Some(account), .. }) => Ok(format!("account {account}")),
		Ok(SelfResponse { job: Some(job), .. }) => Ok(format!("job {job}")),
		Ok(_) => Err("the daemon takes it for nobody".to_owned()),
		Err(error) => Err(format!("{:#}", anyhow::Error::new(error))),
	}
}

/// Whether nobody answered, or somebody else.
fn trouble(error: ClientError) -> EdgeTrouble {
	let is_somebody = matches!(
		error,
		ClientError::Refused { .. }
			| ClientError::Unexpected { .. }
			| ClientError::TooLarge { .. }
			| ClientError::MalformedJson { .. }
	);
	let reason = format!("{:#}", anyhow::Error::new(error));
	if is_somebody { EdgeTrouble::Stranger(reason) } else { EdgeTrouble::Silent(reason) }
}

/// Space that is left where the person stands; `None` if nobody knows.
async fn disk_free_kib() -> Option<u64> {
	let mut command = Command::new("df");
	command.args(["-Pk", "."]).kill_on_drop(true);
	let output = timeout(DISK_TIMEOUT, command.output()).await.ok()?.ok()?;
	free_kib(&String::from_utf8_lossy(&output.stdout))
}

/// The fourth column of the last line, as POSIX has it.
fn free_kib(table: &str) -> Option<u64> {
	table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// The most files that a program may open; the node and the daemon ask for as many.
fn files_max(limits: &str) -> Option<u64> {
	let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
	match line.split_whitespace().nth(1)? {
		"unlimited" => Some(u64::MAX),
		number => number.parse().ok(),
	}
}

fn engine_sockets() -> impl Iterator<Item = PathBuf> {
	let own = env::var_os("XDG_RUNTIME_DIR")
		.map(|directory| Path::new(&directory).join(OWN_ENGINE_SOCKET));
	ENGINE_SOCKETS.iter().map(PathBuf::from).chain(own)
}

/// The first engine that can be used, or else one that is closed to this person.
fn engine(sockets: impl Iterator<Item = PathBuf>) -> Engine {
	let mut found = Engine::None;
	for socket in sockets {
		match connect(&socket) {
			Ok(()) => return Engine::Open(socket.display().to_string()),
			Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
				found = Engine::Closed(socket.display().to_string());
			},
			// Not there, or left by an engine that has stopped.
			Err(_) => {},
		}
	}
	found
}

#[cfg(unix)]
fn connect(socket: &Path) -> io::Result<()> {
	std::os::unix::net::UnixStream::connect(socket).map(drop)
}

#[cfg(not(unix))]
fn connect(_socket: &Path) -> io::Result<()> {
	Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn answer_should_be_negative_only_when_a_check_failed() {
		let finding =
			|state| Finding { check: "clock", state, finding: "it is".to_owned(), remedy: None };
		for (states, is_negative) in [
			(vec![State::Ok, State::Warning], false),
			(vec![State::Ok, State::Failed], true),
			(vec![], false),
		] {
			let findings = states.into_iter().map(finding).collect::<Vec<_>>();
			let answer = answer(&findings).unwrap();
			assert_eq!(answer.is_negative(), is_negative);
			if let Some(first) = answer.json().get(0) {
				assert_eq!(first["state"], "ok");
			}
		}
	}

	#[test]
	fn free_space_should_be_read_from_the_table_of_posix() {
		let table = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
		             /dev/vda 263174212 82743312 12000000 87% /\n";
		assert_eq!(free_kib(table), Some(12_000_000));
		assert_eq!(free_kib("df: no such file"), None);
		assert_eq!(free_kib(""), None);
	}

	#[test]
	fn limit_of_files_should_be_the_hard_one() {
		let line = |hard: &str| {
			format!(
				"Limit                     Soft Limit           Hard Limit           Units\n\
				 Max open files            1024                 {hard}              files\n"
			)
		};
		assert_eq!(files_max(&line("524288")), Some(524_288));
		assert_eq!(files_max(&line("unlimited")), Some(u64::MAX));
		assert_eq!(files_max("Limit"), None);
	}

	#[test]
	fn engine_should_be_none_when_nobody_listens() {
		let nowhere = PathBuf::from("/nowhere/podman.sock");
		assert_eq!(engine([nowhere].into_iter()), Engine::None);
	}
}
