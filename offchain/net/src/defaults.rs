// SPDX-License-Identifier: Apache-2.0

//! Numbers, and where they come from.

use std::time::Duration;

/// Where a node listens unless it is told otherwise: loopback, TCP and QUIC.
pub(crate) const LISTEN: [&str; 2] = ["/ip4/127.0.0.1/tcp/4101", "/ip4/127.0.0.1/udp/4101/quic-v1"];

/// Connections in all: at about 100 KiB of buffers each, 256 are 25 MB.
pub(crate) const CONNECTIONS_MAX: u32 = 256;

/// Connections to one peer: both may dial at once, over TCP and over QUIC.
pub(crate) const CONNECTIONS_PER_PEER_MAX: u32 = 4;

/// Connections that are still being set up, each way.
pub(crate) const CONNECTIONS_PENDING_MAX: u32 = 64;

/// Peers up to which discovered ones are dialled. Gossip needs six at most; the rest are for
/// blocks, and for when some go.
pub(crate) const PEERS_TARGET: usize = 32;

/// Largest request and largest response, in bytes: a batch of images for a model (4 MiB).
pub(crate) const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How long a request may take from one end to the other: a slow model on a busy machine.
pub(crate) const REQUEST_TIMEOUT_MS: u64 = 20_000;

/// How long a block may take unless the caller says otherwise.
pub(crate) const FETCH_TIMEOUT_MS: u64 = 30_000;

/// Peers that a node passes beats on to, and hears them from.
///
/// Each of them costs a copy of every beat. A network in which each node chose four at random is
/// whole, and stays so when many go at once; announcements are for who chose badly. 209 nodes are
/// five steps across.
pub(crate) const GOSSIP_PEERS: usize = 4;

/// Fewer such peers than that, and a node looks for more at the next heartbeat. With two, a network
/// may fall into rings that do not hear each other.
pub(crate) const GOSSIP_PEERS_MIN: usize = 3;

/// More such peers than that, and a node parts with some at the next heartbeat: two more than it
/// wants, so that who looks for a peer finds one.
pub(crate) const GOSSIP_PEERS_MAX: usize = 5;

/// Such peers that a node has dialled itself, so that not all of them have chosen it.
pub(crate) const GOSSIP_PEERS_DIALLED_MIN: usize = 1;

/// How often a node mends its choice of peers and announces what it has heard: twice in the
/// shortest slot, of 2 s, so that a beat whose way was cut arrives by another one within its slot.
pub(crate) const GOSSIP_HEARTBEAT: Duration = Duration::from_secs(1);

/// Peers that a node announces beats to at a heartbeat, beside those that get them anyway.
pub(crate) const GOSSIP_PEERS_ANNOUNCED_TO: usize = 2;

/// Heartbeats for which a beat is announced: to six peers, by 18 B each.
pub(crate) const GOSSIP_HEARTBEATS_ANNOUNCED: usize = 1;

/// Heartbeats for which a beat is kept for those who ask for it: two slots of mainnet.
pub(crate) const GOSSIP_HEARTBEATS_KEPT: usize = 20;

/// Beats that are announced in one message, each by 18 B: 7.2 KB. When there are more, each peer is
/// told of others.
pub(crate) const ANNOUNCED_IDS_MAX: usize = 400;

/// Largest gossip message and, since gossip measures all that has been read of a stream, what it
/// reads at once: 8 KiB of each.
pub(crate) const GOSSIP_BYTES_MAX: usize = 16 * 1024;

/// How long gossip remembers what it has seen: as long as a beat's block stays fresh.
pub(crate) const GOSSIP_SEEN: Duration = Duration::from_secs(120);

/// How long an accepted beat waits for others that are passed on with it.
///
/// One frame then carries several, and of two peers who hear a beat at the same time one is mostly
/// first to pass it on, and the other need not. Five steps are 0.5 s at most: beats are made in
/// the middle of a slot, and half a slot is 5 s on mainnet and 1 s in development.
pub(crate) const PASS_ON: Duration = Duration::from_millis(100);

/// Accepted beats that wait; more are passed on at once. 10 000 nodes make 100 in that time.
pub(crate) const PASS_ON_MAX: usize = 128;

/// How often the whole routing table is asked for again. A peer that is new in it starts that as
/// well, so this is for what was missed: some hundred requests, each answered with 20 peers.
pub(crate) const KADEMLIA_REFRESH: Duration = Duration::from_secs(3_600);

/// How often a peer is pinged. Dead connections cost nothing else, and are found within 35 s, just
/// as with the 15 s and 20 s of libp2p: it is oracles that pay for pings, 250 B for each connection.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(25);

/// How long the answer to a ping may take: a round trip over half the world, many times.
pub(crate) const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause before a lost or refused peer is dialled again, in milliseconds; doubles each time.
pub(crate) const REDIAL_FIRST_MS: u64 = 500;

/// Longest such pause, in milliseconds.
pub(crate) const REDIAL_LAST_MS: u64 = 30_000;

/// Dial failures after which a discovered peer is forgotten until it is discovered again.
pub(crate) const REDIALS_MAX: u32 = 8;

/// Peers whose addresses are remembered: 1 024 x 8 x 64 B = 512 KiB.
pub(crate) const KNOWN_PEERS_MAX: usize = 1_024;

/// Addresses that are remembered of one peer.
pub(crate) const ADDRESSES_PER_PEER_MAX: usize = 8;

/// Dials that are started at one tick.
pub(crate) const DIALS_PER_TICK_MAX: usize = 8;

/// How often time-outs are looked at.
pub(crate) const TICK: Duration = Duration::from_millis(250);

/// How long a connection without any stream stays: as good as for ever, since pings end dead ones.
pub(crate) const IDLE_CONNECTION: Duration = Duration::from_secs(24 * 3_600);

/// Commands that wait for the actor; a handle waits beyond that.
pub(crate) const COMMANDS_MAX: usize = 256;

/// Bitswap messages that wait for the actor: each up to 4 MiB, so 64 MiB at the very worst.
pub(crate) const BITSWAP_EVENTS_MAX: usize = 16;

/// Blocks whose providers a node remembers, its own included: 20 records of 200 B each at most, so
/// 64 MB at the very worst.
pub(crate) const PROVIDED_KEYS_MAX: usize = 16_384;

/// Streams to open that wait for the actor; a link waits beyond that.
pub(crate) const OPENS_MAX: usize = 256;

/// Bytes of blocks a second for all strangers together, once they are let in: an eighth of what a
/// line of 1 Gbit/s carries.
pub(crate) const PUBLIC_BYTES_PER_SEC: u64 = 16 * 1024 * 1024;

/// Connections of strangers.
pub(crate) const STRANGER_CONNECTIONS_MAX: usize = 32;

/// Bitswap streams of strangers that are read at a time: two each.
pub(crate) const STRANGER_READERS_MAX: usize = 2 * STRANGER_CONNECTIONS_MAX;

/// Largest message that is read of a stranger, in bytes: 1 024 wants, which is what IPFS tools send
/// at most, are 60 KiB, and they have no business sending blocks.
pub(crate) const STRANGER_MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// Messages of one stranger that are let in each minute, before it is disconnected: a reader of
/// blocks of 256 KiB sends two for each, so that is 60 MiB a second.
pub(crate) const STRANGER_MESSAGES_PER_MINUTE_MAX: u32 = 30_000;

/// How long a stranger's connection without any stream stays.
pub(crate) const STRANGER_IDLE: Duration = Duration::from_secs(60);

/// Bitswap streams that are read at a time.
pub(crate) const BITSWAP_READERS_MAX: usize = 512;

/// Callers that may wait for one block.
pub(crate) const FETCH_WAITERS_MAX: usize = 64;

/// Beats that wait for whoever judges them: two slots of 512 nodes.
pub(crate) const BEATS_MAX: usize = 1_024;

/// Largest revocation, in bytes: a statement of some 110 B with a signature of 64 B, and room for
/// another field.
pub const REVOCATION_BYTES_MAX: usize = 256;

/// Revocations that wait for whoever judges them: 64 KiB. An issuer that takes back more at once
/// has the rest learnt by asking, as whoever was away does.
pub(crate) const REVOCATIONS_MAX: usize = 256;

/// Requests that wait for whoever answers them.
pub(crate) const REQUESTS_MAX: usize = 64;

/// How long a challenge may take from one end to the other: an oracle counts no answer after 3 s,
/// and half a second more tells it that one came too late from one that never came.
pub(crate) const CHALLENGE_TIMEOUT: Duration = Duration::from_millis(3_500);

/// How long a capability record may take: a round trip over half the world, several times.
pub(crate) const CAPABILITIES_TIMEOUT: Duration = Duration::from_secs(5);

/// Largest question about access, in bytes: after which revocation to go on.
pub const ACCESS_REQUEST_BYTES_MAX: usize = 64;

/// Largest answer to one, in bytes: some 600 revocations of 108 B; more need more requests.
pub const ACCESS_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How long such an answer may take: 64 KiB over a line of 100 kbit/s are 5 s.
pub(crate) const ACCESS_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest message between replicas of the store, in bytes: a batch of records, and the largest
/// record on top of it.
pub const STORE_BYTES_MAX: usize = 3 * 1024 * 1024;

/// How long such a request may take: 3 MiB over a line of 3 Mbit/s are 8 s.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest statement of what a node holds for jobs, in bytes: 256 roots of 36 bytes, and a signature.
pub const ANCHORS_BYTES_MAX: usize = 10 * 1024;

/// How long it may take until an oracle says whether it takes such a statement: it comes in the last
/// slot of an epoch, which has ten seconds.
pub(crate) const ANCHORS_TIMEOUT: Duration = Duration::from_secs(5);

/// Such statements of one peer that are let in each minute: one an epoch, which is 7.5 a minute in
/// the shortest epochs of any test, and as many again that were lost on the way.
pub(crate) const ANCHORS_PER_MINUTE_MAX: u32 = 16;

/// Such statements that wait for an answer: those of all nodes come within a slot, and each takes the
/// time of a signature.
pub(crate) const ANCHORS_WAITING_MAX: usize = 256;

/// Challenges of one peer that are let in each minute.
///
/// An oracle asks a node four times an epoch, which is 30 times a minute in epochs of 8 s, the
/// shortest of any test. Each costs a signature: 32 a minute are 2 ms.
pub(crate) const CHALLENGES_PER_MINUTE_MAX: u32 = 32;

/// Requests for capabilities of one peer that are let in each minute. It asks once for each record,
/// and again after a minute if that failed; twice that many are for a restart.
pub(crate) const CAPABILITIES_PER_MINUTE_MAX: u32 = 4;

/// Questions about access of one peer that are let in each minute.
///
/// It asks when it connects and now and then after that, once if nothing is new. So many get it
/// 30 000 revocations a minute, and cost who answers 64 KiB/s at worst.
pub(crate) const ACCESS_PER_MINUTE_MAX: u32 = 60;

/// Peers whose requests are counted at a time: 16 times as many as are connected by default, each
/// of 48 B.
pub(crate) const RATED_PEERS_MAX: usize = 4_096;

/// Challenges that wait for an answer: one of each oracle at once, and as many again.
pub(crate) const CHALLENGES_WAITING_MAX: usize = 128;

/// Requests for capabilities that wait for an answer: every peer asks after a restart.
pub(crate) const CAPABILITIES_WAITING_MAX: usize = 256;

/// Questions about access that wait for an answer: every peer asks after a restart.
pub(crate) const ACCESS_REQUESTS_WAITING_MAX: usize = 256;

/// Messages of one replica of the store that are let in each minute: 1 000 a second. A namespace
/// sends one batch at a time, so it takes a round trip below a millisecond to come near that.
pub(crate) const STORE_PER_MINUTE_MAX: u32 = 60_000;

/// Messages between replicas of the store that wait for an answer: 192 MiB at the very worst.
pub(crate) const STORE_REQUESTS_WAITING_MAX: usize = 64;

/// Longest name of a container or a port in the head of a tunnel, in bytes: that of any job.
pub(crate) const TUNNEL_NAME_BYTES_MAX: usize = 64;

/// Longest token in the head of a tunnel, in bytes: that of any token.
pub(crate) const TUNNEL_TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Longest head of a tunnel, in bytes: a token, two names, and numbers.
pub(crate) const TUNNEL_HEAD_BYTES_MAX: usize = TUNNEL_TOKEN_BYTES_MAX + 256;

/// Longest reason why there is no tunnel, in bytes: a line of a log.
pub(crate) const TUNNEL_REASON_BYTES_MAX: usize = 256;

/// Longest answer to a head, in bytes: the reason, and a word.
pub(crate) const TUNNEL_ANSWER_BYTES_MAX: usize = TUNNEL_REASON_BYTES_MAX + 1;

/// How long a head, or an answer to one, may take to cross: 8 KiB over a line of 100 kbit/s, and
/// several round trips.
pub(crate) const TUNNEL_HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// How long it may take until a tunnel is open: to connect to the node, a head each way, and for the
/// node to connect to the port.
pub(crate) const TUNNEL_OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long nothing may move in a tunnel: services ping their WebSockets every half minute or minute.
pub const TUNNEL_IDLE_MAX: Duration = Duration::from_secs(300);

/// Tunnels to one peer, each way: a connection carries 512 streams, and both ways together leave 128 of
/// them to everything else.
pub(crate) const TUNNELS_PER_PEER_MAX: usize = 192;

/// Tunnels in all, each way: 256 KiB each that nobody has read are 128 MiB. That is what a stream's window
/// begins with; it grows only while this node reads as fast as the line brings.
pub(crate) const TUNNELS_MAX: usize = 512;

/// Tunnels that wait for whoever connects them, which takes no time.
pub(crate) const TUNNELS_WAITING_MAX: usize = 64;
