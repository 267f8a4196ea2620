// SPDX-License-Identifier: Apache-2.0

//! Tokens: what they are, and how they become less.

use super::{address, or_dash, reachable};
use crate::{
	arguments::{Arguments, Attenuate, Token as Command, TokenOutput},
	files,
	output::{Answer, say},
	secrets,
};
use anyhow::{Context as _, ensure};
use r1_api::RevokeRequest;
use r1_chain::{BlockHash, Clock as _, SystemClock};
use r1_dauth::{
	Attenuation, Scope, Subject, Token, TokenError, VerifiedToken, limits::TOKEN_BYTES_MAX,
};
use r1_primitives::{DeedId, NodeKey};
use serde::Serialize;

pub(super) async fn run(arguments: &Arguments, command: &Command) -> anyhow::Result<Answer> {
	let text = secrets::token(arguments.token_file.as_deref())?;
	let token = Token::parse(&text).context("what was given is no token")?;
	match command {
		Command::Attenuate(order) => attenuate(&token, order, SystemClock::new().now_secs()),
		Command::Show => show(arguments, &token).await,
		Command::Revoke => revoke(arguments, text).await,
	}
}

/// What may be overwritten by a token.
const TOKEN: files::Kind = files::Kind {
	name: "token",
	is_one: |text| Token::parse(text).is_ok(),
	// And the end of its line.
	bytes_max: TOKEN_BYTES_MAX + 2,
};

/// A token, or the file that it is in.
#[derive(Serialize)]
pub(super) struct Placed<'a> {
	#[serde(skip_serializing_if = "Option::is_none")]
	pub(super) token: Option<&'a str>,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub(super) file: Option<String>,
}

/// Checks that a token can be put where it shall go.
pub(super) fn check_output(output: &TokenOutput) -> anyhow::Result<()> {
	output.output.as_deref().map_or(Ok(()), |path| TOKEN.check(path))
}

/// Puts a token where it shall go.
pub(super) fn place<'a>(output: &TokenOutput, token: &'a str) -> anyhow::Result<Placed<'a>> {
	let Some(path) = output.output.as_deref() else {
		return Ok(Placed { token: Some(token), file: None });
	};
	TOKEN.write(path, &format!("{token}\n"))?;
	Ok(Placed { token: None, file: Some(path.display().to_string()) })
}

fn attenuate(token: &Token, order: &Attenuate, now_secs: u64) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row<'a> {
		#[serde(flatten)]
		token: Placed<'a>,
		blocks: usize,
	}
	let narrowed = token.attenuate(&attenuation(order, now_secs)?)?;
	let row = Row { token: place(&order.output, &narrowed)?, blocks: token.block_count() + 1 };
	match &row.token.file {
		None => Answer::text_of(&row, &narrowed),
		Some(file) => Answer::one(&row, &[("token in", file.clone())]),
	}
}

fn attenuation(order: &Attenuate, now_secs: u64) -> anyhow::Result<Attenuation> {
	let Attenuate { services, namespaces, jobs, read_only, expires, output: _ } = order;
	let scopes = namespaces.iter().cloned().chain(jobs.iter().copied().map(Scope::of_job));
	let by = Attenuation {
		services: services.clone(),
		scopes: scopes.collect(),
		is_read_only: *read_only,
		expires_at_secs: expires.map(|lifetime| now_secs.saturating_add(lifetime.0)),
	};
	let narrows = !by.services.is_empty()
		|| !by.scopes.is_empty()
		|| by.is_read_only
		|| by.expires_at_secs.is_some();
	ensure!(
		narrows,
		"nothing to narrow the token by: give --service, --namespace, --job, --read-only or --expires"
	);
	Ok(by)
}

/// What is known of a token.
#[derive(Debug, Serialize)]
struct Shown {
	/// The deed whose node it says has issued it.
	issuer_deed: Option<DeedId>,
	/// The issuer's, and one for each narrowing.
	blocks: usize,
	/// Whether daemons of the chain believe it, before they look what it allows; unknown without a
	/// chain node.
	is_believed: Option<bool>,
	account: Option<String>,
	job: Option<u32>,
	/// Why it is not believed.
	reason: Option<String>,
}

async fn show(arguments: &Arguments, token: &Token) -> anyhow::Result<Answer> {
	let state =
		async { Ok::<_, anyhow::Error>(reachable(arguments).await?.finalised_state().await?) };
	let shown = match state.await {
		Ok(state) => shown(token, Some((&|deed| state.node_of(deed), state.genesis_hash))),
		Err(error) => {
			say(&format!("the token's signature was not checked: {error:#}"));
			shown(token, None)
		},
	};
	let speaks_for = match (&shown.account, shown.job) {
		(Some(account), _) => format!("account {account}"),
		(None, Some(job)) => format!("job {job}"),
		(None, None) => "-".to_owned(),
	};
	let believed = match (shown.is_believed, &shown.reason) {
		(None, _) => "not known".to_owned(),
		(Some(true), _) => "yes".to_owned(),
		(Some(false), reason) => format!("no: {}", or_dash(reason.as_ref())),
	};
	let lines = [
		("issued by the node of deed", or_dash(shown.issuer_deed)),
		("blocks", shown.blocks.to_string()),
		("believed", believed),
		("speaks for", speaks_for),
	];
	Ok(Answer::one(&shown, &lines)?.negative(shown.is_believed == Some(false)))
}

/// What a chain says of deeds, and which chain it is.
type ChainSays<'a> = (&'a dyn Fn(DeedId) -> Option<NodeKey>, BlockHash);

fn shown(token: &Token, chain: Option<ChainSays<'_>>) -> Shown {
	let mut shown = Shown {
		issuer_deed: token.issuer(),
		blocks: token.block_count(),
		is_believed: None,
		account: None,
		job: None,
		reason: None,
	};
	let Some((node_of, genesis_hash)) = chain else { return shown };
	let subject = token
		.clone()
		.verify(node_of)
		.map_err(anyhow::Error::from)
		.and_then(|token| of_chain(&token, &genesis_hash));
	shown.is_believed = Some(subject.is_ok());
	match subject {
		Ok(Subject::Account(account)) => shown.account = Some(address(account)),
		Ok(Subject::Job(job)) => shown.job = Some(job),
		Err(error) => shown.reason = Some(format!("{error:#}")),
	}
	shown
}

/// Whom a token speaks for, on its own chain.
fn of_chain(token: &VerifiedToken, genesis_hash: &BlockHash) -> anyhow::Result<Subject> {
	let chain = token.genesis_hash()?;
	ensure!(
		chain == *genesis_hash,
		"it is for the chain 0x{}, and the node at --node-url is of 0x{}",
		hex::encode(chain),
		hex::encode(genesis_hash)
	);
	token.subject().map_err(|error: TokenError| error.into())
}

async fn revoke(arguments: &Arguments, token: String) -> anyhow::Result<Answer> {
	// In the request itself: it shall be revoked even if it opens nothing any more.
	let response = arguments.edge_without_token()?.revoke(&RevokeRequest { token }).await?;
	let is_revoked = response.revoked;
	let revoked = if is_revoked { "yes" } else { "no" }.to_owned();
	Ok(Answer::one(&response, &[("revoked", revoked)])?.negative(!is_revoked))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::arguments::{self, Lifetime};
	use r1_chain::NodeIdentity;
	use r1_dauth::{Ask, Grant, Right, Service, TokenIssuer, Verb};

	const GENESIS: BlockHash = [0xee; 32];
	const NOW: u64 = 1_790_000_000;
	const DEED: DeedId = 12;
	const SUBJECT: Subject = Subject::Account([3; 32]);

	fn node() -> NodeIdentity {
		NodeIdentity::from_seed(&[1; 32])
	}

	fn minted(subject: Subject) -> Token {
		let grant = Grant { subject, rights: Right::everything(), expires_at_secs: NOW + 3_600 };
		Token::parse(&TokenIssuer::new(&node(), DEED, GENESIS).mint(&grant, NOW).unwrap()).unwrap()
	}

	fn order(line: &str) -> Attenuate {
		let line = format!("token attenuate{line}");
		match arguments::parse(&line).unwrap().command {
			arguments::Command::Token(Command::Attenuate(order)) => order,
			other => panic!("{other:?}"),
		}
	}

	/// Whether the token that a command line prints allows something at a time, as daemons see it.
	fn allows(line: &str, service: Service, verb: Verb, scope: Scope, now_secs: u64) -> bool {
		let answer = attenuate(&minted(SUBJECT), &order(line), NOW).unwrap();
		let text = std::str::from_utf8(answer.printed()).unwrap().trim();
		assert_eq!(answer.json()["token"], text);
		let token = Token::parse(text).unwrap().verify(|_| Some(node().key())).unwrap();
		token.authorise(&Ask { service, verb, scope }, now_secs, &GENESIS).is_ok()
	}

	#[test]
	fn token_should_be_narrowed_by_what_was_asked_for_and_nothing_else() {
		use Service::{Files, Jobs, Store};
		use Verb::{Read, Write};
		let all = Scope::whole;
		let named = |name: &str| Scope::new(name).unwrap();
		for (line, service, verb, scope, expected) in [
			(" --service files,store", Files, Write, all(), true),
			(" --service files,store", Store, Read, named("x"), true),
			(" --service files,store", Jobs, Read, all(), false),
			(" --service files --service jobs", Jobs, Read, all(), true),
			(" --read-only", Files, Read, all(), true),
			(" --read-only", Files, Write, all(), false),
			(" --namespace shop", Store, Write, named("shop"), true),
			(" --namespace shop", Store, Write, named("bank"), false),
			(" --job 7", Jobs, Read, Scope::of_job(7), true),
			(" --job 7", Jobs, Read, Scope::of_job(8), false),
			(" --job 7 --namespace shop", Store, Read, named("shop"), true),
			(" --job 7 --job 8", Jobs, Write, Scope::of_job(8), true),
			(" --job 7 --read-only", Jobs, Write, Scope::of_job(7), false),
		] {
			assert_eq!(allows(line, service, verb, scope, NOW), expected, "{line}");
		}
		assert!(allows(" --expires 30m", Files, Read, all(), NOW + 1_799));
		assert!(!allows(" --expires 30m", Files, Read, all(), NOW + 1_800));
		// No narrowing makes a token live longer.
		assert!(!allows(" --expires 1d", Files, Read, all(), NOW + 3_600));
	}

	#[test]
	fn nothing_to_narrow_should_be_an_error() {
		let error = attenuate(&minted(SUBJECT), &order(""), NOW).unwrap_err().to_string();
		assert!(error.contains("--read-only"), "{error}");
	}

	#[test]
	fn token_should_be_shown_as_far_as_it_is_known() {
		let (token, own) = (minted(SUBJECT), node().key());
		let unknown = shown(&token, None);
		assert_eq!((unknown.issuer_deed, unknown.blocks), (Some(DEED), 1));
		assert_eq!((unknown.is_believed, unknown.account), (None, None));
		let linked = |deed| (deed == DEED).then_some(own);
		let known = shown(&token, Some((&linked, GENESIS)));
		assert_eq!(known.is_believed, Some(true));
		assert_eq!(known.account, Some(address([3; 32])));
		let narrowed =
			token.attenuate(&Attenuation { is_read_only: true, ..Attenuation::default() });
		let narrowed = shown(&Token::parse(&narrowed.unwrap()).unwrap(), Some((&linked, GENESIS)));
		assert_eq!((narrowed.blocks, narrowed.is_believed), (2, Some(true)));
		let job = shown(&minted(Subject::Job(7)), Some((&linked, GENESIS)));
		assert_eq!((job.account, job.job), (None, Some(7)));
	}

	#[test]
	fn token_that_no_daemon_believes_should_be_told() {
		let (token, own) = (minted(SUBJECT), node().key());
		let other = NodeIdentity::from_seed(&[2; 32]).key();
		let cases: [(ChainSays<'_>, &str); 3] = [
			((&|_| None, GENESIS), "has no node"),
			((&|_| Some(other), GENESIS), "not valid"),
			((&|_| Some(own), [7; 32]), "--node-url"),
		];
		for (chain, needle) in cases {
			let shown = shown(&token, Some(chain));
			assert_eq!((shown.is_believed, &shown.account), (Some(false), &None));
			assert!(
				shown.reason.as_ref().is_some_and(|reason| reason.contains(needle)),
				"{shown:?}"
			);
		}
	}

	#[test]
	fn token_should_be_written_over_tokens_only() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("token");
		let output = TokenOutput { output: Some(path.clone()) };
		let written = || std::fs::read_to_string(&path).unwrap();
		let order = |output| Attenuate { expires: Some(Lifetime(60)), output, ..order("") };
		for _ in 0..2 {
			check_output(&output).unwrap();
			let answer = attenuate(&minted(SUBJECT), &order(output.clone()), NOW).unwrap();
			assert_eq!(answer.json()["token"], serde_json::Value::Null);
			assert!(Token::parse(written().trim()).is_ok());
		}
		std::fs::write(&path, "dear diary").unwrap();
		assert!(check_output(&output).is_err());
		assert!(attenuate(&minted(SUBJECT), &order(output), NOW).is_err());
		assert_eq!(written(), "dear diary");
	}
}
