// SPDX-License-Identifier: Apache-2.0

//! What the tour itself has no need of: a deed that changes hands and ends, and R1 that is burned
//! for an application.

use super::{DEVELOPER, OPERATOR, decimal, deeds::Permit, number, rows, say, text};
use crate::dev::{Control, Network};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The most that the operator may pay for a deed.
const PRICE_MAX_R1: &str = "2000";

/// The application that R1 is burned for.
const SLUG: &str = "gratitude";

/// Burned for the application, in R1.
const FOR_APPLICATION_R1: &str = "2";

/// Burned for nothing in particular, in R1.
const FOR_NOTHING_R1: &str = "0.5";

/// Does all of it; the report has an entry for each part.
pub(super) fn all(network: &Network, control: &Control) -> Result<Value> {
	let url = network.layout().edge_nodes()[0].api_url();
	Ok(json!({
		"deed": give_a_deed_away(network, control, &url)?,
		"burns": burn(control, &url)?,
	}))
}

/// The operator buys a deed and gives it to the developer, who burns it.
fn give_a_deed_away(network: &Network, control: &Control, url: &str) -> Result<Value> {
	let permit = Permit { buyer: OPERATOR, usd_limit: "5000", tax: "0" };
	let (_, file) = permit.issue(control, network.layout(), "permit-spare.json")?;
	let file = file.to_str().context("the path of the permit is not text")?;
	let buy = ["deed", "buy", "--allow-partial", "--price-max", PRICE_MAX_R1, "--permit", file];
	let bought = control.signed(OPERATOR, url, &buy)?;
	let deed = rows(&bought["deeds"])?.first().context("one deed was bought")?.to_string();
	let deed = deed.as_str();
	let show = ["deed", "show", "--deed", deed];
	let account = control.signed(DEVELOPER, url, &["account"])?;
	let developer = text(&account, "account")?;

	control.signed(OPERATOR, url, &["deed", "transfer", "--deed", deed, "--to", developer])?;
	let given = control.query(&show)?;
	ensure!(text(&given, "owner")? == developer, "the deed was not given: {given}");
	say(format!("deed {deed} is given to the developer"));

	let unlink = control.rehearsed(DEVELOPER, url, &["deed", "unlink", "--deed", deed])?;
	ensure!(unlink["would_succeed"] == false, "a deed without a node cannot lose it: {unlink}");
	control.signed(DEVELOPER, url, &["deed", "burn", "--deed", deed, "--yes"])?;
	let burned = control.query(&show)?;
	ensure!(burned["owner"].is_null(), "the deed was not burned: {burned}");
	say(format!("the developer burns deed {deed}"));
	Ok(json!({
		"deed": number(&given, "deed")?,
		"developer": developer,
		"unlink": unlink,
		"given": given,
		"burned": burned,
	}))
}

/// The operator registers an application and burns R1, for it and for nothing in particular.
fn burn(control: &Control, url: &str) -> Result<Value> {
	let register = ["application", "register", "--slug", SLUG, "--name", "Gratitude"];
	let rehearsed = control.rehearsed(OPERATOR, url, &register)?;
	let deposit = decimal(text(&rehearsed, "deposit_r1")?, 18);
	say(format!("to register an application takes a deposit of {deposit} R1"));
	control.signed(OPERATOR, url, &register)?;
	let spare = ["application", "register", "--slug", "spare", "--name", "Nothing burns for it"];
	control.signed(OPERATOR, url, &spare)?;
	control.signed(OPERATOR, url, &["application", "deregister", "--slug", "spare"])?;

	let issuance_before = issuance(control)?;
	let amount = ["burn", "--yes", "--amount", FOR_APPLICATION_R1, "--application", SLUG];
	let first = control.signed(OPERATOR, url, &amount)?;
	let second = control.signed(OPERATOR, url, &["burn", "--yes", "--amount", FOR_NOTHING_R1])?;
	let applications = control.query(&["application", "list"])?;
	let burners = control.query(&["application", "burners"])?;
	say(format!(
		"the operator burns {} R1 in all, {} of it for `{SLUG}`",
		decimal(text(&second, "burner_total_r1")?, 18),
		decimal(text(&first, "application_total_r1")?, 18)
	));
	Ok(json!({
		"rehearsed": rehearsed,
		"burns": [first, second],
		"applications": applications,
		"burners": burners,
		"issuance_before": issuance_before,
		"issuance_after": issuance(control)?,
	}))
}

fn issuance(control: &Control) -> Result<String> {
	Ok(text(&control.query(&["network", "status"])?, "r1_issuance")?.to_owned())
}
