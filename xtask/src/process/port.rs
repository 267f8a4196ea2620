// SPDX-License-Identifier: Apache-2.0

//! Who holds a TCP port.

use anyhow::{Context, Result, bail};
use std::{
	fmt, fs, io,
	net::{Ipv4Addr, TcpListener},
	path::Path,
};

/// The state of a listening socket in the kernel's table.
const STATE_LISTEN: &str = "0A";

/// The process that listens on a port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Holder {
	/// Its process id.
	pub pid: u32,
	/// Its name.
	pub name: String,
}

impl fmt::Display for Holder {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{} (process {})", self.name, self.pid)
	}
}

/// Makes sure that every port can be listened on at loopback; each comes with what wants it.
///
/// # Errors
///
/// Some are taken: one line each, with what wants it and who holds it.
pub fn ensure_free(ports: &[(u16, String)]) -> Result<()> {
	let mut taken = Vec::new();
	for (port, wanted_for) in ports {
		match TcpListener::bind((Ipv4Addr::LOCALHOST, *port)) {
			Ok(_) => {},
			Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
				let holder = holder(*port).map_or_else(
					|| "a process of another user".to_owned(),
					|holder| holder.to_string(),
				);
				taken.push(format!("port {port}, wanted for {wanted_for}, is taken by {holder}"));
			},
			Err(error) => {
				return Err(error).context(format!("port {port}, wanted for {wanted_for}"));
			},
		}
	}
	if !taken.is_empty() {
		bail!("{}", taken.join("\n"));
	}
	Ok(())
}

/// A port at loopback that nobody listens on now.
///
/// # Errors
///
/// The system has none to give.
pub fn any_free() -> Result<u16> {
	let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
	Ok(listener.local_addr().context("a listener has an address")?.port())
}

/// Who listens on a TCP port of this machine.
///
/// `None` if nobody does, if it is a process that this user may not look at, or if the system has
/// no `/proc`.
#[must_use]
pub fn holder(port: u16) -> Option<Holder> {
	let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
	let inode = tables
		.iter()
		.filter_map(|table| fs::read_to_string(table).ok())
		.find_map(|table| listening_inode(&table, port))?;
	let socket = format!("socket:[{inode}]");
	fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
		let pid = entry.file_name().to_str()?.parse().ok()?;
		holds(&entry.path(), &socket).then(|| Holder { pid, name: name_of(&entry.path()) })
	})
}

/// The inode of the socket that listens on a port, from the kernel's table of sockets.
///
/// Columns: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...`, where
/// an address is `<ip>:<port>`, both in hexadecimal.
fn listening_inode(table: &str, port: u16) -> Option<u64> {
	table.lines().skip(1).find_map(|line| {
		let columns: Vec<&str> = line.split_whitespace().collect();
		let (_, local_port) = columns.get(1)?.rsplit_once(':')?;
		let is_wanted = u16::from_str_radix(local_port, 16).ok()? == port;
		let listens = columns.get(3) == Some(&STATE_LISTEN);
		(is_wanted && listens).then(|| columns.get(9)?.parse().ok())?
	})
}

fn holds(process: &Path, socket: &str) -> bool {
	let Ok(descriptors) = fs::read_dir(process.join("fd")) else { return false };
	descriptors
		.flatten()
		.filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
		.any(|link| link.as_os_str() == socket)
}

fn name_of(process: &Path) -> String {
	match fs::read_to_string(process.join("comm")) {
		Ok(name) => name.trim().to_owned(),
		// It has ended in this very moment.
		Err(_) => "a process without a name".to_owned(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when
   0: 0100007F:26D8 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:26D8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1
";

	#[test]
	fn listening_inode_should_skip_connections_of_the_same_port() {
		assert_eq!(listening_inode(TABLE, 9944), Some(222));
		assert_eq!(listening_inode(TABLE, 9945), None);
		assert_eq!(listening_inode("", 9944), None);
	}

	#[test]
	fn ensure_free_should_name_port_purpose_and_holder_when_taken() {
		let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
		let port = listener.local_addr().expect("it listens").port();
		let expected = Holder { pid: std::process::id(), name: name_of(Path::new("/proc/self")) };
		assert_eq!(holder(port), Some(expected.clone()));

		let error = ensure_free(&[(port, "validator-1's RPC".into())]).expect_err("it is taken");
		assert_eq!(
			error.to_string(),
			format!("port {port}, wanted for validator-1's RPC, is taken by {expected}")
		);
		drop(listener);
		assert_eq!(holder(port), None);
	}
}
