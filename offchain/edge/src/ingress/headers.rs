// SPDX-License-Identifier: Apache-2.0

//! What is said between a visitor and a container, and what is not handed on.
//!
//! A container is a stranger's code, and so is each other one that the same host name leads to. What
//! a path leads to has the origin of the ingress in common with all other jobs: it is shown in a
//! sandbox, which has no origin, and neither sets nor gets cookies. What a host name leads to has an
//! origin of its own, and its cookies are of that host alone.

use axum::http::{
	HeaderMap, HeaderName, HeaderValue,
	header::{
		ALT_SVC, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, COOKIE, EXPECT, FORWARDED,
		HOST, LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE,
		STRICT_TRANSPORT_SECURITY, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, WWW_AUTHENTICATE,
	},
};
use std::net::IpAddr;

/// Where a visitor shows the token for a port that is not public. `authorization` and cookies are the
/// container's.
pub(super) const TOKEN: HeaderName = HeaderName::from_static("r1-token");

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What is about one connection, and ends at each party.
const OF_CONNECTION: [HeaderName; 10] = [
	CONNECTION,
	HeaderName::from_static("keep-alive"),
	PROXY_AUTHENTICATE,
	PROXY_AUTHORIZATION,
	HeaderName::from_static("proxy-connection"),
	TE,
	TRAILER,
	TRANSFER_ENCODING,
	UPGRADE,
	EXPECT,
];

/// What a browser would take as said by all jobs of the origin.
const OF_ORIGIN: [HeaderName; 9] = [
	SET_COOKIE,
	// A password that one job asks for would be sent to all.
	WWW_AUTHENTICATE,
	STRICT_TRANSPORT_SECURITY,
	ALT_SVC,
	HeaderName::from_static("clear-site-data"),
	HeaderName::from_static("service-worker-allowed"),
	HeaderName::from_static("nel"),
	HeaderName::from_static("report-to"),
	HeaderName::from_static("reporting-endpoints"),
];

/// Pages may do what pages do, but in no origin.
const SANDBOX: HeaderValue = HeaderValue::from_static(
	"sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts",
);

/// What the ingress knows of a request beside its headers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitor<'a> {
	/// The other end of the connection.
	pub(super) peer: Option<IpAddr>,
	/// Whether the connection has TLS.
	pub(super) is_tls: bool,
	/// What the path had before the container's own.
	pub(super) prefix: Option<&'a str>,
}

/// Takes out what is not for the container, and says where the request comes from.
///
/// What a program of this machine says of that is believed, since it may be a reverse proxy.
pub(super) fn to_container(headers: &mut HeaderMap, visitor: &Visitor<'_>) {
	let upgrade = upgrade_of(headers);
	remove_of_connection(headers);
	headers.remove(&TOKEN);
	headers.remove(&FORWARDED);
	let is_near = visitor.peer.is_some_and(|peer| peer.is_loopback());
	let before = |headers: &HeaderMap, name: &HeaderName| {
		let said = listed(headers, name).filter(|_| is_near).collect::<Vec<_>>();
		Some(said.join(", ")).filter(|said| !said.is_empty())
	};
	let peer = visitor.peer.map(|peer| peer.to_string());
	let hops = [before(headers, &FORWARDED_FOR), peer]
		.into_iter()
		.flatten()
		.collect::<Vec<_>>();
	let own = if visitor.is_tls { "https" } else { "http" };
	let proto = before(headers, &FORWARDED_PROTO)
		.filter(|proto| matches!(proto.as_str(), "http" | "https"))
		.unwrap_or_else(|| own.to_owned());
	let host = before(headers, &FORWARDED_HOST)
		.or_else(|| Some(headers.get(HOST)?.to_str().ok()?.to_owned()));
	let forwarded: Vec<HeaderName> = headers
		.keys()
		.filter(|name| name.as_str().starts_with("x-forwarded-"))
		.cloned()
		.collect();
	for name in forwarded {
		headers.remove(name);
	}
	put(headers, FORWARDED_FOR, Some(hops.join(", ")).filter(|hops| !hops.is_empty()));
	put(headers, FORWARDED_PROTO, Some(proto));
	put(headers, FORWARDED_HOST, host);
	if let Some(prefix) = visitor.prefix {
		put(headers, FORWARDED_PREFIX, Some(prefix.to_owned()));
		headers.remove(COOKIE);
	}
	keep_upgrade(headers, upgrade);
}

/// Takes out what is not for the visitor.
pub(super) fn to_visitor(headers: &mut HeaderMap, prefix: Option<&str>, is_upgrade: bool) {
	let upgrade = upgrade_of(headers).filter(|_| is_upgrade);
	remove_of_connection(headers);
	match prefix {
		Some(prefix) => {
			for name in &OF_ORIGIN {
				headers.remove(name);
			}
			// Beside what the container says itself: of several policies each holds.
			headers.append(CONTENT_SECURITY_POLICY, SANDBOX);
			let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
			if let Some(inside) = location.and_then(|location| inside(location, prefix)) {
				put(headers, LOCATION, Some(inside));
			}
		},
		None => cookies_of_host(headers),
	}
	keep_upgrade(headers, upgrade);
}

/// What a request or response would go on with instead of HTTP.
pub(super) fn upgrade_of(headers: &HeaderMap) -> Option<HeaderValue> {
	let is_meant = listed(headers, &CONNECTION).any(|word| word.eq_ignore_ascii_case("upgrade"));
	headers.get(UPGRADE).filter(|_| is_meant).cloned()
}

fn keep_upgrade(headers: &mut HeaderMap, upgrade: Option<HeaderValue>) {
	if let Some(upgrade) = upgrade {
		headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
		headers.insert(UPGRADE, upgrade);
	}
}

fn remove_of_connection(headers: &mut HeaderMap) {
	let named: Vec<HeaderName> = listed(headers, &CONNECTION)
		.filter_map(|name| name.parse().ok())
		// What a message is about is never of one connection, whatever it says itself.
		.filter(|name| ![HOST, CONTENT_LENGTH].contains(name))
		.collect();
	// Of a message that came in chunks another length is not believed, so it must not be handed on.
	if headers.contains_key(TRANSFER_ENCODING) {
		headers.remove(CONTENT_LENGTH);
	}
	for name in named.iter().chain(&OF_CONNECTION) {
		headers.remove(name);
	}
}

/// The words of a header that is a list.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
	headers
		.get_all(name)
		.iter()
		.filter_map(|value| value.to_str().ok())
		.flat_map(|value| value.split(','))
		.map(str::trim)
		.filter(|word| !word.is_empty())
}

/// Where a container's own path is, from outside.
fn inside(location: &str, prefix: &str) -> Option<String> {
	let is_path = location.starts_with('/') && !location.starts_with("//");
	let rest = location.strip_prefix(prefix);
	let is_inside = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
	(is_path && !is_inside).then(|| format!("{prefix}{location}"))
}

/// Makes cookies those of the host alone: one for all hosts of the suffix would reach other jobs.
fn cookies_of_host(headers: &mut HeaderMap) {
	let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
	headers.remove(SET_COOKIE);
	for cookie in cookies {
		// What is no text, nobody can tell the parts of.
		let Ok(text) = cookie.to_str() else { continue };
		let is_domain = |part: &&str| {
			let name = part.split('=').next().unwrap_or_default();
			name.trim().eq_ignore_ascii_case("domain")
		};
		// The first part is the cookie itself, whatever it is called.
		let mut parts = text.split(';');
		let first = parts.next().into_iter();
		let kept: Vec<&str> = first.chain(parts.filter(|part| !is_domain(part))).collect();
		if let Ok(cookie) = HeaderValue::from_str(&kept.join(";")) {
			headers.append(SET_COOKIE, cookie);
		}
	}
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<String>) {
	match value.map(HeaderValue::try_from) {
		Some(Ok(value)) => drop(headers.insert(name, value)),
		Some(Err(_)) | None => drop(headers.remove(name)),
	}
}
