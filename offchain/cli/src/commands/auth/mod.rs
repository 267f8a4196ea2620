// SPDX-License-Identifier: Apache-2.0

//! Signing in at an edge daemon.

mod challenge;

use super::{address, date, reachable, token};
use crate::{
	arguments::{Arguments, Auth, Login},
	output::{Answer, say},
};
use anyhow::{Context as _, ensure};
use challenge::Expected;
use r1_api::{
	ChallengeRequest, ClientError, EdgeClient, SelfResponse, TokenRequest, TokenResponse,
};
use r1_chain::{Account, Clock as _, Signer, SystemClock};
use r1_dauth::{Subject, Token};
use r1_primitives::NodeKey;
use serde::Serialize;

/// Status of an answer to somebody whom a daemon does not know or not any more, and of one to
/// somebody who may not ask.
const REFUSALS: [u16; 2] = [401, 403];

pub(super) async fn run(arguments: &Arguments, command: &Auth) -> anyhow::Result<Answer> {
	match command {
		Auth::Login(order) => login(arguments, order).await,
		Auth::Whoami => whoami(arguments.edge()?.whoami().await),
	}
}

async fn login(arguments: &Arguments, order: &Login) -> anyhow::Result<Answer> {
	// Before anything is signed for it.
	token::check_output(&order.output)?;
	let signer = arguments.signer()?;
	let edge = arguments.edge_without_token()?;
	let expected = expected(arguments, order, &signer).await?;
	let signed_in = sign_in(&edge, &signer, &expected, order.expires.0).await?;
	answer(order, &signed_in)
}

/// What a challenge has to be about, as far as the chain can be asked.
async fn expected(
	arguments: &Arguments,
	order: &Login,
	signer: &Signer,
) -> anyhow::Result<Expected> {
	let (genesis_hash, node) = match (reachable(arguments).await, order.deed) {
		(Ok(chain), None) => (Some(chain.genesis_hash()), None),
		(Ok(chain), Some(deed)) => {
			let node = chain.finalised_state().await?.node_of(deed);
			let node = node.with_context(|| format!("the chain knows no node of deed {deed}"))?;
			(Some(chain.genesis_hash()), Some(node))
		},
		(Err(error), Some(deed)) => {
			return Err(error.context(format!("only the chain knows the node of deed {deed}")));
		},
		(Err(error), None) => {
			say(&format!("the chain of the daemon's challenge was not checked: {error:#}"));
			(None, None)
		},
	};
	let now_secs = SystemClock::new().now_secs();
	Ok(Expected { account: signer.account(), genesis_hash, node, now_secs })
}

/// A token, and where it was got.
struct SignedIn {
	account: Account,
	node: NodeKey,
	deed: u32,
	response: TokenResponse,
}

/// Signs a daemon's challenge, if that is what it sends, and gets a token for it.
async fn sign_in(
	edge: &EdgeClient,
	signer: &Signer,
	expected: &Expected,
	secs: u64,
) -> anyhow::Result<SignedIn> {
	let request = ChallengeRequest { account: address(expected.account) };
	let challenge = edge.challenge(&request).await?.challenge;
	let checked = challenge::check(&challenge, expected).context("nothing was signed")?;
	let signature = hex::encode(signer.sign_message(challenge.as_bytes()));
	let request = TokenRequest { challenge, signature, secs: Some(secs) };
	let response = edge.token(&request).await?;
	let deed = issued(&response.token, &checked, expected)
		.context("the daemon answered with something else than the token that was asked for")?;
	Ok(SignedIn { account: expected.account, node: checked.node, deed, response })
}

/// The deed of the node that issued a token, which must be the one that was signed in at.
fn issued(token: &str, checked: &challenge::Checked, expected: &Expected) -> anyhow::Result<u32> {
	let token = Token::parse(token)?.verify(|_deed| Some(checked.node))?;
	let is_right = token.subject()? == Subject::Account(expected.account)
		&& token.genesis_hash()? == checked.genesis_hash;
	ensure!(is_right, "the token is for another account or chain");
	Ok(token.deed())
}

fn answer(order: &Login, signed_in: &SignedIn) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row<'a> {
		account: String,
		node: String,
		deed: u32,
		expires_at_secs: u64,
		#[serde(flatten)]
		token: token::Placed<'a>,
	}
	let SignedIn { account, node, deed, response } = signed_in;
	let row = Row {
		account: address(*account),
		node: address(*node),
		deed: *deed,
		expires_at_secs: response.expires_at_secs,
		token: token::place(&order.output, &response.token)?,
	};
	let Some(file) = &row.token.file else { return Answer::text_of(&row, &response.token) };
	Answer::one(
		&row,
		&[
			("account", row.account.clone()),
			("node", row.node.clone()),
			("deed", row.deed.to_string()),
			("expires", date(row.expires_at_secs)),
			("token in", file.clone()),
		],
	)
}

/// Whom a daemon takes us for. That it wants another token is an answer too: for nobody.
fn whoami(response: Result<SelfResponse, ClientError>) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row {
		account: Option<String>,
		job: Option<u32>,
		reason: Option<String>,
	}
	let row = match response {
		Ok(SelfResponse { account, job }) => {
			let is_nobody = account.is_none() && job.is_none();
			let reason = "it serves programs of its own machine without a token";
			Row { account, job, reason: is_nobody.then(|| reason.to_owned()) }
		},
		Err(ClientError::Refused { status, body }) if REFUSALS.contains(&status) => {
			Row { account: None, job: None, reason: Some(body.to_string()) }
		},
		Err(error) => return Err(error.into()),
	};
	let who = match (&row.account, row.job) {
		(Some(account), _) => ("account", account.clone()),
		(None, Some(job)) => ("job", job.to_string()),
		(None, None) => ("nobody", row.reason.clone().unwrap_or_default()),
	};
	let is_nobody = row.reason.is_some();
	Ok(Answer::one(&row, &[who])?.negative(is_nobody))
}

#[cfg(test)]
mod tests;
