// SPDX-License-Identifier: Apache-2.0

//! Who may depend on whom: the table of ARCHITECTURE.md, and the foreign crates that have one home.
//!
//! Every kind of dependency counts, development too: a test that needs a neighbour is a test of
//! two crates, and belongs in `tests/`.

use super::Violation;
use crate::workspace::{Dependency, Package};

/// One line of the table: each package on the left may depend on every package on the right.
struct Rule {
	packages: &'static [&'static str],
	/// Lists of directories; one that ends with `/` stands for all packages in it.
	may_import: &'static [&'static [&'static str]],
}

/// Types that all parts of the system share.
const PRIMITIVES: &[&str] = &["pallets/primitives"];
/// What every off-chain crate stands on.
const CORE: &[&str] = &["offchain/core"];
/// The off-chain services: they never know each other.
const SERVICES: &[&str] = &[
	"offchain/chain",
	"offchain/cstore",
	"offchain/dauth",
	"offchain/deeploy",
	"offchain/edil",
	"offchain/heartbeat",
	"offchain/inference",
	"offchain/learning",
	"offchain/net",
	"offchain/r1fs",
	"offchain/telemetry",
];
/// Our pallets with calls: they know each other through traits in the primitives only.
const PALLETS: &[&str] = &[
	"pallets/availability",
	"pallets/burn",
	"pallets/learning",
	"pallets/node-deeds",
	"pallets/oracles",
	"pallets/poai",
	"pallets/validators",
];

/// What the fuzzing of both sides of the system shares.
const FUZZING: &[&str] = &["tests/fuzzing"];

/// The table. What is not in it is forbidden, so nothing depends on `fuzz`, `sim`, `tests`, `xtask`
/// or `zombienet`.
const RULES: &[Rule] = &[
	Rule { packages: PRIMITIVES, may_import: &[] },
	Rule { packages: &["pallets/math"], may_import: &[PRIMITIVES] },
	Rule { packages: PALLETS, may_import: &[PRIMITIVES, &["pallets/math"]] },
	Rule { packages: &["pallets/fuzz"], may_import: &[&["pallets/", "runtime"], FUZZING] },
	Rule { packages: &["runtime"], may_import: &[&["pallets/"]] },
	Rule { packages: &["node"], may_import: &[PRIMITIVES, &["runtime"]] },
	Rule { packages: CORE, may_import: &[PRIMITIVES] },
	Rule { packages: SERVICES, may_import: &[PRIMITIVES, CORE] },
	Rule { packages: &["offchain/api"], may_import: &[PRIMITIVES, CORE] },
	Rule { packages: &["offchain/edil-client"], may_import: &[CORE, &["offchain/edil"]] },
	Rule {
		packages: &["offchain/cli"],
		may_import: &[
			PRIMITIVES,
			&[
				"offchain/api",
				"offchain/chain",
				// A person checks proofs of what the store held on their own machine.
				"offchain/cstore",
				// A person narrows tokens and seals secrets on their own machine.
				"offchain/dauth",
				// And reads specifications of jobs there.
				"offchain/deeploy",
				// And encrypts there.
				"offchain/edil",
				"offchain/edil-client",
				// And works out what was learnt.
				"offchain/learning",
				// Files are sealed and checked there, too.
				"offchain/core",
				"offchain/r1fs",
				"offchain/telemetry",
			],
		],
	},
	Rule {
		packages: &["offchain/edge"],
		may_import: &[PRIMITIVES, CORE, SERVICES, &["offchain/api"]],
	},
	Rule {
		packages: &["offchain/fuzz"],
		// What is read of requests before the daemon decides anything is in the API.
		may_import: &[PRIMITIVES, CORE, SERVICES, FUZZING, &["offchain/api"]],
	},
	Rule { packages: &["offchain/sim"], may_import: &[PRIMITIVES, CORE, SERVICES] },
	Rule { packages: FUZZING, may_import: &[] },
	Rule { packages: &["tests"], may_import: &[&["node", "runtime", "pallets/", "offchain/"]] },
	Rule { packages: &["xtask"], may_import: &[] },
	// What a traitor signs, and what he reads, in the runtime's own types; and a replica of the store,
	// which is the store and the mesh without the rest of the daemon.
	Rule {
		packages: &["zombienet"],
		may_import: &[
			PRIMITIVES,
			PALLETS,
			&["runtime", "offchain/core", "offchain/cstore", "offchain/net"],
		],
	},
];

/// Foreign crates that only these packages may name: behind them is a port of `offchain/core`.
const HOMES: &[(&str, &[&str])] = &[
	// Strangers have these libraries too, so fuzzing does what they can do with them.
	("age", &["offchain/dauth", "offchain/edil-client", "offchain/fuzz", "offchain/r1fs"]),
	("biscuit-auth", &["offchain/dauth", "offchain/fuzz"]),
	("bollard", &["offchain/deeploy"]),
	("candle-core", &["offchain/learning"]),
	("candle-nn", &["offchain/learning"]),
	("libcontainer", &["offchain/deeploy"]),
	("libp2p", &["offchain/net"]),
	("subxt", &["offchain/chain"]),
	("tfhe", &["offchain/edil", "offchain/edil-client"]),
	("tract-onnx", &["offchain/inference"]),
];

/// Finds dependencies that the table does not allow, and packages that it does not know.
#[must_use]
pub fn check(packages: &[Package]) -> Vec<Violation> {
	packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Violation> {
	let directory = package.directory.as_str();
	let violation =
		|message| Violation { path: format!("{directory}/Cargo.toml"), line: None, message };
	let Some(rule) = RULES.iter().find(|rule| rule.packages.contains(&directory)) else {
		let message = "the table of allowed imports in xtask/src/tidy/imports.rs does not know it";
		return vec![violation(message.to_owned())];
	};
	let is_forbidden = |dependency: &&Dependency| match &dependency.directory {
		Some(ours) => !rule.allows(ours),
		None => !may_name(directory, &dependency.name),
	};
	package
		.dependencies
		.iter()
		.filter(is_forbidden)
		.map(|dependency| violation(format!("may not depend on {}", dependency.name)))
		.collect()
}

impl Rule {
	fn allows(&self, directory: &str) -> bool {
		self.may_import.iter().copied().flatten().any(|allowed| {
			directory == *allowed || (allowed.ends_with('/') && directory.starts_with(allowed))
		})
	}
}

/// Whether a package may name a foreign crate. Tests may name any: they are foreign themselves.
fn may_name(directory: &str, foreign: &str) -> bool {
	directory == "tests"
		|| HOMES
			.iter()
			.find(|(name, _)| *name == foreign)
			.is_none_or(|(_, homes)| homes.contains(&directory))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What the rules say of one package that depends on one other, ours or foreign.
	fn verdict(directory: &str, name: &str, dependency_directory: Option<&str>) -> Vec<String> {
		let dependency = Dependency {
			name: name.to_owned(),
			directory: dependency_directory.map(str::to_owned),
		};
		let package = Package {
			name: "the-package".to_owned(),
			directory: directory.to_owned(),
			has_library: true,
			dependencies: vec![dependency],
		};
		check(&[package]).iter().map(ToString::to_string).collect()
	}

	#[test]
	fn check_should_allow_what_the_table_lists() {
		let allowed = [
			("pallets/poai", "pallets/primitives"),
			("pallets/fuzz", "pallets/poai"),
			("pallets/fuzz", "runtime"),
			("runtime", "pallets/poai"),
			("node", "runtime"),
			("offchain/net", "offchain/core"),
			("offchain/edge", "offchain/r1fs"),
			("offchain/cli", "offchain/chain"),
			("tests", "offchain/edge"),
		];
		for (package, dependency) in allowed {
			assert!(
				verdict(package, "ours", Some(dependency)).is_empty(),
				"{package} {dependency}"
			);
		}
	}

	#[test]
	fn check_should_forbid_everything_else() {
		let forbidden = [
			("pallets/primitives", "pallets/math"),
			("pallets/poai", "pallets/node-deeds"),
			("pallets/fuzz", "node"),
			("node", "offchain/core"),
			("node", "pallets/poai"),
			("offchain/net", "offchain/chain"),
			("offchain/cli", "offchain/edge"),
			("offchain/edge", "offchain/cli"),
			// Secret keys never come to where the daemon runs.
			("offchain/edge", "offchain/edil-client"),
			("offchain/edil", "offchain/edil-client"),
			("offchain/edge", "xtask"),
			("offchain/edge", "tests"),
			("runtime", "node"),
		];
		for (package, dependency) in forbidden {
			assert_eq!(
				verdict(package, "ours", Some(dependency)),
				[format!("{package}/Cargo.toml: may not depend on ours")]
			);
		}
	}

	#[test]
	fn check_should_keep_foreign_crates_at_home() {
		assert!(verdict("offchain/net", "libp2p", None).is_empty());
		assert!(verdict("offchain/edge", "axum", None).is_empty());
		assert!(verdict("tests", "subxt", None).is_empty());
		assert_eq!(
			verdict("offchain/edge", "libp2p", None),
			["offchain/edge/Cargo.toml: may not depend on libp2p"]
		);
	}

	#[test]
	fn check_should_want_every_package_in_the_table() {
		let verdict = verdict("offchain/surprise", "serde", None);
		assert!(verdict.iter().all(|line| line.contains("does not know it")), "{verdict:?}");
		assert_eq!(verdict.len(), 1);
	}
}
