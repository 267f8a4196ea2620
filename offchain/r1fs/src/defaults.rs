// SPDX-License-Identifier: Apache-2.0

//! Numbers, and where they come from.

/// Bytes of a chunk: what IPFS tools cut a file into unless they are told otherwise (256 KiB).
pub const CHUNK_BYTES: usize = 262_144;

/// Links of a full inner node: what IPFS tools use for a balanced DAG, so that a node stays
/// near 8 KiB.
pub const LINKS_PER_NODE: usize = 174;

/// Links that a node may have when it is read: room for tools that use 1 024 links, eight-fold.
/// At least 40 B a link keep such a node within 340 KiB.
pub const LINKS_MAX: usize = 8_192;

/// Inner nodes on the way from a root to a leaf: `174^4` chunks of 256 KiB are 218 PiB, so only a
/// hostile DAG is deeper.
pub const DEPTH_MAX: usize = 8;

/// Largest file that is added or read, in bytes (4 GiB): a quantised model of eight billion
/// parameters.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Blocks of one node that are fetched at a time: 16 x 2 MiB bound the memory of a reader, and
/// hide the round trip of each.
pub const FETCHES_MAX: usize = 16;

/// Blocks that a reader holds at a time: [`FETCHES_MAX`], and one on each level of the tree for the
/// block that is next. 24 x 2 MiB are 48 MiB.
pub const BLOCKS_HELD_MAX: usize = FETCHES_MAX + DEPTH_MAX;

/// Blocks on the way of one audit: as many as there are between a root and the last chunk of a file in
/// the deepest directory, if each directory on the way is spread over blocks.
pub const AUDIT_BLOCKS_MAX: usize = DIRECTORY_DEPTH_MAX * SHARD_DEPTH_MAX + DEPTH_MAX + 1;

/// Longest name of an entry of a directory, in bytes: what file systems take.
pub const NAME_BYTES_MAX: usize = 255;

/// Longest path inside a directory, in bytes: what systems take (`PATH_MAX` of Linux).
pub const PATH_BYTES_MAX: usize = 4_096;

/// Directories on the way from a root to an entry. People rarely nest more than ten.
pub const DIRECTORY_DEPTH_MAX: usize = 64;

/// Bytes of names and CIDs beyond which a directory is spread over several blocks: what IPFS tools
/// take unless they are told otherwise (256 KiB).
pub const DIRECTORY_PLAIN_BYTES_MAX: u64 = 262_144;

/// Blocks on the way from the first block of a spread directory to an entry: one for each eight of the
/// 64 bits that a hash of a name has.
pub const SHARD_DEPTH_MAX: usize = 8;

/// Links that a node of any kind may have: a directory of 2 MiB whose entries have names of one byte
/// has 46 000.
pub const DIRECTORY_LINKS_MAX: usize = 65_536;

/// Entries of a whole tree of directories that are added or read: ten times a large source tree.
/// It ends what a small self-similar DAG would make of a disk, and so one directory has at most as
/// many. Whoever makes or lists such a directory holds all of its names: 40 MB if all are as long as a
/// name may be.
pub const TREE_ENTRIES_MAX: u64 = 100_000;

/// Smallest chunk size that may be asked for, in bytes: below it a CID is a good part of what it
/// names.
pub const CHUNK_BYTES_MIN: usize = 1_024;

/// Largest chunk size that may be asked for, in bytes (1 MiB): half of a block, as other tools have
/// it.
pub const CHUNK_BYTES_MAX: usize = 1_048_576;

/// Bytes of chunks that are hashed and written in one go: enough to hide the way to another thread,
/// little enough to hold two of them.
pub(crate) const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// Blocks that may wait for the disk before they are made durable together.
///
/// Waiting costs a temporary file each. Beside the blocks, each of 1 024 directories is synced for a
/// group, so a group has some blocks for each of them.
pub const COMMIT_BLOCKS_MAX: usize = 4_096;

/// Bytes that may wait for the disk before they are made durable together (64 MiB): so the disk
/// begins to write while the file still comes.
pub const COMMIT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Blocks of one directory that is spread over several: 100 000 entries take 30 000 of 256 children
/// each.
pub(crate) const SHARDS_MAX: usize = 65_536;

/// Blocks below one root that are walked: 256 GiB of chunks of 256 KiB. A walk holds two numbers of
/// 35 B for each at most, which is about 100 MiB.
pub const WALK_BLOCKS_MAX: usize = 1_048_576;

/// Longest header of a CAR file, in bytes: 64 roots take 3 KiB.
pub const CAR_HEADER_BYTES_MAX: usize = 8 * 1024;

/// Roots of a CAR file that is imported.
pub const CAR_ROOTS_MAX: usize = 64;

/// Recipients that a file is sealed for: a job's nodes, a hundred times over a usual job's.
pub const SEAL_RECIPIENTS_MAX: usize = 128;

/// Longest header of a sealed file, in bytes: 128 recipients of `age` take 200 B each.
pub const SEAL_HEADER_BYTES_MAX: usize = 32 * 1024;

/// Longest manifest of a sealed file, in bytes: a name, a type and a CID, with room to spare.
pub const MANIFEST_BYTES_MAX: usize = 8 * 1024;

/// Bytes to a multiple of which a manifest is filled up, so that its length tells nothing of the
/// name's: most names and types fit into one.
pub(crate) const MANIFEST_PADDING_BYTES: usize = 1_024;

/// Longest media type, in bytes: what the registry of media types allows (127 + 1 + 127).
pub const MEDIA_TYPE_BYTES_MAX: usize = 255;

/// How much work a passphrase costs, as a power of two: what the command line of `age` takes, one
/// second and 256 MiB.
pub const PASSPHRASE_WORK: u8 = 18;

/// The most work that is done for somebody else's file, as a power of two: four seconds and 1 GiB.
pub const PASSPHRASE_WORK_MAX: u8 = 20;
