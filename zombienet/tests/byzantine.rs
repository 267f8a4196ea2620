// SPDX-License-Identifier: Apache-2.0

//! One oracle of four is a traitor, then two of four are silent.

use crate::{
	oracle::{ByzantineOracle, Report, Reveal},
	stage::{GOVERNANCE, OPERATOR, Stage, number, say},
	truth::expected,
};
use anyhow::{Context, Result, ensure};
use frame_support::BoundedVec;
use pallet_oracles::{Phase, ReportPage};
use r1_primitives::EpochIndex;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// Who betrays.
const TRAITOR: &str = "Dave";

/// Place of the first plain edge node among the daemons.
const FIRST_EDGE: u16 = 3;
const EDGES: u16 = 3;

/// How long a window of ten blocks may take.
const WINDOW: Duration = Duration::from_secs(60);

/// The set of oracles stays the same for all cases: ten minutes.
const SESSION_SLOTS: u32 = 300;

#[test]
fn traitors_should_gain_nothing() {
	let changes = [("/validators/sessionSlots", json!(SESSION_SLOTS))];
	let stage = Stage::set("byzantine.toml", &changes).expect("the network starts");
	stage.play(|stage| {
		let edges = (0..EDGES).map(|edge| stage.at_daemon(FIRST_EDGE + edge)).collect::<Vec<_>>();
		let deeds = stage.give_deeds(OPERATOR, &edges)?;
		let traitor = ByzantineOracle::new(stage, TRAITOR, "alice")?;
		let case = Case { stage, deeds, traitor };
		case.friends_should_get_what_is_true()?;
		case.withheld_report_should_cost_score_alone()?;
		case.other_report_should_be_its_own_evidence()?;
		case.copied_report_should_be_worth_nothing()?;
		case.silent_half_should_leave_the_epoch_to_governance()
	});
}

struct Case<'a> {
	stage: &'a Stage,
	/// The deeds of the edge nodes, in their order.
	deeds: Vec<u64>,
	traitor: ByzantineOracle<'a>,
}

impl Case<'_> {
	/// 255 for a friend who is not there, 0 for everybody else.
	fn friends_should_get_what_is_true(&self) -> Result<()> {
		let epoch = self.next_epoch()?;
		self.stage.network.pause("edge-1")?;
		let friend = self.deeds[0];
		let record = self.traitor.await_phase(epoch, Phase::Committing)?;
		let lie = self.report(epoch, record.deeds, |deed| if deed == friend { 255 } else { 0 })?;
		self.traitor.commit(&lie, TRAITOR, record.deeds)?;
		self.traitor.await_phase(epoch, Phase::Revealing)?;
		for page in lie.reveals() {
			self.traitor.reveal(TRAITOR, record.deeds, page)?;
		}
		self.stage.network.resume("edge-1")?;

		let shown = self.stage.await_outcome(u64::from(epoch))?;
		ensure!(shown["outcome"] == "settled" && number(&shown, "reveals")? == 4, "{shown}");
		let table = self.stage.await_table(u64::from(epoch))?;
		say(format!("the traitor has friends in epoch {epoch}: {table:?}"));
		ensure!(table[&friend] <= 22, "the friend was away, and has {}", table[&friend]);
		self.others_should_have_it_all(&table, &[friend])
	}

	/// Commits and never reveals.
	fn withheld_report_should_cost_score_alone(&self) -> Result<()> {
		let node = self.stage.node_of(TRAITOR)?;
		let score = number(&self.stage.oracle(&node)?, "score")?;
		let epoch = self.next_epoch()?;
		let record = self.traitor.await_phase(epoch, Phase::Committing)?;
		let report = self.report(epoch, record.deeds, |_| 255)?;
		self.traitor.commit(&report, TRAITOR, record.deeds)?;
		let shown = self.stage.await_outcome(u64::from(epoch))?;
		say(format!("the traitor withholds epoch {epoch}: {shown}"));
		ensure!(number(&shown, "commits")? == 4, "{shown}");
		ensure!(shown["outcome"] == "settled" && number(&shown, "reveals")? == 3, "{shown}");
		self.others_should_have_it_all(&self.stage.await_table(u64::from(epoch))?, &[])?;
		let after = self.stage.oracle(&node)?;
		ensure!(number(&after, "score")? < score, "the score was {score}: {after}");
		ensure!(after["misconduct"].as_array().is_some_and(Vec::is_empty), "{after}");
		Ok(())
	}

	/// Reveals something else than what was committed to.
	fn other_report_should_be_its_own_evidence(&self) -> Result<()> {
		let epoch = self.next_epoch()?;
		let record = self.traitor.await_phase(epoch, Phase::Committing)?;
		let promised = self.report(epoch, record.deeds, |_| 255)?;
		self.traitor.commit(&promised, TRAITOR, record.deeds)?;
		self.traitor.await_phase(epoch, Phase::Revealing)?;
		let other = self.report(epoch, record.deeds, |_| 1)?;
		// The first page is enough; the chain takes none of him after it.
		let first = other.reveals().next().context("a report has pages")?;
		self.traitor.reveal(TRAITOR, record.deeds, first)?;
		self.conviction(epoch)
	}

	/// Takes over another's commitment, and its report once it is revealed.
	fn copied_report_should_be_worth_nothing(&self) -> Result<()> {
		let epoch = self.next_epoch()?;
		let record = self.traitor.await_phase(epoch, Phase::Committing)?;
		let copied = self
			.stage
			.network
			.wait("Alice's commitment", WINDOW, || self.traitor.commitment_by(epoch, "Alice"))?;
		self.traitor.commit_to(epoch, TRAITOR, record.deeds, copied)?;
		self.traitor.await_phase(epoch, Phase::Revealing)?;
		let overheard: Reveal = self.traitor.overhear(epoch, "Alice")?;
		self.traitor.reveal(TRAITOR, record.deeds, overheard)?;
		self.conviction(epoch)
	}

	/// With two of four silent nothing is agreed, until governance says what was.
	fn silent_half_should_leave_the_epoch_to_governance(&self) -> Result<()> {
		let epoch = self.next_epoch()?;
		let silent = u64::from(epoch);
		let ends_at = self.stage.epochs()?.starts_at(silent + 1);
		self.stage.await_moment(ends_at - 1.0, "the end of the epoch")?;
		self.stage.network.pause("charlie-edge")?;
		self.traitor.await_phase(epoch, Phase::Revealing)?;
		self.stage.network.resume("charlie-edge")?;
		let shown = self.stage.await_outcome(silent)?;
		say(format!("two of four are silent in epoch {silent}: {shown}"));
		ensure!(shown["outcome"] == "unsettled" && number(&shown, "reveals")? == 2, "{shown}");

		// Charlie's daemon stood still for most of the next one, so it says nothing about that.
		let shown = self.stage.await_outcome(silent + 1)?;
		ensure!(shown["outcome"] == "unsettled" && number(&shown, "reveals")? == 2, "{shown}");
		let shown = self.stage.await_outcome(silent + 2)?;
		ensure!(shown["outcome"] == "settled" && number(&shown, "reveals")? == 3, "{shown}");

		// They pay nothing, and hold back what comes after, of which nothing is lost.
		let undecided = number(&self.stage.status()?, "first_undecided_epoch")?;
		ensure!(undecided == silent, "epochs before {undecided} are decided");
		self.settle_by_governance(silent, 200)?;
		let void = (silent + 1).to_string();
		self.stage.control.signed(GOVERNANCE, &["epoch", "void", &void])?;
		let table = self.stage.await_table(silent + 1)?;
		ensure!(table.values().all(|value| *value == 0), "a void epoch pays {table:?}");
		self.others_should_have_it_all(&self.stage.await_table(silent + 2)?, &[])
	}

	/// Governance gives each edge node the same value.
	fn settle_by_governance(&self, epoch: u64, value: u8) -> Result<()> {
		let values = self.deeds.iter().map(|deed| (deed.to_string(), value));
		let values: BTreeMap<String, u8> = values.collect();
		let table = json!({ "availability": values, "work": [] }).to_string();
		let file = tempfile::NamedTempFile::new()?;
		std::fs::write(file.path(), table)?;
		let file = file.path().to_str().context("a path is text")?;
		let settle = ["epoch", "settle", &epoch.to_string(), "--table", file];
		self.stage.control.signed(GOVERNANCE, &settle)?;
		let shown = self.stage.show(epoch)?;
		ensure!(shown["outcome"] == "settled by governance", "{shown}");
		let table = self.stage.await_table(epoch)?;
		say(format!("governance settled epoch {epoch}: {table:?}"));
		ensure!(self.deeds.iter().all(|deed| table[deed] == u64::from(value)), "{table:?}");
		Ok(())
	}

	/// The traitor's misconduct is on the chain, and the epoch is settled without him.
	fn conviction(&self, epoch: EpochIndex) -> Result<()> {
		let shown = self.stage.await_outcome(u64::from(epoch))?;
		say(format!("the traitor contradicts himself in epoch {epoch}: {shown}"));
		ensure!(shown["outcome"] == "settled" && number(&shown, "reveals")? == 3, "{shown}");
		self.others_should_have_it_all(&self.stage.await_table(u64::from(epoch))?, &[])?;
		let row = self.stage.oracle(&self.stage.node_of(TRAITOR)?)?;
		ensure!(number(&row, "score")? == 0, "{row}");
		let proven = row["misconduct"].as_array().context("misconduct is a list")?;
		ensure!(proven.iter().any(|it| it["epoch"] == epoch), "nothing is proven: {row}");
		Ok(())
	}

	fn others_should_have_it_all(&self, table: &BTreeMap<u64, u64>, but: &[u64]) -> Result<()> {
		for deed in self.deeds.iter().filter(|deed| !but.contains(deed)) {
			let truth = expected(None);
			ensure!(truth.contains(&table[deed]), "deed {deed} has {}", table[deed]);
		}
		Ok(())
	}

	/// A whole report, by deed.
	fn report(&self, epoch: EpochIndex, deeds: u32, value: impl Fn(u64) -> u8) -> Result<Report> {
		ensure!(deeds <= r1_primitives::DEEDS_PER_PAGE, "one page holds all deeds");
		let values = (1..=u64::from(deeds)).map(value).collect();
		let pages = vec![
			ReportPage::Availability(BoundedVec::truncate_from(values)),
			ReportPage::Work(BoundedVec::default()),
		];
		Ok(Report { epoch, salt: [epoch as u8; 32], pages })
	}

	/// The epoch that begins next, when it begins.
	fn next_epoch(&self) -> Result<EpochIndex> {
		let epoch = self.stage.epoch()? + 1;
		let starts_at = self.stage.epochs()?.starts_at(epoch);
		self.stage.await_moment(starts_at, "the next epoch")?;
		Ok(u32::try_from(epoch)?)
	}
}
