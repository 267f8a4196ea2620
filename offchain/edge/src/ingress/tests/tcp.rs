// SPDX-License-Identifier: Apache-2.0

//! Visitors who speak something else, by ports of the configuration.

use super::*;
use tokio::{net::TcpStream, time::timeout};

/// Says something and ends; comes back with all that was heard.
async fn visit(ingress: &Server) -> std::io::Result<Vec<u8>> {
	let mut stream = TcpStream::connect(ingress.address).await?;
	let mut heard = Vec::new();
	let talking = async {
		stream.write_all(b"hello ").await?;
		stream.shutdown().await?;
		stream.read_to_end(&mut heard).await
	};
	timeout(PATIENCE, talking).await.expect("it ends")?;
	Ok(heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn port_should_lead_to_a_public_port_of_a_job_on_another_node() {
	let world = World::of(2);
	let daemons = daemons(&world, 2).await;
	let ports = free_ports().await;
	let specification = specification(ports);
	order(&world, &daemons.iter().collect::<Vec<_>>(), &specification, &[1]).await;
	run(&daemons[0], 1, &specification);
	let database = echo_server(SocketAddr::new(place(1), ports[2])).await;
	let administration = echo_server(SocketAddr::new(place(1), ports[1])).await;
	for (count, daemon) in [(1, &daemons[1]), (2, &daemons[0])] {
		let ingress = tcp_ingress(daemon, "7:sql").await;
		// Each way ends by itself.
		assert_eq!(visit(&ingress).await.unwrap(), b"hello bye");
		assert_eq!(database.asked(), count);
	}
	// Nobody can show a token there, so what needs one is closed.
	for target in ["7:admin", "7:nothing", "99:sql"] {
		let ingress = tcp_ingress(&daemons[1], target).await;
		let heard = visit(&ingress).await;
		assert!(heard.as_ref().is_ok_and(Vec::is_empty) || heard.is_err(), "{target}: {heard:?}");
	}
	assert_eq!(administration.asked(), 0);
}
