// SPDX-License-Identifier: Apache-2.0

//! Who visits, so that none takes the place of all others.

use crate::http::Peer;
use axum::http::HeaderMap;
use std::net::IpAddr;

/// Whoever visits, as far as one can be told from another.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Client {
	/// By an address of the old kind.
	V4([u8; 4]),
	/// By the first half of one of the new kind: who has one such address has all that begin so.
	V6([u8; 8]),
}

impl Client {
	/// Who it is, by the other end of a connection and what a reverse proxy of this machine says.
	///
	/// Nobody in particular is a program of this machine that speaks for itself.
	pub(super) fn of(peer: Option<Peer>, headers: &HeaderMap) -> Option<Self> {
		let peer = peer?.0.ip().to_canonical();
		if !peer.is_loopback() {
			return Some(Self::at(peer));
		}
		// The last is what the proxy itself has seen; what is before, anybody may have said.
		let said = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
		let last = said.rsplit(',').next()?.trim().parse::<IpAddr>().ok()?;
		Some(Self::at(last))
	}

	/// Who is at an address.
	pub(super) fn at(address: IpAddr) -> Self {
		match address.to_canonical() {
			IpAddr::V4(address) => Self::V4(address.octets()),
			IpAddr::V6(address) => {
				let [a, b, c, d, e, f, g, h, ..] = address.octets();
				Self::V6([a, b, c, d, e, f, g, h])
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use axum::http::HeaderValue;

	fn client(peer: &str, said: &[&str]) -> Option<Client> {
		let mut headers = HeaderMap::new();
		for said in said {
			headers.append("x-forwarded-for", HeaderValue::from_str(said).unwrap());
		}
		Client::of(Some(Peer((peer.parse::<IpAddr>().unwrap(), 1).into())), &headers)
	}

	fn at(address: &str) -> Option<Client> {
		Some(Client::at(address.parse().unwrap()))
	}

	#[test]
	fn client_should_be_whom_the_last_machine_that_is_believed_has_seen() {
		assert_eq!(client("192.0.2.9", &[]), at("192.0.2.9"));
		assert_eq!(client("192.0.2.9", &["198.51.100.1"]), at("192.0.2.9"), "it says so itself");
		assert_eq!(client("127.0.0.1", &[]), None);
		assert_eq!(client("127.0.0.1", &["192.0.2.9"]), at("192.0.2.9"));
		assert_eq!(client("::1", &["10.0.0.1, 192.0.2.8", "1.1.1.1, 192.0.2.9"]), at("192.0.2.9"));
		assert_eq!(client("::1", &["unknown"]), None);
		// One machine has many addresses of the new kind, and one of the old kind written as one.
		assert_eq!(at("2001:db8:1:2:3::1"), at("2001:db8:1:2:ffff::"));
		assert_ne!(at("2001:db8:1:2::"), at("2001:db8:1:3::"));
		assert_eq!(client("::ffff:192.0.2.9", &[]), at("192.0.2.9"));
	}
}
