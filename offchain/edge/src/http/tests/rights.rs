// SPDX-License-Identifier: Apache-2.0

//! Every route against every right, by a model that shares nothing with the guard.

use super::super::{access::Access, openapi::parameters_of, route::Route, table};
use crate::world::{
	Daemon, JOB, ORIGIN, OTHER_JOB, Options, World, client, competitor, developer, operator,
	stranger,
};
use r1_chain::Signer;
use r1_core::Clock as _;
use r1_dauth::{Attenuation, Grant, Right, Scope, Service, Subject, Token, Verb};
use reqwest::header::{HOST, ORIGIN as ORIGIN_HEADER};

/// Who may, in the words of this test.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
	/// The handler was reached.
	Served,
	/// It was not, with this status.
	Refused(u16),
}

/// Sends a request, with the route's job in the path.
async fn ask(daemon: &Daemon, route: &Route, job: u32, token: Option<&str>) -> Outcome {
	let path = parameters_of(route.path).fold(route.path.to_owned(), |path, name| {
		let value = match name {
			"job" | "id" => job.to_string(),
			// The namespace of a job.
			"kind" => "job".to_owned(),
			_ => "nothing".to_owned(),
		};
		path.replace(&format!("{{{name}}}"), &value)
			.replace(&format!("{{*{name}}}"), &value)
	});
	let query = match route.access {
		Access::Files(_) | Access::Gateway => format!("?job={job}"),
		_ => String::new(),
	};
	let url = format!("{}{path}{query}", daemon.url);
	let request = client().request(route.method.clone(), url);
	let request = token.map_or_else(
		|| request.try_clone().unwrap(),
		|it| request.try_clone().unwrap().bearer_auth(it),
	);
	match request.send().await.unwrap().status().as_u16() {
		refused @ (401 | 403) => Outcome::Refused(refused),
		_ => Outcome::Served,
	}
}

fn mint(daemon: &Daemon, subject: Subject, rights: Vec<Right>) -> String {
	let now_secs = daemon.shared.clock.now_secs();
	let grant = Grant { subject, rights, expires_at_secs: now_secs + 600 };
	daemon.shared.dauth.mint(&grant, now_secs).unwrap()
}

fn of(wallet: &Signer) -> Subject {
	Subject::Account(wallet.account())
}

/// What a route needs: nothing, or a service, a verb, and the part that it is about.
fn needs(route: &Route, job: u32) -> Option<(Service, Verb, String)> {
	match route.access {
		// This test is a program of the daemon's machine.
		Access::Public | Access::Local | Access::LocalOr(..) => None,
		Access::Whole(service, verb) => Some((service, verb, "all".to_owned())),
		Access::Job(service, verb) => Some((service, verb, format!("job/{job}"))),
		Access::Namespace(verb) => Some((Service::Store, verb, format!("job/{job}"))),
		Access::Files(verb) => Some((Service::Files, verb, format!("job/{job}"))),
		Access::Gateway => Some((Service::Files, Verb::Read, format!("job/{job}"))),
		// No model is served, so no job is asked for.
		Access::Model(verb) => Some((Service::Inference, verb, "all".to_owned())),
	}
}

/// Every right that a token may have: to all of a service, or to one part of it.
fn all_rights() -> Vec<Right> {
	let scopes =
		[None, Some(Scope::whole()), Some(Scope::of_job(JOB)), Some(Scope::of_job(OTHER_JOB))];
	let mut rights = Vec::new();
	for service in Service::ALL {
		for verb in Verb::ALL {
			rights.extend(scopes.iter().map(|scope| Right { service, verb, scope: scope.clone() }));
		}
	}
	rights
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_should_be_open_to_exactly_the_rights_that_it_needs() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let (mut served, mut refused) = (0, 0);
	for right in all_rights() {
		// Whoever owns the node may do everything, so that the right alone decides.
		let token = mint(&daemon, of(&operator()), vec![right.clone()]);
		for route in table::routes() {
			for job in [JOB, OTHER_JOB] {
				let expected = match needs(&route, job) {
					None => Outcome::Served,
					Some((service, verb, scope)) => {
						let is_right = right.service == service
							&& right.verb == verb && right
							.scope
							.as_ref()
							.is_none_or(|it| it.as_str() == scope);
						if is_right { Outcome::Served } else { Outcome::Refused(403) }
					},
				};
				let outcome = ask(&daemon, &route, job, Some(&token)).await;
				assert_eq!(outcome, expected, "{} {} with {right:?}", route.method, route.path);
				if outcome == Outcome::Served { served += 1 } else { refused += 1 }
			}
		}
	}
	assert!(100 < served && 100 < refused, "{served} and {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_should_be_open_to_exactly_those_whom_the_chain_entitles() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let everything = Right::everything;
	// Whoever it is, and the job that is his.
	let callers = [
		(of(&operator()), None, true),
		(of(&developer()), Some(JOB), false),
		(of(&competitor()), Some(OTHER_JOB), false),
		(of(&stranger()), None, false),
		(Subject::Job(JOB), Some(JOB), false),
		(Subject::Job(OTHER_JOB), Some(OTHER_JOB), false),
		// A job that does not run here.
		(Subject::Job(99), None, false),
	];
	for (subject, own_job, owns_node) in callers {
		let token = mint(&daemon, subject, everything());
		for route in table::routes() {
			for job in [JOB, OTHER_JOB] {
				let is_entitled = match needs(&route, job) {
					None => true,
					Some(_) if owns_node => true,
					// Everybody who signed in may know who he is.
					Some((Service::Node, Verb::Read, _)) => matches!(subject, Subject::Account(_)),
					// Only a person looks after jobs; their instances have the store and files.
					Some((Service::Jobs, _, _)) => {
						matches!(subject, Subject::Account(_)) && own_job == Some(job)
					},
					Some((Service::Store | Service::Files, _, scope)) => {
						scope != "all" && own_job == Some(job)
					},
					Some(_) => false,
				};
				let expected = if is_entitled { Outcome::Served } else { Outcome::Refused(403) };
				let outcome = ask(&daemon, &route, job, Some(&token)).await;
				let (method, path) = (&route.method, route.path);
				assert_eq!(outcome, expected, "{method} {path} of job {job} by {subject:?}");
			}
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn token_should_be_needed_where_the_daemon_says_so() {
	let world = World::of(1);
	let strict = world.start(1, Options::default()).await;
	let open = world.start(1, Options { requires_tokens: false, ..Options::default() }).await;
	for route in table::routes() {
		let is_open = needs(&route, JOB).is_none();
		let expected = if is_open { Outcome::Served } else { Outcome::Refused(401) };
		for token in [None, Some("nonsense"), Some("")] {
			assert_eq!(ask(&strict, &route, JOB, token).await, expected, "{}", route.path);
		}
		assert_eq!(ask(&open, &route, JOB, None).await, Outcome::Served, "{}", route.path);
		// A token that is none is a mistake, even where none is needed.
		assert_eq!(ask(&open, &route, JOB, Some("nonsense")).await, expected, "{}", route.path);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn web_page_should_not_pass_for_a_program_of_this_machine() {
	let world = World::of(1);
	let daemon = world.start(1, Options { requires_tokens: false, ..Options::default() }).await;
	let url = format!("{}/v1/auth/self", daemon.url);
	let status =
		async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
	assert_eq!(status(client().get(&url)).await, 200);
	for origin in ["https://evil.example", ORIGIN, "null"] {
		assert_eq!(status(client().get(&url).header(ORIGIN_HEADER, origin)).await, 401, "{origin}");
	}
	// A name of somebody else's that leads here.
	for host in ["evil.example", "evil.example:31236", "127.0.0.1.evil.example", "10.0.0.1"] {
		assert_eq!(status(client().get(&url).header(HOST, host)).await, 401, "{host}");
	}
	for host in ["localhost", "LOCALHOST:1", "127.0.0.1:5", "[::1]:7"] {
		assert_eq!(status(client().get(&url).header(HOST, host)).await, 200, "{host}");
	}
	// Nor for one that may link the node, or ask for an oracle's evidence.
	for (method, path, status) in
		[("POST", "/v1/node/link-proof", 401), ("GET", "/oracle/v1/evidence?epoch=0", 403)]
	{
		let method = method.parse().unwrap();
		let asked = client().request(method, format!("{}{path}", daemon.url));
		let response = asked.header(ORIGIN_HEADER, ORIGIN).send().await.unwrap();
		assert_eq!(response.status(), status, "{path}");
	}
	// With a token, a page that is allowed may ask, and the browser is told so.
	let token = daemon.sign_in(&stranger()).await;
	let asked = client().get(&url).bearer_auth(token).header(ORIGIN_HEADER, ORIGIN);
	let response = asked.send().await.unwrap();
	assert_eq!(response.status(), 200);
	assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN);
	let foreign = client().get(&url).header(ORIGIN_HEADER, "https://evil.example");
	let response = foreign.send().await.unwrap();
	assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn narrowed_token_should_open_less_and_never_more() {
	let world = World::of(1);
	let daemon = world.start(1, Options::default()).await;
	let whole = daemon.sign_in(&developer()).await;
	let job = format!("/v1/jobs/{JOB}");
	let narrow =
		|by: &Attenuation, token: &str| Token::parse(token).unwrap().attenuate(by).unwrap();
	let own = Attenuation { scopes: vec![Scope::of_job(JOB)], ..Attenuation::default() };
	let other = Attenuation { scopes: vec![Scope::of_job(OTHER_JOB)], ..Attenuation::default() };
	// 404: it was let through before the daemon had looked at its jobs.
	let is_open = async |token: &str| matches!(daemon.get_status(&job, token).await, 200 | 404);
	assert!(is_open(&whole).await);
	assert!(is_open(&narrow(&own, &whole)).await);
	assert!(!is_open(&narrow(&other, &whole)).await);
	// Neither order of narrowing brings back what one of them took.
	assert!(!is_open(&narrow(&own, &narrow(&other, &whole))).await);
	assert!(!is_open(&narrow(&other, &narrow(&own, &whole))).await);
	let ended = Attenuation { expires_at_secs: Some(1), ..Attenuation::default() };
	assert_eq!(daemon.get_status(&job, &narrow(&ended, &whole)).await, 401);
	// To have ended is no excuse for asking too much.
	let both = narrow(&other, &narrow(&ended, &whole));
	assert_eq!(daemon.get_status(&job, &both).await, 403);
}
