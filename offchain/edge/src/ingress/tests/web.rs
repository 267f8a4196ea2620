// SPDX-License-Identifier: Apache-2.0

//! Visitors who speak HTTP, of jobs on other nodes.

use super::*;
use crate::{
	defaults::INGRESS_VISITS_PER_CLIENT_MAX,
	world::{OTHER_JOB, client},
};
use r1_api::ApiErrorBody;
use std::collections::BTreeSet;
use tokio::{net::TcpStream, time::timeout};

/// A job on the first of so many daemons, and the ingress of the last.
struct Street {
	world: World,
	daemons: Vec<Daemon>,
	ports: [u16; 3],
	ingress: Server,
}

impl Street {
	async fn new(deeds: &[DeedId], count: u32) -> Self {
		let world = World::of(count);
		let daemons = daemons(&world, count).await;
		let ports = free_ports().await;
		let specification = specification(ports);
		order(&world, &daemons.iter().collect::<Vec<_>>(), &specification, deeds).await;
		for deed in deeds {
			run(&daemons[*deed as usize - 1], *deed, &specification);
		}
		let names = Names {
			suffix: Some("apps.example".to_owned()),
			given: [("shop".to_owned(), format!("{JOB}:web.http").parse().unwrap())].into(),
		};
		let ingress = ingress(daemons.last().unwrap(), names).await;
		Self { world, daemons, ports, ingress }
	}

	fn url(&self, path: &str) -> String {
		format!("http://{}/jobs/{path}", self.ingress.address)
	}

	/// The status, and the text or the error's code.
	async fn get(&self, path: &str) -> (u16, String) {
		said(client().get(self.url(path))).await
	}
}

async fn said(request: reqwest::RequestBuilder) -> (u16, String) {
	let response = timeout(PATIENCE, request.send()).await.unwrap().unwrap();
	let status = response.status().as_u16();
	let text = response.text().await.unwrap();
	let error = serde_json::from_str::<ApiErrorBody>(&text);
	(status, error.map_or(text, |error| error.code))
}

#[tokio::test(flavor = "multi_thread")]
async fn visitor_should_reach_a_job_on_another_node() {
	let street = Street::new(&[1], 2).await;
	let server = web_server(1, street.ports[0]).await;
	for path in ["7/", "7:http/", "7:web.http/", &format!("7:{}/", street.ports[0])] {
		assert_eq!(street.get(path).await, (200, "deed 1".to_owned()), "{path}");
	}
	assert_eq!(server.asked(), 4);
	// What is long goes both ways as it comes.
	let long = vec![7; 3 << 20];
	let echo = client().post(street.url("7/echo?a=b")).body(long.clone());
	let echoed = timeout(PATIENCE, echo.send()).await.unwrap().unwrap();
	assert!(echoed.bytes().await.unwrap() == long);
	// By name, the path is the job's own.
	let url = format!("http://{}/", street.ingress.address);
	for host in ["shop.apps.example", "7.apps.example", "http-7.apps.example:80"] {
		let asked = client().get(&url).header("host", host);
		assert_eq!(said(asked).await, (200, "deed 1".to_owned()), "{host}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn container_should_hear_of_its_visitor_and_not_of_his_token() {
	let street = Street::new(&[1], 2).await;
	let _server = web_server(1, street.ports[0]).await;
	let ask = |url: String| {
		client()
			.get(url)
			.header("r1-token", "secret")
			.header("cookie", "a=b")
			.header("x-forwarded-proto", "https")
	};
	let response = ask(street.url("7/headers")).send().await.unwrap();
	assert!(!response.headers().contains_key("set-cookie"));
	let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
	assert!(policy.starts_with("sandbox") && !policy.contains("same-origin"), "{policy}");
	let heard = response.text().await.unwrap();
	for line in [
		"x-forwarded-for: 127.0.0.1\n",
		"x-forwarded-proto: https\n",
		"x-forwarded-prefix: /jobs/7\n",
		&format!("host: {}\n", street.ingress.address),
	] {
		assert!(heard.contains(line), "`{line}` is not in: {heard}");
	}
	assert!(!heard.contains("secret") && !heard.contains("cookie"), "{heard}");
	// A host of its own is an origin of its own.
	let url = format!("http://{}/headers", street.ingress.address);
	let response = ask(url).header("host", "7.apps.example").send().await.unwrap();
	assert_eq!(response.headers()["set-cookie"], "session=1");
	assert!(!response.headers().contains_key("content-security-policy"));
	let heard = response.text().await.unwrap();
	assert!(heard.contains("cookie: a=b\n") && !heard.contains("secret"), "{heard}");
	// A path of the container is one below its prefix.
	let quiet = reqwest::Client::builder()
		.no_proxy()
		.redirect(reqwest::redirect::Policy::none());
	let away = quiet.build().unwrap().get(street.url("7/away")).send().await.unwrap();
	assert_eq!(
		(away.status().as_u16(), &away.headers()["location"]),
		(303, &reqwest::header::HeaderValue::from_static("/jobs/7/"))
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_should_say_what_is_wrong() {
	let street = Street::new(&[1], 2).await;
	for (path, status, code) in [
		("99/", 404, "no_such_job"),
		("seven/", 400, "invalid_name"),
		("7:nothing/", 404, "no_such_port"),
		("7:sql/", 400, "port_not_http"),
		("7:admin/", 401, "token_missing"),
		// Its specification is none.
		("8/", 503, "specification_unavailable"),
		// Nobody listens there yet.
		("7/", 502, "no_replica_answers"),
	] {
		assert_eq!(street.get(path).await, (status, code.to_owned()), "{path}");
	}
	let nowhere = client().get(format!("http://{}/v1/node", street.ingress.address));
	assert_eq!(said(nowhere).await, (404, "no_such_job".to_owned()), "the API is elsewhere");
	street.world.change(|state| {
		let job = state.jobs.get_mut(&JOB).unwrap();
		job.deeds.clear();
	});
	assert_eq!(street.get("7/").await, (503, "no_replica".to_owned()));
	// One of another kind.
	let model = "version: 2\nkind: storage\nname: s\nsize_mib: 1\nroots: \
	             [bafkreid2qnfhy7vcbhjskibnqchnzs5uxrxudq7q2hfuyzett2bs2x2iwu]\n";
	let files = street.daemons[1].shared.files.files().clone();
	let added = files.add(model.as_bytes()).await.unwrap();
	street.world.change(|state| {
		state.jobs.get_mut(&OTHER_JOB).unwrap().specification = added.cid.to_bytes();
	});
	assert_eq!(street.get("8/").await, (404, "job_without_ports".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_should_share_the_visitors_and_stand_in_for_each_other() {
	let street = Street::new(&[1, 2], 3).await;
	let first = web_server(1, street.ports[0]).await;
	// The other replica is down, so all of them are answered by the first.
	for _ in 0..6 {
		assert_eq!(street.get("7/").await, (200, "deed 1".to_owned()));
	}
	// When it is up, and what it was is forgotten, both answer.
	let _second = web_server(2, street.ports[0]).await;
	let mut answered = BTreeSet::new();
	let both = async {
		while answered.len() < 2 {
			let (status, text) = street.get("7/").await;
			assert_eq!(status, 200);
			answered.insert(text);
			tokio::time::sleep(Duration::from_millis(100)).await;
		}
	};
	assert!(timeout(PATIENCE, both).await.is_ok(), "{answered:?}");
	// Nobody notices when one is gone.
	let address = first.address;
	drop(first);
	until("it is gone", async || TcpStream::connect(address).await.is_err()).await;
	for _ in 0..6 {
		assert_eq!(street.get("7/").await, (200, "deed 2".to_owned()));
	}
	// A node that runs it itself asks itself.
	let own = ingress(&street.daemons[1], Names::default()).await;
	for _ in 0..4 {
		let asked = client().get(format!("http://{}/jobs/7/", own.address));
		assert_eq!(said(asked).await, (200, "deed 2".to_owned()));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn request_that_was_sent_should_not_be_sent_again() {
	let street = Street::new(&[1, 2], 3).await;
	let port = street.ports[0];
	let servers = [
		rude_server(SocketAddr::new(place(1), port)).await,
		rude_server(SocketAddr::new(place(2), port)).await,
	];
	let asked = || servers.iter().map(Server::asked).sum::<usize>();
	for (count, method) in [(1, "GET"), (2, "POST"), (3, "DELETE")] {
		let request = client().request(method.parse().unwrap(), street.url("7/"));
		assert_eq!(said(request).await, (502, "replica_failed".to_owned()), "{method}");
		assert_eq!(asked(), count, "{method}");
	}
}

/// Sends bytes as they are; comes back with the head of the answer, and the connection.
async fn begin(ingress: &Server, asked: &str) -> (String, TcpStream) {
	let mut stream = TcpStream::connect(ingress.address).await.unwrap();
	stream.write_all(asked.as_bytes()).await.unwrap();
	let mut head = Vec::new();
	let heard = async {
		while !head.ends_with(b"\r\n\r\n") {
			head.push(stream.read_u8().await.unwrap());
		}
	};
	timeout(PATIENCE, heard).await.unwrap();
	(String::from_utf8(head).unwrap().to_ascii_lowercase(), stream)
}

/// Sends bytes as they are; comes back with the status and the body.
async fn ask_raw(ingress: &Server, asked: &str) -> (u16, String) {
	let (head, mut stream) = begin(ingress, asked).await;
	let mut body = String::new();
	timeout(PATIENCE, stream.read_to_string(&mut body)).await.unwrap().unwrap();
	(head[9..12].parse().unwrap(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn container_should_take_a_request_as_the_ingress_does() {
	let street = Street::new(&[1], 2).await;
	let server = web_server(1, street.ports[0]).await;
	let ask = async |asked: &str| ask_raw(&street.ingress, asked).await;
	for asked in [
		"GET /headers HTTP/1.1\r\nhost: 7.apps.example\r\nhost: 8.apps.example\r\n\
		 connection: close\r\n\r\n",
		"GET /headers HTTP/1.1\r\nhost: 7.apps.example, b\r\nconnection: close\r\n\r\n",
		"CONNECT 7.apps.example:80 HTTP/1.1\r\nhost: 7.apps.example\r\nconnection: close\r\n\r\n",
		"POST /echo HTTP/1.1\r\nhost: 7.apps.example\r\ntransfer-encoding: chunked, gzip\r\n\
		 connection: close\r\n\r\n",
		"POST /echo HTTP/1.1\r\nhost: 7.apps.example\r\ncontent-length: 1\r\n\
		 content-length: 2\r\nconnection: close\r\n\r\nab",
	] {
		assert_eq!(ask(asked).await.0, 400, "{asked}");
	}
	assert_eq!(server.asked(), 0);
	// The host of the address is meant, whatever the header says.
	let (status, heard) =
		ask("GET http://7.apps.example/headers HTTP/1.1\r\nhost: 8.apps.example\r\n\
		 connection: close, host\r\n\r\n")
		.await;
	assert!(status == 200 && heard.contains("host: 7.apps.example\n"), "{status} {heard}");
	// Of two lengths, that of the chunks.
	let (status, echoed) =
		ask("POST /echo HTTP/1.1\r\nhost: 7.apps.example\r\ncontent-length: 1\r\n\
		 transfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
		.await;
	assert!(status == 200 && echoed.contains("abc"), "{status} {echoed}");
	assert_eq!(server.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_should_not_take_the_place_of_all_others() {
	let street = Street::new(&[1], 2).await;
	let _server = web_server(1, street.ports[0]).await;
	let upgrade = async |client: &str| {
		let asked = format!(
			"GET /jobs/7/upgrade HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\n\
			 upgrade: counting\r\nx-forwarded-for: {client}\r\n\r\n"
		);
		let (head, stream) = begin(&street.ingress, &asked).await;
		(head[9..12].parse::<u16>().unwrap(), stream)
	};
	let mut held = Vec::new();
	for _ in 0..INGRESS_VISITS_PER_CLIENT_MAX {
		let (status, stream) = upgrade("192.0.2.9").await;
		assert_eq!(status, 101);
		held.push(stream);
	}
	assert_eq!(upgrade("1.1.1.1, 192.0.2.9").await.0, 429);
	assert_eq!(upgrade("192.0.2.8").await.0, 101);
	assert_eq!(street.get("7/").await, (200, "deed 1".to_owned()), "who says nothing is no client");
	// An answer that is out makes room, as a connection does that ends.
	held.pop();
	until("there is room again", async || upgrade("192.0.2.9").await.0 == 101).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_should_go_on_in_another_protocol() {
	let street = Street::new(&[1], 2).await;
	let _server = web_server(1, street.ports[0]).await;
	let asked = "GET /jobs/7/upgrade HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\n\
	             upgrade: counting\r\n\r\n";
	let (head, mut stream) = begin(&street.ingress, asked).await;
	assert!(head.starts_with("http/1.1 101 "), "{head}");
	assert!(head.contains("upgrade: counting"), "{head}");
	for byte in [1, 41, 254] {
		stream.write_u8(byte).await.unwrap();
		let counted = timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap();
		assert_eq!(counted, byte + 1);
	}
	// Who does not ask for it does not get it, and the page is served as ever.
	assert_eq!(street.get("7/").await, (200, "deed 1".to_owned()));
}
