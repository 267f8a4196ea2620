// SPDX-License-Identifier: Apache-2.0

//! Whom secrets are sealed for: this node's own key, and what others say of theirs.

use super::{Dauth, Refused};
use anyhow::{Context as _, bail};
use codec::Encode as _;
use r1_core::{Account, error_chain};
use r1_dauth::{Answer, OpenError, Question, SealedSecret, SealingKey, SignedSealingKey};
use r1_primitives::NodeKey;
use std::{
	fs::{self, OpenOptions},
	io::{ErrorKind, Write as _},
	os::unix::fs::OpenOptionsExt as _,
	path::Path,
};
use tracing::info;

/// The file of this node's sealing key, which `age` reads too.
const FILE: &str = "sealing.key";

/// For its owner alone.
const MODE: u32 = 0o600;

/// This node's sealing key, made at the first start.
///
/// # Errors
///
/// The file cannot be read or written, or holds something else.
pub(super) fn load_or_make(data_dir: &Path) -> anyhow::Result<SealingKey> {
	let path = data_dir.join(FILE);
	match fs::read_to_string(&path) {
		Ok(text) => match SealingKey::from_text(&text) {
			Some(key) => return Ok(key),
			None => bail!("{} holds no identity of age; move it away", path.display()),
		},
		Err(error) if error.kind() == ErrorKind::NotFound => {},
		Err(error) => {
			return Err(error).with_context(|| format!("could not read {}", path.display()));
		},
	}
	let key = SealingKey::generate();
	let write = || {
		let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&path)?;
		file.write_all(key.to_text().as_bytes())?;
		file.sync_all()
	};
	write().with_context(|| format!("could not write {}", path.display()))?;
	info!(target: "r1::edge", recipient = %key.recipient(), "made a new sealing key");
	Ok(key)
}

impl Dauth {
	/// Whom secrets for this node are sealed for, in its own word.
	pub(super) fn own_sealing_key(&self, now_secs: u64) -> SignedSealingKey {
		let inner = &self.inner;
		let recipient = inner.sealing_key.recipient();
		SignedSealingKey::new(&recipient, &inner.identity, &inner.genesis_hash, now_secs)
	}

	/// Whom secrets for a node are sealed for, in that node's word. Whoever asked checks it.
	pub(crate) async fn sealing_key(
		&self,
		node: NodeKey,
		now_secs: u64,
	) -> Result<SignedSealingKey, Refused> {
		if node == self.inner.identity.key() {
			return Ok(self.own_sealing_key(now_secs));
		}
		let silent = |reason: String| Refused::NoSealingKey { node: hex::encode(node), reason };
		let asked = self.inner.mesh.access(&node, Question::SealingKey.encode().into()).await;
		let bytes = asked.map_err(|error| silent(error_chain(&error).to_string()))?;
		match Answer::decode(&bytes) {
			Ok(Answer::SealingKey(word)) => Ok(word),
			_ => Err(silent("it answered something else".to_owned())),
		}
	}

	/// Opens a secret that belongs to an owner.
	pub(crate) fn open_secret(
		&self,
		sealed: &str,
		owner: &Account,
	) -> Result<SealedSecret, OpenError> {
		self.inner.sealing_key.open(sealed, owner)
	}
}
