// SPDX-License-Identifier: Apache-2.0

use super::*;
use std::{fs, path::Path, process::Command, time::Duration};
use tempfile::TempDir;

/// Long for a loaded machine, short for a person who waits for a failure.
const SOON: Wait<'_> = Wait { what: "the test's condition", timeout: Duration::from_secs(20) };

fn shell(script: &str) -> Command {
	let mut command = Command::new("sh");
	command.args(["-c", script]);
	command
}

/// Whether a process is there and not merely waiting to be reaped.
fn is_alive(pid: &str) -> bool {
	fs::read_to_string(format!("/proc/{pid}/stat"))
		.is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}

/// Waits for the first line of a log.
fn first_line(fleet: &mut Fleet, log: &Path) -> String {
	fleet
		.wait_for(&SOON, || {
			let text = fs::read_to_string(log)?;
			let line = text.split_once('\n').map(|(line, _)| line.to_owned());
			anyhow::Context::context(line, "the log is empty")
		})
		.expect("the child prints a line")
}

fn await_end(pid: &str) {
	Fleet::new(Interrupt::default())
		.wait_for(&SOON, || {
			anyhow::ensure!(!is_alive(pid), "process {pid} is alive");
			Ok(())
		})
		.expect("the process ends");
}

#[test]
fn stop_all_should_end_children_and_their_children() {
	let directory = TempDir::new().expect("temporary directories can be made");
	let log = directory.path().join("logs/family.log");
	let mut fleet = Fleet::new(Interrupt::default());
	fleet
		.spawn("family", shell("sleep 1000 & echo $!; wait"), &log)
		.expect("sh starts");
	let parent = fleet.pid("family").expect("it runs").to_string();
	let grandchild = first_line(&mut fleet, &log);
	assert!(is_alive(&parent) && is_alive(&grandchild));

	fleet.stop_all().expect("both can be signalled");
	assert!(!is_alive(&parent));
	await_end(&grandchild);
}

#[test]
fn drop_should_kill_a_child_that_ignores_the_polite_signal() {
	let directory = TempDir::new().expect("temporary directories can be made");
	let log = directory.path().join("stubborn.log");
	let mut fleet = Fleet::new(Interrupt::default()).with_grace(Duration::from_millis(200));
	let script = "trap '' TERM; echo $$; while :; do sleep 1000; done";
	fleet.spawn("stubborn", shell(script), &log).expect("sh starts");
	let pid = first_line(&mut fleet, &log);

	drop(fleet);
	assert!(!is_alive(&pid));
}

#[test]
fn stop_should_give_the_child_time_to_finish() {
	let directory = TempDir::new().expect("temporary directories can be made");
	let log = directory.path().join("tidy.log");
	let mut fleet = Fleet::new(Interrupt::default());
	let script = "trap 'echo flushed; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
	fleet.spawn("tidy", shell(script), &log).expect("sh starts");
	assert_eq!(first_line(&mut fleet, &log), "ready");

	fleet.stop("tidy").expect("it can be signalled");
	// Between the two, some shells tell that their own `sleep` was stopped too.
	assert!(fs::read_to_string(&log).expect("the log stays").ends_with("flushed\n"));
	let error = fleet.stop("tidy").expect_err("it is gone");
	assert_eq!(error.to_string(), "tidy does not run");
}

#[test]
fn kill_should_free_the_name_and_keep_the_log() {
	let directory = TempDir::new().expect("temporary directories can be made");
	let log = directory.path().join("phoenix.log");
	let mut fleet = Fleet::new(Interrupt::default()).with_grace(Duration::ZERO);
	let script = "trap 'echo never' TERM; echo up; while :; do sleep 0.05; done";
	fleet.spawn("phoenix", shell(script), &log).expect("sh starts");
	let error = fleet.spawn("phoenix", shell("true"), &log).expect_err("the name is taken");
	assert_eq!(error.to_string(), "phoenix already runs");
	first_line(&mut fleet, &log);
	fleet.kill("phoenix").expect("it can be signalled");

	fleet.spawn("phoenix", shell(script), &log).expect("the name is free again");
	fleet
		.wait_for(&SOON, || {
			let text = fs::read_to_string(&log)?;
			anyhow::ensure!(text == "up\nup\n", "the log is {text:?}");
			Ok(())
		})
		.expect("the second child appends to the first one's log");
}

#[test]
fn wait_for_should_show_the_log_when_a_child_ends_by_itself() {
	let directory = TempDir::new().expect("temporary directories can be made");
	let log = directory.path().join("broken.log");
	let mut fleet = Fleet::new(Interrupt::default());
	fleet
		.spawn("broken", shell("echo no such database >&2; exit 7"), &log)
		.expect("sh starts");

	let error = fleet
		.wait_for(&SOON, || -> anyhow::Result<()> { anyhow::bail!("not yet") })
		.expect_err("the child ends");
	let message = format!("{error:#}");
	assert!(message.contains("broken ended by itself (exit status: 7)"), "{message}");
	assert!(message.ends_with("no such database"), "{message}");
}

#[test]
fn wait_for_should_say_the_last_state_when_time_is_up() {
	let wait = Wait { what: "block 2", timeout: Duration::from_millis(250) };
	let mut height = 0;
	let error = Fleet::new(Interrupt::default())
		.wait_for(&wait, || -> anyhow::Result<()> {
			height += 1;
			anyhow::bail!("the best block is {height}")
		})
		.expect_err("nothing comes");
	let message = format!("{error:#}");
	let expected = format!("block 2 did not come in 0.25 s: the best block is {height}");
	assert_eq!(message, expected);
	assert!(height > 1, "it was tried more than once");
}

#[test]
fn wait_for_should_end_at_once_when_interrupted() {
	let interrupt = Interrupt::default();
	let mut fleet = Fleet::new(interrupt.clone());
	let error = fleet
		.wait_for(&SOON, || -> anyhow::Result<()> {
			interrupt.raise();
			anyhow::bail!("not yet")
		})
		.expect_err("it is interrupted");
	assert_eq!(error.to_string(), "interrupted while waiting for the test's condition");
}

#[test]
fn interrupt_should_count_real_signals() {
	let interrupt = Interrupt::on_signals().expect("signals can be handled");
	let own = nix::unistd::Pid::this();
	nix::sys::signal::kill(own, nix::sys::signal::Signal::SIGINT).expect("one may signal oneself");
	Fleet::new(Interrupt::default())
		.wait_for(&SOON, || {
			anyhow::ensure!(interrupt.is_raised(), "no signal yet");
			Ok(())
		})
		.expect("the signal arrives");
}
