// SPDX-License-Identifier: Apache-2.0

//! What the system counts.

use anyhow::{Context, Result, ensure};
use std::fs;

/// Length of the clock tick in which Linux reports the time of a process, in microseconds.
const TICK_MICROS: u64 = 10_000;

/// Open files for each node: its ends of connections, and some of its own.
const FILES_PER_NODE: u64 = 64;

/// Time that this process has used on all processors, in microseconds.
pub(super) fn processor_micros() -> Result<u64> {
	let stat = fs::read_to_string("/proc/self/stat")?;
	// The second field is the program's name, which may hold anything but ends in the last `)`.
	let (_, fields) = stat.rsplit_once(") ").context("/proc/self/stat has a name")?;
	let ticks = |field: &str| field.parse::<u64>().context("ticks are numbers");
	let mut times = fields.split_whitespace().skip(11);
	let user = ticks(times.next().context("/proc/self/stat has the user's time")?)?;
	let system = ticks(times.next().context("/proc/self/stat has the system's time")?)?;
	Ok((user + system) * TICK_MICROS)
}

/// Bytes that the loopback device has carried, with the headers of TCP and IP and an Ethernet
/// header for each packet.
pub(super) fn loopback_bytes() -> Result<u64> {
	let devices = fs::read_to_string("/proc/self/net/dev")?;
	let counts = devices
		.lines()
		.find_map(|line| line.trim_start().strip_prefix("lo:"))
		.context("there is a loopback device")?;
	let received = counts.split_whitespace().next().context("the device counts bytes")?;
	received.parse().context("bytes are a number")
}

/// Fails if the system does not let this process open as many files as that many nodes need.
pub(super) fn ensure_files(nodes: u32) -> Result<()> {
	let limits = fs::read_to_string("/proc/self/limits")?;
	let allowed = limits
		.lines()
		.find_map(|line| line.strip_prefix("Max open files"))
		.and_then(|line| line.split_whitespace().next())
		.context("/proc/self/limits has the open files")?;
	let needed = u64::from(nodes) * FILES_PER_NODE;
	let is_enough = allowed.parse::<u64>().map_or(true, |allowed| needed <= allowed);
	ensure!(
		is_enough,
		"{nodes} nodes open about {needed} files, and {allowed} are allowed: `ulimit -n {needed}`"
	);
	Ok(())
}
