// SPDX-License-Identifier: Apache-2.0

//! Secrets of jobs: sealed here, and opened by the nodes that run them.

mod recipients;

use super::address;
use crate::{
	arguments::{Arguments, Reseal, Seal, SealTo, Secret},
	files,
	output::{Answer, say},
	secrets,
};
use anyhow::{Context as _, bail};
use r1_chain::{Account, Address, Clock as _, SystemClock};
use r1_dauth::{
	OpenError, Recipient, SealedSecret, SealingKey, limits::SECRET_BYTES_MAX, seal as seal_for,
};
use recipients::{Found, Job};
use serde::Serialize;
use std::path::Path;

/// Longest sealed secret that is read, in bytes: more than the longest that can be made.
const SEALED_BYTES_MAX: usize = 1 << 20;

/// What a sealed secret begins with.
pub(super) const SEALED_BEGINNING: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// What may be overwritten by a sealed secret.
const SEALED: files::Kind = files::Kind {
	name: "sealed secret",
	is_one: |text| text.starts_with(SEALED_BEGINNING),
	bytes_max: SEALED_BYTES_MAX,
};

pub(super) async fn run(arguments: &Arguments, command: &Secret) -> anyhow::Result<Answer> {
	match command {
		Secret::Seal(order) => seal(arguments, order).await,
		Secret::Reseal(order) => reseal(arguments, order).await,
		Secret::Key { output } => key(output),
		Secret::Open { file, identity, owner } => open(file, identity, *owner),
	}
}

async fn seal(arguments: &Arguments, order: &Seal) -> anyhow::Result<Answer> {
	check_output(&order.to)?;
	let owner = match order.owner {
		Some(owner) => owner.0,
		None => arguments
			.signer()
			.context("nobody says whose secret it is: give --owner, or sign as the job's owner")?
			.account(),
	};
	let bytes = files::read(&order.file, SECRET_BYTES_MAX)?;
	let secret = SealedSecret { owner, name: order.name.0.clone(), secret: bytes };
	let (job, found) = find(arguments, &order.to, |job| job.check_owner(&owner)).await?;
	sealed(&order.to, &job, &found, &secret, &order.to.recipients)
}

async fn reseal(arguments: &Arguments, order: &Reseal) -> anyhow::Result<Answer> {
	check_output(&order.to)?;
	let (text, identity) = (read_sealed(&order.file)?, read_identity(&order.identity)?);
	let mut secret = None;
	// Opened as the secret of the job's owner, so that nobody's is handed to a stranger's job.
	let open = |job: &Job| {
		secret = Some(opened(&identity, &text, &job.owner, &order.file, &order.identity)?);
		Ok(())
	};
	let (job, found) = find(arguments, &order.to, open).await?;
	let secret = secret.context("a job that was found was looked at")?;
	// Whoever opened it can do it again, when the job moves once more.
	let own = order.to.recipients.iter().cloned().chain([identity.recipient()]);
	sealed(&order.to, &job, &found, &secret, &own.collect::<Vec<_>>())
}

/// A job, and its nodes; the job is looked at before anybody is asked about its nodes.
async fn find(
	arguments: &Arguments,
	to: &SealTo,
	look: impl FnOnce(&Job) -> anyhow::Result<()>,
) -> anyhow::Result<(Job, Found)> {
	let edge = arguments.edge()?;
	let state = arguments.chain().await?.finalised_state().await?;
	let job = Job::read(&state, to.job)?;
	look(&job)?;
	let clock = SystemClock::new();
	let found = job.find(&edge, &state.genesis_hash, &|| clock.now_secs()).await?;
	let found = found.complete(to.skip_unreachable)?;
	for (_, reason) in &found.missing {
		say(&format!("{reason}; it is left out, and cannot open the secret"));
	}
	Ok((job, found))
}

/// Seals a secret for the nodes that were found and for some more, and answers with it.
fn sealed(
	to: &SealTo,
	job: &Job,
	found: &Found,
	secret: &SealedSecret,
	own: &[Recipient],
) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row<'a> {
		job: u32,
		owner: String,
		name: &'a str,
		/// Of the nodes that can open it.
		deeds: Vec<u32>,
		/// Of the nodes that cannot, though they run the job.
		deeds_left_out: Vec<u32>,
		recipients: Vec<String>,
		#[serde(skip_serializing_if = "Option::is_none")]
		sealed: Option<&'a str>,
		#[serde(skip_serializing_if = "Option::is_none")]
		file: Option<String>,
	}
	let mut all: Vec<Recipient> = Vec::new();
	for recipient in found.recipients.iter().map(|(_, recipient)| recipient).chain(own) {
		if !all.contains(recipient) {
			all.push(recipient.clone());
		}
	}
	let text = seal_for(secret, &all)?;
	if let Some(path) = &to.output {
		SEALED.write(path, &text)?;
	}
	let row = Row {
		job: job.id,
		owner: address(secret.owner),
		name: &secret.name,
		deeds: found.recipients.iter().map(|(deed, _)| *deed).collect(),
		deeds_left_out: found.missing.iter().map(|(deed, _)| *deed).collect(),
		recipients: all.iter().map(ToString::to_string).collect(),
		sealed: to.output.is_none().then_some(&text),
		file: to.output.as_ref().map(|path| path.display().to_string()),
	};
	let Some(file) = &row.file else { return Answer::text_of(&row, &text) };
	Answer::one(
		&row,
		&[
			("job", row.job.to_string()),
			("name", row.name.to_owned()),
			("for the nodes of deeds", format!("{:?}", row.deeds)),
			("left out", format!("{:?}", row.deeds_left_out)),
			("recipients", row.recipients.len().to_string()),
			("sealed in", file.clone()),
		],
	)
}

fn key(output: &Path) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row {
		file: String,
		recipient: String,
	}
	let identity = SealingKey::generate();
	files::write_new(output, identity.to_text().as_bytes())
		.with_context(|| format!("could not write {}", output.display()))?;
	let recipient = identity.recipient().to_string();
	let row = Row { file: output.display().to_string(), recipient };
	Answer::text_of(&row, &row.recipient)
}

fn open(file: &Path, identity: &Path, owner: Address) -> anyhow::Result<Answer> {
	#[derive(Serialize)]
	struct Row<'a> {
		owner: String,
		name: &'a str,
		/// As text, if it is one.
		secret: Option<&'a str>,
		secret_hex: String,
	}
	let key = read_identity(identity)?;
	let secret = opened(&key, &read_sealed(file)?, &owner.0, file, identity)?;
	let row = Row {
		owner: address(secret.owner),
		name: &secret.name,
		secret: std::str::from_utf8(&secret.secret).ok(),
		secret_hex: hex::encode(&secret.secret),
	};
	Answer::bytes_of(&row, &secret.secret)
}

/// Before anything is asked for or sealed.
fn check_output(to: &SealTo) -> anyhow::Result<()> {
	to.output.as_deref().map_or(Ok(()), |path| SEALED.check(path))
}

fn read_sealed(file: &Path) -> anyhow::Result<String> {
	let text = String::from_utf8(files::read(file, SEALED_BYTES_MAX)?).unwrap_or_default();
	match text.trim_start().starts_with(SEALED_BEGINNING) {
		true => Ok(text.trim_start().to_owned()),
		false => bail!("{} is no sealed secret: `r1ctl secret seal` makes one", file.display()),
	}
}

fn read_identity(file: &Path) -> anyhow::Result<SealingKey> {
	SealingKey::from_text(&secrets::read_file(file)?).with_context(|| {
		format!("{} holds no identity of age: `r1ctl secret key` makes one", file.display())
	})
}

/// Opens a secret of an owner; the files are for those who cannot.
fn opened(
	identity: &SealingKey,
	sealed: &str,
	owner: &Account,
	file: &Path,
	identity_file: &Path,
) -> anyhow::Result<SealedSecret> {
	let (file, identity_file) = (file.display(), identity_file.display());
	identity.open(sealed, owner).map_err(|error| match error {
		// The library speaks to a node.
		OpenError::NotForThisKey => anyhow::anyhow!(
			"{file} is not sealed for the identity in {identity_file}: give another --identity, or \
			 seal the secret again with `r1ctl secret seal` and the recipient {}",
			identity.recipient()
		),
		OpenError::OfAnotherOwner => {
			anyhow::anyhow!("the secret in {file} is not one of {}", address(*owner))
		},
		OpenError::Malformed { .. } => {
			anyhow::Error::new(error).context(format!("could not open {file}"))
		},
	})
}

#[cfg(test)]
mod tests;
