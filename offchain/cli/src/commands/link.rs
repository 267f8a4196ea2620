// SPDX-License-Identifier: Apache-2.0

//! Links of deeds to nodes, each of which proves that it holds its own key.

use super::{Caller, address};
use crate::{
	arguments::{Arguments, Edges},
	output::Answer,
};
use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use r1_api::{HexBytes, LinkProofRequest};
use r1_chain::{
	Receipt,
	calls::{self, Link},
	events::Event,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How many epochs a node's consent to a link stays valid: the one it is given in, and one more
/// in case the transaction lands after the boundary.
const PROOF_EPOCHS: u32 = 1;

/// Daemons that are asked for a proof at the same time: each may take as long as it takes to find
/// out that nobody is there, and a batch can name a hundred.
const DAEMONS_AT_ONCE: usize = 16;

#[derive(Serialize)]
struct Linked {
	deed: u32,
	node: String,
	/// The first epoch that may pay.
	epoch: u32,
}

/// A deed, and the daemon whose node it shall be linked to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
	deed: u32,
	edge_url: String,
}

/// Links a deed to the node of the daemon at `--edge-url`.
pub(super) async fn one(arguments: &Arguments, deed: u32) -> anyhow::Result<Answer> {
	let caller = Caller::connect(arguments).await?;
	let wanted = Wanted { deed, edge_url: arguments.edge_url.clone() };
	let links = links(&caller, &arguments.edges()?, &[wanted]).await?;
	let link = links.first().context("one link was asked for")?;
	let answer = |receipt: &Receipt| {
		let row = linked(receipt)
			.next()
			.context("the call succeeded without its event; do the versions match?")?;
		Answer::one(
			&row,
			&[
				("deed", row.deed.to_string()),
				("node", row.node.clone()),
				("earns from epoch", row.epoch.to_string()),
			],
		)
	};
	caller.submit(&calls::link(link), answer).await
}

/// Links the deeds of a file, all or none.
pub(super) async fn batch(arguments: &Arguments, file: &Path) -> anyhow::Result<Answer> {
	let bytes =
		std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
	let wanted: Vec<Wanted> = serde_json::from_slice(&bytes)
		.with_context(|| format!("{} is not a list of links", file.display()))?;
	ensure!(!wanted.is_empty(), "{} lists no link", file.display());
	let caller = Caller::connect(arguments).await?;
	let most = caller.chain.links_per_batch_max().await?;
	ensure!(
		u32::try_from(wanted.len()).is_ok_and(|links| links <= most),
		"{} lists {} links, and a batch may hold {most}: split it",
		file.display(),
		wanted.len()
	);
	let links = links(&caller, &arguments.edges()?, &wanted).await?;
	let answer = |receipt: &Receipt| {
		let rows = linked(receipt).collect::<Vec<_>>();
		Answer::rows(&rows, &["deed", "node", "earns from epoch"], |row| {
			vec![row.deed.to_string(), row.node.clone(), row.epoch.to_string()]
		})
	};
	caller.submit(&calls::link_batch(&links), answer).await
}

/// Lets the daemons prove that their nodes agree to be linked; in the order of the deeds.
async fn links(caller: &Caller, edges: &Edges, wanted: &[Wanted]) -> anyhow::Result<Vec<Link>> {
	let expires_at_epoch =
		caller.chain.finalised_state().await?.current_epoch.saturating_add(PROOF_EPOCHS);
	let owner = HexBytes(caller.signer.account());
	let deeds = wanted.iter().map(|wanted| wanted.deed).collect::<Vec<_>>();
	let last_links = caller.chain.last_linked_at_secs(&deeds).await?;
	let questions = wanted.iter().zip(last_links).map(|(wanted, (deed, last_linked_at_secs))| {
		let last_linked_at_secs =
			last_linked_at_secs.with_context(|| format!("deed {deed} was never issued"))?;
		let request = LinkProofRequest { owner, deed, last_linked_at_secs, expires_at_epoch };
		Ok((wanted.edge_url.as_str(), request))
	});
	ask(edges, questions.collect::<anyhow::Result<_>>()?).await
}

/// Asks each daemon for a proof, [`DAEMONS_AT_ONCE`] at a time.
async fn ask(edges: &Edges, questions: Vec<(&str, LinkProofRequest)>) -> anyhow::Result<Vec<Link>> {
	stream::iter(questions)
		.map(async |(edge_url, request)| {
			link(edges, edge_url, &request)
				.await
				.with_context(|| format!("no proof for deed {} from {edge_url}", request.deed))
		})
		.buffered(DAEMONS_AT_ONCE)
		.try_collect()
		.await
}

/// Lets a daemon prove that its node agrees to be linked to a deed.
async fn link(edges: &Edges, edge_url: &str, request: &LinkProofRequest) -> anyhow::Result<Link> {
	let LinkProofRequest { deed, expires_at_epoch, .. } = *request;
	let proof = edges.at(edge_url)?.link_proof(request).await?;
	Ok(Link { deed, node: proof.node.0, expires_at_epoch, signature: proof.signature.0 })
}

fn linked(receipt: &Receipt) -> impl Iterator<Item = Linked> {
	receipt.events.iter().filter_map(|event| match event {
		Event::NodeLinked(linked) => {
			Some(Linked { deed: linked.deed, node: address(linked.node.0), epoch: linked.epoch })
		},
		_ => None,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;
	use tokio::{
		io::{AsyncReadExt as _, AsyncWriteExt as _},
		net::{TcpListener, TcpStream},
	};

	/// Far longer than two machines of a test need to talk.
	const TIMEOUT: Duration = Duration::from_secs(30);

	fn question(edge_url: &str, deed: u32) -> (&str, LinkProofRequest) {
		let owner = HexBytes([1; 32]);
		(edge_url, LinkProofRequest { owner, deed, last_linked_at_secs: 7, expires_at_epoch: 9 })
	}

	/// Reads a request for a proof.
	async fn asked(stream: &mut TcpStream) -> LinkProofRequest {
		let mut request = Vec::new();
		// The body is a JSON object without another in it, and ends the request.
		while !request.ends_with(b"}") {
			assert!(0 < stream.read_buf(&mut request).await.unwrap(), "the request ends too early");
		}
		let body = request.iter().position(|byte| *byte == b'{').unwrap();
		serde_json::from_slice(&request[body..]).unwrap()
	}

	/// Answers that the node is made of a byte.
	async fn answer(stream: &mut TcpStream, node: u8) {
		let (node, signature) = (HexBytes([node; 32]), HexBytes([node; 64]));
		let proof = serde_json::json!({ "node": node, "signature": signature }).to_string();
		let answer = format!(
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
			Connection: close\r\n\r\n{proof}",
			proof.len()
		);
		stream.write_all(answer.as_bytes()).await.unwrap();
	}

	#[tokio::test]
	async fn daemons_should_be_asked_at_once_and_answer_in_any_order() {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		let deeds = u8::try_from(DAEMONS_AT_ONCE).unwrap();
		// Nobody is answered before all have asked, and who asked last is answered first.
		let daemons = async {
			let mut open = Vec::new();
			for _ in 0..deeds {
				let (mut stream, _) = listener.accept().await.unwrap();
				open.push((asked(&mut stream).await, stream));
			}
			for (request, stream) in open.iter_mut().rev() {
				assert_eq!((request.last_linked_at_secs, request.expires_at_epoch), (7, 9));
				answer(stream, u8::try_from(request.deed).unwrap()).await;
			}
		};
		let questions = (0..deeds).map(|deed| question(&url, deed.into())).collect();
		let edges = Edges::default();
		let both =
			tokio::time::timeout(TIMEOUT, async { tokio::join!(ask(&edges, questions), daemons) });
		let links = both.await.expect("the daemons are asked one after another").0.unwrap();
		let links = links.iter().map(|link| (link.deed, link.node, link.signature));
		assert!(links.eq((0..deeds).map(|deed| (deed.into(), [deed; 32], [deed; 64]))));
	}

	#[tokio::test]
	async fn missing_proof_should_name_the_deed_and_the_daemon() {
		// A port that was free a moment ago, where nobody listens any more.
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		drop(listener);
		for url in [url.as_str(), "no URL"] {
			let error =
				ask(&Edges::default(), vec![question(url, 4)]).await.unwrap_err().to_string();
			assert_eq!(error, format!("no proof for deed 4 from {url}"));
		}
	}
}
