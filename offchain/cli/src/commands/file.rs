// SPDX-License-Identifier: Apache-2.0

//! Files in the content store.

use crate::{
	arguments::{Arguments, File},
	output::Answer,
};
use anyhow::Context as _;
use serde::Serialize;

#[derive(Serialize)]
struct Stored {
	cid: String,
	size_bytes: u64,
}

pub(super) async fn run(arguments: &Arguments, command: &File) -> anyhow::Result<Answer> {
	let edge = arguments.edge()?;
	let stored = match command {
		File::Add { path } => {
			let bytes = std::fs::read(path)
				.with_context(|| format!("could not read {}", path.display()))?;
			let size_bytes = bytes.len() as u64;
			Stored { cid: edge.add_file(bytes).await?.cid, size_bytes }
		},
		File::Get { cid, output } => {
			let bytes = edge.file(cid).await?;
			std::fs::write(output, &bytes)
				.with_context(|| format!("could not write {}", output.display()))?;
			Stored { cid: cid.clone(), size_bytes: bytes.len() as u64 }
		},
	};
	Answer::one(&stored, &[("cid", stored.cid.clone()), ("bytes", stored.size_bytes.to_string())])
}
