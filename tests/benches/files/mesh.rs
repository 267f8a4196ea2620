// SPDX-License-Identifier: Apache-2.0

//! A file on its way from one node to another, each a process of its own.

use super::{content::Content, disk};
use anyhow::{Context as _, Result};
use cid::Cid;
use r1_core::{NodeIdentity, SystemClock, SystemRng};
use r1_net::{Config, Handle, Metrics, Ports};
use r1fs::{DiskBlockStore, Files};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, process::Stdio, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, stdin},
	process::Command,
	sync::watch,
	time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Which chain both pretend to follow.
const GENESIS: [u8; 32] = [0xbe; 32];

/// How long the two may take to find each other.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

fn identity(number: u8) -> NodeIdentity {
	NodeIdentity::from_seed(&[number; 32])
}

/// A node of the mesh over a store, which admits the other one.
fn join(
	number: u8,
	store: Arc<DiskBlockStore>,
	bootstrap: Vec<String>,
	cancel: &CancellationToken,
) -> Result<Handle> {
	let listen = vec!["/ip4/127.0.0.1/tcp/0".into()];
	let settings = Config { listen, bootstrap, ..Config::default() }.validate()?;
	let keys: BTreeSet<_> = [identity(1).key(), identity(2).key()].into();
	let (_, admitted) = watch::channel(Arc::new(keys));
	let ports = Ports {
		identity: identity(number),
		genesis_hash: GENESIS,
		clock: Arc::new(SystemClock::new()),
		rng: Arc::new(SystemRng),
		store,
		admitted,
		metrics: Metrics::default(),
	};
	let (handle, _inbound) = r1_net::spawn(settings, ports, cancel.clone(), &TaskTracker::new())?;
	Ok(handle)
}

/// Serves what is in a folder; says where on the standard output, and ends with the standard input.
pub(super) async fn serve(folder: &Path) -> Result<()> {
	let store = Arc::new(DiskBlockStore::open(folder, u64::MAX)?);
	let cancel = CancellationToken::new();
	let handle = join(1, store, Vec::new(), &cancel)?;
	let mut report = handle.report();
	let report = report.wait_for(|report| !report.listen_addresses.is_empty()).await?.clone();
	println!("{}/p2p/{}", report.listen_addresses[0], report.peer_id);
	stdin().read_to_end(&mut Vec::new()).await?;
	Ok(())
}

/// How long it takes to fetch a file from another process, and the most memory of this one.
pub(super) async fn get(root: &Path, bytes: u64) -> Result<Value> {
	let (folder, store) = disk::store(root)?;
	let cid = disk::files(store).add(Content::new(bytes)).await?.cid;
	let mut server = Command::new(std::env::current_exe()?)
		.arg("--serve")
		.arg(folder.path())
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.kill_on_drop(true)
		.spawn()
		.context("could not start the other node")?;
	let output = server.stdout.take().context("it has an output")?;
	let address = BufReader::new(output).lines().next_line().await?;
	let address = address.context("the other node says nothing")?;
	let secs = fetch(root, &cid, address).await?;
	server.kill().await?;
	Ok(json!({ "secs": secs, "peak_bytes": disk::peak_bytes()? }))
}

async fn fetch(root: &Path, cid: &Cid, address: String) -> Result<f64> {
	let (folder, store) = disk::store(root)?;
	let cancel = CancellationToken::new();
	let handle = join(2, Arc::clone(&store), vec![address], &cancel)?;
	let mut report = handle.report();
	let connected = report.wait_for(|report| !report.peers.is_empty());
	timeout(CONNECT_TIMEOUT, connected)
		.await
		.context("the nodes do not find each other")??;
	let files = Files::on_disk(store, Arc::new(handle));
	let begun = Instant::now();
	files.save(cid, &folder.path().join("fetched")).await?;
	let secs = begun.elapsed().as_secs_f64();
	cancel.cancel();
	Ok(secs)
}
