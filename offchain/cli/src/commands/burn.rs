// SPDX-License-Identifier: Apache-2.0

//! R1 burned by choice, the applications that it is burned for, and who burned most.

use super::{address, done, event, r1, short, submit, submit_to};
use crate::{
	arguments::{Application, Arguments, Burn},
	output::Answer,
};
use anyhow::ensure;
use r1_chain::{Chain, Receipt, calls, economy::application_id, events::Event};
use serde::Serialize;

#[derive(Serialize)]
struct Burned {
	amount_r1: String,
	/// What the signer has burned in all.
	burner_total_r1: String,
	/// What was burned for the application in all.
	application_total_r1: Option<String>,
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
		amount_r1: burned.amount.to_string(),
		burner_total_r1: burned.burner_total.to_string(),
		application_total_r1: burned.application_total.map(|total| total.to_string()),
	};
	Answer::one(
		&row,
		&[
			("burned R1", r1(&row.amount_r1)),
			("burned by you in all", r1(&row.burner_total_r1)),
			("burned for it in all", row.application_total_r1.as_deref().map_or("-".into(), r1)),
		],
	)
}

pub(super) async fn applications(
	arguments: &Arguments,
	command: &Application,
) -> anyhow::Result<Answer> {
	let chain = arguments.chain().await?;
	let call = match command {
		Application::List => return list(&chain).await,
		Application::Burners => return burners(&chain).await,
		Application::Register { slug, name } => {
			check_name(name, chain.application_name_bytes_max().await?)?;
			calls::register_application(&slug.0, name)
		},
		Application::Deregister { slug } => calls::deregister_application(&slug.0),
	};
	submit_to(&chain, arguments, &call, |receipt| done(&call, receipt)).await
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
	deposit_r1: String,
	burned_r1: String,
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
			deposit_r1: application.deposit.to_string(),
			burned_r1: application.total.to_string(),
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["application", "name", "creator", "deposit R1", "burned R1"], |row| {
		vec![
			row.slug.clone(),
			row.name.clone(),
			short(&row.creator),
			r1(&row.deposit_r1),
			r1(&row.burned_r1),
		]
	})
}

#[derive(Serialize)]
struct Burner {
	rank: usize,
	account: String,
	burned_r1: String,
	/// All R1 that was burned by choice, in base units.
	of_r1: String,
}

async fn burners(chain: &Chain) -> anyhow::Result<Answer> {
	let burns = chain.burns().await?;
	let of_r1 = burns.total.to_string();
	let rows = (1..)
		.zip(burns.burners)
		.map(|(rank, (account, total))| Burner {
			rank,
			account: address(account.0),
			burned_r1: total.to_string(),
			of_r1: of_r1.clone(),
		})
		.collect::<Vec<_>>();
	Answer::rows(&rows, &["rank", "account", "burned R1", "of R1"], |row| {
		vec![row.rank.to_string(), short(&row.account), r1(&row.burned_r1), r1(&row.of_r1)]
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
