// SPDX-License-Identifier: Apache-2.0

use super::{NOW, replica};
use crate::{
	Namespace,
	limits::VALUE_BYTES_MAX,
	resp::{
		CHANNELS_MAX, COMMANDS, Context, Keys, Parser, Protocol, ProtocolError, Reply, Session,
		Step, find,
	},
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeSet;

/// Every request in some bytes, and what ended it.
fn parse(parser: &mut Parser, bytes: &[u8]) -> (Vec<Vec<Vec<u8>>>, Option<ProtocolError>) {
	parser.feed(bytes);
	let mut requests = Vec::new();
	loop {
		match parser.next_request() {
			Ok(None) => return (requests, None),
			Ok(Some(arguments)) => {
				assert_eq!(arguments.len(), arguments.from(0).count());
				requests.push(arguments.from(0).map(<[u8]>::to_vec).collect());
			},
			Err(error) => return (requests, Some(error)),
		}
	}
}

fn request(arguments: &[Vec<u8>]) -> Vec<u8> {
	let mut bytes = format!("*{}\r\n", arguments.len()).into_bytes();
	for argument in arguments {
		bytes.extend(format!("${}\r\n", argument.len()).into_bytes());
		bytes.extend_from_slice(argument);
		bytes.extend_from_slice(b"\r\n");
	}
	bytes
}

/// What a line that a person types is answered with.
fn answer(replica: &mut Namespace, line: &str, now_ms: u64, protocol: Protocol) -> String {
	let mut parser = Parser::default();
	parser.feed(format!("{line}\r\n").as_bytes());
	let arguments = parser.next_request().unwrap().unwrap();
	let mut changes = Vec::new();
	let mut context = Context { namespace: replica, now_ms, changes: &mut changes };
	let reply = match find(&arguments).and_then(|command| {
		let reply = command.run(&mut context, arguments);
		assert!(command.is_write || context.changes.is_empty(), "{line} only reads");
		reply
	}) {
		Ok(reply) => reply,
		Err(error) => Reply::Error(error.to_string()),
	};
	let mut out = Vec::new();
	reply.write(protocol, &mut out);
	String::from_utf8(out).unwrap()
}

/// Checks a conversation: lines, and their answers without the ends of lines.
fn converse(lines: &[(&str, &str)]) {
	let mut replica = replica(1);
	for (line, expected) in lines {
		let answer = answer(&mut replica, line, NOW, Protocol::Two);
		assert_eq!(answer.trim_end().replace("\r\n", " "), *expected, "{line}");
	}
}

#[test]
fn texts_should_answer_as_redis_does() {
	converse(&[
		("GET k", "$-1"),
		("SET k v", "+OK"),
		("get k", "$1 v"),
		("SET k w NX", "$-1"),
		("SET k w XX GET", "$1 v"),
		("SET other x XX", "$-1"),
		("SET k w NX XX", "-ERR syntax error"),
		("SET k w EX", "-ERR syntax error"),
		("SET k w EX 0", "-ERR invalid expire time in 'set' command"),
		("SET k w EX -1", "-ERR invalid expire time in 'set' command"),
		("SET k w EX ten", "-ERR value is not an integer or out of range"),
		("SET k w EX 10 PX 5", "-ERR syntax error"),
		("SET k w EX 9223372036854775807", "-ERR invalid expire time in 'set' command"),
		("TTL k", ":-1"),
		("SET k w EX 10", "+OK"),
		("TTL k", ":10"),
		("PTTL k", ":10000"),
		("PERSIST k", ":1"),
		("PERSIST k", ":0"),
		("TTL k", ":-1"),
		("TTL nothing", ":-2"),
		("SETEX k 7 v", "+OK"),
		("TTL k", ":7"),
		("SETNX k v", ":0"),
		("MSET a 1 b 2", "+OK"),
		("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"),
		("MGET a b nothing", "*3 $1 1 $1 2 $-1"),
		("STRLEN k", ":1"),
		("GETDEL k", "$1 v"),
		("EXISTS a b a k", ":3"),
		("DEL a b k", ":2"),
		("GET", "-ERR wrong number of arguments for 'get' command"),
		("GET a b", "-ERR wrong number of arguments for 'get' command"),
		("FOO a b", "-ERR unknown command 'FOO', with args beginning with: 'a' 'b'"),
	]);
}

#[test]
fn counting_should_answer_as_redis_does() {
	converse(&[
		("INCR n", ":1"),
		("INCRBY n 41", ":42"),
		("DECR n", ":41"),
		("DECRBY n 40", ":1"),
		("GET n", "$1 1"),
		("DECRBY n -9223372036854775808", "-ERR value is not an integer or out of range"),
		("INCRBY n 1.5", "-ERR value is not an integer or out of range"),
		("SET n text", "+OK"),
		("INCR n", "-ERR value is not an integer or out of range"),
		("HSET h f v", ":1"),
		("INCR h", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
	]);
}

#[test]
fn collections_should_answer_as_redis_does() {
	converse(&[
		("HSET h a 1 b 2", ":2"),
		("HSET h a 3", ":0"),
		("HSET h a", "-ERR wrong number of arguments for 'hset' command"),
		("HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command"),
		("HGET h a", "$1 3"),
		("HGET h c", "$-1"),
		("HMGET h a c", "*2 $1 3 $-1"),
		("HLEN h", ":2"),
		("HEXISTS h b", ":1"),
		("HDEL h b c", ":1"),
		("HGETALL h", "*2 $1 a $1 3"),
		("HKEYS h", "*1 $1 a"),
		("HVALS h", "*1 $1 3"),
		("HSCAN h 0", "*2 $1 0 *2 $1 a $1 3"),
		("HSCAN h 0 MATCH b*", "*2 $1 0 *0"),
		("HSCAN h x", "-ERR invalid cursor"),
		("HGETALL nothing", "*0"),
		("TYPE h", "+hash"),
		("SADD s m m n", ":2"),
		("SADD s m", ":0"),
		("SCARD s", ":2"),
		("SISMEMBER s m", ":1"),
		("SREM s n x", ":1"),
		("SMEMBERS s", "*1 $1 m"),
		("TYPE s", "+set"),
		("GET s", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
		("MGET s", "*1 $-1"),
		("SADD h m", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
		("SET s v", "+OK"),
		("TYPE s", "+string"),
		("TYPE nothing", "+none"),
		("DBSIZE", ":2"),
		("SCAN 0 TYPE hash", "*2 $1 0 *1 $1 h"),
		("SCAN 0 MATCH h* COUNT 100", "*2 $1 0 *1 $1 h"),
		("SCAN 0 COUNT 0", "-ERR syntax error"),
		("SCAN 0 MATCH", "-ERR syntax error"),
		("EXPIRE h 100", ":1"),
		("TTL h", ":100"),
		("EXPIRE nothing 100", ":0"),
		("PEXPIREAT h 1", ":1"),
		("EXISTS h", ":0"),
	]);
}

#[test]
fn third_version_should_tell_maps_and_sets_and_nothing_apart() {
	let mut replica = replica(1);
	let mut say = |line| answer(&mut replica, line, NOW, Protocol::Three).replace("\r\n", " ");
	assert_eq!(say("GET k"), "_ ");
	assert_eq!(say("HSET h a 1"), ":1 ");
	assert_eq!(say("HGETALL h"), "%1 $1 a $1 1 ");
	assert_eq!(say("SADD s m"), ":1 ");
	assert_eq!(say("SMEMBERS s"), "~1 $1 m ");
}

/// What a session makes of a line, as a short text.
fn step(session: &mut Session, line: &str) -> String {
	let mut parser = Parser::default();
	parser.feed(format!("{line}\r\n").as_bytes());
	let step = session.step(parser.next_request().unwrap().unwrap());
	let written = |replies: &[Reply]| {
		let mut out = Vec::new();
		replies.iter().for_each(|reply| reply.write(session.protocol(), &mut out));
		String::from_utf8(out).unwrap().trim_end().replace("\r\n", " ")
	};
	match &step {
		Step::Reply(reply) => written(std::slice::from_ref(reply)),
		Step::Replies(replies) => written(replies),
		Step::SignIn { token, .. } => format!("sign in with {}", String::from_utf8_lossy(token)),
		Step::Select { namespace } => format!("select {}", String::from_utf8_lossy(namespace)),
		Step::Run(command) => format!("run {}", command.name),
		other => format!("{other:?}"),
	}
}

#[test]
fn session_should_want_a_token_and_a_namespace_first() {
	let mut session = Session::new(7, false);
	let no_token = "-NOAUTH Authentication required.";
	for line in ["GET k", "PING", "SELECT job/7", "HELLO 3", "COMMAND"] {
		assert_eq!(step(&mut session, line), no_token, "{line}");
	}
	assert_eq!(session.protocol(), Protocol::Two);
	assert_eq!(step(&mut session, "AUTH me token"), "sign in with token");
	assert_eq!(step(&mut session, "AUTH token"), "sign in with token");
	assert_eq!(step(&mut session, "GET k"), no_token);
	session.sign_in();
	assert!(step(&mut session, "GET k").starts_with("-ERR no namespace is selected"));
	assert_eq!(step(&mut session, "SELECT job/7"), "select job/7");
	session.select("job/7", Keys::Replicated);
	assert_eq!(step(&mut session, "GET k"), "run get");
	assert_eq!(
		step(&mut session, "GARBAGE"),
		"-ERR unknown command 'GARBAGE', with args beginning with:"
	);
	// Whoever signs in as somebody else begins anew.
	session.sign_in();
	assert_eq!(session.namespace(), None);
}

#[test]
fn session_should_answer_what_is_about_the_connection() {
	let mut session = Session::new(7, true);
	for (line, expected) in [
		("PING", "+PONG"),
		("PING hi", "$2 hi"),
		("PING a b", "-ERR wrong number of arguments for 'ping' command"),
		("ECHO hi", "$2 hi"),
		("CLIENT ID", ":7"),
		("CLIENT GETNAME", "$-1"),
		("CLIENT SETNAME me", "+OK"),
		("CLIENT SETNAME \"a b\"", "-ERR syntax error"),
		("CLIENT GETNAME", "$2 me"),
		("CLIENT SETINFO lib-name x", "+OK"),
		("CLIENT KILL", "-ERR syntax error"),
		("COMMAND INFO get nothing", "*2 *6 $3 get :2 *1 +readonly :1 :1 :1 $-1"),
		("HELLO 4", "-NOPROTO unsupported protocol version"),
		("HELLO 3 SETNAME", "-ERR syntax error"),
	] {
		assert_eq!(step(&mut session, line), expected, "{line}");
	}
	let hello = step(&mut session, "HELLO 3 AUTH default token SETNAME you");
	assert_eq!(hello, "sign in with token");
	let hello = step(&mut session, "HELLO 3");
	assert!(hello.starts_with("%7 $6 server $6 ratio1"), "{hello}");
	assert_eq!(step(&mut session, "RESET"), "+RESET");
	assert_eq!(session.protocol(), Protocol::Two);
	assert!(step(&mut session, "QUIT").starts_with("Close"));
}

#[test]
fn session_should_listen_to_channels_of_its_namespace() {
	let mut session = Session::new(1, true);
	session.select("job/7", Keys::Replicated);
	assert_eq!(
		step(&mut session, "SUBSCRIBE a b"),
		"*3 $9 subscribe $1 a :1 *3 $9 subscribe $1 b :2"
	);
	assert_eq!(step(&mut session, "PING"), "*2 $4 pong $0");
	assert_eq!(step(&mut session, "UNSUBSCRIBE a"), "*3 $11 unsubscribe $1 a :1");
	assert_eq!(step(&mut session, "UNSUBSCRIBE"), "*3 $11 unsubscribe $1 b :0");
	assert_eq!(step(&mut session, "UNSUBSCRIBE"), "*3 $11 unsubscribe $-1 :0");
	assert_eq!(step(&mut session, "PSUBSCRIBE n*"), "*3 $10 psubscribe $2 n* :1");
	assert_eq!(step(&mut session, "SUBSCRIBE news"), "*3 $9 subscribe $4 news :2");
	let heard: Vec<Reply> = session.hears(b"news", b"hi").collect();
	let bulk = |text: &str| Reply::Bulk(text.as_bytes().to_vec());
	let message = Reply::Push(vec![bulk("message"), bulk("news"), bulk("hi")]);
	let by_pattern = Reply::Push(vec![bulk("pmessage"), bulk("n*"), bulk("news"), bulk("hi")]);
	assert_eq!(heard, [message, by_pattern]);
	assert_eq!(session.hears(b"old", b"hi").count(), 0);
	assert_eq!(step(&mut session, "PUNSUBSCRIBE"), "*3 $12 punsubscribe $2 n* :1");
	assert_eq!(step(&mut session, "UNSUBSCRIBE news"), "*3 $11 unsubscribe $4 news :0");
	assert!(step(&mut session, "WAIT 2 100").contains("replicas: 2, timeout_ms: 100"));
	assert_eq!(step(&mut session, "WAIT -1 0"), "-ERR value is not an integer or out of range");
	assert!(step(&mut session, "PUBLISH a hi").starts_with("Publish"));
	for number in 0..=CHANNELS_MAX {
		step(&mut session, &format!("SUBSCRIBE {number}"));
	}
	assert_eq!(session.listened(), CHANNELS_MAX);
	session.select("job/8", Keys::Replicated);
	assert_eq!(session.listened(), 0);
}

#[test]
fn scans_should_find_every_key_and_every_field() {
	let mut replica = replica(1);
	for number in 0..300 {
		answer(&mut replica, &format!("SET key:{number} v"), NOW, Protocol::Two);
		answer(&mut replica, &format!("HSET h field:{number} v"), NOW, Protocol::Two);
	}
	for (scan, count) in [("SCAN", 301), ("HSCAN h", 600)] {
		let mut found = BTreeSet::new();
		let mut cursor = "0".to_owned();
		loop {
			let answer =
				answer(&mut replica, &format!("{scan} {cursor} COUNT 20"), NOW, Protocol::Two);
			let words: Vec<_> = answer.split("\r\n").collect();
			found.extend(words[4..].iter().skip(1).step_by(2).map(|word| (*word).to_owned()));
			cursor = words[2].to_owned();
			if cursor == "0" {
				break;
			}
		}
		found.remove("");
		// Values are all the same.
		let expected = if scan == "SCAN" { count } else { count / 2 + 1 };
		assert_eq!(found.len(), expected, "{scan}");
	}
}

#[test]
fn error_should_stay_one_line() {
	let mut out = Vec::new();
	Reply::Error("ERR a\r\n+OK\r\n".to_owned()).write(Protocol::Two, &mut out);
	assert_eq!(out, b"-ERR a  +OK  \r\n");
}

#[test]
fn commands_should_have_names_of_their_own() {
	let names: BTreeSet<_> = COMMANDS.iter().map(|command| command.name).collect();
	assert_eq!(names.len(), COMMANDS.len());
	assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())));
}

#[test]
fn lines_should_be_read_as_they_are_typed() {
	let words = |line: &str| {
		let (requests, error) = parse(&mut Parser::default(), format!("{line}\r\n").as_bytes());
		assert_eq!(error, None, "{line}");
		let request = requests.into_iter().next().unwrap_or_default();
		request
			.into_iter()
			.map(|word| String::from_utf8(word).unwrap())
			.collect::<Vec<_>>()
	};
	assert_eq!(words("  GET   k "), ["GET", "k"]);
	assert_eq!(words("SET k \"a b\\n\\x41\\\"\""), ["SET", "k", "a b\nA\""]);
	assert_eq!(words("SET k 'a \\n b'"), ["SET", "k", "a \\n b"]);
	assert_eq!(words("SET k \"\""), ["SET", "k", ""]);
	assert_eq!(words(""), [""; 0]);
	for line in ["GET \"k", "GET 'k", "GET \"\\x4\"", "GET \"\\"] {
		let (_, error) = parse(&mut Parser::default(), format!("{line}\n").as_bytes());
		assert_eq!(error, Some(ProtocolError::Quotes), "{line}");
	}
}

#[test]
fn what_is_no_request_should_end_the_connection() {
	let large = format!("*1\r\n${}\r\n", VALUE_BYTES_MAX + 1);
	let long = "x".repeat(70_000);
	for (bytes, expected) in [
		("*x\r\n", ProtocolError::Count),
		("*65537\r\n", ProtocolError::Count),
		("*1\r\n+OK\r\n", ProtocolError::Argument { found: '+' }),
		("*1\r\n$-1\r\n", ProtocolError::Length),
		("*1\r\n$x\r\n", ProtocolError::Length),
		("*1111111111111111111111111111111111", ProtocolError::Count),
		(large.as_str(), ProtocolError::Length),
		(long.as_str(), ProtocolError::Line),
	] {
		let (requests, error) = parse(&mut Parser::default(), bytes.as_bytes());
		assert_eq!((requests.len(), error), (0, Some(expected)), "{bytes:.40}");
	}
	// Together they may not be longer than a request.
	let mut many = b"*20\r\n".to_vec();
	for _ in 0..17 {
		many.extend(format!("${VALUE_BYTES_MAX}\r\n").into_bytes());
		many.extend(vec![0; VALUE_BYTES_MAX]);
		many.extend_from_slice(b"\r\n");
	}
	assert_eq!(parse(&mut Parser::default(), &many).1, Some(ProtocolError::Request));
	// Without a name nothing is asked.
	assert_eq!(parse(&mut Parser::default(), b"*0\r\n*-1\r\n\r\n").0.len(), 0);
}

proptest! {
	#[test]
	fn requests_should_be_read_however_they_come_apart(
		requests in vec(vec(vec(any::<u8>(), 0..40), 1..6), 1..8),
		cuts in vec(1_usize..30, 1..60),
	) {
		let bytes: Vec<u8> = requests.iter().flat_map(|arguments| request(arguments)).collect();
		let mut parser = Parser::default();
		let mut read = Vec::new();
		let mut rest = bytes.as_slice();
		let mut cuts = cuts.into_iter().cycle();
		while !rest.is_empty() {
			let (part, later) = rest.split_at(cuts.next().unwrap().min(rest.len()));
			let (some, error) = parse(&mut parser, part);
			prop_assert_eq!(error, None);
			read.extend(some);
			rest = later;
		}
		prop_assert_eq!(read, requests);
	}

	#[test]
	fn bytes_of_strangers_should_not_harm(parts in vec(vec(any::<u8>(), 0..60), 1..8)) {
		let mut parser = Parser::default();
		for part in parts {
			if parse(&mut parser, &part).1.is_some() {
				break;
			}
		}
	}

	#[test]
	fn commands_of_strangers_should_not_harm(
		requests in vec((0_usize..COMMANDS.len(), vec("[a-c0-9*-]{0,3}", 0..6)), 1..40),
	) {
		let mut replica = replica(1);
		for (number, arguments) in requests {
			let line = format!("{} {}", COMMANDS[number].name, arguments.join(" "));
			let answer = answer(&mut replica, &line, NOW, Protocol::Two);
			prop_assert!(answer.ends_with("\r\n"), "{line}");
		}
	}
}
