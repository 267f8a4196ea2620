// SPDX-License-Identifier: Apache-2.0

//! A network with deeds and links, its clock and its tables.

use anyhow::{Context, Result, ensure};
use networks::{Control, Definition, Network, SpecificationChange, enter_private_network};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// Who signs permits to buy deeds, as the development chains start; also who governs.
pub(crate) const GOVERNANCE: &str = "//Alice";

/// The owner of the plain edge nodes.
pub(crate) const OPERATOR: &str = "//Ferdie";

/// JSON-RPC of the first node of every definition.
const FIRST_RPC_PORT: u16 = 9944;

/// API of the first daemon.
const FIRST_API_PORT: u16 = 31_236;

/// Ports of the next daemon are so many further.
const API_PORT_STEP: u16 = 10;

/// A node compiles its runtime when it first starts, which takes the longest of all.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A few epochs, after what a chain node may need to follow again when its network was away: TCP tries
/// again within half a minute, and the SDK asks nobody for a minute who was lost in the middle of an
/// answer. Until then nothing may become final when another node fails too.
pub(crate) const EPOCHS_TIMEOUT: Duration = Duration::from_secs(300);

/// A network that is up.
pub(crate) struct Stage {
	pub(crate) network: Network,
	/// `r1ctl` at the first node and the first daemon.
	pub(crate) control: Control,
}

/// The clock of the epochs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epochs {
	pub(crate) epoch_secs: u64,
	/// When epoch 0 began.
	origin: u64,
}

impl Epochs {
	/// When an epoch begins, in seconds of Unix time.
	pub(crate) fn starts_at(self, epoch: u64) -> f64 {
		(self.origin + epoch * self.epoch_secs) as f64
	}
}

impl Stage {
	/// Starts a network, and waits until its chain finalises blocks.
	pub(crate) fn set(definition: &str, changes: &[SpecificationChange<'_>]) -> Result<Self> {
		enter_private_network()?;
		let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(definition);
		let network = Network::start(Definition::load(&path, changes)?)?;
		let control = network.control(FIRST_RPC_PORT, FIRST_API_PORT);
		let stage = Self { network, control };
		stage.network.wait("finality", START_TIMEOUT, || {
			let status = stage.status()?;
			ensure!(number(&status, "finalised_block")? > 1, "only genesis is final");
			Ok(())
		})?;
		Ok(stage)
	}

	/// Runs a test on the network, and shows what its processes said if it fails.
	pub(crate) fn play(self, act: impl FnOnce(&Self) -> Result<()>) {
		let outcome = act(&self);
		if let Err(error) = outcome {
			let logs = self.network.logs().unwrap_or_else(|error| format!("no logs: {error:#}"));
			// At both ends, because whoever shows a long text cuts it at one.
			panic!("{error:#}\n\n{logs}\n\n{error:#}");
		}
	}

	/// `r1ctl` at a daemon of the common network, by its place in the definition.
	pub(crate) fn at_daemon(&self, place: u16) -> Control {
		self.network.control(FIRST_RPC_PORT, FIRST_API_PORT + place * API_PORT_STEP)
	}

	pub(crate) fn status(&self) -> Result<Value> {
		self.control.query(&["network", "status"])
	}

	/// The clock of the epochs.
	pub(crate) fn epochs(&self) -> Result<Epochs> {
		let status = self.status()?;
		let epoch_secs = number(&status, "epoch_secs")?;
		let past = number(&status, "epoch")? * epoch_secs;
		Ok(Epochs { epoch_secs, origin: number(&status, "epoch_starts_at_secs")? - past })
	}

	/// The epoch that the finalised chain is in.
	pub(crate) fn epoch(&self) -> Result<u64> {
		number(&self.status()?, "epoch")
	}

	/// Buys deeds for an account, links one to each daemon, and says their numbers.
	pub(crate) fn give_deeds(&self, owner: &str, nodes: &[Control]) -> Result<Vec<u64>> {
		let account = self.control.signed(owner, &["account"])?;
		let account = text(&account, "account")?;
		self.network.wait("a price of R1", START_TIMEOUT, || {
			let price = self.control.query(&["price"])?;
			text(&price, "r1_price_usd").map(drop).context("nobody knows the price yet")
		})?;
		let directory = tempfile::tempdir()?;
		let permit = directory.path().join("permit.json");
		let permit = permit.to_str().context("a path is text")?;
		let limits = ["--usd-limit", "50000", "--tax-basis-points", "0", "--epochs", "200"];
		let issue = ["permit", "issue", "--buyer", account, "--output", permit];
		self.control.signed(GOVERNANCE, &[issue.as_slice(), &limits].concat())?;
		let units = nodes.len().to_string();
		let buy = ["deed", "buy", "--units", &units, "--price-max", "2000", "--permit", permit];
		let bought = self.control.signed(owner, &buy)?;
		let deeds = bought.get("deeds").and_then(Value::as_array).context("no deeds")?;
		let deeds = deeds.iter().filter_map(Value::as_u64).collect::<Vec<_>>();
		ensure!(deeds.len() == nodes.len(), "{} deeds for {} nodes", deeds.len(), nodes.len());
		for (deed, node) in deeds.iter().zip(nodes) {
			self.network
				.wait("a daemon", START_TIMEOUT, || node.query(&["node", "status"]))?;
			node.signed(owner, &["deed", "link", "--deed", &deed.to_string()])?;
		}
		Ok(deeds)
	}

	/// Waits until a moment of the machine's clock, which the whole network shares.
	pub(crate) fn await_moment(&self, moment: f64, what: &str) -> Result<()> {
		let left = (moment - now_secs()).max(0.0);
		let timeout = Duration::from_secs_f64(left) + START_TIMEOUT;
		self.network.wait(what, timeout, || {
			let left = moment - now_secs();
			ensure!(left <= 0.0, "{left:.1} s are left");
			Ok(())
		})
	}

	/// Waits until an epoch has an outcome, and returns what `epoch show` says.
	pub(crate) fn await_outcome(&self, epoch: u64) -> Result<Value> {
		self.network.wait(&format!("an outcome of epoch {epoch}"), EPOCHS_TIMEOUT, || {
			let shown = self.show(epoch)?;
			ensure!(!shown["outcome"].is_null(), "epoch {epoch} is open");
			Ok(shown)
		})
	}

	/// What the chain keeps of an epoch.
	pub(crate) fn show(&self, epoch: u64) -> Result<Value> {
		self.control.query(&["epoch", "show", &epoch.to_string()])
	}

	/// The agreed table of an epoch, once it can never change.
	pub(crate) fn await_table(&self, epoch: u64) -> Result<BTreeMap<u64, u64>> {
		self.await_table_at(&self.control, epoch)
	}

	/// The same, as another node has it.
	pub(crate) fn await_table_at(
		&self,
		control: &Control,
		epoch: u64,
	) -> Result<BTreeMap<u64, u64>> {
		let epoch = epoch.to_string();
		let query = ["network", "availability", "--epoch", &epoch];
		let table =
			self.network.wait(&format!("the table of epoch {epoch}"), EPOCHS_TIMEOUT, || {
				control.query(&query)
			})?;
		let rows = table.as_array().context("a table has rows")?;
		rows.iter()
			.map(|row| Ok((number(row, "deed")?, number(row, "value")?)))
			.collect()
	}

	/// What `oracle status` says of a node.
	pub(crate) fn oracle(&self, node: &str) -> Result<Value> {
		let status = self.control.query(&["oracle", "status"])?;
		let rows = status.as_array().context("oracles are rows")?;
		let row = rows.iter().find(|row| row["node"] == node);
		row.cloned().with_context(|| format!("{node} is neither oracle nor candidate"))
	}

	/// The account of a machine that has a development account's key.
	pub(crate) fn node_of(&self, account: &str) -> Result<String> {
		let key = self.network.key_file(account)?;
		let shown = self.control.signed_by_file(&key, &["account"])?;
		Ok(text(&shown, "account")?.to_owned())
	}
}

/// A number in an answer.
pub(crate) fn number(value: &Value, field: &str) -> Result<u64> {
	value[field].as_u64().with_context(|| format!("no number `{field}` in {value}"))
}

/// A text in an answer.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
	value[field].as_str().with_context(|| format!("no text `{field}` in {value}"))
}

#[expect(clippy::disallowed_methods, reason = "processes are stopped at moments of the real clock")]
pub(crate) fn now_secs() -> f64 {
	// A clock before 1970 is as good as one at 1970: the wait then lasts until its timeout.
	std::time::SystemTime::now()
		.duration_since(std::time::UNIX_EPOCH)
		.unwrap_or_default()
		.as_secs_f64()
}

/// Tells who reads the output of a test how far it is.
#[expect(clippy::print_stderr, reason = "a test of ten minutes says what it does")]
pub(crate) fn say(text: impl AsRef<str>) {
	eprintln!("{}", text.as_ref());
}
