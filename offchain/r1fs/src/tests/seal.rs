// SPDX-License-Identifier: Apache-2.0

use super::{Node, content, node};
use crate::{
	KeyError, Manifest, ManifestError, NameError, OpenError, OpeningKeys, Recipients, SealError,
	SealedAs,
	batch::Batch,
	seal::SealingReader,
	tree::{DirectoryBuilder, EntryKind},
};
use cid::Cid;
use r1_core::{BlockStore as _, ContentHash};
use serde_json::Value;
use std::{env, fs, path::PathBuf};
use tokio::io::AsyncReadExt as _;

/// `npm ci && npm run fixtures` in `tests/ipfs` makes these with Helia and `age-encryption`.
const KEYS: &str = include_str!("../../fixtures/keys.json");
const BY_KEYS: &[u8] = include_bytes!("../../fixtures/keys.sealed.car");
const BY_PASSPHRASE: &[u8] = include_bytes!("../../fixtures/passphrase.sealed.car");

/// A chunk of `age`.
const PIECE: usize = 64 * 1024;
/// A chunk of `age`, sealed.
const SEALED_PIECE: usize = PIECE + 16;

fn fixture(key: &str) -> String {
	let keys: Value = serde_json::from_str(KEYS).unwrap();
	keys[key].as_str().unwrap().to_owned()
}

fn recipients() -> Recipients {
	Recipients::keys([fixture("recipient").as_str()]).unwrap()
}

fn keys() -> OpeningKeys {
	OpeningKeys::keys([fixture("identity").as_str()]).unwrap()
}

fn sealed_as(name: &str) -> SealedAs {
	SealedAs { name: name.to_owned(), media_type: "text/plain; charset=utf-8".to_owned() }
}

async fn part(node: &Node, root: &Cid, name: &str) -> Vec<u8> {
	let cid = node.files.resolve(root, name).await.unwrap();
	node.files.get(&cid, u64::MAX).await.unwrap()
}

async fn sealed(bytes: &[u8]) -> Vec<u8> {
	let mut sealed = Vec::new();
	SealingReader::new(bytes, &recipients())
		.await
		.unwrap()
		.read_to_end(&mut sealed)
		.await
		.unwrap();
	sealed
}

/// A sealed file of any content and any manifest, both sealed already.
async fn assemble(node: &Node, content: &[u8], manifest: &[u8]) -> Cid {
	let content = node.files.add(content).await.unwrap();
	let manifest = node.files.add(manifest).await.unwrap();
	let mut directory = DirectoryBuilder::default();
	directory.insert(b"content.age", EntryKind::Leaf, content).unwrap();
	directory.insert(b"manifest.age", EntryKind::Leaf, manifest).unwrap();
	let source = crate::BlockSource::new(node.store.clone(), node.neighbours.clone());
	let mut batch = Batch::new(source, ContentHash::default());
	directory.finish(&mut batch).await.unwrap().unwrap().cid
}

/// A sealed file whose manifest is right for whatever its content is.
async fn with_content(node: &Node, content: &[u8], bytes: u64) -> Cid {
	let cid = node.files.add(content).await.unwrap().cid;
	let json = format!(
		r#"{{"r1fs-manifest":1,"name":"x","media_type":"","bytes":{bytes},"content":"{cid}"}}"#
	);
	assemble(node, content, &sealed(json.as_bytes()).await).await
}

/// Opens to a disk; nothing may be there if it fails.
async fn open(node: &Node, root: &Cid, keys: &OpeningKeys) -> Result<Vec<u8>, OpenError> {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("out");
	let saved = match node.files.open_sealed(root, keys).await {
		Ok(file) => file.save(&path).await,
		Err(error) => Err(error),
	};
	let left = fs::read_dir(folder.path()).unwrap().count();
	assert_eq!(left, usize::from(saved.is_ok()), "{saved:?}");
	saved.map(|()| fs::read(path).unwrap())
}

#[tokio::test]
async fn sealed_files_should_come_back_whole_and_in_ranges() {
	for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 1_000_000_usize] {
		let node = node();
		let bytes = content(0..length as u64);
		let files = &node.files;
		let added = files
			.add_sealed(sealed_as("größe.txt"), &recipients(), bytes.as_slice())
			.await
			.unwrap();
		let opened = files.open_sealed(&added.cid, &keys()).await.unwrap();
		let SealedAs { name, media_type } = sealed_as("größe.txt");
		assert_eq!(*opened.manifest(), Manifest { name, media_type, bytes: length as u64 });
		assert!(open(&node, &added.cid, &keys()).await.unwrap() == bytes, "{length} bytes");

		let end = length as u64;
		for range in [
			0..0,
			0..1,
			0..end,
			end.saturating_sub(1)..end,
			end..end + 9,
			end / 2..end / 2 + PIECE as u64 + 5,
			PIECE as u64 - 1..PIECE as u64 + 1,
			PIECE as u64..2 * PIECE as u64,
			u64::MAX - 1..u64::MAX,
		] {
			let mut part = Vec::new();
			opened.write_range_to(range.clone(), &mut part).await.unwrap();
			let expected = range.start.min(end) as usize..range.end.min(end) as usize;
			assert!(part == bytes[expected], "{range:?} of {length} bytes");
		}
	}
}

#[tokio::test]
async fn seal_should_show_a_stranger_neither_name_nor_type_nor_content() {
	let node = node();
	let bytes = b"the content that nobody may see".repeat(10);
	let add = async |name: &str| {
		node.files
			.add_sealed(sealed_as(name), &recipients(), bytes.as_slice())
			.await
			.unwrap()
			.cid
	};
	let (root, again) = (add("secret-name").await, add("secret-name").await);
	assert_ne!(root, again, "the same file, under two keys");
	let long = add(&"n".repeat(250)).await;
	// Behind the header, in which `age` puts something of a random length.
	let payload = async |root: &Cid| {
		let sealed = part(&node, root, "manifest.age").await;
		let header = sealed.windows(5).position(|bytes| bytes == b"\n--- ").unwrap();
		sealed.len() - header
	};
	let (short, long) = (payload(&root).await, payload(&long).await);
	assert_eq!(short, long, "the length of a name is not told either");
	let mut car = Vec::new();
	node.files.export_car(&root, &mut car).await.unwrap();
	for secret in [&b"secret-name"[..], b"text/plain", b"that nobody"] {
		assert!(!car.windows(secret.len()).any(|bytes| bytes == secret));
	}
}

#[tokio::test]
async fn wrong_keys_should_open_nothing() {
	let node = node();
	let key = |text: &str| OpeningKeys::keys([text]).unwrap();
	let other = age::x25519::Identity::generate();
	let other = key(age::secrecy::ExposeSecret::expose_secret(&other.to_string()));
	let root = node
		.files
		.add_sealed(sealed_as("x"), &recipients(), b"x".as_slice())
		.await
		.unwrap()
		.cid;
	let passphrase = OpeningKeys::passphrase("wrong".to_owned());
	for keys in [&other, &passphrase, &OpeningKeys::keys([]).unwrap()] {
		let error = open(&node, &root, keys).await.unwrap_err();
		assert!(matches!(error, OpenError::Key { .. }), "{error}");
	}
	// One of several keys, and one of several recipients, are enough.
	let both = [fixture("identity"), fixture("identity")];
	let both = OpeningKeys::keys(both.iter().map(String::as_str)).unwrap();
	assert_eq!(open(&node, &root, &both).await.unwrap(), b"x");

	let weak = Recipients::weak_passphrase("right", 4);
	let root = node.files.add_sealed(sealed_as("x"), &weak, b"x".as_slice()).await.unwrap().cid;
	let right = OpeningKeys::passphrase("right".to_owned());
	assert_eq!(open(&node, &root, &right).await.unwrap(), b"x");
	let error = open(&node, &root, &passphrase).await.unwrap_err();
	assert!(matches!(error, OpenError::Key { .. }), "{error}");
	// A file that asks for hours of work gets none.
	let manifest = part(&node, &root, "manifest.age").await;
	let text = String::from_utf8_lossy(&manifest).into_owned();
	let line_end = text.find(" 4\n").expect("the header names the work");
	let mut costly = manifest[..line_end].to_vec();
	costly.extend(b" 30\n");
	costly.extend(&manifest[line_end + 3..]);
	let root = assemble(&node, b"x", &costly).await;
	let error = open(&node, &root, &right).await.unwrap_err();
	assert!(matches!(error, OpenError::ExcessiveWork { work: 30, .. }), "{error}");
}

#[tokio::test]
async fn content_that_was_changed_should_be_refused_and_leave_nothing() {
	let node = node();
	let bytes = content(0..3 * PIECE as u64);
	let whole = sealed(&bytes).await;
	let header = whole.len() - 3 * SEALED_PIECE;
	let piece = |number: usize| {
		&whole[header + number * SEALED_PIECE..header + (number + 1) * SEALED_PIECE]
	};
	let head = &whole[..header];
	let other = sealed(&bytes).await;
	let mut flipped = whole.clone();
	flipped[header + SEALED_PIECE + 77] ^= 1;
	let mut in_header = whole.clone();
	in_header[header - 20] ^= 1;
	let length = bytes.len() as u64;
	assert_eq!(
		open(&node, &with_content(&node, &whole, length).await, &keys()).await.unwrap(),
		bytes
	);
	let cases: [(&str, Vec<u8>); 13] = [
		("cut within a piece", whole[..whole.len() - 1].to_vec()),
		("cut between pieces", [head, piece(0), piece(1)].concat()),
		("cut to the header", head.to_vec()),
		("cut within the header", whole[..header / 2].to_vec()),
		("extended by a byte", [&whole[..], &[0]].concat()),
		("extended by a piece", [&whole[..], piece(2)].concat()),
		("reordered", [head, piece(1), piece(0), piece(2)].concat()),
		("repeated", [head, piece(0), piece(0), piece(1), piece(2)].concat()),
		("spliced", [head, piece(0), &other[header + SEALED_PIECE..]].concat()),
		("under another header", [&other[..header], &whole[header..]].concat()),
		("a bit in a piece", flipped),
		("a bit in the header", in_header),
		("nothing", Vec::new()),
	];
	for (what, sealed) in cases {
		let root = with_content(&node, &sealed, length).await;
		let error = open(&node, &root, &keys()).await.unwrap_err();
		assert!(
			matches!(error, OpenError::Damaged { .. } | OpenError::Key { .. }),
			"{what}: {error}"
		);
		// A range is refused, too, where its own bytes or the end were changed.
		let opened = node.files.open_sealed(&root, &keys()).await.unwrap();
		let range = PIECE as u64 + 1..PIECE as u64 + 200;
		let ranged = opened.write_range_to(range.clone(), &mut Vec::new()).await;
		assert!(ranged.is_err(), "{what}: range");
	}
	// The right content, and a manifest that says it is longer or shorter.
	for claimed in [length - 1, length + 1, 0, u64::MAX] {
		let root = with_content(&node, &whole, claimed).await;
		let error = open(&node, &root, &keys()).await.unwrap_err();
		assert!(matches!(error, OpenError::Length { .. }), "{claimed}: {error}");
	}
	// A header that does not end.
	let endless =
		[b"age-encryption.org/v1\n".to_vec(), b"-> X25519 A\nB\n".repeat(10_000)].concat();
	let error = open(&node, &with_content(&node, &endless, 9).await, &keys()).await.unwrap_err();
	assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn manifest_should_be_right_in_all_it_says() {
	let node = node();
	let bytes = sealed(b"content").await;
	let cid = node.files.add(bytes.as_slice()).await.unwrap().cid;
	let other = node.files.add(sealed(b"content").await.as_slice()).await.unwrap().cid;
	let json = |version: u64, name: &str, media_type: &str, content: &Cid| {
		serde_json::json!({
			"r1fs-manifest": version,
			"name": name,
			"media_type": media_type,
			"bytes": 7,
			"content": content.to_string(),
		})
		.to_string()
	};
	let long = "n".repeat(5_000);
	let name = |name: &str| ManifestError::Name(NameError::Relative { name: name.to_owned() });
	let cases = [
		(json(1, "x", "text/plain", &other), ManifestError::OtherContent { content: cid }),
		(json(2, "x", "text/plain", &cid), ManifestError::Version { version: 2 }),
		(json(1, "..", "", &cid), name("..")),
		(json(1, "", "", &cid), ManifestError::Name(NameError::Empty)),
		(
			json(1, "../up", "", &cid),
			ManifestError::Name(NameError::Separator { name: "../up".to_owned() }),
		),
		(json(1, &long, "", &cid), ManifestError::Name(NameError::TooLong { bytes: 5_000 })),
		(json(1, "x", "text/\u{7}", &cid), ManifestError::MediaType),
		(json(1, "x", &long[..256], &cid), ManifestError::MediaType),
		("{}".to_owned(), ManifestError::Malformed),
		("[".repeat(8_000), ManifestError::Malformed),
		(" ".repeat(9_000), ManifestError::TooLong),
		(json(1, "x", "", &cid).replace("\"bytes\"", "\"octets\""), ManifestError::Malformed),
	];
	for (json, expected) in cases {
		let root = assemble(&node, &bytes, &sealed(json.as_bytes()).await).await;
		let error = open(&node, &root, &keys()).await.unwrap_err();
		assert!(matches!(&error, OpenError::Manifest(error) if *error == expected), "{error}");
	}
	let root = assemble(&node, &bytes, &sealed(json(1, "x", "", &cid).as_bytes()).await).await;
	assert_eq!(open(&node, &root, &keys()).await.unwrap(), b"content");
	// What is no sealed file at all.
	for root in [cid, node.keep(r1_core::DAG_PB_CODEC, vec![0x0a, 0x02, 0x08, 0x01])] {
		let error = open(&node, &root, &keys()).await.unwrap_err();
		assert!(matches!(error, OpenError::NotSealed { .. }), "{error}");
	}
	let sealed_as = SealedAs { name: "a/b".to_owned(), media_type: String::new() };
	let refused = node.files.add_sealed(sealed_as, &recipients(), b"x".as_slice()).await;
	assert!(matches!(refused, Err(SealError::Manifest(ManifestError::Name(_)))), "{refused:?}");
}

#[test]
fn keys_should_be_read_strictly() {
	let recipient = fixture("recipient");
	assert_eq!(Recipients::keys(["age1"]).unwrap_err(), KeyError::NoRecipient);
	assert_eq!(Recipients::keys([]).unwrap_err(), KeyError::Recipients { count: 0 });
	let many = vec![recipient.as_str(); 129];
	assert_eq!(Recipients::keys(many).unwrap_err(), KeyError::Recipients { count: 129 });
	assert_eq!(OpeningKeys::keys([recipient.as_str()]).unwrap_err(), KeyError::NoKey);
	let shown = format!("{:?} {:?}", keys(), OpeningKeys::passphrase("hunter2".to_owned()));
	assert!(!shown.contains("hunter2") && !shown.contains("SECRET"), "{shown}");
}

#[tokio::test]
async fn sealed_files_of_others_should_be_opened() {
	let name = "größe der Welt.json".to_owned();
	let media_type = "application/json".to_owned();
	let by_passphrase = OpeningKeys::passphrase(fixture("passphrase"));
	for (car, keys, bytes) in [(BY_KEYS, keys(), 131_073), (BY_PASSPHRASE, by_passphrase, 1_000)] {
		let node = node();
		let root = node.files.import_car(car).await.unwrap().roots[0];
		let opened = node.files.open_sealed(&root, &keys).await.unwrap();
		let expected = Manifest { name: name.clone(), media_type: media_type.clone(), bytes };
		assert_eq!(*opened.manifest(), expected);
		assert!(open(&node, &root, &keys).await.unwrap() == content(0..bytes));
	}
}

/// Writes sealed files for tools of another make, if the environment says where to.
#[tokio::test]
async fn sealed_files_should_be_written_for_others_when_it_is_asked_for() {
	let Some(folder) = env::var_os("R1FS_SEALED_FOLDER").map(PathBuf::from) else { return };
	let node = node();
	let bytes = content(0..1_000_000);
	fs::write(folder.join("plain"), &bytes).unwrap();
	for (kind, recipients) in
		[("keys", recipients()), ("passphrase", Recipients::weak_passphrase("right", 10))]
	{
		let add = node.files.add_sealed(sealed_as("x"), &recipients, bytes.as_slice());
		let root = add.await.unwrap().cid;
		for name in ["content.age", "manifest.age"] {
			let sealed = part(&node, &root, name).await;
			fs::write(folder.join(format!("{kind}.{name}")), sealed).unwrap();
		}
	}
	assert!(node.store.len() > 8);
}
