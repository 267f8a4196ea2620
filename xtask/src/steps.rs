// SPDX-License-Identifier: Apache-2.0

//! Steps of a chore: a header each, the elapsed time, and which command failed.

use anyhow::{Context, Result, bail};
use std::{process::Command, time::Instant};

/// Prints headers and times of a known number of steps.
#[derive(Debug)]
pub struct Steps {
	total: usize,
	done: usize,
	started: Instant,
}

impl Steps {
	/// Starts the clock of `total` steps.
	#[must_use]
	pub fn new(total: usize) -> Self {
		Self { total, done: 0, started: Instant::now() }
	}

	/// Runs the next step under its header.
	///
	/// # Errors
	///
	/// The step's own, with the step's name before it.
	pub fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> Result<()> {
		self.done += 1;
		eprintln!("\n==> [{}/{}] {name}", self.done, self.total);
		let started = Instant::now();
		step().with_context(|| format!("step {} of {}, {name}, failed", self.done, self.total))?;
		eprintln!("    {name}: done in {:.1} s", started.elapsed().as_secs_f64());
		Ok(())
	}

	/// Says how long all steps took.
	pub fn finish(self) {
		let seconds = self.started.elapsed().as_secs();
		let (minutes, seconds) = (seconds / 60, seconds % 60);
		eprintln!("\nall {} steps passed in {minutes} min {seconds} s", self.done);
	}
}

/// Runs a command in the foreground; its output goes to the terminal.
///
/// # Errors
///
/// It cannot be started, or does not succeed: the error holds the command as one could type it.
pub fn run_command(command: &mut Command) -> Result<()> {
	let line = command_line(command);
	eprintln!("    $ {line}");
	let status = command.status().with_context(|| format!("could not start `{line}`"))?;
	if !status.success() {
		bail!("`{line}` failed ({status})");
	}
	Ok(())
}

/// A command as one would type it, with the variables that it sets.
#[must_use]
pub fn command_line(command: &Command) -> String {
	let variables = command.get_envs().filter_map(|(name, value)| {
		Some(format!("{}={}", name.to_string_lossy(), quote(&value?.to_string_lossy())))
	});
	let program = command.get_program().to_string_lossy();
	// A person types `cargo`, not the toolchain's path of it.
	let program = if program.ends_with("/cargo") { "cargo".into() } else { quote(&program) };
	let arguments = command.get_args().map(|argument| quote(&argument.to_string_lossy()));
	variables.chain([program]).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
	let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./:@,+%".contains(letter);
	if !word.is_empty() && word.chars().all(is_plain) {
		word.to_owned()
	} else {
		format!("'{}'", word.replace('\'', r"'\''"))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn command_line_should_be_what_one_can_type() {
		let mut command = Command::new("/toolchains/stable/bin/cargo");
		command.env("SKIP_WASM_BUILD", "1").args(["test", "--", "it's here"]);
		assert_eq!(command_line(&command), r"SKIP_WASM_BUILD=1 cargo test -- 'it'\''s here'");
	}

	#[test]
	fn run_should_stop_at_the_step_that_fails_and_name_its_command() {
		let mut steps = Steps::new(2);
		steps
			.run("good", || run_command(&mut Command::new("true")))
			.expect("true succeeds");
		let error = steps
			.run("bad", || run_command(Command::new("sh").args(["-c", "exit 3"])))
			.expect_err("exit 3 is a failure");
		let message = format!("{error:#}");
		assert!(message.contains("step 2 of 2, bad, failed"), "{message}");
		assert!(message.contains("`sh -c 'exit 3'` failed (exit status: 3)"), "{message}");
	}
}
