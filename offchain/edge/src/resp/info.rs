// SPDX-License-Identifier: Apache-2.0

//! What `INFO` tells, for persons and for clients that look for the fields of Redis.

use super::Server;
use r1_core::Clock as _;
use r1_cstore::service::Space;
use std::{fmt::Write as _, sync::atomic::Ordering};

/// The text: sections of lines `name:value`.
pub(super) fn text(server: &Server, space: Option<&Space>) -> String {
	let uptime_secs = server.clock.monotonic_ms().saturating_sub(server.started_at_ms) / 1_000;
	let mut lines = vec![
		"# Server".to_owned(),
		format!("ratio1_version:{}", env!("CARGO_PKG_VERSION")),
		"redis_mode:standalone".to_owned(),
		format!("uptime_in_seconds:{uptime_secs}"),
		String::new(),
		"# Clients".to_owned(),
		format!("connected_clients:{}", server.connections.load(Ordering::Relaxed)),
		String::new(),
		"# Stats".to_owned(),
		format!("total_commands_processed:{}", server.commands.load(Ordering::Relaxed)),
		String::new(),
		"# Persistence".to_owned(),
		format!(
			"aof_last_write_status:{}",
			if server.door.cstore.store.failure().is_none() { "ok" } else { "err" }
		),
	];
	if let Some(space) = space
		&& let Ok(counts) = space.counts()
	{
		let others = counts.replicas.saturating_sub(1);
		lines.extend([
			String::new(),
			"# Replication".to_owned(),
			"role:master".to_owned(),
			format!("connected_slaves:{}", others.saturating_sub(counts.behind)),
			String::new(),
			"# Keyspace".to_owned(),
			format!("namespace:{}", space.name()),
			format!("records:{}", counts.records),
			format!("bytes:{}", counts.bytes),
		]);
	}
	lines.iter().fold(String::new(), |mut text, line| {
		// Writing to a text does not fail.
		let _infallible = write!(text, "{line}\r\n");
		text
	})
}
