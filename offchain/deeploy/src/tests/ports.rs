// SPDX-License-Identifier: Apache-2.0

//! Which port of a job is meant.

use super::job::{DIGEST, small};
use crate::job::*;

fn group(text: &str) -> Group {
	JobSpecification::read(text.as_bytes()).unwrap().group().unwrap().clone()
}

/// Two containers that each have a port `http`, of which one is public.
fn pair() -> Group {
	group(&format!(
		"version: 2
kind: stack
name: pair
containers:
  shop:
    image: docker.io/library/shop@{DIGEST}
    ports:
      http: {{port: 8080, protocol: http, public: true}}
      admin: {{port: 9000, protocol: http}}
      dns: {{port: 53, protocol: udp}}
    health:
      start_up: {{http: {{port: 8080, path: /ready}}}}
      continuous: {{tcp: {{port: 8080}}}}
  db:
    image: docker.io/library/db@{DIGEST}
    ports:
      http: {{port: 8081, protocol: http}}
      sql: {{port: 5432, public: true}}
      '80': {{port: 7000}}
    health: {{start_up: {{exec: [pg_isready]}}}}
  cache:
    image: docker.io/library/cache@{DIGEST}
    ports: {{tcp: {{port: 6379}}}}
    health: {{start_up: {{tcp: {{port: 6379}}}}}}
"
	))
}

fn found(container: Option<&str>, wanted: WantedPort<'_>) -> String {
	match pair().port(container, wanted) {
		Ok(port) => format!("{port} = {}", port.port.number),
		Err(error) => error.to_string(),
	}
}

#[test]
fn port_should_be_found_by_what_it_is_called_and_nothing_else() {
	use WantedPort::{Named, Number, Web};
	let cases = [
		// The only public one of three that speak HTTP.
		(None, Web, "shop.http = 8080"),
		(Some("db"), Web, "db.http = 8081"),
		(
			Some("cache"),
			Web,
			"the job has no port that speaks HTTP of container `cache`; it has: cache.tcp, db.80, \
			 db.http, db.sql, shop.admin, shop.dns, shop.http",
		),
		(None, Named("admin"), "shop.admin = 9000"),
		(None, Named("http"), "the job has several ports `http`; say which: db.http, shop.http"),
		(Some("db"), Named("http"), "db.http = 8081"),
		(None, Number(5432), "db.sql = 5432"),
		(None, Named("5432"), "db.sql = 5432"),
		// A name that looks like a number is a name first.
		(None, Named("80"), "db.80 = 7000"),
		(None, Number(53), "port shop.dns speaks UDP, which cannot be reached from outside"),
	];
	for (container, wanted, expected) in cases {
		assert_eq!(found(container, wanted), expected, "{container:?} {wanted:?}");
	}
	for (container, wanted) in [
		(None, Number(1)),
		(None, Named("65536")),
		(None, Named("")),
		(Some("nobody"), Web),
		(Some("cache"), Number(5432)),
	] {
		let said = found(container, wanted);
		assert!(said.starts_with("the job has no port"), "{said}");
	}
	let none = group(&small(""));
	let error = none.port(None, Web).unwrap_err().to_string();
	assert_eq!(error, "the job has no port that speaks HTTP; it has: none");
}

#[test]
fn check_should_be_for_strangers_only_where_its_port_is_public() {
	let group = pair();
	let checks: Vec<_> = group
		.public_checks()
		.map(|it| (it.port.to_string(), it.check.check.clone()))
		.collect();
	// `db` is asked by a command, and the port of `cache` is not public.
	assert_eq!(checks, [("shop.http".to_owned(), Check::Tcp { port: 8080 })]);
}

#[test]
fn port_should_be_public_only_if_it_says_so() {
	let ports = |lines: &str| {
		let group = group(&small(&format!("  ports: {{a: {{port: 1{lines}}}}}\n")));
		group.ports().map(|port| port.port).collect::<Vec<_>>()
	};
	let port = |is_public| [Port { number: 1, protocol: Protocol::Tcp, is_public }];
	assert_eq!(ports(""), port(false));
	assert_eq!(ports(", public: false"), port(false));
	assert_eq!(ports(", public: true"), port(true));
	let error = JobSpecification::read(
		small("  ports:\n    a: {port: 1, protocol: udp, public: true}\n").as_bytes(),
	);
	let error = error.unwrap_err().to_string();
	for needle in ["line 7", "container.ports.a", "UDP"] {
		assert!(error.contains(needle), "`{needle}` is not in: {error}");
	}
}

#[test]
fn what_does_not_speak_of_public_ports_should_be_written_as_before_there_were_any() {
	let written = |lines: &str| {
		let text = small(&format!("  ports: {{a: {{port: 1{lines}}}}}\n"));
		JobSpecification::read(text.as_bytes()).unwrap().to_json()
	};
	// Older nodes refuse a field that they do not know.
	assert!(!written("").contains("public") && !written(", public: false").contains("public"));
	assert!(written(", public: true").contains("\"public\":true"));
}
