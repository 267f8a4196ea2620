// SPDX-License-Identifier: Apache-2.0

//! The mesh of edge nodes: who is there, what they gossip, their requests and their blocks.
//!
//! libp2p over TCP and QUIC with Noise; identify, ping and Kademlia find peers; gossipsub carries
//! beats and revocations, each on a topic of its own; request-response protocols, one for each kind,
//! carry opaque requests; bitswap 1.2 carries blocks, also to and from stock IPFS clients; tunnels
//! carry bytes between a node and a port of a job on another. No other crate names libp2p.
//!
//! ```text
//!  Handle ──commands──▶ actor ◀──events── swarm (one task a connection)
//!    ▲                    │ ▲
//!    │ MeshReport (watch) │ └── bitswap readers (one task a stream)
//!  Inbound: beats,        └───▶ bitswap links (one task a peer) ──▶ BlockStore
//!           revocations, requests, challenges, capabilities, questions about access, replicas,
//!           what nodes hold for jobs, tunnels
//!
//!  strangers ──▶ door (a swarm and a task of its own, only if it is configured) ──▶ BlockStore
//! ```
//!
//! A gossiped message comes from whoever passed it on: what it says of its sender is for whoever
//! judges it, with [`Handle::judge`], and only what is accepted is passed on: beats in batches every
//! 100 ms, revocations at once.
//!
//! Not here: what a beat, a revocation or a request means, which keys are admitted and why, keeping
//! revocations, and keeping blocks.
//!
//! # Admission
//!
//! Noise proves a peer's key when it connects. A peer that is neither in the admitted set, which
//! the chain gives, nor named by our own configuration, is disconnected before any protocol
//! starts: it gets no gossip, no block, no answer and no peer's address. A peer that leaves the
//! set is disconnected at once. Without chain state only configured peers are let in.
//!
//! Strangers are let in by a door of their own, with addresses of its own, and only if the
//! configuration names some: there, anybody gets blocks and nothing else, at a limited rate.
//!
//! # Failure model
//!
//! - Everything that a peer sends is bounded before it is read, and whoever sends garbage loses
//!   the stream. Messages that are judged invalid cost whoever passed them on gossip score; with
//!   the third one of a topic, it is not listened to any more, on any topic. What whoever answers
//!   requests finds wrong with them costs the same ([`Handle::blame`]), and then replicas of the store
//!   are not listened to either.
//! - A peer that asks for challenges, capabilities, access, the store or anchors too often is refused for the rest
//!   of the minute, so that nobody can make a node sign or send all day.
//! - A lost connection is dialled again with growing pauses, for ever if it is a bootstrap peer.
//! - Messages may be lost, repeated and reordered. A fetched block matches its CID or fails.
//! - A peer that sends blocks that it was not asked for, as one that serves wrong bytes does, is blamed,
//!   and neither asked nor listened to for ten minutes. One that keeps a block for 4 s loses its share to
//!   others. A block that every peer denies twice, and no provider is found of, fails after 5 s or so.
//! - A slow consumer of [`Inbound`] loses gossip and requests; it never stops the mesh.
//! - Gossip reaches who is there. A revocation that a node has missed, because it was away, cut off
//!   or too slow, it learns by asking its peers with [`Handle::access`]; [`MeshReport`] says
//!   who they are as they come. Nobody repeats it by itself.
//!
//! # Limits
//!
//! A wanted block is asked of connected peers first: of those that had others of its [`Session`], or
//! of all. If none of them has it, providers are looked up in Kademlia, where nodes announce the roots
//! of what they keep, at most 4 096 each; one that was withdrawn is found for 13 more hours. There is no relay and no hole punching: a node behind NAT reaches others, and
//! is reached over the connections that it made.
//!
//! There are 192 tunnels to a peer and 512 in all, each way. What is on its way in one is no more than
//! its stream's window, which begins with 256 KiB and grows only for a reader that keeps up with it; one in
//! which nothing moves for five minutes ends.

mod config;
mod defaults;
mod handle;
mod session;
mod report;
mod error;
mod metrics;
mod actor;
mod swarm_events;
mod gossip_events;
mod blocks;
mod providers;
mod provider_events;
mod door;
mod behaviour;
mod gossip;
mod topic;
mod traffic;
mod streams;
mod tunnel;
mod requests;
mod request_events;
mod rate;
mod faults;
mod frame;
mod dialer;
mod identity;
mod bitswap;
#[cfg(test)]
mod tests;

pub use actor::{Ports, spawn};
pub use config::{Config, Settings};
pub use defaults::{
	ACCESS_ANSWER_BYTES_MAX, ACCESS_REQUEST_BYTES_MAX, ANCHORS_BYTES_MAX, REVOCATION_BYTES_MAX,
	STORE_BYTES_MAX, TUNNEL_IDLE_MAX,
};
pub use error::{ConfigError, PublishError, RequestError, SpawnError, TunnelError};
pub use faults::Fault;
pub use handle::{Gossiped, Handle, Inbound, InboundRequest, Receipt, Verdict};
pub use metrics::Metrics;
pub use report::{MeshReport, PeerReport};
pub use session::Session;
pub use tunnel::{
	Guarded, InboundTunnel, RefusalKind, TunnelFormatError, TunnelHead, TunnelPort, TunnelRefusal,
	TunnelStream,
};
