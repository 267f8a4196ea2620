// SPDX-License-Identifier: Apache-2.0

//! Networks apart from the machine's own: one for all processes, and one for each machine whose
//! cable a test pulls.
//!
//! Nothing has a name in the system, so nothing is left over: a namespace ends with its last
//! process, and its cable with it.

use crate::keys::printed;
use anyhow::{Context, Result, bail, ensure};
use nix::sched::{CloneFlags, unshare};
use std::{
	path::Path,
	process::{Child, Command, Stdio},
};

/// The bridge that all machines are plugged into at first.
const BRIDGE: &str = "r1";

/// The bridge of those that are parted from them.
const FAR_BRIDGE: &str = "r1-far";

/// Where a machine is plugged in: nothing goes from one side to the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
	/// Where all are at first.
	Near,
	/// Where they are parted from those.
	Far,
}

/// The private network: the first three parts of its addresses.
pub const NETWORK: &str = "10.77.0";

/// Addresses of a network; machine 0 is the one without a namespace of its own.
#[must_use]
pub fn machine_address(network: &str, number: u8) -> String {
	format!("{network}.{}", u16::from(number) + 1)
}

/// Moves this thread, and what it starts from now on, into a network of its own.
///
/// # Errors
///
/// This needs the rights of root, or of `unshare --user --map-root-user`, and iproute2.
pub fn enter_private_network() -> Result<()> {
	unshare(CloneFlags::CLONE_NEWNET).context(
		"could not make a network namespace: run this as root, or under `unshare --user \
		 --map-root-user`",
	)?;
	ip(&["link", "set", "lo", "up"])?;
	for bridge in [BRIDGE, FAR_BRIDGE] {
		ip(&["link", "add", bridge, "type", "bridge"])?;
		ip(&["link", "set", bridge, "up"])?;
	}
	ip(&["address", "add", &format!("{}/24", machine_address(NETWORK, 0)), "dev", BRIDGE])
}

/// A machine with a network namespace of its own.
#[derive(Debug)]
pub struct Machine {
	number: u8,
	/// Keeps the namespace until processes of the machine are in it.
	holder: Child,
}

impl Machine {
	/// Makes a machine and plugs it in.
	///
	/// # Errors
	///
	/// [`enter_private_network`] was not called, or iproute2 is not there.
	pub fn plug_in(number: u8) -> Result<Self> {
		let holder = Command::new("unshare")
			// With its end, this program's children end: nobody has to find the holder.
			.args(["--net", "--", "setpriv", "--pdeathsig", "KILL", "sleep", "infinity"])
			.stdin(Stdio::null())
			.spawn()
			.context("could not start `unshare`: it is in Debian's util-linux")?;
		let machine = Self { number, holder };
		machine.await_namespace()?;
		let (cable, holder) = (machine.cable(), machine.holder.id().to_string());
		ip(&["link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &holder])?;
		ip(&["link", "set", &cable, "master", BRIDGE, "up"])?;
		let own = format!("{}/24", machine.address());
		for arguments in [
			["link", "set", "lo", "up"].as_slice(),
			&["address", "add", &own, "dev", "eth0"],
			&["link", "set", "eth0", "up"],
		] {
			let mut command = machine.command(Path::new("ip"));
			run(command.args(arguments))?;
		}
		Ok(machine)
	}

	/// Its address in the private network.
	#[must_use]
	pub fn address(&self) -> String {
		machine_address(NETWORK, self.number)
	}

	/// A command that runs inside it.
	#[must_use]
	pub fn command(&self, program: &Path) -> Command {
		inside(&self.network(), program)
	}

	/// Its network, as a file that `nsenter` enters.
	#[must_use]
	pub fn network(&self) -> String {
		format!("/proc/{}/ns/net", self.holder.id())
	}

	/// Pulls its cable: packets are lost from now on, and nobody is told.
	///
	/// # Errors
	///
	/// The system refuses.
	pub fn pull_cable(&self) -> Result<()> {
		ip(&["link", "set", &self.cable(), "nomaster"])
	}

	/// Plugs it in again.
	///
	/// # Errors
	///
	/// The system refuses.
	pub fn plug_in_again(&self) -> Result<()> {
		self.plug_into(Side::Near)
	}

	/// Plugs it in on a side, where it may be already.
	///
	/// # Errors
	///
	/// The system refuses.
	pub fn plug_into(&self, side: Side) -> Result<()> {
		let bridge = match side {
			Side::Near => BRIDGE,
			Side::Far => FAR_BRIDGE,
		};
		ip(&["link", "set", &self.cable(), "master", bridge])
	}

	fn cable(&self) -> String {
		format!("r1-{}", self.number)
	}

	/// Waits until the holder is in its namespace, and not in this one any more.
	fn await_namespace(&self) -> Result<()> {
		let own = std::fs::read_link("/proc/thread-self/ns/net")
			.context("the system does not say which network this is")?;
		// A few thousand looks take longer than `unshare` needs to begin.
		for _ in 0..100_000 {
			let theirs =
				std::fs::read_link(self.network()).context("the holder of a network has ended")?;
			if theirs != own {
				return Ok(());
			}
			std::thread::yield_now();
		}
		bail!("`unshare --net` made no network")
	}
}

impl Drop for Machine {
	#[expect(clippy::print_stderr, reason = "nobody is left who could be told otherwise")]
	fn drop(&mut self) {
		let killed = self.holder.kill().and_then(|()| self.holder.wait());
		if let Err(error) = killed {
			eprintln!("warning: could not end the holder of a network: {error}");
		}
	}
}

/// A command that runs a program inside a network.
pub(crate) fn inside(network: &str, program: &Path) -> Command {
	let mut command = Command::new("nsenter");
	command.arg(format!("--net={network}")).arg("--").arg(program);
	command
}

fn ip(arguments: &[&str]) -> Result<()> {
	run(Command::new("ip").args(arguments))
}

fn run(command: &mut Command) -> Result<()> {
	let output = command.output().context("could not run `ip`: it is in Debian's iproute2")?;
	let answer = printed(&output, &format!("{command:?}"))?;
	ensure!(answer.is_empty(), "{command:?} said: {answer}");
	Ok(())
}
