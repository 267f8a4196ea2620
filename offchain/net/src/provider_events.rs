// SPDX-License-Identifier: Apache-2.0

//! Provider records, as the actor announces and finds them.

use crate::{actor::Actor, bitswap::fetch, providers::Announcements};
use cid::Cid;
use libp2p::{
	PeerId,
	kad::{GetProvidersOk, ProgressStep, QueryId, QueryResult, QueryStats, RecordKey},
	swarm::dial_opts::{DialOpts, PeerCondition},
};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Searches at a time: each asks some twenty peers. More wait, at most one for each wanted block.
const SEARCHES_MAX: usize = 8;

/// Providers that are taken of one search: enough to share the work, and to lose some.
const PROVIDERS_PER_SEARCH_MAX: usize = 8;

/// What is announced and sought.
#[derive(Debug, Default)]
pub(crate) struct Providers {
	announcements: Announcements,
	announcing: HashMap<QueryId, Cid>,
	searching: HashMap<QueryId, Search>,
	waiting: VecDeque<Cid>,
}

#[derive(Debug)]
struct Search {
	key: Cid,
	found: BTreeSet<PeerId>,
}

impl Actor {
	/// Announces a root from now on.
	pub(crate) fn provide(&mut self, root: Cid) {
		let now_ms = self.ports.clock.monotonic_ms();
		if !self.providers.announcements.add(root, now_ms) {
			tracing::warn!(target: "r1::net", %root, "too many roots, one is not announced");
		}
	}

	/// Announces a root no more.
	pub(crate) fn withdraw(&mut self, root: &Cid) {
		if self.providers.announcements.remove(root) {
			self.swarm.behaviour_mut().kademlia.stop_providing(&record_key(root));
		}
	}

	pub(crate) fn hurry_announcements(&mut self) {
		let now_ms = self.ports.clock.monotonic_ms();
		self.providers.announcements.hurry(now_ms);
	}

	pub(crate) fn announce_roots(&mut self, now_ms: u64) {
		for root in self.providers.announcements.due(now_ms) {
			match self.swarm.behaviour_mut().kademlia.start_providing(record_key(&root)) {
				Ok(query) => {
					self.providers.announcing.insert(query, root);
				},
				Err(error) => {
					tracing::warn!(target: "r1::net", %root, %error, "could not announce a root");
					self.providers.announcements.ended(&root, false, now_ms);
				},
			}
		}
	}

	/// Looks for providers.
	pub(crate) fn search(&mut self, key: Cid) {
		self.providers.waiting.push_back(key);
		self.begin_searches();
	}

	pub(crate) fn on_query(
		&mut self,
		id: QueryId,
		result: QueryResult,
		stats: &QueryStats,
		step: &ProgressStep,
	) {
		match result {
			QueryResult::GetProviders(found) => {
				if let Ok(GetProvidersOk::FoundProviders { providers, .. }) = found {
					for peer in providers {
						self.dial_provider(id, peer);
					}
				}
				if step.last
					&& let Some(search) = self.providers.searching.remove(&id)
				{
					self.begin_searches();
					self.fetcher(fetch::Event::Searched { key: search.key });
				}
			},
			QueryResult::StartProviding(outcome) => {
				let Some(root) = self.providers.announcing.remove(&id) else { return };
				// With nobody to tell, telling all of them is no success.
				let is_heard = outcome.is_ok() && 0 < stats.num_successes();
				let now_ms = self.ports.clock.monotonic_ms();
				self.providers.announcements.ended(&root, is_heard, now_ms);
			},
			_ => {},
		}
	}

	fn begin_searches(&mut self) {
		while self.providers.searching.len() < SEARCHES_MAX
			&& let Some(key) = self.providers.waiting.pop_front()
		{
			self.ports.metrics.provider_searches.inc();
			let query = self.swarm.behaviour_mut().kademlia.get_providers(record_key(&key));
			self.providers.searching.insert(query, Search { key, found: BTreeSet::new() });
		}
	}

	/// Dials a provider, which is asked for what is wanted when it is connected.
	fn dial_provider(&mut self, id: QueryId, peer: PeerId) {
		let Some(search) = self.providers.searching.get_mut(&id) else { return };
		let is_local = peer == *self.swarm.local_peer_id();
		let is_full = PROVIDERS_PER_SEARCH_MAX <= search.found.len();
		if is_local || is_full || !search.found.insert(peer) {
			return;
		}
		self.ports.metrics.providers_found.inc();
		// It has been asked already.
		if self.peers.contains_key(&peer) {
			return;
		}
		let options = DialOpts::peer_id(peer)
			.condition(PeerCondition::DisconnectedAndNotDialing)
			.addresses(self.dialer.addresses_of(&peer))
			.extend_addresses_through_behaviour()
			.build();
		if let Err(error) = self.swarm.dial(options) {
			tracing::debug!(target: "r1::net", %peer, %error, "could not dial a provider");
		}
	}
}

/// What a root is announced under: its hash alone, as IPFS tools do, so that the version of a CID
/// makes no difference.
fn record_key(root: &Cid) -> RecordKey {
	RecordKey::new(&root.hash().to_bytes())
}
