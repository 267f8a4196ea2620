// SPDX-License-Identifier: Apache-2.0

//! Asks a container whether it works.

use crate::defaults::CHECK_OUTPUT_BYTES_MAX;
use r1_core::error_chain;
use r1_deeploy::{
	container::{engine::ContainerEngine, names::Instance},
	job::{Check, HealthCheck},
};
use std::{
	net::{IpAddr, SocketAddr},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
	net::TcpStream,
	time::timeout,
};

/// Longest first line of an answer that is read, in bytes: `HTTP/1.1 200` and a few words.
const STATUS_LINE_BYTES_MAX: u64 = 256;

/// Does a check; if it fails, with the reason.
pub(super) async fn check(
	engine: &dyn ContainerEngine,
	instance: &Instance,
	address: Option<IpAddr>,
	check: &HealthCheck,
) -> Result<(), String> {
	let place = |port| {
		let address = address.ok_or("the container has no address yet")?;
		Ok::<_, String>(SocketAddr::new(address, port))
	};
	let secs = check.timeout_secs;
	let checking = async {
		match &check.check {
			Check::Tcp { port } => connect(place(*port)?).await.map(drop),
			Check::Http { port, path } => {
				let place = place(*port)?;
				let answered = get(connect(place).await?, &place.to_string(), path).await;
				answered.map_err(|reason| format!("port {port}: {reason}"))
			},
			Check::Exec { command } => {
				let name = instance.to_string();
				let ran = engine.exec(&name, command, secs, CHECK_OUTPUT_BYTES_MAX).await;
				match ran {
					Ok(ran) if ran.code == 0 => Ok(()),
					Ok(ran) => Err(format!("the check ended with {}: {}", ran.code, ran.output)),
					Err(error) => Err(error_chain(&error).to_string()),
				}
			},
		}
	};
	match timeout(Duration::from_secs(secs), checking).await {
		Ok(outcome) => outcome,
		Err(_) => Err(format!("the check took longer than {secs} s")),
	}
}

async fn connect(place: SocketAddr) -> Result<TcpStream, String> {
	TcpStream::connect(place)
		.await
		.map_err(|error| format!("port {} takes no connection: {error}", place.port()))
}

/// A GET over a connection to a container, of whose answer only the status counts.
pub(crate) async fn get(
	mut stream: impl AsyncRead + AsyncWrite + Unpin,
	host: &str,
	path: &str,
) -> Result<(), String> {
	let request = format!(
		"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: r1-edge\r\nConnection: close\r\n\r\n"
	);
	let failed = |error| format!("it does not answer: {error}");
	stream.write_all(request.as_bytes()).await.map_err(failed)?;
	stream.flush().await.map_err(failed)?;
	let mut head = Vec::new();
	let mut stream = stream.take(STATUS_LINE_BYTES_MAX);
	while !head.contains(&b'\n') {
		if stream.read_buf(&mut head).await.map_err(failed)? == 0 {
			break;
		}
	}
	let line = String::from_utf8_lossy(head.split(|byte| *byte == b'\n').next().unwrap_or(&[]));
	match status_of(&line) {
		Some(200..=399) => Ok(()),
		Some(status) => Err(format!("GET {path} is answered with {status}")),
		None => Err(format!("GET {path} is answered with what is not HTTP")),
	}
}

/// The status in the first line of an answer.
fn status_of(line: &str) -> Option<u16> {
	let mut words = line.split_ascii_whitespace();
	words.next()?.strip_prefix("HTTP/1.")?;
	words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn status_should_be_read_from_the_first_line_alone() {
		assert_eq!(status_of("HTTP/1.0 204 No Content\r"), Some(204));
		assert_eq!(status_of("HTTP/1.1 503\r"), Some(503));
		for line in ["", "SSH-2.0-OpenSSH 200", "HTTP/1.1", "HTTP/1.1 fine"] {
			assert_eq!(status_of(line), None, "{line}");
		}
	}
}
