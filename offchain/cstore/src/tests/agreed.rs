// SPDX-License-Identifier: Apache-2.0

use crate::{
	quorum::{Change, Held},
	resp::{Agreement, Keys, Next, Parser, Protocol, Reply, Session, Step},
};
use std::collections::BTreeMap;

/// Keys as nodes that agree at once hold them.
#[derive(Default)]
struct Register(BTreeMap<Vec<u8>, Held>);

impl Register {
	fn held(&self, key: &[u8]) -> Held {
		self.0.get(key).cloned().unwrap_or_default()
	}

	/// Changes a key if it has the version; the new one then.
	fn change(&mut self, key: &[u8], change: Change) -> Option<u64> {
		let held = self.held(key);
		let Change::Set { expected, value } = change else { return None };
		if expected.is_some_and(|expected| expected != held.version) {
			return None;
		}
		let version = held.version + 1;
		self.0.insert(key.to_vec(), Held { version, value, recent: Vec::new() });
		Some(version)
	}

	/// Does for a key what is wished, while somebody else is faster so many times.
	fn reach(&mut self, agreement: &Agreement<'_>, key: &[u8], mut rivals: u32) -> Reply {
		let mut held: Option<Held> = None;
		loop {
			let change = match agreement.next(held.as_ref()) {
				Next::Reply(reply) => return reply,
				Next::Operate(change) => change,
			};
			if 0 < rivals && matches!(change, Change::Set { .. }) {
				rivals -= 1;
				let value = Some(b"100".to_vec());
				self.change(key, Change::Set { expected: None, value });
			}
			match self.change(key, change) {
				Some(version) => return agreement.changed(held.as_ref(), version),
				None => held = Some(self.held(key)),
			}
		}
	}

	fn answer(&mut self, line: &str, rivals: u32) -> String {
		let mut session = Session::new(1, true);
		session.select("job/7", Keys::Agreed);
		let mut parser = Parser::default();
		parser.feed(format!("{line}\r\n").as_bytes());
		let arguments = parser.next_request().unwrap().unwrap();
		assert!(session.command(arguments).is_none(), "{line} would be run on one replica");
		let reply = match session.step(arguments) {
			Step::Agree(agreement) => {
				let keys = agreement.keys().iter();
				agreement.total(keys.map(|key| self.reach(&agreement, key, rivals)).collect())
			},
			Step::Reply(reply) => reply,
			other => panic!("{line} comes to {other:?}"),
		};
		let mut out = Vec::new();
		reply.write(Protocol::Two, &mut out);
		String::from_utf8(out).unwrap().trim_end().replace("\r\n", " ")
	}
}

/// Checks a conversation: lines, and their answers without the ends of lines.
fn converse(lines: &[(&str, &str)]) {
	let mut register = Register::default();
	for (line, expected) in lines {
		assert_eq!(register.answer(line, 0), *expected, "{line}");
	}
}

#[test]
fn agreed_values_should_answer_as_redis_does() {
	converse(&[
		("GET k", "$-1"),
		("SET k v", "+OK"),
		("GET k", "$1 v"),
		("SET k w NX", "$-1"),
		("SET k w NX GET", "$1 v"),
		("SET k w XX GET", "$1 v"),
		("GET k", "$1 w"),
		("SET k x GET", "$1 w"),
		("SET other x XX", "$-1"),
		("SETNX k y", ":0"),
		("SETNX other y", ":1"),
		("EXISTS k other none", ":2"),
		("DEL k other none k", ":2"),
		("GET k", "$-1"),
		("DEL k", ":0"),
		("SET k v NX GET", "$-1"),
		("GET k", "$1 v"),
	]);
}

#[test]
fn agreed_numbers_should_count() {
	converse(&[
		("INCR n", ":1"),
		("INCRBY n 41", ":42"),
		("DECR n", ":41"),
		("DECRBY n 1", ":40"),
		("GET n", "$2 40"),
		("INCRBY n 9223372036854775807", "-ERR value is not an integer or out of range"),
		("INCRBY n one", "-ERR value is not an integer or out of range"),
		("DECRBY n -9223372036854775808", "-ERR value is not an integer or out of range"),
		("SET n text", "+OK"),
		("INCR n", "-ERR value is not an integer or out of range"),
		("GET n", "$4 text"),
	]);
}

#[test]
fn version_should_guard_a_change() {
	converse(&[
		("GETV k", "*2 :0 $-1"),
		("CAS k 0 a", ":1"),
		("CAS k 0 b", "$-1"),
		("CAS k 1 b", ":2"),
		("GETV k", "*2 :2 $1 b"),
		// A deletion is a change as well.
		("CAS k 2", ":3"),
		("GETV k", "*2 :3 $-1"),
		("CAS k 3 c", ":4"),
		("CAS k -1 c", "-ERR value is not an integer or out of range"),
		("CAS k", "-ERR wrong number of arguments for 'cas' command"),
	]);
}

#[test]
fn what_cannot_be_agreed_on_should_be_refused() {
	let not = |name| {
		let where_else = "does not work on keys that nodes agree on; SELECT job/7 for the others";
		format!("-ERR '{name}' {where_else}")
	};
	let endless = "-ERR keys that nodes agree on do not expire; use the namespace's other keys for \
	               that";
	converse(&[
		("SET k v EX 10", endless),
		("SET k v NX PX 10", endless),
		("SET k v NX XX", "-ERR syntax error"),
		("SET k v SOON", "-ERR syntax error"),
		("HSET h f v", &not("hset")),
		("expire k 10", &not("expire")),
		("SCAN 0", &not("scan")),
		("WAIT 1 0", &not("wait")),
		("SUBSCRIBE c", &not("subscribe")),
		("PUBLISH c m", &not("publish")),
		("NONSENSE k", "-ERR unknown command 'NONSENSE', with args beginning with: 'k'"),
		("GET", "-ERR wrong number of arguments for 'get' command"),
		("PING", "+PONG"),
	]);
	let keys = "k ".repeat(65);
	converse(&[(&format!("DEL {keys}"), "-ERR wrong number of arguments for 'del' command")]);
}

#[test]
fn whoever_was_slower_should_look_again() {
	let mut register = Register::default();
	// Others set it to 100 twice before it is increased.
	assert_eq!(register.answer("INCR n", 2), ":101");
	assert_eq!(register.answer("GETV n", 0), "*2 :3 $3 101");
	assert_eq!(register.answer("DEL n", 1), ":1");
	assert_eq!(register.answer("SET n 1 NX", 1), "$-1");
	assert_eq!(register.answer("SET n 2 GET", 1), "$3 100");
	assert_eq!(register.answer("CAS n 0 1", 0), "$-1");
}
