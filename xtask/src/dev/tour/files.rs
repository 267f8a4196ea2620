// SPDX-License-Identifier: Apache-2.0

//! Files: apps that were written for others use them, and a node of IPFS that no one here wrote gives
//! and takes them.

use super::{Control, say, text};
use crate::{
	client,
	dev::{Network, layout::Daemon},
	workspace::Workspace,
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
	fs::{self, File},
	io::{BufRead as _, BufReader, BufWriter, Write as _},
	path::Path,
	process::{Child, ChildStdin, Command, Stdio},
	sync::mpsc,
	thread,
	time::Duration,
};

/// A file that is fetched each way: 400 blocks.
const FILE_BYTES: u32 = 100_000_000;

/// The other node gives up after 120 s by itself.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(150);

/// A daemon starts with the newest finalised block, and finds its peers.
const RESTART_TIMEOUT: Duration = Duration::from_secs(120);

/// Plays it; the report has what each client saw.
///
/// # Errors
///
/// A client finds something wrong.
pub(in crate::dev) fn files(
	workspace: &Workspace,
	network: &mut Network,
	control: &Control,
) -> Result<Value> {
	eprintln!("\nFiles\n");
	let nodes = network.layout().edge_nodes().to_vec();
	let sdks = nodes.iter().map(|node| format!("http://127.0.0.1:{}", node.files_port));
	let urls: Vec<String> = nodes.iter().take(1).map(Daemon::api_url).chain(sdks).collect();
	let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
	let sdk = client::report(workspace, "files.mjs", &urls)?;
	say(format!(
		"the SDK of the deployed network adds, reads and deletes at {} nodes",
		nodes.len()
	));

	say(format!("a client of tus goes on at byte {} of its upload", sdk["resumed"]));

	let mut helia = Helia::start(workspace)?;
	let given = give(network, control, &mut helia, &nodes[0])?;
	say(format!("a Helia node fetches 100 MB from {} in {} ms", nodes[0].name, given["ms"]));
	let taken = take(network, control, &mut helia, &nodes[2])?;
	say(format!("{} fetches 100 MB from a Helia node, by its CID", nodes[2].name));
	Ok(json!({ "sdk": sdk, "given": given, "taken": taken }))
}

/// The other node fetches what one of ours has, as any stranger may.
fn give(network: &Network, control: &Control, helia: &mut Helia, node: &Daemon) -> Result<Value> {
	let path = network.layout().root.join("given.bin");
	let mut writer = BufWriter::new(File::create(&path)?);
	for position in 0..FILE_BYTES {
		// Not the bytes that the other node makes: it must not have them already.
		writer.write_all(&[(position.wrapping_mul(0x85eb_ca6b) >> 24) as u8])?;
	}
	writer.into_inner()?.sync_all()?;
	let path = path.to_str().context("the path is no text")?;
	let added = control.at(&node.api_url(), &["fs", "add", path])?;
	let cid = text(&added, "cid")?;
	let status = control.at(&node.api_url(), &["fs", "status"])?;
	let address = status["public_addresses"][0].as_str().context("it serves no strangers")?;
	let got = helia.ask(&format!("get {address} {cid}"))?;
	let sha256 = sha256(Path::new(path))?;
	ensure!(got["sha256"] == sha256, "the other node got {got}, and not {sha256}");
	fs::remove_file(path)?;
	Ok(got)
}

/// One of ours fetches what the other node has, once it knows that node.
fn take(
	network: &mut Network,
	control: &Control,
	helia: &mut Helia,
	node: &Daemon,
) -> Result<Value> {
	let made = helia.ask(&format!("add {FILE_BYTES}"))?;
	let configuration = network.layout().data(&node.name).join("edge.toml");
	let before = fs::read_to_string(&configuration)?;
	let known = format!("bootstrap = [\"{}\", ", helia.address);
	let after = before.replacen("bootstrap = [", &known, 1);
	network.stop_one(&node.name)?;
	fs::write(&configuration, after)?;
	network.start_daemon(node)?;
	let output = network.layout().root.join("taken.bin");
	let path = output.to_str().context("the path is no text")?;
	let cid = text(&made, "cid")?;
	network.wait("the file of the other node", RESTART_TIMEOUT, || {
		control.at(&node.api_url(), &["fs", "get", cid, "--output", path])
	})?;
	let sha256 = sha256(&output)?;
	ensure!(made["sha256"] == sha256, "{sha256} came of {made}");
	fs::remove_file(&output)?;
	fs::write(&configuration, before)?;
	Ok(made)
}

/// A node of IPFS by others, which is told by lines what to do.
struct Helia {
	process: Child,
	input: ChildStdin,
	answers: mpsc::Receiver<String>,
	address: String,
}

impl Helia {
	fn start(workspace: &Workspace) -> Result<Self> {
		let package = workspace.root.join("tests/ipfs");
		client::install(&package)?;
		let mut process = Command::new("node")
			.arg("node.mjs")
			.current_dir(&package)
			.stdin(Stdio::piped())
			.stdout(Stdio::piped())
			.spawn()
			.context("could not run node")?;
		let input = process.stdin.take().context("it has an input")?;
		let output = process.stdout.take().context("it has an output")?;
		let (sender, answers) = mpsc::channel();
		// Ends with the process.
		thread::spawn(move || {
			let lines = BufReader::new(output).lines().map_while(Result::ok);
			lines.into_iter().try_for_each(|line| sender.send(line))
		});
		let mut helia = Self { process, input, answers, address: String::new() };
		let begun = helia.answer()?;
		let address = begun["addresses"][0].as_str().context("the other node listens nowhere")?;
		address.clone_into(&mut helia.address);
		Ok(helia)
	}

	fn ask(&mut self, what: &str) -> Result<Value> {
		writeln!(self.input, "{what}").context("the other node has ended")?;
		let answer = self.answer()?;
		ensure!(answer.get("error").is_none(), "to `{what}`, the other node says {answer}");
		Ok(answer)
	}

	fn answer(&self) -> Result<Value> {
		let line = self.answers.recv_timeout(ANSWER_TIMEOUT);
		let line = line.context("the other node says nothing")?;
		serde_json::from_str(&line).with_context(|| format!("the other node says {line}"))
	}
}

impl Drop for Helia {
	fn drop(&mut self) {
		// It may have ended by itself.
		drop(self.process.kill());
		drop(self.process.wait());
	}
}

fn sha256(path: &Path) -> Result<String> {
	let output = Command::new("sha256sum")
		.arg(path)
		.output()
		.context("could not run sha256sum")?;
	let text = String::from_utf8(output.stdout).context("sha256sum printed no text")?;
	let digest = text.split_whitespace().next().context("sha256sum printed nothing")?;
	Ok(digest.to_owned())
}
