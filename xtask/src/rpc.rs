// SPDX-License-Identifier: Apache-2.0

//! One JSON-RPC call to a node at loopback.
//!
//! HTTP/1.1 by hand over one connection a call: enough to ask a development node how it is, and no
//! dependency. Everything more goes through a real client.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
	io::{Read, Write},
	net::{Ipv4Addr, SocketAddr, TcpStream},
	time::Duration,
};

/// How long a node at loopback may take for each read or write.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer that is read, in bytes: a block is the largest thing that is asked for.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Calls a method of the node whose JSON-RPC listens on `port`.
///
/// # Errors
///
/// The node does not listen, does not answer in time, or answers with an error.
pub fn call(port: u16, method: &str, parameters: &Value) -> Result<Value> {
	let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
	let answer = post(port, &body.to_string())
		.with_context(|| format!("could not call {method} at port {port}"))?;
	let mut answer: Value = serde_json::from_str(&answer)
		.with_context(|| format!("{method} did not answer with JSON: {answer}"))?;
	match answer.get_mut("result") {
		Some(result) => Ok(result.take()),
		None => bail!("{method} failed: {}", answer.get("error").unwrap_or(&answer)),
	}
}

/// Number of the node's last finalised block.
///
/// # Errors
///
/// As [`call`]; or the node has no such block yet.
pub fn finalised_number(port: u16) -> Result<u64> {
	let hash = call(port, "chain_getFinalizedHead", &json!([]))?;
	let header = call(port, "chain_getHeader", &json!([hash]))?;
	let number = header.get("number").and_then(Value::as_str).context("a header has a number")?;
	u64::from_str_radix(number.trim_start_matches("0x"), 16)
		.with_context(|| format!("{number} is not a block number"))
}

fn post(port: u16, body: &str) -> Result<String> {
	let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
	let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
	stream.set_read_timeout(Some(TIMEOUT))?;
	stream.set_write_timeout(Some(TIMEOUT))?;
	write!(
		stream,
		"POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
		Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
		body.len()
	)?;
	let mut answer = String::new();
	stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
	let (head, body) = answer.split_once("\r\n\r\n").context("the answer is not HTTP")?;
	let status = head.lines().next().unwrap_or_default();
	ensure!(status.contains(" 200 "), "the answer is {status}");
	let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
	if is_chunked { unchunk(body) } else { Ok(body.to_owned()) }
}

/// Joins the chunks of a chunked body: each is its length in hexadecimal, a line end, the bytes.
fn unchunk(mut body: &str) -> Result<String> {
	let mut whole = String::new();
	loop {
		let (length, rest) = body.split_once("\r\n").context("a chunk has no length")?;
		let length = length.split(';').next().unwrap_or_default().trim();
		let length = usize::from_str_radix(length, 16).context("a chunk's length is not hex")?;
		if length == 0 {
			return Ok(whole);
		}
		whole.push_str(rest.get(..length).context("a chunk is cut short")?);
		body = rest.get(length..).unwrap_or_default().trim_start_matches("\r\n");
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{net::TcpListener, thread};

	/// Answers one request with `answer`, and returns what the caller makes of it.
	fn call_server_that_says(answer: &'static str) -> Result<Value> {
		let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
		let port = listener.local_addr().expect("it listens").port();
		let server = thread::spawn(move || {
			let (mut stream, _) = listener.accept().expect("the client connects");
			let mut request = Vec::new();
			let mut buffer = [0; 1024];
			// The body ends with the parameters.
			while !request.ends_with(b"}") {
				let count = stream.read(&mut buffer).expect("the client writes");
				request.extend_from_slice(&buffer[..count]);
			}
			stream.write_all(answer.as_bytes()).expect("the client reads");
			String::from_utf8(request).expect("the request is text")
		});
		let result = call(port, "chain_getHeader", &json!(["0x01"]));
		let request = server.join().expect("the server does not panic");
		assert!(request.contains(r#""method":"chain_getHeader""#), "{request}");
		result
	}

	#[test]
	fn call_should_return_the_result_when_whole_or_chunked() {
		let whole =
			"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"id\":1,\"result\":{\"number\":2}}";
		assert_eq!(call_server_that_says(whole).expect("it answers"), json!({ "number": 2 }));
		let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
			A\r\n{\"id\":1,\"r\r\n8\r\nesult\":7\r\n1\r\n}\r\n0\r\n\r\n";
		assert_eq!(call_server_that_says(chunked).expect("it answers"), json!(7));
	}

	#[test]
	fn call_should_fail_with_the_nodes_own_words() {
		let failed =
			"HTTP/1.1 200 OK\r\n\r\n{\"id\":1,\"error\":{\"message\":\"Method not found\"}}";
		let error = call_server_that_says(failed).expect_err("the node refuses");
		assert!(error.to_string().contains("Method not found"), "{error}");
		let refused = "HTTP/1.1 403 Forbidden\r\n\r\nno";
		let error = call_server_that_says(refused).expect_err("the node refuses");
		assert!(format!("{error:#}").contains("403 Forbidden"), "{error:#}");
	}
}
