// SPDX-License-Identifier: Apache-2.0

//! The protocol of Redis: requests of clients and of strangers, in pieces, to a namespace whose end is
//! computed again.

use crate::{edits::edit_bytes, reached::Reached};
use fuzzing::Choices;
use r1_cstore::{
	Namespace, Quota, Record, Tree, WriterId,
	quorum::{Change, Held},
	resp::{
		Agreement, COMMANDS, CommandError, Context, Keys, Next, Parser, Protocol, Reply, Session,
		Step,
	},
};
use std::collections::BTreeMap;

/// Most requests of one input.
const REQUESTS_MAX: usize = 24;

/// A moment, in milliseconds of Unix time.
pub(crate) const NOW_MS: u64 = 1_790_000_000_000;

/// Words that requests are made of: names that meet, numbers at the ends of their range, options.
const WORDS: [&str; 28] = [
	"k",
	"h",
	"s",
	"",
	"0",
	"1",
	"-1",
	"10",
	"9223372036854775807",
	"-9223372036854775808",
	"18446744073709551615",
	"NX",
	"XX",
	"GET",
	"EX",
	"PX",
	"EXAT",
	"PXAT",
	"MATCH",
	"COUNT",
	"TYPE",
	"*",
	"[^k",
	"hash",
	"AUTH",
	"SETNAME",
	"3",
	"\r\n+OK\r\n",
];

/// What a connection may say of itself.
const OF_CONNECTION: [&str; 16] = [
	"PING",
	"HELLO",
	"AUTH",
	"SELECT",
	"CLIENT",
	"COMMAND",
	"QUIT",
	"RESET",
	"WAIT",
	"PUBLISH",
	"SUBSCRIBE",
	"UNSUBSCRIBE",
	"INFO",
	"ECHO",
	"client",
	"GARBAGE",
];

/// Plays an input.
pub(crate) fn play(choices: &mut Choices<'_>, reached: &mut Reached) {
	let mut world = World {
		session: Session::new(1, !choices.one_in(8)),
		namespace: Namespace::new(
			WriterId::of(&[1; 32], 0),
			Quota { records: choices.pick(&[1_000, 3]), bytes: choices.pick(&[1 << 20, 300]) },
		),
		agreed: BTreeMap::new(),
		now_ms: NOW_MS,
	};
	if !choices.one_in(8) {
		world.session.select("job/7", Keys::Replicated);
	}
	for _ in 0..REQUESTS_MAX {
		if choices.are_spent() {
			break;
		}
		world.now_ms += choices.pick(&[0, 1, 999, 10_000]);
		let mut bytes = request(choices);
		if choices.one_in(6) {
			bytes = edit_bytes(&bytes, choices);
		}
		if !world.receive(&bytes, choices, reached) {
			break;
		}
		world.check();
	}
}

/// A request as a client writes it, or as a person types it.
fn request(choices: &mut Choices<'_>) -> Vec<u8> {
	let name = match choices.number(0..=3) {
		0 => choices.pick(&OF_CONNECTION),
		_ => COMMANDS[choices.place(COMMANDS.len() - 1)].name,
	};
	let mut words = vec![name];
	words.extend((0..choices.number(0..=6)).map(|_| choices.pick(&WORDS)));
	if choices.one_in(5) {
		return format!("{}\r\n", words.join(" ")).into_bytes();
	}
	written(&words)
}

struct World {
	session: Session,
	namespace: Namespace,
	/// Keys that nodes agree on.
	agreed: BTreeMap<Vec<u8>, Held>,
	now_ms: u64,
}

impl World {
	/// Reads and answers what a connection brings, in pieces; whether it goes on.
	fn receive(&mut self, bytes: &[u8], choices: &mut Choices<'_>, reached: &mut Reached) -> bool {
		let whole = requests_in(bytes, usize::MAX);
		let pieces = requests_in(bytes, 1 + choices.place(40));
		assert_eq!(whole, pieces, "it matters how it comes: {bytes:?}");
		if let Some(error) = &whole.1 {
			reached.note("parse", error.split(',').next().unwrap_or_default());
		}
		for request in whole.0 {
			let mut parser = Parser::default();
			parser.feed(&written(&request));
			let arguments =
				parser.next_request().expect("it was read before").expect("it is whole");
			let step = self.session.step(arguments);
			let reply = match step {
				Step::Run(command) => {
					let mut changes = Vec::new();
					let before = self.namespace.root();
					let mut context = Context {
						namespace: &mut self.namespace,
						now_ms: self.now_ms,
						changes: &mut changes,
					};
					let outcome = command.run(&mut context, arguments);
					reached.note(command.name, kind(&outcome));
					let has_changed = self.namespace.root() != before;
					assert!(command.is_write || !has_changed, "{} wrote", command.name);
					assert!(has_changed <= !changes.is_empty(), "{} did not say so", command.name);
					outcome.unwrap_or_else(|error| Reply::Error(error.to_string()))
				},
				Step::Reply(reply) => {
					reached.note(
						"session",
						if matches!(reply, Reply::Error(_)) { "error" } else { "ok" },
					);
					reply
				},
				Step::Close(_) => return false,
				Step::SignIn { then, .. } => {
					reached.note("session", "sign in");
					self.session.sign_in();
					then
				},
				Step::Select { namespace } => {
					reached.note("session", "select");
					let keys = if namespace == b"*" { Keys::Agreed } else { Keys::Replicated };
					self.session.select("job/7", keys);
					Reply::OK
				},
				Step::Agree(agreement) => {
					let keys = agreement.keys().iter();
					let replies = keys.map(|key| self.agree(&agreement, key)).collect();
					let reply = agreement.total(replies);
					let is_error = matches!(reply, Reply::Error(_));
					reached.note("agreement", if is_error { "error" } else { "ok" });
					reply
				},
				Step::Replies(replies) => Reply::Array(replies),
				Step::Wait { .. } | Step::Publish { .. } | Step::Info => Reply::Integer(0),
			};
			for protocol in [Protocol::Two, Protocol::Three] {
				let mut out = Vec::new();
				reply.write(protocol, &mut out);
				assert_eq!(
					read_reply(&out),
					Some(out.len()),
					"{:?}",
					String::from_utf8_lossy(&out)
				);
			}
		}
		whole.1.is_none()
	}

	/// Does for a key what is wished, as a register that nobody else changes.
	fn agree(&mut self, agreement: &Agreement<'_>, key: &[u8]) -> Reply {
		let held = self.agreed.entry(key.to_vec()).or_default();
		let mut known = None;
		for _ in 0..3 {
			match agreement.next(known.as_ref()) {
				Next::Reply(reply) => return reply,
				Next::Operate(Change::Set { expected, value })
					if expected.is_none_or(|expected| expected == held.version) =>
				{
					assert!(agreement.is_write(), "it only reads");
					*held = Held { version: held.version + 1, value, recent: Vec::new() };
					return agreement.changed(known.as_ref(), held.version);
				},
				Next::Operate(_) => known = Some(held.clone()),
			}
		}
		panic!("it looks again although nobody else was there: {agreement:?}");
	}

	/// What is stored is sound, counted rightly, and has the digest that follows from it.
	fn check(&mut self) {
		let mut tree = Tree::default();
		let mut bytes = 0;
		for record in self.namespace.records() {
			assert_eq!(record.check(), Ok(()), "{record:?}");
			bytes += record.bytes();
			tree.put(record.clone());
		}
		assert_eq!((self.namespace.len(), self.namespace.bytes()), (tree.len(), bytes));
		assert_eq!(self.namespace.root(), tree.root());
	}
}

/// The requests in some bytes, and what ended them.
fn requests_in(bytes: &[u8], piece: usize) -> (Vec<Vec<Vec<u8>>>, Option<String>) {
	let mut parser = Parser::default();
	let mut requests = Vec::new();
	for piece in bytes.chunks(piece.min(bytes.len()).max(1)) {
		parser.feed(piece);
		loop {
			match parser.next_request() {
				Ok(None) => break,
				Ok(Some(arguments)) => {
					requests.push(arguments.from(0).map(<[u8]>::to_vec).collect());
				},
				Err(error) => return (requests, Some(error.to_string())),
			}
		}
	}
	(requests, None)
}

/// A request as a client writes it.
fn written(request: &[impl AsRef<[u8]>]) -> Vec<u8> {
	let mut bytes = format!("*{}\r\n", request.len()).into_bytes();
	for word in request.iter().map(AsRef::as_ref) {
		bytes.extend(format!("${}\r\n", word.len()).into_bytes());
		bytes.extend(word);
		bytes.extend(b"\r\n");
	}
	bytes
}

/// The length of the one answer that some bytes begin with, read by the protocol's grammar alone.
fn read_reply(bytes: &[u8]) -> Option<usize> {
	let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
	let (kind, line) = bytes.get(..end)?.split_first()?;
	let next = end + 2;
	let number = || std::str::from_utf8(line).ok()?.parse::<i64>().ok();
	let many =
		|count: usize| (0..count).try_fold(next, |at, _| Some(at + read_reply(bytes.get(at..)?)?));
	match kind {
		b'+' | b'-' => Some(next),
		b':' => number().map(|_| next),
		b'_' => line.is_empty().then_some(next),
		b'$' => match number()? {
			-1 => Some(next),
			length => {
				let end = next + usize::try_from(length).ok()?;
				(bytes.get(end..end + 2)? == b"\r\n").then_some(end + 2)
			},
		},
		b'*' | b'~' | b'>' => many(usize::try_from(number()?).ok()?),
		b'%' => many(usize::try_from(number()?).ok()? * 2),
		_ => None,
	}
}

fn kind(outcome: &Result<Reply, CommandError>) -> String {
	match outcome {
		Ok(_) => "ok".to_owned(),
		Err(error) => {
			let text = format!("{error:?}");
			text.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
		},
	}
}

/// A namespace with a few records of every kind, for those who send it about.
pub(crate) fn stored(writer: u8) -> (Namespace, Vec<Record>) {
	let quota = Quota { records: 1_000, bytes: 1 << 20 };
	let mut namespace = Namespace::new(WriterId::of(&[writer; 32], 0), quota);
	let mut changes = Vec::new();
	for number in 0..20_u8 {
		let key = [b'k', number % 7];
		let done = match number % 4 {
			0 => namespace
				.set(&key, &[number], Default::default(), NOW_MS, &mut changes)
				.map(drop),
			1 => namespace.add(&[b'n', number], 7, NOW_MS, &mut changes).map(drop),
			2 => namespace.hash_set(b"h", &key, &[number], NOW_MS, &mut changes).map(drop),
			_ => namespace.set_add(b"s", &key, NOW_MS, &mut changes).map(drop),
		};
		done.expect("there is room, and each key has one kind");
	}
	namespace.set_remove(b"s", b"k\x03", NOW_MS, &mut changes).expect("it is a set");
	namespace
		.expire(b"h", Some(NOW_MS + 1_000), NOW_MS, &mut changes)
		.expect("it is there");
	(namespace, changes)
}
