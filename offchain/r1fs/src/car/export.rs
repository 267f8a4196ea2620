// SPDX-License-Identifier: Apache-2.0

//! All blocks below a root, as a CAR file.

use super::{CarExported, ExportError, header};
use crate::{source::BlockSource, walk::Walk};
use cid::Cid;
use r1_core::protobuf::put_varint;
use tokio::io::{AsyncWrite, AsyncWriteExt};

pub(crate) async fn export(
	source: &BlockSource,
	root: Cid,
	writer: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<CarExported, ExportError> {
	let failed = |source| ExportError::Write { source };
	let _protection = source.protect(root);
	let mut walk = Walk::new(&root)?;
	let mut exported = CarExported { blocks: 0, bytes: 0 };
	let mut head = Vec::new();
	let header = header::encode(&[root]);
	put_varint(&mut head, header.len() as u64);
	head.extend(header);
	writer.write_all(&head).await.map_err(failed)?;
	exported.bytes += head.len() as u64;
	while let Some(cid) = walk.next() {
		let block = source.get(cid).await?;
		walk.enter(&cid, &block)?;
		let name = cid.to_bytes();
		head.clear();
		put_varint(&mut head, (name.len() + block.len()) as u64);
		head.extend(name);
		writer.write_all(&head).await.map_err(failed)?;
		writer.write_all(&block).await.map_err(failed)?;
		exported.blocks += 1;
		exported.bytes += (head.len() + block.len()) as u64;
	}
	writer.flush().await.map_err(failed)?;
	Ok(exported)
}
