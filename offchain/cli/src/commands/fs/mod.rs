// SPDX-License-Identifier: Apache-2.0

//! Files by content.
//!
//! What is added is cut, hashed and sealed here, and what is fetched is checked and opened here: a
//! daemon moves blocks, and is believed nothing.

mod desk;
mod transfer;

use crate::{
	arguments::{Arguments, Fs, FsAdd, FsCar, FsGet, FsHolder, FsKeys, FsPath},
	output::Answer,
	secrets,
};
use anyhow::{Context as _, bail, ensure};
use desk::Desk;
use r1_api::{EdgeClient, FileEntry, PinStatus};
use r1fs::{OpeningKeys, Recipients, SealedAs};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Stored {
	cid: String,
	size_bytes: u64,
}

pub(super) async fn run(arguments: &Arguments, command: &Fs) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	match command {
		Fs::Add(order) => add(&edge, order).await,
		Fs::Get(order) => get(&edge, order).await,
		Fs::Ls(path) => list(&edge, path).await,
		Fs::Stat(path) => stat(&edge, path).await,
		Fs::Pins(holder) => pins(&edge, *holder).await,
		Fs::Pin { cid, name, holder } => {
			let pin = edge.pin(cid, name, holder.job).await?;
			Answer::one(&pin, &[("cid", pin.cid.clone()), ("bytes", pin.bytes.to_string())])
		},
		Fs::Unpin { cid, holder } => {
			let unpinned = edge.unpin(cid, holder.job).await?;
			let text = if unpinned.was_pinned { "kept no longer" } else { "it was not kept" };
			Ok(Answer::text_of(&unpinned, text)?.negative(!unpinned.was_pinned))
		},
		Fs::Share { cid, keys, recipients, holder } => {
			share(&edge, cid, keys, recipients, *holder).await
		},
		Fs::Gc => {
			let collected = edge.collect_files().await?;
			let lines = [
				("blocks removed", collected.blocks.to_string()),
				("bytes removed", collected.bytes.to_string()),
				("blocks kept", collected.blocks_kept.to_string()),
			];
			Answer::one(&collected, &lines)
		},
		Fs::Verify => {
			let scrubbed = edge.scrub_files().await?;
			let lines = [
				("blocks", scrubbed.blocks.to_string()),
				("bytes", scrubbed.bytes.to_string()),
				("damaged", scrubbed.damaged.to_string()),
			];
			Ok(Answer::one(&scrubbed, &lines)?.negative(scrubbed.damaged != 0))
		},
		Fs::Car(FsCar::Export { what, output }) => export(&edge, what, output).await,
		Fs::Car(FsCar::Import { input, name, holder }) => {
			let imported = transfer::upload(&edge, input, name, holder.job).await?;
			let lines =
				[("roots", imported.roots.join(" ")), ("blocks", imported.blocks.to_string())];
			Answer::one(&imported, &lines)
		},
		Fs::Status => {
			let status = edge.files_status().await?;
			let lines = [
				("blocks", status.blocks.to_string()),
				("bytes", format!("{} of {}", status.bytes, status.bytes_max)),
				("pins", status.pins.to_string()),
				("public", status.public_addresses.join(" ")),
			];
			Answer::one(&status, &lines)
		},
	}
}

async fn add(edge: &EdgeClient, order: &FsAdd) -> anyhow::Result<Answer> {
	let FsAdd { path, name, chunker, hash, seal_for, passphrase_file, holder } = order;
	let chunker = chunker.parse().context("--chunker is none")?;
	let hash = hash.parse().context("--hash is none")?;
	let file_name = || path.file_name().map(|name| name.to_string_lossy().into_owned());
	let name = name.clone().or_else(file_name).unwrap_or_default();
	let desk = Desk::new()?;
	let files = desk.files().clone().with_chunker(chunker).with_hash(hash);
	let added = match recipients(seal_for, passphrase_file.as_deref())? {
		None => files.add_tree(path).await?,
		Some(recipients) => {
			let file = tokio::fs::File::open(path).await;
			let file = file.with_context(|| format!("could not open {}", path.display()))?;
			ensure!(
				file.metadata().await?.is_file(),
				"{} is no file; only files are sealed: pack a directory first",
				path.display()
			);
			let sealed_as = SealedAs { name: name.clone(), media_type: String::new() };
			files.add_sealed(sealed_as, &recipients, file).await?
		},
	};
	desk.send(edge, &added.cid, &name, holder.job).await?;
	stored(&Stored { cid: added.cid.to_string(), size_bytes: added.bytes })
}

async fn get(edge: &EdgeClient, order: &FsGet) -> anyhow::Result<Answer> {
	let FsGet { what, output, keys } = order;
	let cid = target(edge, what).await?;
	let desk = Desk::beside(output)?;
	desk.fetch(edge, &cid, what.holder.job).await?;
	let cid = cid.parse().context("the daemon names something that is no CID")?;
	let size_bytes = match opening_keys(keys)? {
		None => desk.files().save(&cid, output).await?,
		Some(keys) => {
			let file = desk.files().open_sealed(&cid, &keys).await?;
			file.save(output).await?;
			file.manifest().bytes
		},
	};
	stored(&Stored { cid: cid.to_string(), size_bytes })
}

async fn share(
	edge: &EdgeClient,
	cid: &str,
	keys: &FsKeys,
	recipients: &[String],
	holder: FsHolder,
) -> anyhow::Result<Answer> {
	let Some(keys) = opening_keys(keys)? else {
		bail!("give --identity or --passphrase-file, which open the file");
	};
	let recipients = Recipients::keys(recipients.iter().map(String::as_str))?;
	let desk = Desk::new()?;
	desk.fetch(edge, cid, holder.job).await?;
	let sealed = desk.files().open_sealed(&cid.parse()?, &keys).await?;
	let manifest = sealed.manifest().clone();
	let sealed_as =
		SealedAs { name: manifest.name.clone(), media_type: manifest.media_type.clone() };
	let (mut writer, reader) = tokio::io::duplex(1 << 16);
	let opened = async {
		// Dropped at the end, which is the reader's end.
		let outcome = sealed.write_to(&mut writer).await;
		drop(writer);
		outcome
	};
	let (opened, added) =
		tokio::join!(opened, desk.files().add_sealed(sealed_as, &recipients, reader));
	opened?;
	let added = added?;
	desk.send(edge, &added.cid, &manifest.name, holder.job).await?;
	stored(&Stored { cid: added.cid.to_string(), size_bytes: manifest.bytes })
}

async fn export(edge: &EdgeClient, what: &FsPath, output: &Path) -> anyhow::Result<Answer> {
	let cid = target(edge, what).await?;
	let desk = Desk::beside(output)?;
	// Checked here before anything is at the path.
	desk.fetch(edge, &cid, what.holder.job).await?;
	let file = tokio::fs::File::create_new(output).await;
	let mut file = file.with_context(|| format!("could not make {}", output.display()))?;
	let exported = desk.files().export_car(&cid.parse()?, &mut file).await;
	if exported.is_err() {
		// Half a file is none; the first error is the one to hear of.
		drop(std::fs::remove_file(output));
	}
	stored(&Stored { cid, size_bytes: exported?.bytes })
}

fn stored(stored: &Stored) -> anyhow::Result<Answer> {
	Answer::one(stored, &[("cid", stored.cid.clone()), ("bytes", stored.size_bytes.to_string())])
}

// # Looking

async fn list(edge: &EdgeClient, path: &FsPath) -> anyhow::Result<Answer> {
	let (cid, below) = split(&path.path);
	let status = edge.file_status(cid, below, path.holder.job).await?;
	let Some(entries) = status.entries else {
		bail!("{} is a file; `r1ctl fs stat` tells how large it is", path.path);
	};
	let row = |entry: &FileEntry| {
		vec![entry.name.clone(), entry.dag_bytes.to_string(), entry.cid.clone()]
	};
	Answer::rows(&entries, &["name", "bytes", "cid"], row)
}

async fn stat(edge: &EdgeClient, path: &FsPath) -> anyhow::Result<Answer> {
	let (cid, below) = split(&path.path);
	let status = edge.file_status(cid, below, path.holder.job).await?;
	let what = match (&status.entries, status.size_bytes) {
		(Some(entries), _) => format!("a directory of {} entries", entries.len()),
		(None, Some(bytes)) => format!("a file of {bytes} bytes"),
		(None, None) => "a file".to_owned(),
	};
	Answer::one(&status, &[("cid", status.cid.clone()), ("what", what)])
}

async fn pins(edge: &EdgeClient, holder: FsHolder) -> anyhow::Result<Answer> {
	let mut pins = Vec::new();
	let mut from = None;
	loop {
		let page = edge.pins(from.as_deref(), holder.job).await?;
		pins.extend(page.pins);
		from = page.next;
		if from.is_none() {
			break;
		}
	}
	let row = |pin: &PinStatus| {
		vec![pin.cid.clone(), pin.name.clone(), pin.holder.clone(), pin.bytes.to_string()]
	};
	Answer::rows(&pins, &["cid", "name", "holder", "bytes"], row)
}

/// The CID that a path leads to.
async fn target(edge: &EdgeClient, path: &FsPath) -> anyhow::Result<String> {
	match split(&path.path) {
		(cid, "") => Ok(cid.to_owned()),
		(cid, below) => Ok(edge.file_status(cid, below, path.holder.job).await?.cid),
	}
}

/// A CID, and the path from there.
fn split(path: &str) -> (&str, &str) {
	let path = path.trim_start_matches("/ipfs/");
	let (cid, below) = path.split_once('/').unwrap_or((path, ""));
	(cid, below.trim_end_matches('/'))
}

// # Keys

fn recipients(
	seal_for: &[String],
	passphrase_file: Option<&Path>,
) -> anyhow::Result<Option<Recipients>> {
	match (seal_for, passphrase_file) {
		([], None) => Ok(None),
		([], Some(file)) => Ok(Some(Recipients::passphrase(secrets::passphrase(file)?))),
		(keys, _) => Ok(Some(Recipients::keys(keys.iter().map(String::as_str))?)),
	}
}

fn opening_keys(keys: &FsKeys) -> anyhow::Result<Option<OpeningKeys>> {
	if let Some(file) = &keys.passphrase_file {
		return Ok(Some(OpeningKeys::passphrase(secrets::passphrase(file)?)));
	}
	let mut lines = Vec::new();
	for path in &keys.identity {
		let text = secrets::read_file(path)?;
		let is_key = |line: &&str| !line.is_empty() && !line.starts_with('#');
		lines.extend(text.lines().map(str::trim).filter(is_key).map(str::to_owned));
	}
	if lines.is_empty() {
		ensure!(keys.identity.is_empty(), "the files of --identity hold no key");
		return Ok(None);
	}
	Ok(Some(OpeningKeys::keys(lines.iter().map(String::as_str))?))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn path_should_be_split_behind_its_cid() {
		for (path, expected) in [
			("bafy", ("bafy", "")),
			("bafy/", ("bafy", "")),
			("/ipfs/bafy/a/b.txt", ("bafy", "a/b.txt")),
			("bafy/a/", ("bafy", "a")),
		] {
			assert_eq!(split(path), expected);
		}
	}
}
