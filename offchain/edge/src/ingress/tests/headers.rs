// SPDX-License-Identifier: Apache-2.0

//! What is handed on, and what is not.

use crate::ingress::headers::{Visitor, to_container, to_visitor, upgrade_of};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
	let parsed = lines.iter().map(|(name, value)| {
		let name: HeaderName = name.parse().unwrap();
		(name, HeaderValue::from_str(value).unwrap())
	});
	let mut headers = HeaderMap::new();
	for (name, value) in parsed {
		headers.append(name, value);
	}
	headers
}

/// The headers as sorted lines.
fn lines(headers: &HeaderMap) -> Vec<String> {
	let mut lines: Vec<_> = headers
		.iter()
		.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
		.collect();
	lines.sort();
	lines
}

fn visitor<'a>(peer: &str, prefix: Option<&'a str>) -> Visitor<'a> {
	Visitor { peer: Some(peer.parse().unwrap()), is_tls: true, prefix }
}

#[test]
fn container_should_hear_where_a_request_comes_from_and_nothing_of_the_connection() {
	let mut asked = headers(&[
		("host", "7.apps.example.org"),
		("accept", "text/html"),
		("authorization", "Basic abc"),
		("cookie", "session=1"),
		("connection", "keep-alive, X-Hop"),
		("x-hop", "1"),
		("keep-alive", "timeout=5"),
		("transfer-encoding", "chunked"),
		("te", "trailers"),
		("expect", "100-continue"),
		("proxy-authorization", "Basic abc"),
		("r1-token", "secret"),
		("forwarded", "for=1.2.3.4"),
		("x-forwarded-for", "1.2.3.4"),
		("x-forwarded-proto", "gopher"),
		("x-forwarded-user", "admin"),
	]);
	to_container(&mut asked, &visitor("192.0.2.9", None));
	assert_eq!(
		lines(&asked),
		[
			"accept: text/html",
			"authorization: Basic abc",
			"cookie: session=1",
			"host: 7.apps.example.org",
			"x-forwarded-for: 192.0.2.9",
			"x-forwarded-host: 7.apps.example.org",
			"x-forwarded-proto: https",
		]
	);
}

#[test]
fn message_should_have_one_length_and_keep_its_host() {
	let mut asked = headers(&[
		("host", "a"),
		("content-length", "3"),
		("connection", "host, content-length, x-forwarded-for"),
	]);
	to_container(&mut asked, &visitor("192.0.2.9", None));
	assert_eq!(
		(&asked["host"], &asked["content-length"]),
		(&HeaderValue::from_static("a"), &HeaderValue::from_static("3"))
	);
	assert_eq!(asked["x-forwarded-for"], "192.0.2.9");
	// Chunks say themselves how much there is.
	let mut said = headers(&[("content-length", "3"), ("transfer-encoding", "chunked")]);
	to_visitor(&mut said, None, false);
	assert!(said.is_empty(), "{said:?}");
}

#[test]
fn reverse_proxy_of_this_machine_should_be_believed_and_nobody_else() {
	let said = [
		("host", "127.0.0.1:31238"),
		("x-forwarded-for", "192.0.2.9"),
		("x-forwarded-proto", "http"),
		("x-forwarded-host", "7.apps.example.org"),
	];
	let mut near = headers(&said);
	to_container(&mut near, &visitor("127.0.0.1", None));
	let mut long =
		headers(&[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2, 3.3.3.3")]);
	to_container(&mut long, &visitor("127.0.0.1", None));
	assert_eq!(long["x-forwarded-for"], "1.1.1.1, 2.2.2.2, 3.3.3.3, 127.0.0.1");
	let mut far = headers(&said);
	to_container(&mut far, &visitor("198.51.100.1", None));
	assert_eq!(near["x-forwarded-for"], "192.0.2.9, 127.0.0.1");
	assert_eq!(
		(&near["x-forwarded-proto"], &near["x-forwarded-host"]),
		(&HeaderValue::from_static("http"), &HeaderValue::from_static("7.apps.example.org"))
	);
	assert_eq!(far["x-forwarded-for"], "198.51.100.1");
	assert_eq!(far["x-forwarded-proto"], "https");
	assert_eq!(far["x-forwarded-host"], "127.0.0.1:31238");
}

#[test]
fn jobs_that_share_an_origin_should_share_no_cookies_and_have_no_origin() {
	let mut asked = headers(&[("host", "a"), ("cookie", "session=1")]);
	to_container(&mut asked, &visitor("192.0.2.9", Some("/jobs/7")));
	assert!(!asked.contains_key("cookie"));
	assert_eq!(asked["x-forwarded-prefix"], "/jobs/7");

	let mut said = headers(&[
		("set-cookie", "a=1"),
		("set-cookie", "b=2"),
		("www-authenticate", "Basic realm=\"shop\""),
		("clear-site-data", "\"*\""),
		("strict-transport-security", "max-age=1"),
		("service-worker-allowed", "/"),
		("alt-svc", "h3=\":1\""),
		("content-security-policy", "default-src 'self'"),
		("content-type", "text/html"),
	]);
	to_visitor(&mut said, Some("/jobs/7"), false);
	let policies: Vec<_> = said.get_all("content-security-policy").iter().collect();
	assert_eq!(policies.len(), 2, "that of the container holds too");
	assert!(policies[1].to_str().unwrap().starts_with("sandbox "));
	assert!(!policies[1].to_str().unwrap().contains("allow-same-origin"));
	assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn cookie_should_be_of_its_host_alone() {
	let mut said = headers(&[
		("set-cookie", "a=1; Domain=.apps.example.org; Path=/; Secure"),
		("set-cookie", "domain=2; HttpOnly"),
		("set-cookie", "c=3;DOMAIN = apps.example.org"),
	]);
	to_visitor(&mut said, None, false);
	let cookies: Vec<_> = said.get_all("set-cookie").iter().collect();
	assert_eq!(cookies, ["a=1; Path=/; Secure", "domain=2; HttpOnly", "c=3"]);
	assert!(!said.contains_key("content-security-policy"));
}

#[test]
fn redirect_should_lead_to_where_the_visitor_finds_it() {
	let redirect = |location: &str, prefix| {
		let mut said = headers(&[("location", location)]);
		to_visitor(&mut said, prefix, false);
		said["location"].to_str().unwrap().to_owned()
	};
	for (location, expected) in [
		("/login?next=/", "/jobs/7/login?next=/"),
		("/jobs/7/login", "/jobs/7/login"),
		("/jobs/77", "/jobs/7/jobs/77"),
		("login", "login"),
		("//example.org/", "//example.org/"),
		("https://example.org/", "https://example.org/"),
	] {
		assert_eq!(redirect(location, Some("/jobs/7")), expected);
		assert_eq!(redirect(location, None), location);
	}
}

#[test]
fn upgrade_should_be_kept_only_where_it_is_meant() {
	let asked = |connection: &str| headers(&[("connection", connection), ("upgrade", "websocket")]);
	assert!(upgrade_of(&asked("keep-alive, Upgrade")).is_some());
	assert!(upgrade_of(&asked("close")).is_none());
	assert!(upgrade_of(&headers(&[("connection", "upgrade")])).is_none());
	let mut request = asked("keep-alive, Upgrade");
	to_container(&mut request, &visitor("192.0.2.9", None));
	assert_eq!(
		(&request["connection"], &request["upgrade"]),
		(&HeaderValue::from_static("upgrade"), &HeaderValue::from_static("websocket"))
	);
	let mut response = asked("upgrade");
	to_visitor(&mut response, None, false);
	assert!(response.is_empty(), "it was not asked for: {response:?}");
}
