// SPDX-License-Identifier: Apache-2.0

//! CAR files on their way to a daemon and from it, with a bar for whoever waits.

use anyhow::Context as _;
use cid::Cid;
use futures::{Stream, TryStreamExt as _};
use indicatif::{ProgressBar, ProgressStyle};
use r1_api::{Body, CarAdded, Download, EdgeClient};
use r1fs::{CarImported, Files};
use std::{io, path::Path};
use tokio::io::{AsyncRead, duplex};
use tokio_util::{
	bytes::Bytes,
	io::{ReaderStream, StreamReader},
};

/// Bytes between who makes a CAR file and who sends it.
const AHEAD_BYTES: usize = 256 * 1024;

/// Sends all that is below a root.
pub(super) async fn send(
	edge: &EdgeClient,
	files: &Files,
	root: &Cid,
	name: &str,
	job: Option<u32>,
) -> anyhow::Result<CarAdded> {
	let (mut writer, reader) = duplex(AHEAD_BYTES);
	let bar = bar("sent");
	let sent = edge.add_car(Body::wrap_stream(counted(reader, bar.clone())), name, job);
	let made = async move {
		// Dropped at the end, which is the end of the body.
		files.export_car(root, &mut writer).await
	};
	let (made, sent) = tokio::join!(made, sent);
	bar.finish_and_clear();
	// What the daemon says is the cause, if it hung up.
	let sent = sent?;
	made?;
	Ok(sent)
}

/// Sends a CAR file as it is.
pub(super) async fn upload(
	edge: &EdgeClient,
	path: &Path,
	name: &str,
	job: Option<u32>,
) -> anyhow::Result<CarAdded> {
	let file = tokio::fs::File::open(path).await;
	let file = file.with_context(|| format!("could not open {}", path.display()))?;
	let bar = bar("sent");
	let sent = edge.add_car(Body::wrap_stream(counted(file, bar.clone())), name, job).await;
	bar.finish_and_clear();
	Ok(sent?)
}

/// Fetches all that is below a root, and checks it.
pub(super) async fn fetch(
	edge: &EdgeClient,
	files: &Files,
	root: &str,
	job: Option<u32>,
) -> anyhow::Result<CarImported> {
	let download = edge.car(root, job).await?;
	let bar = bar("fetched");
	let counting = bar.clone();
	let pieces = futures::stream::try_unfold(download, move |mut download: Download| {
		let counting = counting.clone();
		async move {
			let next = download.next().await.map_err(io::Error::other)?;
			counting.inc(next.as_ref().map_or(0, Vec::len) as u64);
			Ok::<_, io::Error>(next.map(|bytes| (Bytes::from(bytes), download)))
		}
	});
	let imported = files.import_car(StreamReader::new(Box::pin(pieces))).await;
	bar.finish_and_clear();
	Ok(imported?)
}

/// A reader's bytes, which a bar counts.
fn counted(reader: impl AsyncRead, bar: ProgressBar) -> impl Stream<Item = io::Result<Bytes>> {
	ReaderStream::with_capacity(reader, AHEAD_BYTES)
		.inspect_ok(move |bytes| bar.inc(bytes.len() as u64))
}

/// A bar on the standard error stream, if that is a terminal.
fn bar(done: &'static str) -> ProgressBar {
	let style = ProgressStyle::with_template("{spinner} {bytes} {msg}, {bytes_per_sec}");
	let bar = ProgressBar::new_spinner().with_message(done);
	match style {
		Ok(style) => bar.with_style(style),
		Err(_) => bar,
	}
}
