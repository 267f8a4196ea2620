// SPDX-License-Identifier: Apache-2.0

//! A replica of the store as a process: what the daemon runs, without a chain.
//!
//! ```text
//!  clients ──socket──> Store ──LossyExchange──> mesh ──> other replicas
//! ```

mod exchange;
mod serve;

use anyhow::{Context, Result};
use clap::Parser;
use exchange::{Answerer, LossyExchange, Machine};
use networks::{
	NETWORK,
	replica::{NAMESPACE, Peer},
};
use r1_core::{MemoryBlockStore, SeededRng, SystemRng};
use r1_cstore::{
	Fsync, Quota,
	quorum::{self, Placed},
	service::{self, Placement, Ports, Store},
};
use r1_primitives::NodeKey;
use serve::Server;
use std::{
	collections::{BTreeMap, BTreeSet},
	io::ErrorKind,
	net::SocketAddr,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use tokio::{
	net::{TcpListener, UnixListener},
	sync::watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The chain that nobody has.
const GENESIS: [u8; 32] = [0xee; 32];

/// More than a test writes.
const QUOTA: Quota = Quota { records: 1_000_000, bytes: 256 << 20 };

/// Runs a replica until it is killed.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The machine that it runs on, from 1.
	#[arg(long)]
	number: u8,
	/// How many replicas there are.
	#[arg(long)]
	replicas: u8,
	/// Where it keeps what it has.
	#[arg(long)]
	folder: PathBuf,
	/// Where clients of this machine reach it.
	#[arg(long)]
	socket: PathBuf,
	/// Where others do.
	#[arg(long)]
	listen: Option<SocketAddr>,
	/// The network of the machines: the first three parts of its addresses.
	#[arg(long, default_value = NETWORK)]
	network: String,
	/// When the replicas were named, in milliseconds of Unix time.
	#[arg(long)]
	named_at_ms: u64,
	/// How far its clock is ahead, in milliseconds.
	#[arg(long, default_value_t = 0)]
	ahead_ms: u64,
	/// How long a client waits for others, in milliseconds.
	#[arg(long, default_value_t = 3_000)]
	patience_ms: u64,
	/// Whether messages to others get lost, are doubled or late.
	#[arg(long)]
	lossy: bool,
	/// Which ones.
	#[arg(long)]
	seed: u64,
}

/// Who takes part.
struct Members {
	own: Peer,
	others: Vec<Peer>,
}

#[tokio::main]
async fn main() -> Result<()> {
	let arguments = Arguments::parse();
	let machine = Arc::new(Machine::new(arguments.ahead_ms, arguments.lossy));
	let members = Members::of(&arguments)?;
	let (node, nodes) = (members.own.identity.key(), members.nodes());
	let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
	let metrics = r1_net::Metrics::default();
	let (mesh, inbound) =
		join_mesh(members, Arc::clone(&machine), metrics.clone(), cancel.clone(), &tasks)?;
	let rng = SeededRng::new(arguments.seed);
	let exchange = LossyExchange { mesh, machine: Arc::clone(&machine), rng };
	let ports = Ports {
		node,
		folder: arguments.folder,
		clock: Arc::clone(&machine) as _,
		rng: Arc::new(SystemRng),
		exchange: Arc::new(exchange),
	};
	let config = service::Config { fsync: Fsync::Always, quota: QUOTA };
	let store = service::spawn(config, ports, cancel, &tasks)?;
	place(&store, &node, nodes, arguments.named_at_ms);
	let answerer =
		Answerer { machine: Arc::clone(&machine), store: store.clone(), tasks: tasks.clone() };
	tasks.spawn(answerer.run(inbound.store_requests));

	let patience = Duration::from_millis(arguments.patience_ms);
	let server = Arc::new(Server { store, machine, metrics, patience });
	if let Some(address) = arguments.listen {
		let listener = TcpListener::bind(address)
			.await
			.with_context(|| format!("could not listen on {address}"))?;
		tasks.spawn(serve::clients_of_network(listener, Arc::clone(&server), tasks.clone()));
	}
	let listener = listen_on(&arguments.socket)?;
	serve::clients_of_machine(listener, server, tasks).await
}

impl Members {
	fn of(arguments: &Arguments) -> Result<Self> {
		let peer = |number| Peer::of(number, &arguments.network);
		let others = (1..=arguments.replicas).filter(|number| *number != arguments.number);
		Ok(Self { own: peer(arguments.number)?, others: others.map(peer).collect::<Result<_>>()? })
	}

	fn nodes(&self) -> BTreeSet<NodeKey> {
		self.others.iter().chain([&self.own]).map(|peer| peer.identity.key()).collect()
	}
}

/// Meets the others, and nobody else.
fn join_mesh(
	members: Members,
	machine: Arc<Machine>,
	metrics: r1_net::Metrics,
	cancel: CancellationToken,
	tasks: &TaskTracker,
) -> Result<(r1_net::Handle, r1_net::Inbound)> {
	let nodes = members.nodes();
	let settings = r1_net::Config {
		listen: vec![members.own.listen],
		bootstrap: members.others.into_iter().map(|peer| peer.address).collect(),
		..r1_net::Config::default()
	}
	.validate()?;
	// There is no chain that would ever name others.
	let (_chain, admitted) = watch::channel(Arc::new(nodes));
	let ports = r1_net::Ports {
		identity: members.own.identity,
		genesis_hash: GENESIS,
		clock: machine,
		rng: Arc::new(SystemRng),
		store: Arc::new(MemoryBlockStore::new(1)),
		admitted,
		metrics,
	};
	Ok(r1_net::spawn(settings, ports, cancel, tasks)?)
}

/// What a daemon reads from the chain.
fn place(store: &Store, node: &NodeKey, nodes: BTreeSet<NodeKey>, since_ms: u64) {
	let others = nodes.iter().copied().filter(|other| other != node).collect();
	store.place(&[Placement { namespace: NAMESPACE.to_owned(), others }]);
	let current = quorum::Members { round: 0, since_ms, nodes };
	let placed = Placed { current, former: Vec::new(), is_cut: false };
	let members = BTreeMap::from([(NAMESPACE.to_owned(), placed)]);
	store.quorum().place(&members, since_ms);
}

/// A socket in the place of the one that an earlier process has left.
fn listen_on(socket: &Path) -> Result<UnixListener> {
	let listen = || match std::fs::remove_file(socket) {
		Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
		_ => UnixListener::bind(socket),
	};
	listen().with_context(|| format!("could not listen on {}", socket.display()))
}
