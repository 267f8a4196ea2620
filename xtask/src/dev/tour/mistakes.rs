// SPDX-License-Identifier: Apache-2.0

//! The mistakes that a person can make: each is refused with its reason, and changes nothing.
//!
//! A newcomer buys a deed and then does everything wrong with it, the developer spends what is not
//! there, and both use the daemons in ways that cannot work. The newcomer earns nothing, so that
//! every base unit of their account is accounted for: a refused call costs not even a fee.

use super::{
	DEVELOPER, OPERATOR, deeds::Permit, drills::serving_daemon, number, path_text, rows, say, text,
};
use crate::dev::{Control, Network};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
	fs,
	io::{Read as _, Write as _},
	net::{Ipv4Addr, TcpListener},
	thread,
};

/// An account that nobody has used before.
const NEWCOMER: &str = "//Newcomer";

/// An account with nothing in it, not even R1 for a fee.
const PENNILESS: &str = "//Penniless";

/// Enough R1 for one deed of the first tier, which costs about 1 667, and not for two.
const BUDGET_R1: &str = "2000";

/// The most that the newcomer may ever buy for: two deeds of the first tier.
const LIMIT_USD: &str = "1000";

/// More USDC than a development account starts with.
const TOO_MUCH_USDC: &str = "2000000";

/// Epochs for which two replicas cost 375 USDC: more than is in the developer's escrow.
const TOO_MANY_EPOCHS: &str = "500";

/// The model of the tour.
const MODEL: &str = "digits";

/// Values that it takes for each picture.
const PIXELS: usize = 64;

/// Makes each mistake; the report has an entry for each.
pub(super) fn make_all(network: &Network, control: &Control) -> Result<Value> {
	let (host, _) = serving_daemon(network, control)?;
	let mut drill = Drill {
		network,
		control,
		host_url: host.api_url(),
		seen: Value::Null,
		mistakes: Vec::new(),
	};
	let deed = drill.welcome_newcomer()?;
	drill.seen = drill.look()?;
	drill.misuse_permits()?;
	drill.misuse_deeds(&deed)?;
	drill.overspend()?;
	drill.misuse_model()?;
	drill.misuse_files()?;
	Ok(Value::Array(drill.mistakes))
}

/// The mistakes so far, and what must not change.
struct Drill<'a> {
	network: &'a Network,
	control: &'a Control,
	/// A daemon that serves the model of the tour.
	host_url: String,
	/// What [`Self::look`] saw last.
	seen: Value,
	mistakes: Vec<Value>,
}

impl Drill<'_> {
	/// Gives the newcomer R1, for which they buy a deed; its number.
	fn welcome_newcomer(&self) -> Result<String> {
		let account = self.control.signed(NEWCOMER, &self.host_url, &["account"])?;
		let address = text(&account, "account")?;
		self.control
			.signed(OPERATOR, &self.host_url, &["transfer", address, BUDGET_R1])?;
		let permit = self.permit(NEWCOMER, LIMIT_USD, USED_PERMIT)?;
		let bought = self.control.signed(NEWCOMER, &self.host_url, &buy(&permit))?;
		let deed = rows(&bought["deeds"])?.first().context("one deed was bought")?.to_string();
		say(format!("a newcomer buys deed {deed}, and does everything wrong from here on"));
		Ok(deed)
	}

	/// Lets the issuer give somebody a permit without tax; the path of its file.
	fn permit(&self, buyer: &str, usd_limit: &str, name: &str) -> Result<String> {
		let permit = Permit { buyer, usd_limit, tax: "0" };
		let (_, file) = permit.issue(self.control, self.network.layout(), name)?;
		Ok(path_text(&file)?.to_owned())
	}

	fn misuse_permits(&mut self) -> Result<()> {
		let layout = self.network.layout();
		let own = Permit { buyer: NEWCOMER, usd_limit: LIMIT_USD, tax: "0" };
		let (permit, own) = own.forge(NEWCOMER, self.control, layout, "permit-own.json")?;
		let own = path_text(&own)?.to_owned();
		let buyer = text(&permit, "buyer")?;
		let issue = ["permit", "issue", "--buyer", buyer, "--usd-limit", LIMIT_USD];
		let of_other = self.permit(OPERATOR, LIMIT_USD, "permit-other.json")?;
		let used = path_text(&layout.root.join(USED_PERMIT))?.to_owned();
		let small = self.permit(NEWCOMER, "999", "permit-small.json")?;
		let edge_url = &self.host_url.clone();
		let without = ["deed", "buy", "--price-max", BUDGET_R1];
		for (name, command) in [
			("a permit by somebody who is no issuer", issue.as_slice()),
			("a deed without a permit", without.as_slice()),
			("a deed by a permit of one's own", &buy(&own)),
			("a deed by somebody else's permit", &buy(&of_other)),
			("a deed by a permit that is used", &buy(&used)),
			("a deed beyond the permit's limit", &buy(&small)),
		] {
			self.check(&Mistake { name, signer: NEWCOMER, edge_url, command })?;
		}
		let foretold = self.control.rehearsed(NEWCOMER, edge_url, &buy(&small))?;
		ensure!(foretold["would_succeed"] == false, "{foretold}");
		Ok(())
	}

	/// The number of a deed that the tour's operator owns.
	fn deed_of_operator(&self) -> Result<String> {
		let account = self.control.signed(OPERATOR, &self.host_url, &["account"])?;
		let owner = text(&account, "account")?;
		let deeds = self.control.query(&["deed", "list", "--owner", owner])?;
		let first = rows(&deeds)?.first().context("the operator owns deeds")?;
		Ok(number(first, "deed")?.to_string())
	}

	fn misuse_deeds(&mut self, deed: &str) -> Result<()> {
		let free_url = self.network.layout().daemons[0].api_url();
		let linked_url = self.network.layout().edge_nodes()[0].api_url();
		let free_node = self.control.at(&free_url, &["node", "status"])?;
		let impostor_url = impostor(text(&free_node["details"], "node")?)?;
		let other = &self.deed_of_operator()?;
		let link = ["deed", "link", "--deed", deed];
		let link_of_other = ["deed", "link", "--deed", other];
		let claim_of_other = ["rewards", "claim", "--deeds", other];
		for (name, edge_url, command) in [
			("a proof that the node did not sign", &impostor_url, link),
			("a node that is linked already", &linked_url, link),
			("a link of somebody else's deed", &free_url, link_of_other),
			("a claim for somebody else's deed", &free_url, claim_of_other),
		] {
			self.check(&Mistake { name, signer: NEWCOMER, edge_url, command: &command })?;
		}
		Ok(())
	}

	fn overspend(&mut self) -> Result<()> {
		let model = self.network.layout().root.join("no-model.onnx");
		fs::write(&model, "a job is refused before anybody looks at its model")?;
		let model = path_text(&model)?;
		let edge_url = &self.host_url.clone();
		let withdraw = ["escrow", "withdraw", "1"];
		let permit = self.permit(NEWCOMER, LIMIT_USD, "permit-poor.json")?;
		let buy = buy(&permit);
		let deposit = ["escrow", "deposit", TOO_MUCH_USDC];
		let order =
			["job", "submit", "--name", "greedy", "--model", model, "--epochs", TOO_MANY_EPOCHS];
		for (name, signer, command) in [
			("a call without R1 for its fee", PENNILESS, withdraw.as_slice()),
			("a deed for too little R1", NEWCOMER, &buy),
			("a deposit of too little USDC", DEVELOPER, &deposit),
			("a job for too little USDC", DEVELOPER, &order),
		] {
			self.check(&Mistake { name, signer, edge_url, command })?;
		}
		Ok(())
	}

	fn misuse_model(&mut self) -> Result<()> {
		let edge_url = &self.host_url.clone();
		let file = self.network.layout().root.join("mistake.json");
		let request = path_text(&file)?;
		for (name, model, datatype, width, pixels) in [
			("a picture of another shape", MODEL, "FP32", PIXELS - 1, PIXELS - 1),
			("a picture that does not fill its shape", MODEL, "FP32", PIXELS, PIXELS - 1),
			("a picture of another datatype", MODEL, "INT64", PIXELS, PIXELS),
			("a model that is not served", "letters", "FP32", PIXELS, PIXELS),
		] {
			let picture = json!({
				"name": "image",
				"datatype": datatype,
				"shape": [1, width],
				"data": vec![0; pixels],
			});
			fs::write(&file, json!({ "inputs": [picture] }).to_string())?;
			let command = &["infer", "--model", model, "--request", request];
			self.check(&Mistake { name, signer: NEWCOMER, edge_url, command })?;
		}
		Ok(())
	}

	/// Nobody can name a CID when they add a file, so what can be wrong is what is asked for.
	fn misuse_files(&mut self) -> Result<()> {
		let keeper = self.network.layout().edge_nodes()[0].clone();
		let edge_url = &keeper.api_url();
		let root = self.network.layout().root.clone();
		let (note, copy) = (root.join("note.txt"), root.join("copy.txt"));
		let output = path_text(&copy)?;
		fs::write(&note, "I owe you 10 R1")?;
		let added = self.control.at(edge_url, &["fs", "add", path_text(&note)?])?;
		let cid = text(&added, "cid")?;

		let blocks = self.network.layout().data(&keeper.name).join("blocks").join("blocks");
		let block = blocks.join(&cid[cid.len() - 2..]).join(cid);
		ensure!(block.exists(), "{} is not where a block is kept", block.display());
		fs::write(&block, "I owe you 99 R1")?;
		for (name, asked_for) in
			[("a file by its name", "note.txt"), ("a file whose bytes do not match its CID", cid)]
		{
			let command = &["fs", "get", asked_for, "--output", output];
			self.check(&Mistake { name, signer: NEWCOMER, edge_url, command })?;
			ensure!(!copy.exists(), "{name} was refused, and yet written");
		}
		Ok(())
	}

	/// Makes a mistake, and checks that it is refused and that everything is as it was.
	fn check(&mut self, mistake: &Mistake<'_>) -> Result<()> {
		let Mistake { name, signer, edge_url, command } = *mistake;
		let error = self
			.control
			.refused(signer, edge_url, command)
			.with_context(|| format!("{name} must be refused"))?;
		let now = self.look()?;
		ensure!(
			now == self.seen,
			"{name} was refused ({error}), and yet something changed from {} to {now}",
			self.seen
		);
		say(format!("{name}: {error}"));
		self.mistakes.push(json!({ "mistake": name, "error": error }));
		Ok(())
	}

	/// Everything that the mistakes could touch, as the chain and the daemon tell it.
	fn look(&self) -> Result<Value> {
		let account = |signer| self.control.signed(signer, &self.host_url, &["account"]);
		let host = self.control.at(&self.host_url, &["node", "status"])?;
		Ok(json!({
			"deeds": self.control.query(&["deed", "list"])?,
			"jobs": self.control.query(&["job", "list"])?,
			"newcomer": account(NEWCOMER)?,
			"developer": account(DEVELOPER)?,
			"served": host["models"],
			"work": host["details"]["jobs"],
		}))
	}
}

/// The file of the permit that the newcomer bought their deed with.
const USED_PERMIT: &str = "permit-newcomer.json";

/// The command that buys one deed with the permit of a file, for all that the newcomer has.
fn buy(permit: &str) -> [&str; 6] {
	["deed", "buy", "--price-max", BUDGET_R1, "--permit", permit]
}

/// Something that a person might try.
struct Mistake<'a> {
	name: &'a str,
	signer: &'a str,
	edge_url: &'a str,
	command: &'a [&'a str],
}

/// Stands in for a daemon once, and says that it is `node` without its key; its URL.
///
/// A daemon of ours cannot be brought to sign wrongly, so somebody else has to.
fn impostor(node: &str) -> Result<String> {
	let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
	let url = format!("http://{}", listener.local_addr()?);
	let signature = format!("0x{}", "00".repeat(64));
	let proof = json!({ "node": node, "signature": signature }).to_string();
	// Not waited for: if nobody asks, it ends with this process.
	thread::spawn(move || -> Result<()> {
		let (mut stream, _) = listener.accept()?;
		let (mut request, mut buffer) = (Vec::new(), [0; 1024]);
		// The body is a JSON object, and ends the request.
		while !request.ends_with(b"}") {
			let count = stream.read(&mut buffer)?;
			ensure!(count > 0, "the request ends too early");
			request.extend_from_slice(&buffer[..count]);
		}
		write!(
			stream,
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
			Connection: close\r\n\r\n{proof}",
			proof.len()
		)?;
		Ok(())
	});
	Ok(url)
}
