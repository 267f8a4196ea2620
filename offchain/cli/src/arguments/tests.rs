// SPDX-License-Identifier: Apache-2.0

use super::*;

pub(crate) fn parse(line: &str) -> Result<Arguments, clap::Error> {
	let words = std::iter::once("r1ctl").chain(line.split(' '));
	Arguments::from_matches(&Arguments::command().try_get_matches_from(words)?)
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
fn groups_of_work_should_take_what_they_need() {
	let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	let model = "job submit --name iris --model iris.onnx";
	for line in [
		"escrow withdraw 12.5",
		&format!("escrow withdraw 12.5 --owner {alice} --dry-run"),
		&format!("escrow delegate set --account {alice} --rights create-jobs,withdraw"),
		&format!("escrow delegate set --account {alice} --rights all"),
		&format!("escrow delegate remove --account {alice}"),
		"escrow delegate list --json",
		&format!("escrow delegate list --owner {alice}"),
		"job classes",
		"job cost",
		"job cost --resources 53 --replicas 3 --epochs 60",
		"job cost --job 7 --epochs 5 --replicas 4",
		&format!("{model} --cost-max 30 --owner {alice}"),
		"job extend --job 7 --epochs 5",
		"job scale --job 7 --replicas 4",
		"job redeem --job 7",
		"job close --job 7",
		"job receipts --job 7 --json",
		"job receipt seven.receipt",
		"job receipt seven.receipt --output seven.evidence",
		"infer --model digits --request seven.json --receipt seven.receipt",
		"edil predict private --secret-key key --values values --receipt seven.receipt",
	] {
		assert!(parse(line).is_ok(), "{line}");
	}
	for line in [
		&format!("escrow delegate set --account {alice}"),
		&format!("escrow delegate set --account {alice} --rights everything"),
		"escrow delegate set --rights all",
		"job cost --job 7",
		"job cost --job 7 --epochs 5 --resources 2",
		&format!("{model} --cost-max -1"),
		"job extend --job 7",
		"job extend --job 7 --epochs 0",
		"job scale --replicas 4",
		"job redeem",
	] {
		assert!(parse(line).is_err(), "{line}");
	}
}

#[test]
fn groups_of_the_tool_should_take_what_they_need() {
	for line in [
		"keys generate --output ann.json",
		"keys generate --scheme ed25519 --output node.json --name Node --show-phrase --json",
		"keys import --output ann.json --password-file password",
		"keys import --scheme ed25519 --secret-file secret --output ann.json",
		"keys show ann.json",
		"keys list",
		"keys list wallets --json",
		"doctor --json",
		"config print",
		"completions bash",
		"completions zsh",
		"completions fish",
		"manual",
		"manual --output pages",
		"fs get cid --output file --token-file token",
	] {
		assert!(parse(line).is_ok(), "{line}");
	}
	for line in [
		"keys generate",
		"keys generate --scheme ecdsa --output ann.json",
		"keys import //Alice --output ann.json",
		"keys show",
		"config",
		"completions",
		"completions sh",
	] {
		assert!(parse(line).is_err(), "{line}");
	}
}

#[test]
fn groups_of_access_should_take_what_they_need() {
	let recipient = r1_dauth::SealingKey::generate().recipient();
	let seal = "secret seal --to-job 7 --name database --file secret";
	for line in [
		"auth login",
		"auth login --expires 1d --deed 12 --output token --signer-file ann.json --json",
		"auth whoami --edge-url https://edge --edge-certificate ca.pem --token-file token",
		"token attenuate --service files,store --namespace shop --namespace bank --job 7 --job 8",
		"token attenuate --read-only --expires 90s --output token",
		// That it narrows nothing is found later, where it can be said better.
		"token attenuate",
		"token show",
		"token revoke --token-file token",
		seal,
		&format!("{seal} --owner 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"),
		&format!("{seal} --recipient {recipient} --skip-unreachable --output sealed"),
		"secret reseal --to-job 7 --file sealed --identity own.key",
		"secret key --output own.key",
		"secret open --file sealed --identity own.key --owner \
		 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
	] {
		assert!(parse(line).is_ok(), "{line}");
	}
	for line in [
		"auth",
		"auth login --expires 2d",
		"auth login --expires 0s",
		"token attenuate --service nonsense",
		"token attenuate --namespace *",
		"token attenuate --job x",
		"token show token",
		"secret seal --to-job 7 --name database",
		"secret seal --to-job 7 --name ../etc --file secret",
		"secret seal --to-job 7 --name Database --file secret",
		&format!("{seal} --recipient age1nonsense"),
		"secret reseal --to-job 7 --file sealed",
		"secret key",
		"secret open --file sealed --identity own.key",
	] {
		assert!(parse(line).is_err(), "{line}");
	}
}

#[test]
fn lifetime_should_be_a_number_with_a_unit_and_at_most_a_day() {
	for (text, secs) in [("1s", 1), ("90s", 90), ("30m", 1_800), ("1h", 3_600), ("1d", 86_400)] {
		assert_eq!(text.parse(), Ok(Lifetime(secs)));
	}
	for wrong in ["", "1", "h", "0s", "-1h", "+1h", "1.5h", "25h", "2d", "1 h", "1H", "1h30m"] {
		let error = wrong.parse::<Lifetime>().unwrap_err();
		assert!(error.contains("1h or 1d"), "{error}");
	}
	assert!(format!("{}d", u64::MAX).parse::<Lifetime>().is_err());
}

#[test]
fn token_should_reach_other_daemons_only_when_it_was_given_for_this_command() {
	let edges = |is_token_for_all| Edges {
		home: "http://home".to_owned(),
		token: Some("token".to_owned()),
		is_token_for_all,
		certificate: None,
	};
	assert_eq!(edges(false).token_for("http://home"), Some("token"));
	assert_eq!(edges(false).token_for("http://other"), None);
	assert_eq!(edges(true).token_for("http://other"), Some("token"));
	let line = "deed link-batch --file links.json";
	let by_option = parse(&format!("{line} --token-file token")).unwrap();
	assert!(by_option.is_on_command_line("token_file"));
	let mut by_environment = by_option;
	by_environment.sources.insert("token_file".to_owned(), ValueSource::EnvVariable);
	assert!(!by_environment.is_on_command_line("token_file"));
}

#[test]
fn certificate_should_be_named_when_it_cannot_be_used() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("ca.pem");
	let line = format!("node status --edge-certificate {}", file.display());
	let error = || format!("{:#}", parse(&line).unwrap().edge().unwrap_err());
	assert!(error().contains("ca.pem"), "{}", error());
	for text in [&b"no certificate"[..], b"\xff\xff"] {
		std::fs::write(&file, text).unwrap();
		assert!(error().contains("ca.pem") && error().contains("PEM"), "{}", error());
	}
}

#[test]
fn sources_should_be_known_before_and_after_the_command() {
	for line in ["--node-url ws://a config print", "config print --node-url ws://a"] {
		let arguments = parse(line).unwrap();
		assert_eq!(arguments.node_url, "ws://a");
		assert_eq!(arguments.sources.get("node_url"), Some(&ValueSource::CommandLine), "{line}");
		assert_eq!(arguments.sources.get("dry_run"), Some(&ValueSource::DefaultValue), "{line}");
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
