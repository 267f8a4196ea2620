// SPDX-License-Identifier: Apache-2.0

//! R1 burned by choice, the applications that it is burned for, and who burned most.

use super::{Caller, address, done, event, or_dash, short, submit};
use crate::{
	amount::R1Amount,
	arguments::{Application, Arguments, Burn},
	output::Answer,
};
use anyhow::ensure;
use r1_chain::{Chain, Receipt, calls, economy::application_id, events::Event};
use serde::Serialize;

#[derive(Serialize)]
struct Burned {
	amount_r1: R1Amount,
	/// What the signer has burned in all.
	burner_total_r1: R1Amount,
	/// What was burned for the application in all.
	application_total_r1: Option<R1Amount>,
}

pub(super) async fn run(arguments: &Arguments, order: &Burn) -> anyhow::Result<Answer> {
	let amount = order.amount;
	ensure!(order.yes || arguments.dry_run, "{amount} R1 would be gone for ever: give --yes");
	let slug = order.application.as_ref().map(|slug| slug.0.as_str());
	let call = calls::burn(amount.base_units(), slug);
	submit(arguments, &call, burned).await
}

fn burned(receipt: &Receipt) -> anyhow::Result<Answer> {
	let burned = event(receipt, |event| match event {
		Event::R1Burned(burned) => Some(burned),
		_ => None,
	})?;
	let row = Burned {
		amount_r1: burned.amount.into(),
		burner_total_r1: burned.burner_total.into(),
		application_total_r1: burned.application_total.map(R1Amount::from),
	};
	Answer::one(
		&row,
		&[
			("burned R1", row.amount_r1.to_string()),
			("burned by you in all", row.burner_total_r1.to_string()),
			("burned for it in all", or_dash(row.application_total_r1)),
		],
	)
}

pub(super) async fn applications(
	arguments: &Arguments,
	command: &Application,
) -> anyhow::Result<Answer> {
	match command {
		Application::List => list(&arguments.chain().await?).await,
		Application::Burners => burners(&arguments.chain().await?).await,
		Application::Register { slug, name } => {
			let caller = Caller::connect(arguments).await?;
			check_name(name, caller.chain.application_name_bytes_max().await?)?;
			let call = calls::register_application(&slug.0, name);
			caller.submit(&call, |receipt| done(&call, receipt)).await
		},
		Application::Deregister { slug } => {
			let call = calls::deregister_application(&slug.0);
			submit(arguments, &call, |receipt| done(&call, receipt)).await
		},
	}
}

/// Whether an application may have a name; the chain would not say what is wrong with it.
fn check_name(name: &str, bytes_max: u32) -> anyhow::Result<()> {
	let bytes = name.len();
	ensure!(!name.is_empty(), "an application needs a name that is not empty");
	ensure!(
		u32::try_from(bytes).is_ok_and(|bytes| bytes <= bytes_max),
		"the name has {bytes} bytes, and the chain takes {bytes_max} at most: shorten it"
	);
	Ok(())
}

#[derive(Serialize)]
struct ApplicationRow {
	slug: String,
	name: String,
	id: String,
	creator: String,
	deposit_r1: R1Amount,
	burned_r1: R1Amount,
}

async fn list(chain: &Chain) -> anyhow::Result<Answer> {
	let burns = chain.burns().await?;
	let rows = burns
		.applications
		.into_iter()
		.map(|application| ApplicationRow {
			id: format!("0x{}", hex::encode(application_id(&application.slug))),
			slug: application.slug,
			name: application.name,
			creator: address(application.creator.0),
			deposit_r1: application.deposit.into(),
			burned_r1: application.total.into(),
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["application", "name", "creator", "deposit R1", "burned R1"], |row| {
		vec![
			row.slug.clone(),
			row.name.clone(),
			short(&row.creator),
			row.deposit_r1.to_string(),
			row.burned_r1.to_string(),
		]
	})
}

#[derive(Serialize)]
struct Burner {
	rank: usize,
	account: String,
	burned_r1: R1Amount,
	/// All R1 that was burned by choice.
	of_r1: R1Amount,
}

async fn burners(chain: &Chain) -> anyhow::Result<Answer> {
	let burns = chain.burns().await?;
	let rows = (1..)
		.zip(burns.burners)
		.map(|(rank, (account, total))| Burner {
			rank,
			account: address(account.0),
			burned_r1: total.into(),
			of_r1: burns.total.into(),
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["rank", "account", "burned R1", "of R1"], |row| {
		vec![
			row.rank.to_string(),
			short(&row.account),
			row.burned_r1.to_string(),
			row.of_r1.to_string(),
		]
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn name_should_fit_into_its_bytes() {
		assert!(check_name("abcd", 4).is_ok());
		assert!(check_name("", 4).is_err());
		// Four letters, five bytes.
		let error = check_name("abc\u{e9}", 4).unwrap_err().to_string();
		assert!(error.contains("5 bytes") && error.contains("4 at most"), "{error}");
	}
}
