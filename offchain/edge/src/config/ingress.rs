// SPDX-License-Identifier: Apache-2.0

//! The section of the ingress.

use super::Listen;
use crate::{
	defaults,
	http::TlsFiles,
	ingress::{Names, Target},
};
use anyhow::ensure;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// The ingress, where visitors of jobs come in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ingress {
	/// Address and port for visitors over HTTP, or `off`. Apart from the API's, since what containers
	/// answer is a stranger's. Other addresses than loopback need TLS. Default: `off`.
	pub(crate) listen: Listen,
	/// The certificate for TLS, and those that vouch for it, in PEM. Default: none, which is no TLS.
	pub(crate) certificate_file: Option<PathBuf>,
	/// Its private key, in PEM. Default: none.
	pub(crate) private_key_file: Option<PathBuf>,
	/// What host names of jobs end in: with `apps.example.org`, `7.apps.example.org` is job 7 and
	/// `http-7.apps.example.org` its port `http`. Default: none, so that jobs are found by path alone.
	pub(crate) host_suffix: Option<String>,
	/// Connections at a time. Beyond, those are closed that rest longest. Default: 1 024.
	pub(crate) connections_max: usize,
	/// Names before the suffix that stand for ports of jobs, as `shop = "7:web.http"`. Default: none.
	pub(crate) names: BTreeMap<String, Target>,
	/// Ports that lead to public ports of jobs over TCP. Default: none.
	pub(crate) tcp: Vec<IngressTcp>,
}

/// A port that leads to one of a job.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IngressTcp {
	/// Address and port.
	pub(crate) listen: SocketAddr,
	/// The job and its port, as `7:sql` or `7:db.sql`.
	pub(crate) target: Target,
}

impl Default for Ingress {
	fn default() -> Self {
		Self {
			listen: Listen::Off,
			certificate_file: None,
			private_key_file: None,
			host_suffix: None,
			connections_max: defaults::INGRESS_CONNECTIONS_MAX,
			names: BTreeMap::new(),
			tcp: Vec::new(),
		}
	}
}

impl Ingress {
	/// What TLS needs.
	pub(crate) fn tls_files(&self) -> TlsFiles<'_> {
		let certificates = self.certificate_file.as_deref();
		TlsFiles { section: "ingress", certificates, private_key: self.private_key_file.as_deref() }
	}

	/// What host names mean.
	pub(crate) fn names(&self) -> Names {
		Names { suffix: self.host_suffix.clone(), given: self.names.clone() }
	}

	/// Refuses what makes no sense.
	pub(super) fn validate(&self) -> anyhow::Result<()> {
		ensure!(
			self.certificate_file.is_some() == self.private_key_file.is_some(),
			"ingress.certificate_file and ingress.private_key_file go together; one of them is \
			 missing"
		);
		if let Listen::At(address) = self.listen {
			ensure!(
				address.ip().is_loopback() || self.certificate_file.is_some(),
				"ingress.listen is {address}, where others could read what visitors send; set \
				 ingress.certificate_file and ingress.private_key_file, or listen on 127.0.0.1 and \
				 let a reverse proxy of this machine speak TLS"
			);
		}
		if let Some(suffix) = &self.host_suffix {
			ensure!(
				suffix.split('.').all(is_label),
				"ingress.host_suffix is `{suffix}`, which is no host name in lower case without a dot \
				 before it, like `apps.example.org`"
			);
		}
		ensure!(
			self.names.is_empty() || self.host_suffix.is_some(),
			"ingress.names has names of hosts, but ingress.host_suffix, which they end in, is missing"
		);
		for name in self.names.keys() {
			ensure!(
				is_label(name),
				"ingress.names has `{name}`, which is no part of a host name; use a to z, 0 to 9 and \
				 `-`"
			);
		}
		for IngressTcp { target, .. } in &self.tcp {
			ensure!(
				target.port.is_some(),
				"ingress.tcp has the target `{target}` without a port; write it like `{target}:sql`"
			);
		}
		let connections = 1..=defaults::API_CONNECTIONS_LIMIT;
		ensure!(
			connections.contains(&self.connections_max),
			"ingress.connections_max is {}; it must be from 1 to {}",
			self.connections_max,
			defaults::API_CONNECTIONS_LIMIT
		);
		Ok(())
	}
}

/// Whether this can stand between two dots of a host name.
fn is_label(label: &str) -> bool {
	let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
	(1..=63).contains(&label.len())
		&& label.bytes().all(is_allowed)
		&& !label.starts_with('-')
		&& !label.ends_with('-')
}
