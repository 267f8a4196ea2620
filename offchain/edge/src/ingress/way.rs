// SPDX-License-Identifier: Apache-2.0

//! From a job's port to a connection with a container of it, on whichever node.

use super::{
	clients::Client,
	documents::Documents,
	entry::{Entry, ask},
	error::IngressError,
	metrics::{Counts, count},
	replicas::Replicas,
	target::Target,
};
use crate::{
	dauth::{Dauth, Refused, Trust},
	defaults::{
		INGRESS_FAILURE_COUNTS, INGRESS_FAILURES_MAX, INGRESS_REPLICAS_TRIED_MAX,
		INGRESS_TOKEN_SECS, INGRESS_VISITS_PER_CLIENT_MAX,
	},
	turnstile::Turnstile,
};
use cid::Cid;
use r1_chain::ChainHandle;
use r1_core::{Clock as _, SystemClock, error_chain};
use r1_dauth::{Attenuation, Scope, Service, Token, may_speak_for};
use r1_deeploy::job::Protocol;
use r1_net::{RefusalKind, TunnelError, TunnelHead, TunnelPort, TunnelRefusal};
use r1_primitives::{JobId, NodeKey};
use r1fs::Files;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes both ways.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// Finds ways to containers.
#[derive(Debug)]
pub(super) struct Ways {
	own: NodeKey,
	chain: ChainHandle,
	mesh: r1_net::Handle,
	dauth: Dauth,
	clock: Arc<SystemClock>,
	entry: Entry,
	documents: Documents,
	replicas: Mutex<Replicas>,
	/// The visits of each client.
	pub(super) clients: Turnstile<Client>,
	pub(super) counts: Arc<Counts>,
}

/// What the ingress stands on.
pub(crate) struct Needs {
	pub(crate) own: NodeKey,
	pub(crate) chain: ChainHandle,
	pub(crate) mesh: r1_net::Handle,
	pub(crate) files: Files,
	pub(crate) entry: Entry,
}

/// A port of a job, and who has it.
#[derive(Debug)]
pub(super) struct Way {
	pub(super) job: JobId,
	pub(super) container: String,
	pub(super) port: String,
	pub(super) protocol: Protocol,
	pub(super) is_public: bool,
	/// The nodes of the job.
	nodes: Vec<NodeKey>,
}

/// The replicas that are still to be tried for one visitor.
#[derive(Debug)]
pub(super) struct Tries {
	way: Way,
	/// To be shown at this node.
	token: Option<String>,
	/// The next one is the last.
	nodes: Vec<NodeKey>,
	failures: Vec<(RefusalKind, String)>,
}

impl Ways {
	pub(super) fn new(needs: Needs) -> Self {
		let Needs { own, chain, mesh, files, entry } = needs;
		let (dauth, clock) = (entry.dauth.clone(), Arc::clone(&entry.clock));
		let documents = Documents::new(files, Arc::clone(&clock));
		let counts_ms = u64::try_from(INGRESS_FAILURE_COUNTS.as_millis()).unwrap_or(u64::MAX);
		let replicas = Mutex::new(Replicas::new(counts_ms, INGRESS_FAILURES_MAX));
		let clients = Turnstile::new(INGRESS_VISITS_PER_CLIENT_MAX, usize::MAX);
		let counts = Arc::default();
		Self { own, chain, mesh, dauth, clock, entry, documents, replicas, clients, counts }
	}

	/// What a target is.
	pub(super) async fn find(&self, target: &Target) -> Result<Way, IngressError> {
		let job = target.job;
		let state = self.chain.state().ok_or(IngressError::NoChain)?;
		let view = state.jobs.get(&job).ok_or(IngressError::NoJob { job })?;
		let without = |reason| IngressError::NoSpecification { job, reason };
		let cid = Cid::try_from(view.specification.as_slice())
			.map_err(|error| without(error.to_string()))?;
		let document = self.documents.get(cid).await.map_err(without)?;
		let group = document
			.group()
			.ok_or_else(|| IngressError::NoContainers { job, kind: document.kind() })?;
		let port = group
			.port(target.container.as_deref(), target.wanted())
			.map_err(|reason| IngressError::NoPort { reason })?;
		Ok(Way {
			job,
			container: port.container.to_string(),
			port: port.name.to_string(),
			protocol: port.port.protocol,
			is_public: port.port.is_public,
			nodes: view.deeds.iter().filter_map(|deed| state.node_of(*deed)).collect(),
		})
	}

	/// The replicas that a visitor may try, in their order.
	pub(super) fn tries(&self, way: Way, token: Option<&str>) -> Result<Tries, IngressError> {
		let job = way.job;
		if way.nodes.is_empty() {
			return Err(IngressError::NoReplica { job });
		}
		let nodes = match (way.is_public, token) {
			(true, _) => way.nodes.clone(),
			(false, None) => return Err(Refused::NoToken.into()),
			(false, Some(token)) => self.nodes_that_believe(token, &way)?,
		};
		let now_ms = self.clock.monotonic_ms();
		let mut nodes = self.replicas().order(job, &nodes, &self.own, now_ms);
		nodes.truncate(INGRESS_REPLICAS_TRIED_MAX);
		nodes.reverse();
		let token = token.filter(|_| !way.is_public).map(str::to_owned);
		Ok(Tries { way, token, nodes, failures: Vec::new() })
	}

	/// The nodes of a job at which the word of the token's issuer counts. Others would refuse it, and
	/// must not see it.
	fn nodes_that_believe(&self, token: &str, way: &Way) -> Result<Vec<NodeKey>, IngressError> {
		let job = way.job;
		let state = self.chain.state().ok_or(IngressError::NoChain)?;
		let (deed, subject) = self.dauth.speaker(token)?;
		let believes = |node: &&NodeKey| may_speak_for(deed, &subject, node, &state);
		let nodes: Vec<NodeKey> = way.nodes.iter().filter(believes).copied().collect();
		if nodes.is_empty() {
			return Err(IngressError::OfAnotherNode { job, deed });
		}
		if nodes == [self.own] {
			// Here it is known best what is wrong with it.
			let now_secs = self.clock.now_secs();
			self.dauth.authorise(Some(token), Trust::Nobody, &ask(job), now_secs)?;
		}
		Ok(nodes)
	}

	/// A connection with the next replica that lets the visitor in, and who that is.
	pub(super) async fn open(
		&self,
		tries: &mut Tries,
	) -> Result<(NodeKey, Box<dyn Bytes>), IngressError> {
		while let Some(node) = tries.nodes.pop() {
			match self.open_at(&node, tries).await {
				Ok(stream) => {
					count(&self.counts.visits);
					return Ok((node, stream));
				},
				Err((kind, reason)) => {
					tracing::debug!(
						target: "r1::edge",
						job = tries.way.job,
						node = hex::encode(node),
						reason,
						"a replica is not reached"
					);
					if kind != RefusalKind::NotAllowed {
						self.has_failed(tries, node);
					}
					tries.failures.push((kind, format!("0x{}: {reason}", hex::encode(node))));
				},
			}
		}
		Err(tries.why_not())
	}

	async fn open_at(
		&self,
		node: &NodeKey,
		tries: &Tries,
	) -> Result<Box<dyn Bytes>, (RefusalKind, String)> {
		let head = |token| TunnelHead {
			job: tries.way.job,
			container: Some(tries.way.container.clone()),
			port: TunnelPort::Name(tries.way.port.clone()),
			token,
		};
		if *node == self.own {
			let connected = self.entry.connect(&head(tries.token.clone())).await;
			return match connected {
				Ok(stream) => Ok(Box::new(stream)),
				Err(refusal) => Err(told(&refusal)),
			};
		}
		let token = tries.token.as_deref().map(|token| self.narrowed(token, tries.way.job));
		let token = token.transpose().map_err(|reason| (RefusalKind::NotAllowed, reason))?;
		match self.mesh.open_tunnel(node, &head(token)).await {
			Ok(stream) => Ok(Box::new(stream)),
			Err(TunnelError::Refused { refusal }) => Err(told(&refusal)),
			Err(error) => Err((RefusalKind::Other, error_chain(&error).to_string())),
		}
	}

	/// What another node is shown: good for this job's containers, and for a minute.
	pub(super) fn narrowed(&self, token: &str, job: JobId) -> Result<String, String> {
		let by = Attenuation {
			services: vec![Service::Jobs],
			scopes: vec![Scope::of_job(job)],
			is_read_only: false,
			expires_at_secs: Some(self.clock.now_secs().saturating_add(INGRESS_TOKEN_SECS)),
		};
		let narrowed = Token::parse(token).and_then(|token| token.attenuate(&by));
		narrowed.map_err(|error| error_chain(&error).to_string())
	}

	/// Notes that a replica has answered.
	pub(super) fn has_answered(&self, tries: &Tries, node: &NodeKey) {
		self.replicas().answered(tries.way.job, node);
	}

	/// Notes that a replica has not.
	pub(super) fn has_failed(&self, tries: &Tries, node: NodeKey) {
		count(&self.counts.replica_failures);
		let now_ms = self.clock.monotonic_ms();
		self.replicas().failed(tries.way.job, node, now_ms);
	}

	fn replicas(&self) -> MutexGuard<'_, Replicas> {
		// Each change is one insertion or removal, so a panic elsewhere leaves it sound.
		self.replicas.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Tries {
	/// Notes why a replica that was reached is no use.
	pub(super) fn failed(&mut self, node: &NodeKey, reason: &str) {
		self.failures
			.push((RefusalKind::Other, format!("0x{}: {reason}", hex::encode(node))));
	}

	fn why_not(&mut self) -> IngressError {
		let job = self.way.job;
		let failures = std::mem::take(&mut self.failures);
		let is_denied = |(kind, _): &(RefusalKind, String)| *kind == RefusalKind::NotAllowed;
		let reasons = failures.iter().map(|(_, reason)| reason.clone()).collect::<Vec<_>>();
		match !failures.is_empty() && failures.iter().all(is_denied) {
			true => IngressError::NotAllowed {
				job,
				port: format!("{}.{}", self.way.container, self.way.port),
				reason: reasons.join("; "),
			},
			false => IngressError::NoAnswer { job, failures: reasons },
		}
	}
}

fn told(refusal: &TunnelRefusal) -> (RefusalKind, String) {
	(refusal.kind, refusal.to_string())
}
