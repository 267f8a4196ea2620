// SPDX-License-Identifier: Apache-2.0

//! The development network, its tour and its drills, and every number of it computed again.
//!
//! The arithmetic below is written from the reference's formulas and shares no code with the
//! runtime.

use crate::{
	learning,
	programs::{program, root, run},
};
use primitive_types::U256;
use serde::Deserialize;
use serde_json::Value;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	process::Command,
};

/// R1 that a deed may earn in an epoch, in base units (reference, 2.1).
const RELEASE_PER_EPOCH: u128 = 1_458_508_188_386_985_115;

/// Price of a deed of the first tier, in US dollars.
const TIER_1_USD: u64 = 500;

/// The tax that the tour's permit asks for, in basis points.
const TAX_BASIS_POINTS: u64 = 1_900;

/// Price of a node and epoch of the class ENTRY, in 10^-6 USDC.
const ENTRY_PRICE: u128 = 375_000;

/// What a node that was away for half an epoch may have: clocks, slots and a slow machine move it
/// a little, but not to a third or to two thirds.
const ABOUT_HALF: std::ops::RangeInclusive<u8> = 85..=170;

/// What a node that was there all the time has at least.
const ALMOST_ALL: u8 = 190;

#[derive(Deserialize)]
struct Report {
	deeds: Deeds,
	availability: Availability,
	claim: Claim,
	inference: Inference,
	encrypted: Encrypted,
	encrypted_settlement: Payment,
	learning: Value,
	history: Vec<Payment>,
	memory: Value,
	drills: Drills,
	access: Value,
	store: Value,
	files: Value,
	containers: Value,
	replacement: Value,
}

#[derive(Deserialize)]
struct Deeds {
	sale: Sale,
	rehearsed: Rehearsed,
	bought: Bought,
	links: Vec<Link>,
}

#[derive(Deserialize)]
struct Sale {
	r1_price_usd: String,
	offer: Offer,
	quote: Quote,
}

#[derive(Deserialize)]
struct Offer {
	tier: u8,
	price_usd: u64,
}

#[derive(Deserialize)]
struct Quote {
	units: usize,
	taxable: String,
	tax: String,
	total: String,
}

#[derive(Deserialize)]
struct Rehearsed {
	call: String,
	fee_r1: String,
	would_succeed: bool,
}

#[derive(Deserialize)]
struct Bought {
	deeds: Vec<u32>,
	tier: u8,
	price_per_deed: String,
	tax: String,
	total: String,
}

#[derive(Deserialize)]
struct Link {
	deed: u32,
	machine: String,
}

#[derive(Deserialize)]
struct Availability {
	epoch: u32,
	oracles: usize,
	stopped_machine: String,
	table: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
	epoch: u32,
	deed: u32,
	value: u8,
}

#[derive(Deserialize)]
struct Claim {
	due: Vec<Due>,
	claims: Vec<Claimed>,
	issuance_before: String,
	issuance_after: String,
}

/// What a claim would pay, what one paid, or what the chain remembers of one.
#[derive(Deserialize)]
struct Due {
	deed: u32,
	from_epoch: u32,
	to_epoch: u32,
	r1: String,
}

#[derive(Deserialize)]
struct Claimed {
	deed: u32,
	from_epoch: u32,
	to_epoch: u32,
	values: Vec<u8>,
	r1: String,
	carry_over_r1: String,
	withheld_r1: String,
	recent: Vec<Due>,
}

#[derive(Deserialize)]
struct Inference {
	agreement: Value,
	job: u32,
	deeds: Vec<u32>,
	accuracy: Accuracy,
}

#[derive(Deserialize)]
struct Accuracy {
	correct: usize,
	total: usize,
	predictions: Vec<u64>,
}

#[derive(Deserialize)]
struct Encrypted {
	job: u32,
	hosts: Vec<String>,
	parameters: String,
	predictions: Vec<Prediction>,
}

#[derive(Deserialize)]
struct Prediction {
	host: String,
	picture: usize,
	predicted: usize,
}

/// What the trainer computed without any encryption.
#[derive(Deserialize)]
struct Vectors {
	logits: Vec<Vec<i32>>,
}

#[derive(Deserialize)]
struct Payment {
	what: String,
	deed: Option<u32>,
	job: Option<u32>,
	epochs: Option<(u32, u32)>,
	usdc: Option<String>,
	r1: Option<String>,
	note: String,
}

#[derive(Deserialize)]
struct Drills {
	sundries: Sundries,
	mistakes: Vec<Mistake>,
	validator: Value,
	daemon: Value,
}

#[derive(Deserialize)]
struct Sundries {
	deed: GivenDeed,
	burns: Burns,
}

#[derive(Deserialize)]
struct GivenDeed {
	deed: u32,
	unlink: Value,
	burned: Value,
}

#[derive(Deserialize)]
struct Burns {
	rehearsed: Value,
	burns: Vec<Value>,
	applications: Vec<Value>,
	burners: Vec<Value>,
	issuance_before: String,
	issuance_after: String,
}

#[derive(Deserialize)]
struct Mistake {
	mistake: String,
	error: String,
}

#[derive(Deserialize)]
struct HeldOut {
	correct: usize,
	total: usize,
}

#[test]
fn tour_should_play_to_the_end_with_numbers_of_the_reference() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("report.json");
	let outcome = run(Command::new(program("xtask"))
		.args(["dev", "--once", "--no-build", "--drills", "--client", "--report"])
		.arg(&file)
		.current_dir(root()));
	assert_eq!(outcome.code, Some(0), "{}\n{}", outcome.stdout, outcome.stderr);
	let report: Report = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();

	check_purchase(&report.deeds);
	check_agreement(&report.availability, &report.deeds);
	check_claims(&report.claim);
	check_inference(&report.inference);
	check_encrypted(&report.encrypted, &report.encrypted_settlement);
	check_memory(&report.encrypted, &report.memory);
	learning::check(&report.learning);
	check_payments(&report.inference, &report.history);
	check_sundries(&report.drills.sundries, &report.deeds);
	check_mistakes(&report.drills.mistakes);
	assert!(report.drills.validator["caught_up"].is_u64(), "{}", report.drills.validator);
	assert_eq!(report.drills.daemon["models"], serde_json::json!(["digits"]));
	check_access(&report.access);
	check_files(&report.files);
	check_store(&report.store);
	check_containers(&report.containers);
	check_replacement(&report.replacement);
	check_leaders(&report.inference.agreement);
}

/// Every kind of wallet signs in, the owner's alone changes something, attacks leave the daemon as
/// it was, and a node without a deed is alone two blocks later.
fn check_access(access: &Value) {
	let sign_in = &access["sign_in"];
	for (wallet, files) in [("sr25519", 200), ("ed25519", 403), ("ecdsa", 403)] {
		assert_eq!(sign_in[wallet]["files"], files, "{wallet}: {sign_in}");
	}
	let load = &access["load"];
	assert!(load["connections"]["attacked"]["opened"].as_u64().unwrap() > 1_000, "{load}");
	for attack in ["connections", "bodies", "signatures"] {
		assert!(load[attack]["good"]["served"].as_u64().unwrap() > 100, "{load}");
	}
	assert_eq!(access["secret"]["opened_by"].as_array().unwrap().len(), 2, "{access}");
	let block = |name: &str| access["admission"][name].as_u64().unwrap();
	assert!(block("alone_by") <= block("unlinked_by") + 2, "{access}");
}

/// `floor(usd * 10^18 * 10^18 / price of R1)` for each, and `floor(taxable * tax / 10 000)` on top.
fn check_purchase(deeds: &Deeds) {
	let wad = U256::exp10(18);
	let Sale { r1_price_usd, offer, quote } = &deeds.sale;
	let price_of_r1 = U256::from(base_units(r1_price_usd));
	let price = U256::from(TIER_1_USD) * wad * wad / price_of_r1;
	let taxable = price * 3;
	let tax = taxable * TAX_BASIS_POINTS / 10_000;
	assert_eq!((offer.tier, offer.price_usd, quote.units), (1, TIER_1_USD, 3));
	let quoted =
		[&quote.taxable, &quote.tax, &quote.total].map(|text| U256::from(base_units(text)));
	assert_eq!(quoted, [taxable, tax, taxable + tax]);

	let bought = &deeds.bought;
	assert_eq!(bought.tier, 1);
	let paid = [&bought.price_per_deed, &bought.tax, &bought.total]
		.map(|text| U256::from(base_units(text)));
	assert_eq!(paid, [price, tax, taxable + tax]);
	// Numbers follow each other, whoever was given deeds before.
	let first = bought.deeds[0];
	assert_eq!(bought.deeds, [first, first + 1, first + 2]);

	assert_eq!(deeds.rehearsed.call, "NodeDeeds.buy");
	assert!(deeds.rehearsed.would_succeed && base_units(&deeds.rehearsed.fee_r1) > 0);
}

fn check_agreement(availability: &Availability, deeds: &Deeds) {
	assert_eq!(availability.oracles, 3);
	let linked = |row: &&Row| deeds.links.iter().any(|link| link.deed == row.deed);
	assert_eq!(availability.table.iter().filter(linked).count(), deeds.links.len());
	for row in &availability.table {
		assert_eq!(row.epoch, availability.epoch);
		let Some(link) = deeds.links.iter().find(|link| link.deed == row.deed) else {
			assert_eq!(row.value, 0, "deed {} has no node", row.deed);
			continue;
		};
		if link.machine == availability.stopped_machine {
			assert!(ABOUT_HALF.contains(&row.value), "{} has {}", link.machine, row.value);
		} else {
			assert!(ALMOST_ALL <= row.value, "{} has {}", link.machine, row.value);
		}
	}
}

/// `sum over epochs of floor(release * availability / 255)`, minted and nothing else.
fn check_claims(claim: &Claim) {
	let mut minted = 0;
	for claimed in &claim.claims {
		assert_eq!(claimed.values.len() as u32, claimed.to_epoch - claimed.from_epoch);
		let expected: u128 = claimed
			.values
			.iter()
			.map(|value| RELEASE_PER_EPOCH * u128::from(*value) / 255)
			.sum();
		assert_eq!(base_units(&claimed.r1), expected, "deed {}", claimed.deed);
		// A Node Deed is paid whatever the network's adoption.
		let gated = [&claimed.carry_over_r1, &claimed.withheld_r1].map(|text| base_units(text));
		assert_eq!(gated, [0, 0]);
		// The preview promised no more, and the chain's own memory says the same.
		let due = claim.due.iter().find(|due| due.deed == claimed.deed).unwrap();
		assert_eq!(due.from_epoch, claimed.from_epoch);
		assert!(base_units(&due.r1) <= expected && due.to_epoch <= claimed.to_epoch);
		let recent = &claimed.recent[0];
		assert_eq!((recent.from_epoch, recent.to_epoch), (claimed.from_epoch, claimed.to_epoch));
		assert_eq!(recent.r1, claimed.r1);
		minted += expected;
	}
	assert!(minted > 0, "nothing was minted");
	let issued = base_units(&claim.issuance_after) - base_units(&claim.issuance_before);
	assert_eq!(issued, minted);
}

/// The served model is as accurate as the script that trained it measured.
fn check_inference(inference: &Inference) {
	let held_out = fs::read(root().join("models/digits/held-out.json")).unwrap();
	let held_out: HeldOut = serde_json::from_slice(&held_out).unwrap();
	let accuracy = &inference.accuracy;
	assert_eq!((accuracy.correct, accuracy.total), (held_out.correct, held_out.total));
	assert_eq!(accuracy.predictions.len(), accuracy.total);
	assert_eq!(inference.deeds.len(), 2);
}

/// What came back from ciphertexts is what the trainer computed in the clear, at each node, and the
/// oracles who repeated it had the nodes paid.
fn check_encrypted(encrypted: &Encrypted, paid: &Payment) {
	let vectors = fs::read(root().join("models/edil-digits/vectors.json")).unwrap();
	let Vectors { logits } = serde_json::from_slice(&vectors).unwrap();
	assert_eq!(encrypted.parameters, "Bootstrapped1024");
	let nodes: BTreeSet<&String> = encrypted.predictions.iter().map(|one| &one.host).collect();
	assert_eq!(nodes, encrypted.hosts.iter().collect());
	assert_eq!((encrypted.hosts.len(), encrypted.predictions.len()), (2, 10));
	for prediction in &encrypted.predictions {
		let logits = &logits[prediction.picture];
		let predicted = logits[prediction.predicted];
		assert_eq!(Some(&predicted), logits.iter().max(), "{logits:?}");
	}
	assert_eq!(paid.job, Some(encrypted.job));
	assert!(base_units(paid.usdc.as_ref().unwrap()) > 0);
}

/// Each node that evaluated ciphertexts was looked into, for three forms of the key and of each
/// picture.
fn check_memory(encrypted: &Encrypted, memory: &Value) {
	let looked: Vec<&Value> = memory.as_array().unwrap().iter().collect();
	assert_eq!(looked.len(), encrypted.hosts.len());
	for one in looked {
		assert_eq!(one["secrets"].as_u64(), Some(3 + 3 * 10));
		assert!(50_000_000 < one["bytes"].as_u64().unwrap(), "{one}");
	}
}

/// Each node of each epoch: `pay = floor(price * quality / 255)`, `burned = floor(pay * 15 / 100)`,
/// and the deed's owner gets the rest. The burned parts of an epoch leave together.
fn check_payments(inference: &Inference, history: &[Payment]) {
	let mut to_burn: BTreeMap<(u32, u32), u128> = BTreeMap::new();
	let of_job = |payment: &&Payment| payment.job == Some(inference.job);
	for payment in history.iter().filter(of_job).filter(|payment| payment.what == "work accrued") {
		assert!(inference.deeds.contains(&payment.deed.unwrap()));
		let quality: u128 = payment.note.split(' ').nth(1).unwrap().parse().unwrap();
		let pay = ENTRY_PRICE * quality / 255;
		let burned = pay * 15 / 100;
		assert_eq!(base_units(payment.usdc.as_ref().unwrap()), pay - burned);
		*to_burn.entry((inference.job, payment.epochs.unwrap().0)).or_default() += burned;
	}
	assert!(!to_burn.is_empty(), "no work was paid");
	for payment in history.iter().filter(of_job).filter(|payment| payment.what == "burned") {
		let expected = to_burn.remove(&(inference.job, payment.epochs.unwrap().0));
		assert_eq!(Some(base_units(payment.usdc.as_ref().unwrap())), expected);
		assert!(base_units(payment.r1.as_ref().unwrap()) > 0, "the swap gave nothing to burn");
	}
	assert!(to_burn.values().all(|amount| *amount == 0), "not burned: {to_burn:?}");
}

/// A deed's number follows the others and is never used again, and what is burned is gone.
fn check_sundries(sundries: &Sundries, deeds: &Deeds) {
	let GivenDeed { deed, unlink, burned } = &sundries.deed;
	assert_eq!(Some(deed - 1), deeds.bought.deeds.last().copied());
	let refusal = unlink["refusal"].as_str().unwrap();
	assert!(refusal.contains("NodeDeeds::DeedNotLinked"), "{refusal}");
	assert_eq!(burned["kind"], "node");
	assert!(burned["owner"].is_null(), "{burned}");

	let half_r1 = 500_000_000_000_000_000_u128;
	let amount = |value: &Value| base_units(value.as_str().unwrap());
	let Burns { rehearsed, burns, applications, burners, issuance_before, issuance_after } =
		&sundries.burns;
	let totals = burns.iter().map(|burn| amount(&burn["burner_total_r1"]));
	assert_eq!(totals.collect::<Vec<_>>(), [4 * half_r1, 5 * half_r1]);
	assert_eq!(amount(&burns[0]["application_total_r1"]), 4 * half_r1);
	assert!(burns[1]["application_total_r1"].is_null());
	let [application] = applications.as_slice() else { panic!("{applications:?}") };
	assert_eq!(application["slug"], "gratitude");
	assert_eq!(application["deposit_r1"], rehearsed["deposit_r1"]);
	assert_eq!(amount(&application["burned_r1"]), 4 * half_r1);
	let [burner] = burners.as_slice() else { panic!("{burners:?}") };
	assert_eq!(amount(&burner["burned_r1"]), 5 * half_r1);
	// Fees are burned or paid to authors, and work may be burned for meanwhile: never is more left.
	let left = base_units(issuance_before) - 5 * half_r1;
	assert!(base_units(issuance_after) <= left, "{issuance_after} of {issuance_before}");
}

/// Every mistake was refused, with words that say what was wrong; the drill saw to it that nothing
/// had changed after each.
fn check_mistakes(mistakes: &[Mistake]) {
	let expected = [
		("a permit by somebody who is no issuer", " is no issuer, so the chain would refuse this"),
		("a deed without a permit", "--permit <PERMIT>"),
		(
			"a deed by a permit of one's own",
			"NodeDeeds::UnknownPermitIssuer: Governance does not know the account",
		),
		(
			"a deed by somebody else's permit",
			"NodeDeeds::PermitOfAnotherBuyer: The purchase permit was given to another buyer",
		),
		(
			"a deed by a permit that is used",
			"NodeDeeds::InvoiceAlreadyUsed: The invoice was used by another purchase",
		),
		(
			"a deed beyond the permit's limit",
			"NodeDeeds::ExceedsUsdLimit: The buyer would have bought for more US dollars",
		),
		(
			"a proof that the node did not sign",
			"NodeDeeds::InvalidNodeProof: The node did not sign",
		),
		("a node that is linked already", "NodeDeeds::NodeAlreadyLinked: The node is linked to a"),
		("a link of somebody else's deed", "NodeDeeds::NotDeedOwner: The deed belongs to somebody"),
		("a claim for somebody else's deed", "Availability::NotDeedOwner: The deed belongs to"),
		("a call without R1 for its fee", "Inability to pay some fees"),
		("a deed for too little R1", "NodeDeeds::InsufficientR1: The buyer's free R1 does not"),
		("a deposit of too little USDC", "could not deposit 2000000.00 USDC: Poai.deposit"),
		("a job for too little USDC", "Poai::InsufficientEscrow: The escrow has less free than"),
		("a picture of another shape", "input `image` must have shape [N, 64], but [1, 63] was"),
		("a picture that does not fill its shape", "the value of input `image` is no tensor: "),
		("a picture of another datatype", "input `image` must be FP32, but INT64 was given"),
		("a model that is not served", "this node does not serve `letters` (model_not_served)"),
		("a file by its name", "`note.txt` is no CID"),
		("a file whose bytes do not match its CID", "does not match its CID"),
	];
	let made = mistakes.iter().map(|made| made.mistake.as_str());
	assert!(made.eq(expected.map(|(mistake, _)| mistake)), "other mistakes than expected");
	for (made, (mistake, reason)) in mistakes.iter().zip(expected) {
		assert!(made.error.contains(reason), "{mistake}: {}", made.error);
	}
}

fn base_units(text: &str) -> u128 {
	text.parse().expect("amounts are whole numbers of base units")
}

/// Everything that clients of other makes asked of the store came true at three nodes, and nothing
/// that was acknowledged was lost to a kill.
fn check_store(store: &Value) {
	let clients = &store["clients"];
	assert_eq!(clients["nodes"], 3, "{store}");
	assert_eq!(clients["sdk"]["values"], 5, "{store}");
	for version in ["resp2", "resp3"] {
		assert_eq!(clients["redis"][version]["heard"], 3, "{store}");
		assert!(clients["redis"][version]["copies"].as_u64() >= Some(1), "{store}");
	}
	assert_eq!(clients["mixed"], true, "{store}");
	assert_eq!(store["redis_cli"]["read"][0], "hello", "{store}");
	assert_eq!(store["kills"]["all_after_three"], 3, "{store}");
}

/// The SDK of the deployed network used its whole surface at three nodes, and a node by others gave and
/// took a file whose bytes are what they were.
fn check_files(files: &Value) {
	assert_eq!(files["sdk"]["nodes"], 3, "{files}");
	assert_eq!(files["sdk"]["cids"], 7, "{files}");
	assert!(files["sdk"]["resumed"].as_u64() >= Some(300_000), "{files}");
	for way in ["given", "taken"] {
		assert_eq!(files[way]["bytes"], 100_000_000, "{files}");
		assert_eq!(files[way]["sha256"].as_str().map(str::len), Some(64), "{files}");
	}
}

/// A web service ran on two nodes, used its token and survived a kill, and nothing of it is left.
fn check_containers(containers: &Value) {
	let page = format!("hello from job {}\n", containers["job"]);
	assert_eq!(containers["pages"], serde_json::json!([page, page]), "{containers}");
	// A container and a network of each node, and no volume.
	for (index, count) in [2, 2, 0].into_iter().enumerate() {
		assert_eq!(containers["during"][index], count, "{containers}");
	}
	assert_eq!(containers["stored"]["value"], "web", "{containers}");
	assert_eq!(containers["restarts"], 1, "{containers}");
	let visits = &containers["ingress"]["visits_during_update"];
	assert!(visits["answered"].as_u64() > Some(10) && visits["failed"] == 0, "{containers}");
	assert!(containers["log_lines"].as_u64() >= Some(1), "{containers}");
	assert_eq!(containers["left"], serde_json::json!([0, 0, 0, 0]), "{containers}");
}

/// One of three machines died, one kept what it had, and one took the place; money came back.
fn check_replacement(replacement: &Value) {
	let names = ["dead", "survivor", "heir"].map(|role| replacement[role].as_str().unwrap());
	assert_eq!(BTreeSet::from(names).len(), 3, "{replacement}");
	let refund: u128 = replacement["refund"].as_str().unwrap().parse().unwrap();
	assert!(0 < refund && refund < 60 * ENTRY_PRICE, "{replacement}");
}

/// One of the job's nodes led, whoever tried; then another did, with the next token.
fn check_leaders(agreement: &Value) {
	assert_eq!(agreement["tries"], 2, "{agreement}");
	assert_eq!(agreement["leaders"], 1, "{agreement}");
	assert_eq!(agreement["held"]["version"], 1, "{agreement}");
	assert_eq!(agreement["next"]["version"], 2, "{agreement}");
}
