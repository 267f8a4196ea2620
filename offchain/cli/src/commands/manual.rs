// SPDX-License-Identifier: Apache-2.0

//! What shells and `man` know of this tool, made from its arguments.

use crate::{
	arguments::{Arguments, Completions, Manual},
	output::Answer,
};
use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use serde::Serialize;
use std::{fs, path::Path};

/// Name of the program.
const PROGRAM: &str = "r1ctl";

/// A script that completes commands.
pub(super) fn completions(order: &Completions) -> anyhow::Result<Answer> {
	let mut script = Vec::new();
	clap_complete::generate(order.shell, &mut Arguments::command(), PROGRAM, &mut script);
	Ok(Answer::text(&String::from_utf8(script).context("the script is no text")?))
}

pub(super) fn run(order: &Manual) -> anyhow::Result<Answer> {
	let pages = pages(Arguments::command())?;
	match &order.output {
		Some(directory) => write(directory, &pages),
		// The program's own page comes first.
		None => Ok(Answer::text(pages.first().map_or("", |page| &page.text))),
	}
}

/// A page of the manual.
struct Page {
	file: String,
	text: String,
}

/// A page for the program, and one for each of its commands.
fn pages(command: Command) -> anyhow::Result<Vec<Page>> {
	// How to get help is on each page already.
	let mut command = command.disable_help_subcommand(true);
	command.build();
	let mut pages = Vec::new();
	let mut commands = vec![command];
	while let Some(command) = commands.pop() {
		commands.extend(command.get_subcommands().filter(|one| !one.is_hide_set()).cloned());
		let (man, mut text) = (Man::new(command), Vec::new());
		man.render(&mut text).context("could not write a page of the manual")?;
		let text = String::from_utf8(text).context("a page of the manual is no text")?;
		pages.push(Page { file: man.get_filename(), text });
	}
	Ok(pages)
}

#[derive(Serialize)]
struct Written {
	directory: String,
	pages: usize,
}

fn write(directory: &Path, pages: &[Page]) -> anyhow::Result<Answer> {
	fs::create_dir_all(directory)
		.with_context(|| format!("could not make the directory {}", directory.display()))?;
	for page in pages {
		let path = directory.join(&page.file);
		fs::write(&path, &page.text)
			.with_context(|| format!("could not write {}", path.display()))?;
	}
	let written = Written { directory: directory.display().to_string(), pages: pages.len() };
	Answer::one(
		&written,
		&[("directory", written.directory.clone()), ("pages", written.pages.to_string())],
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::ValueEnum as _;
	use clap_complete::Shell;
	use std::collections::BTreeSet;

	#[test]
	fn every_shell_should_be_told_the_commands() {
		for shell in Shell::value_variants() {
			let answer = completions(&Completions { shell: *shell }).unwrap();
			let script = answer.json().as_str().unwrap();
			for needle in ["r1ctl", "doctor", "generate", "node-url"] {
				assert!(script.contains(needle), "{shell}: {needle}");
			}
		}
	}

	#[test]
	fn manual_should_have_a_page_of_each_command() {
		let pages = pages(Arguments::command()).unwrap();
		assert_eq!(pages[0].file, "r1ctl.1");
		let files = pages.iter().map(|page| page.file.as_str()).collect::<BTreeSet<_>>();
		assert_eq!(files.len(), pages.len(), "no page hides another");
		for file in ["r1ctl-doctor.1", "r1ctl-keys.1", "r1ctl-keys-generate.1"] {
			assert!(files.contains(file), "{file} is not in {files:?}");
		}
		assert!(pages.iter().all(|page| page.text.contains(".SH NAME")));
	}
}
