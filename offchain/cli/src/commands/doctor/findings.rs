// SPDX-License-Identifier: Apache-2.0

//! What the facts about a machine mean, and how to mend what is wrong.

use r1_api::ComponentStatus;
use r1_chain::NodeHealth;
use serde::Serialize;

/// Name of our runtime.
const RUNTIME: &str = "ratio1";

/// How far this clock may be behind a block, in seconds: three blocks of 2 s, as clocks that are
/// kept right differ by less than one.
const CLOCK_BEHIND_MAX_SECS: u64 = 6;

/// How old the newest block may be, in seconds: fifteen blocks. So many authors are seldom away one
/// after the other.
const BLOCK_AGE_MAX_SECS: u64 = 30;

/// How old the newest final block may be before it is odd, in seconds. It follows some blocks
/// behind the newest.
const FINALITY_AGE_MAX_SECS: u64 = 60;

/// How old it may be before something is broken, in seconds: daemons do only what is final says, so
/// that after ten minutes neither jobs nor deeds change any more.
const FINALITY_AGE_FAILED_SECS: u64 = 600;

/// Free space that a machine should have, in KiB: 5 GiB, a few images and the blocks of a month.
const DISK_FREE_MIN_KIB: u64 = 5 << 20;

/// Free space without which a node soon stops, in KiB: 512 MiB.
const DISK_FREE_FAILED_KIB: u64 = 512 << 10;

/// Files that the chain node wants to have open, by its own warning.
const FILES_MIN: u64 = 10_000;

/// What is known about a machine.
#[derive(Debug)]
pub(super) struct Facts {
	/// Version of this program.
	pub(super) own_version: String,
	/// Where the chain node was looked for.
	pub(super) node_url: String,
	/// Where the daemon was looked for.
	pub(super) edge_url: String,
	/// The chain node, or why it did not answer.
	pub(super) chain: Result<ChainFacts, String>,
	/// The daemon.
	pub(super) edge: Result<EdgeFacts, EdgeTrouble>,
	/// The container engine.
	pub(super) engine: Engine,
	/// Free space of the current directory; `None` if unknown.
	pub(super) disk_free_kib: Option<u64>,
	/// The most files that a program may open; `None` if unknown.
	pub(super) files_max: Option<u64>,
}

/// What is known about a chain node.
#[derive(Clone, Debug)]
pub(super) struct ChainFacts {
	/// What the node says.
	pub(super) health: NodeHealth,
	/// Why the chain's state could not be read.
	pub(super) unreadable: Option<String>,
	/// Whether the daemon's deed is banned; `None` if there is none, or the chain has none such.
	pub(super) deed_is_banned: Option<bool>,
}

/// What is known about a daemon.
#[derive(Clone, Debug)]
pub(super) struct EdgeFacts {
	/// Its version.
	pub(super) version: String,
	/// Whether all of its parts work.
	pub(super) is_ready: bool,
	/// Its parts.
	pub(super) components: Vec<ComponentStatus>,
	/// Whether it follows the chain.
	pub(super) follows_chain: bool,
	/// Its peers in the mesh.
	pub(super) peers: u32,
	/// The deed that it is linked to.
	pub(super) deed: Option<u32>,
	/// Whom it takes the token for, or why for nobody; `None` if there is no token.
	pub(super) token: Option<Result<String, String>>,
}

/// Why nothing is known about a daemon.
#[derive(Clone, Debug)]
pub(super) enum EdgeTrouble {
	/// Nobody answered.
	Silent(String),
	/// What answered is no daemon, or another version of it.
	Stranger(String),
	/// Nobody was asked: its address, its certificate or the token cannot be used.
	Unusable(String),
}

/// The container engine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Engine {
	/// One listens here.
	Open(String),
	/// One listens here, but not to this person.
	Closed(String),
	/// None was found.
	None,
}

/// What a fact means.
#[derive(Debug, Eq, PartialEq, Serialize)]
pub(super) struct Finding {
	/// What was looked at.
	pub(super) check: &'static str,
	/// Whether it is as it should be.
	pub(super) state: State,
	/// How it is.
	pub(super) finding: String,
	/// How to mend it.
	pub(super) remedy: Option<String>,
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
	/// It is.
	Ok,
	/// It may become a problem, or is one for some.
	Warning,
	/// It is not.
	Failed,
}

impl State {
	/// Its name.
	pub(super) fn name(self) -> &'static str {
		match self {
			Self::Ok => "ok",
			Self::Warning => "warning",
			Self::Failed => "failed",
		}
	}
}

/// What the facts mean, in the order in which to mend things. What is not known is left out.
pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
	let mut findings = Vec::new();
	match &facts.chain {
		Ok(chain) => findings.extend(of_chain(chain, &facts.node_url)),
		Err(reason) => findings.push(failed(
			"chain node",
			reason.clone(),
			"start r1-node, or give its address with --node-url",
		)),
	}
	match &facts.edge {
		Ok(edge) => {
			let banned = facts.chain.as_ref().ok().and_then(|chain| chain.deed_is_banned);
			findings.extend(of_edge(edge, banned, &facts.edge_url));
		},
		Err(EdgeTrouble::Silent(reason)) => findings.push(failed(
			"edge daemon",
			reason.clone(),
			"start r1-edge, or give its address with --edge-url",
		)),
		Err(EdgeTrouble::Stranger(reason)) => findings.push(failed(
			"edge daemon",
			format!("what answers is no daemon of this version: {reason}"),
			"look whose port this is, or use r1-edge and r1ctl of one version",
		)),
		Err(EdgeTrouble::Unusable(reason)) => findings.push(failed(
			"edge daemon",
			format!("it could not be asked: {reason}"),
			"correct --edge-url, --edge-certificate or --token-file; `r1ctl config print` shows them",
		)),
	}
	findings.extend(versions(facts));
	findings.push(engine(&facts.engine));
	findings.extend(facts.disk_free_kib.map(disk));
	findings.extend(facts.files_max.map(files));
	findings
}

fn of_chain(chain: &ChainFacts, url: &str) -> Vec<Finding> {
	let health = &chain.health;
	let mut findings = vec![ok(
		"chain node",
		format!("{} answers for the chain {} with version {}", url, health.chain, health.version),
	)];
	findings.push(match health.peers {
		0 if health.should_have_peers => warning(
			"peers",
			"the chain node knows no other".to_owned(),
			"let other nodes reach its port, and give it --bootnodes",
		),
		peers => ok("peers", format!("the chain node has {peers}")),
	});
	findings.push(if health.is_syncing {
		warning(
			"synchronisation",
			format!("the chain node is at block {} and fetches more", health.newest.number),
			"wait until it has them all",
		)
	} else {
		ok("synchronisation", format!("the chain node is at block {}", health.newest.number))
	});
	findings.push(clock(health));
	findings.push(finality(health));
	findings.push(runtime(chain));
	findings
}

/// This machine's clock against the newest block, whose author had a clock too.
fn clock(health: &NodeHealth) -> Finding {
	let (block, here) = (health.newest.timestamp_secs, health.asked_at_secs);
	let check = "clock";
	if health.newest.number == 0 {
		return warning(
			check,
			"the chain has no block yet to compare this clock with".to_owned(),
			"start a validator, or wait for the first block",
		);
	}
	let set_clock = "let a time server set it, for example with `timedatectl set-ntp true`";
	let behind = block.saturating_sub(here);
	if CLOCK_BEHIND_MAX_SECS < behind {
		let finding = format!("this clock is {behind} s or more behind the chain's");
		return failed(check, finding, set_clock);
	}
	let age = here.saturating_sub(block);
	if age <= BLOCK_AGE_MAX_SECS {
		return ok(check, format!("the newest block is {age} s old"));
	}
	if health.is_syncing {
		return ok(check, "the newest block is old because the chain node is syncing".to_owned());
	}
	warning(
		check,
		format!("the newest block is {age} s old: the chain stands still, or this clock is ahead"),
		"compare this clock with another; if it is right, look at the chain node's log",
	)
}

fn finality(health: &NodeHealth) -> Finding {
	let check = "finality";
	let number = health.finalised.number;
	if number == 0 {
		return warning(
			check,
			"no block is final yet".to_owned(),
			"wait a minute; then see whether two thirds of the validators are there",
		);
	}
	let age = health.asked_at_secs.saturating_sub(health.finalised.timestamp_secs);
	let finding = format!("block {number} is final and {age} s old");
	let remedy = "see whether two thirds of the validators are there, and reach each other";
	// What is being fetched is old, as another check says.
	if health.is_syncing || age <= FINALITY_AGE_MAX_SECS {
		ok(check, finding)
	} else if age <= FINALITY_AGE_FAILED_SECS {
		warning(check, finding, remedy)
	} else {
		failed(check, finding, remedy)
	}
}

fn runtime(chain: &ChainFacts) -> Finding {
	let ChainFacts { health, unreadable, .. } = chain;
	let name = format!("{} {}", health.runtime, health.runtime_version);
	if health.runtime != RUNTIME {
		return failed(
			"runtime",
			format!("the chain runs {name}, which is another chain's"),
			"give the address of a node of Ratio1 with --node-url",
		);
	}
	match unreadable {
		None => ok("runtime", format!("r1ctl reads {name}")),
		Some(reason) => failed(
			"runtime",
			format!("r1ctl cannot read the state of {name}: {reason}"),
			"use the release of r1ctl that belongs to this runtime",
		),
	}
}

fn of_edge(edge: &EdgeFacts, deed_is_banned: Option<bool>, url: &str) -> Vec<Finding> {
	let mut findings =
		vec![ok("edge daemon", format!("{url} answers with version {}", edge.version))];
	findings.push(components(edge));
	findings.push(if edge.follows_chain {
		ok("daemon's chain", "the daemon follows the chain".to_owned())
	} else {
		failed(
			"daemon's chain",
			"the daemon does not follow the chain".to_owned(),
			"set `url` under [chain] in its configuration to a chain node that answers",
		)
	});
	findings.push(match edge.peers {
		0 => warning(
			"mesh",
			"the daemon has no peers".to_owned(),
			"let others reach its mesh port, and name some under [mesh] in its configuration",
		),
		peers => ok("mesh", format!("the daemon has {peers} peers")),
	});
	findings.push(match (edge.deed, deed_is_banned) {
		(None, _) => warning(
			"deed",
			"the node is linked to no deed, so that it earns nothing".to_owned(),
			"link one with `r1ctl deed link`",
		),
		(Some(deed), Some(true)) => failed(
			"deed",
			format!("deed {deed} is banned: the node earns nothing"),
			"ask the governance of the network why",
		),
		(Some(deed), _) => ok("deed", format!("the node is linked to deed {deed}")),
	});
	findings.extend(edge.token.as_ref().map(|token| match token {
		Ok(who) => ok("token", format!("the daemon takes it for {who}")),
		Err(reason) => {
			let remedy = "get another with `r1ctl auth login --output FILE`";
			warning("token", format!("the token does not say who we are: {reason}"), remedy)
		},
	}));
	findings
}

fn components(edge: &EdgeFacts) -> Finding {
	let sick = edge.components.iter().filter(|component| component.state != "healthy");
	let sick = sick.map(|component| match &component.reason {
		Some(reason) => format!("{} is {} ({reason})", component.name, component.state),
		None => format!("{} is {}", component.name, component.state),
	});
	let sick = sick.collect::<Vec<_>>().join(", ");
	let remedy = "look at the daemon's log";
	match (edge.is_ready, sick.is_empty()) {
		(true, true) => ok("components", format!("all {} are healthy", edge.components.len())),
		(true, false) => warning("components", sick, remedy),
		(false, true) => failed("components", "the daemon is not ready".to_owned(), remedy),
		(false, false) => failed("components", sick, remedy),
	}
}

/// The programs' versions, if there are any to compare.
fn versions(facts: &Facts) -> Option<Finding> {
	let own = &facts.own_version;
	let node = facts.chain.as_ref().ok().map(|chain| ("r1-node", &chain.health.version));
	let edge = facts.edge.as_ref().ok().map(|edge| ("r1-edge", &edge.version));
	let others = node.into_iter().chain(edge).collect::<Vec<_>>();
	if others.is_empty() {
		return None;
	}
	// The chain node writes the commit behind its version.
	let is_other = |version: &str| version.split('-').next() != Some(own.as_str());
	let other = others.iter().filter(|(_, version)| is_other(version));
	let other = other.map(|(name, version)| format!("{name} is {version}")).collect::<Vec<_>>();
	Some(if other.is_empty() {
		ok("versions", format!("all programs are {own}"))
	} else {
		warning(
			"versions",
			format!("r1ctl is {own}, but {}", other.join(" and ")),
			"use programs of one release",
		)
	})
}

fn engine(engine: &Engine) -> Finding {
	match engine {
		Engine::Open(socket) => ok("container engine", format!("one listens at {socket}")),
		Engine::Closed(socket) => warning(
			"container engine",
			format!("the one at {socket} does not let this user in"),
			"add the daemon's user to the engine's group",
		),
		Engine::None => warning(
			"container engine",
			"none was found, so that the node can run no containers".to_owned(),
			"install Docker or Podman, and start its socket",
		),
	}
}

fn disk(free_kib: u64) -> Finding {
	let finding = format!("{} MiB are free in this directory", free_kib >> 10);
	let remedy = "free some space, or move the data elsewhere";
	if free_kib < DISK_FREE_FAILED_KIB {
		failed("disk space", finding, remedy)
	} else if free_kib < DISK_FREE_MIN_KIB {
		warning("disk space", finding, remedy)
	} else {
		ok("disk space", finding)
	}
}

fn files(max: u64) -> Finding {
	if max < FILES_MIN {
		return warning(
			"open files",
			format!("a program may open {max} files here"),
			"raise the hard limit to 10000 or more, as with LimitNOFILE of systemd",
		);
	}
	ok("open files", "a program may open as many files as it needs".to_owned())
}

fn ok(check: &'static str, finding: String) -> Finding {
	Finding { check, state: State::Ok, finding, remedy: None }
}

fn warning(check: &'static str, finding: String, remedy: &str) -> Finding {
	Finding { check, state: State::Warning, finding, remedy: Some(remedy.to_owned()) }
}

fn failed(check: &'static str, finding: String, remedy: &str) -> Finding {
	Finding { check, state: State::Failed, finding, remedy: Some(remedy.to_owned()) }
}

#[cfg(test)]
mod tests;
