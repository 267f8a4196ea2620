// SPDX-License-Identifier: Apache-2.0

//! What a connection has said of itself: its version, its token, its namespace, its channels.
//!
//! A session answers what concerns the connection alone, and names what else is to be done
//! ([`Step`]); whoever has the connection does it and answers.

use super::{
	Agreement, Arguments, COMMANDS, Command, CommandError, Protocol, Reply, command::number, find,
	glob,
};
use std::collections::BTreeSet;

/// Channels that one connection may listen to, and patterns of them, together.
pub const CHANNELS_MAX: usize = 1_024;

/// Longest name that a connection may give itself, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The version of Redis whose answers clients may expect.
const LIKE_VERSION: &str = "7.0.0";

/// What a connection has said.
#[derive(Debug)]
pub struct Session {
	id: u64,
	protocol: Protocol,
	/// Whether nobody needs to sign in here, or somebody has.
	is_open: bool,
	namespace: Option<(String, Keys)>,
	name: String,
	channels: BTreeSet<Vec<u8>>,
	/// Of the channels that it listens to as well.
	patterns: BTreeSet<Vec<u8>>,
}

/// Which keys of a namespace a connection works on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keys {
	/// Those that every replica writes for itself.
	Replicated,
	/// Those that the nodes agree on.
	Agreed,
}

/// By what a connection names the channels that it listens to.
#[derive(Clone, Copy, Debug)]
enum Listening {
	/// Their names.
	Channels,
	/// What their names are like.
	Patterns,
}

/// What a request comes to.
#[derive(Clone, Debug)]
pub enum Step<'a> {
	/// It is answered.
	Reply(Reply),
	/// It is answered, with several answers one after the other.
	Replies(Vec<Reply>),
	/// It is answered, and the connection ends.
	Close(Reply),
	/// Somebody signs in: [`Session::sign_in`], if the token is believed, and then [`Step::Reply`] as
	/// given here.
	SignIn {
		/// With what.
		token: &'a [u8],
		/// What to answer if it is.
		then: Reply,
	},
	/// Somebody chooses a namespace: [`Session::select`], if the token allows it.
	Select {
		/// Which.
		namespace: &'a [u8],
	},
	/// A command is run on the chosen namespace.
	Run(&'static Command),
	/// A command is carried out by the nodes that agree on the keys of the chosen namespace.
	Agree(Agreement<'a>),
	/// Waits until what the connection has written is on so many replicas besides this one, and
	/// answers on how many it is.
	Wait {
		/// How many.
		replicas: usize,
		/// For how long at most, in milliseconds; 0 is as long as it takes.
		timeout_ms: u64,
	},
	/// A message for all that listen to a channel of the namespace; answered by their number.
	Publish {
		/// Which.
		channel: &'a [u8],
		/// What.
		message: &'a [u8],
	},
	/// What the store and the machine are like, for a person.
	Info,
}

/// Why a connection may not do something.
const NO_TOKEN: &str = "NOAUTH Authentication required.";
/// A web page can let a browser send HTTP here, whose body would be commands.
const NO_BROWSER: &str = "ERR this is no HTTP server";
const NO_NAMESPACE: &str = "ERR no namespace is selected; SELECT one, like job/7";

impl Session {
	/// A new connection, known by a number of its own; `is_open` if nobody needs to sign in.
	#[must_use]
	pub fn new(id: u64, is_open: bool) -> Self {
		Self {
			id,
			protocol: Protocol::Two,
			is_open,
			namespace: None,
			name: String::new(),
			channels: BTreeSet::new(),
			patterns: BTreeSet::new(),
		}
	}

	/// The version that it speaks.
	#[must_use]
	pub fn protocol(&self) -> Protocol {
		self.protocol
	}

	/// The namespace that it has chosen.
	#[must_use]
	pub fn namespace(&self) -> Option<&str> {
		self.namespace.as_ref().map(|(name, _)| name.as_str())
	}

	/// To how many channels and patterns it listens.
	#[must_use]
	pub fn listened(&self) -> usize {
		self.channels.len() + self.patterns.len()
	}

	/// What it hears of a message on a channel: once if it listens to it, and once for each pattern.
	pub fn hears<'a>(
		&'a self,
		channel: &'a [u8],
		message: &'a [u8],
	) -> impl Iterator<Item = Reply> + 'a {
		let bulk = |bytes: &[u8]| Reply::Bulk(bytes.to_vec());
		let direct = self
			.channels
			.contains(channel)
			.then(move || Reply::Push(vec![text("message"), bulk(channel), bulk(message)]));
		let matching = self.patterns.iter().filter(move |pattern| glob::matches(pattern, channel));
		let by_pattern = matching.map(move |pattern| {
			Reply::Push(vec![text("pmessage"), bulk(pattern), bulk(channel), bulk(message)])
		});
		direct.into_iter().chain(by_pattern)
	}

	/// Somebody has shown a token that is believed. What was chosen with another is forgotten.
	pub fn sign_in(&mut self) {
		self.is_open = true;
		self.namespace = None;
		self.channels.clear();
		self.patterns.clear();
	}

	/// A namespace was chosen, which the token allows. Channels are of the one before.
	pub fn select(&mut self, namespace: impl Into<String>, keys: Keys) {
		self.namespace = Some((namespace.into(), keys));
		self.channels.clear();
		self.patterns.clear();
	}

	/// The command of the chosen namespace that a request is, if [`Session::step`] would say to run it.
	/// Nothing changes by asking.
	#[must_use]
	pub fn command(&self, arguments: Arguments<'_>) -> Option<&'static Command> {
		let may_run = self.is_open && matches!(self.namespace, Some((_, Keys::Replicated)));
		find(&arguments).ok().filter(|_| may_run)
	}

	/// What a request comes to.
	pub fn step<'a>(&mut self, arguments: Arguments<'a>) -> Step<'a> {
		self.try_step(arguments)
			.unwrap_or_else(|error| Step::Reply(Reply::Error(error.to_string())))
	}

	fn try_step<'a>(&mut self, arguments: Arguments<'a>) -> Result<Step<'a>, CommandError> {
		let name = arguments.at(0).to_ascii_lowercase();
		let given = arguments.len();
		let wants = |name, counts: std::ops::RangeInclusive<usize>| match counts.contains(&given) {
			true => Ok(()),
			false => Err(CommandError::Arity { name }),
		};
		match name.as_slice() {
			b"quit" => return Ok(Step::Close(Reply::OK)),
			b"post" | b"host:" => return Ok(Step::Close(Reply::Error(NO_BROWSER.to_owned()))),
			b"hello" => return self.hello(arguments),
			b"auth" => {
				wants("auth", 2..=3)?;
				// A name before the token is taken and means nothing: the token says who it is.
				return Ok(Step::SignIn { token: arguments.at(given - 1), then: Reply::OK });
			},
			_ if !self.is_open => return Ok(Step::Reply(Reply::Error(NO_TOKEN.to_owned()))),
			b"reset" => {
				*self = Self { is_open: self.is_open, ..Self::new(self.id, false) };
				return Ok(Step::Reply(Reply::Simple("RESET")));
			},
			b"ping" => {
				wants("ping", 1..=2)?;
				return Ok(Step::Reply(self.pong(arguments.get(1))));
			},
			b"echo" => {
				wants("echo", 2..=2)?;
				return Ok(Step::Reply(Reply::Bulk(arguments.at(1).to_vec())));
			},
			b"select" => {
				wants("select", 2..=2)?;
				return Ok(Step::Select { namespace: arguments.at(1) });
			},
			b"client" => return self.client(arguments).map(Step::Reply),
			b"command" => return commands(arguments).map(Step::Reply),
			b"info" => return Ok(Step::Info),
			_ => {},
		}
		if let Some((_, Keys::Agreed)) = self.namespace {
			return Agreement::read(arguments).map(Step::Agree);
		}
		let in_namespace: Step<'a> = match name.as_slice() {
			b"wait" => {
				wants("wait", 3..=3)?;
				let positive = |place| {
					u64::try_from(number(arguments.at(place))?)
						.map_err(|_| CommandError::NotANumber)
				};
				let replicas = usize::try_from(positive(1)?).unwrap_or(usize::MAX);
				Step::Wait { replicas, timeout_ms: positive(2)? }
			},
			b"publish" => {
				wants("publish", 3..=3)?;
				Step::Publish { channel: arguments.at(1), message: arguments.at(2) }
			},
			b"subscribe" => {
				wants("subscribe", 2..=usize::MAX)?;
				self.subscribe(arguments, Listening::Channels)
			},
			b"psubscribe" => {
				wants("psubscribe", 2..=usize::MAX)?;
				self.subscribe(arguments, Listening::Patterns)
			},
			b"unsubscribe" => self.unsubscribe(arguments, Listening::Channels),
			b"punsubscribe" => self.unsubscribe(arguments, Listening::Patterns),
			_ => Step::Run(find(&arguments)?),
		};
		match self.namespace {
			Some(_) => Ok(in_namespace),
			None => Ok(Step::Reply(Reply::Error(NO_NAMESPACE.to_owned()))),
		}
	}

	/// `HELLO [version [AUTH user token] [SETNAME name]]`
	fn hello<'a>(&mut self, arguments: Arguments<'a>) -> Result<Step<'a>, CommandError> {
		let protocol = match arguments.get(1) {
			None => self.protocol,
			Some(b"2") => Protocol::Two,
			Some(b"3") => Protocol::Three,
			Some(_) => {
				let error = "NOPROTO unsupported protocol version".to_owned();
				return Ok(Step::Reply(Reply::Error(error)));
			},
		};
		let (mut token, mut name) = (None, None);
		let mut words = arguments.from(2);
		while let Some(word) = words.next() {
			match word.to_ascii_uppercase().as_slice() {
				b"AUTH" => {
					let _user = words.next();
					token = Some(words.next().ok_or(CommandError::Syntax)?);
				},
				b"SETNAME" => name = Some(words.next().ok_or(CommandError::Syntax)?),
				_ => return Err(CommandError::Syntax),
			}
		}
		if !self.is_open && token.is_none() {
			return Ok(Step::Reply(Reply::Error(NO_TOKEN.to_owned())));
		}
		if let Some(name) = name {
			self.set_name(name)?;
		}
		self.protocol = protocol;
		let then = self.greeting();
		Ok(match token {
			Some(token) => Step::SignIn { token, then },
			None => Step::Reply(then),
		})
	}

	fn greeting(&self) -> Reply {
		let version = if self.protocol == Protocol::Three { 3 } else { 2 };
		Reply::Map(vec![
			(text("server"), text("ratio1")),
			(text("version"), text(LIKE_VERSION)),
			(text("proto"), Reply::Integer(version)),
			(text("id"), self.id_reply()),
			(text("mode"), text("standalone")),
			(text("role"), text("master")),
			(text("modules"), Reply::Array(Vec::new())),
		])
	}

	fn client(&mut self, arguments: Arguments<'_>) -> Result<Reply, CommandError> {
		match (arguments.at(1).to_ascii_lowercase().as_slice(), arguments.len()) {
			(b"id", 2) => Ok(self.id_reply()),
			(b"getname", 2) if self.name.is_empty() => Ok(Reply::Null),
			(b"getname", 2) => Ok(text(&self.name)),
			(b"setname", 3) => self.set_name(arguments.at(2)).map(|()| Reply::OK),
			// What the client's library is called is of no use here.
			(b"setinfo", 4) | (b"no-evict" | b"no-touch", 3) => Ok(Reply::OK),
			(b"info", 2) => Ok(Reply::Bulk(
				format!("id={} name={} sub={}\n", self.id, self.name, self.listened()).into_bytes(),
			)),
			(_, 1) => Err(CommandError::Arity { name: "client" }),
			_ => Err(CommandError::Syntax),
		}
	}

	fn set_name(&mut self, name: &[u8]) -> Result<(), CommandError> {
		let name = std::str::from_utf8(name).map_err(|_| CommandError::Syntax)?;
		let is_plain = name.bytes().all(|byte| byte.is_ascii_graphic());
		if NAME_BYTES_MAX < name.len() || !is_plain {
			return Err(CommandError::Syntax);
		}
		name.clone_into(&mut self.name);
		Ok(())
	}

	/// In the second version whoever listens gets nothing but what a listener gets.
	fn pong(&self, message: Option<&[u8]>) -> Reply {
		let said = || Reply::Bulk(message.unwrap_or_default().to_vec());
		match (message, self.protocol) {
			(_, Protocol::Two) if 0 < self.listened() => Reply::Array(vec![text("pong"), said()]),
			(Some(_), _) => said(),
			(None, _) => Reply::Simple("PONG"),
		}
	}

	fn subscribe<'a>(&mut self, arguments: Arguments<'_>, to: Listening) -> Step<'a> {
		let mut replies = Vec::new();
		for name in arguments.from(1) {
			if CHANNELS_MAX <= self.listened() && !self.set_of(to).contains(name) {
				let error = format!("ERR a connection listens to at most {CHANNELS_MAX} channels");
				replies.push(Reply::Error(error));
				break;
			}
			self.set_of(to).insert(name.to_vec());
			replies.push(self.told(to.begun(), Reply::Bulk(name.to_vec())));
		}
		Step::Replies(replies)
	}

	fn unsubscribe<'a>(&mut self, arguments: Arguments<'_>, from: Listening) -> Step<'a> {
		let names: Vec<Vec<u8>> = match arguments.len() {
			1 => self.set_of(from).iter().cloned().collect(),
			_ => arguments.from(1).map(<[u8]>::to_vec).collect(),
		};
		if names.is_empty() {
			return Step::Replies(vec![self.told(from.ended(), Reply::Null)]);
		}
		let mut replies = Vec::new();
		for name in names {
			self.set_of(from).remove(&name);
			replies.push(self.told(from.ended(), Reply::Bulk(name)));
		}
		Step::Replies(replies)
	}

	fn set_of(&mut self, listening: Listening) -> &mut BTreeSet<Vec<u8>> {
		match listening {
			Listening::Channels => &mut self.channels,
			Listening::Patterns => &mut self.patterns,
		}
	}

	fn told(&self, what: &'static str, name: Reply) -> Reply {
		Reply::Push(vec![text(what), name, Reply::count(self.listened())])
	}

	fn id_reply(&self) -> Reply {
		Reply::Integer(i64::try_from(self.id).unwrap_or(i64::MAX))
	}
}

impl Listening {
	fn begun(self) -> &'static str {
		match self {
			Self::Channels => "subscribe",
			Self::Patterns => "psubscribe",
		}
	}

	fn ended(self) -> &'static str {
		match self {
			Self::Channels => "unsubscribe",
			Self::Patterns => "punsubscribe",
		}
	}
}

/// `COMMAND [COUNT | LIST | INFO name ... | DOCS ...]`
fn commands(arguments: Arguments<'_>) -> Result<Reply, CommandError> {
	match arguments.get(1).map(<[u8]>::to_ascii_lowercase).as_deref() {
		None => Ok(Reply::Array(COMMANDS.iter().map(described).collect())),
		Some(b"count") => Ok(Reply::count(COMMANDS.len())),
		Some(b"list") => Ok(Reply::Array(COMMANDS.iter().map(|it| text(it.name)).collect())),
		Some(b"info") => {
			let named = |name: &[u8]| {
				COMMANDS
					.iter()
					.find(|command| command.name.as_bytes().eq_ignore_ascii_case(name))
					.map_or(Reply::Null, described)
			};
			Ok(Reply::Array(arguments.from(2).map(named).collect()))
		},
		// There are none here; clients ask for them to complete what is typed.
		Some(b"docs") => Ok(Reply::Map(Vec::new())),
		Some(_) => Err(CommandError::Syntax),
	}
}

/// A command, as clients read it: name, arguments, flags, and where its keys are.
fn described(command: &Command) -> Reply {
	let flag = if command.is_write { "write" } else { "readonly" };
	let (first, last, step) = command.keys;
	let place = |place: i32| Reply::Integer(place.into());
	Reply::Array(vec![
		text(command.name),
		place(command.arity),
		Reply::Set(vec![Reply::Simple(flag)]),
		place(first),
		place(last),
		place(step),
	])
}

fn text(text: &str) -> Reply {
	Reply::Bulk(text.as_bytes().to_vec())
}
