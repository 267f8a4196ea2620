// SPDX-License-Identifier: Apache-2.0

use super::*;
use clap::CommandFactory as _;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
	Arguments::try_parse_from(std::iter::once("r1ctl").chain(line.split(' ')))
}

#[test]
fn commands_should_be_well_formed() {
	Arguments::command().debug_assert();
}

#[test]
fn groups_of_the_economy_should_take_what_they_need() {
	let file = "--permit permit.json";
	for line in [
		"price",
		"price --units 3 --tax-basis-points 1900",
		"permit issue --buyer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --usd-limit 500",
		"deed list --owner 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
		"deed show --deed 7",
		&format!("deed buy --price-max 12.5 {file} --allow-partial --dry-run"),
		"deed link-batch --file links.json",
		"deed transfer --deed 7 --to 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
		"deed burn --deed 7 --yes",
		"rewards preview --deeds 1,2,3 --epochs-max 30",
		"rewards claim --epochs-max 30",
		"rewards recent --deed 7",
		"rewards history --from-block 5 --to-block 9 --deed 7",
		"burn --amount 2 --application gratitude",
		"application register --slug gratitude --name Gratitude",
		"application burners",
	] {
		assert!(parse(line).is_ok(), "{line}");
	}
	let permit = "permit issue --buyer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	assert!(parse(&format!("{permit} --usd-limit 500 --anyway")).is_ok());
	for line in [
		"deed buy --price-max 12.5",
		&format!("deed buy --units 0 --price-max 12.5 {file}"),
		"deed transfer --deed 7",
		"burn",
		"burn --amount 1 --application Gratitude",
		"rewards recent",
		"price --units 0",
		"price --tax-basis-points 10001",
		&format!("{permit} --usd-limit 500 --tax-basis-points 10001"),
	] {
		assert!(parse(line).is_err(), "{line}");
	}
	assert!(parse("price --tax-basis-points 10000").is_ok());
}

#[test]
fn groups_of_the_network_should_take_what_they_need() {
	for line in [
		"oracle status --json",
		"oracle keys --signer-file node.key --dry-run",
		"oracle ready --signer-file node.key",
		"oracle withdraw",
		"network nodes --edge-url http://127.0.0.1:31236",
		"epoch show 7",
		"epoch settle 7 --table table.json --dry-run",
		"epoch void 7 --dry-run",
		"deed maintenance 7 --epoch 9 --first-slot 0 --slots 2",
	] {
		assert!(parse(line).is_ok(), "{line}");
	}
	for line in [
		"oracle",
		"epoch show",
		"epoch show last",
		"epoch settle 7",
		"epoch settle --table table.json",
		"epoch void",
		"epoch void 7 8",
		"oracle keys node.key",
		"deed maintenance --epoch 9 --first-slot 0 --slots 2",
		"deed maintenance 7 --epoch 9 --slots 2",
		"deed maintenance 7 --epoch 9 --first-slot 0 --slots 0",
	] {
		assert!(parse(line).is_err(), "{line}");
	}
}

#[test]
fn deeds_should_be_another_name_of_deed() {
	let arguments = parse("deeds unlink --deed 7").unwrap();
	assert!(matches!(arguments.command, Command::Deed(Deed::Unlink { deed: 7 })));
}

#[test]
fn dry_run_should_be_taken_before_and_after_the_command() {
	for line in ["--dry-run burn --amount 1", "burn --amount 1 --dry-run"] {
		assert!(parse(line).unwrap().dry_run, "{line}");
	}
	assert!(!parse("burn --amount 1").unwrap().dry_run);
}

#[test]
fn slug_should_be_short_and_plain() {
	let longest = "a".repeat(32);
	for slug in ["a", "a-1", &longest] {
		assert_eq!(slug.parse(), Ok(economy::Slug(slug.to_owned())));
	}
	for wrong in ["", "A", "a b", "a_b", "\u{e9}", &format!("{longest}a")] {
		let error = wrong.parse::<economy::Slug>().unwrap_err();
		assert!(error.contains("1 to 32"), "{error}");
	}
}

#[test]
fn invoice_should_be_new_or_64_hex_digits() {
	let digits = "ab".repeat(32);
	assert_eq!("new".parse(), Ok(InvoiceNumber::New));
	assert_eq!(digits.parse(), Ok(InvoiceNumber::Given([0xab; 32])));
	assert_eq!(format!("0x{digits}").parse(), Ok(InvoiceNumber::Given([0xab; 32])));
	for wrong in ["", "old", "0x", &digits[2..], "zz"] {
		assert!(wrong.parse::<InvoiceNumber>().is_err(), "{wrong}");
	}
}
