// SPDX-License-Identifier: Apache-2.0

//! One client: takes its requests in their order, and answers what is stored.

use super::{Server, agreement, info, listeners::Listening};
use crate::{
	cstore::{NoEntry, Visit},
	dauth::Trust,
};
use r1_core::Clock as _;
use r1_cstore::{
	resp::{
		AGREED_SUFFIX, Agreement, Arguments, Command, Context, Keys, Parser, Protocol, Reply,
		Session, Step,
	},
	service::{Group, Space, Write},
};
use r1_dauth::Verb;
use std::{
	io,
	sync::{Arc, atomic::Ordering},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt as _, AsyncWriteExt as _},
	net::TcpStream,
};

/// Bytes that are read at once.
const READ_BYTES: usize = 16 << 10;

/// Replies that are gathered before they are sent, in bytes; with more, requests wait.
const REPLIES_BYTES_MAX: usize = 256 << 10;

/// Commands that run under the lock of the namespace before others have their turn.
const COMMANDS_AT_ONCE: usize = 128;

/// Longest that a client waits for other replicas, who asks to wait for ever.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// The namespace that goes without saying, to clients who know databases by numbers.
const USUAL: &[u8] = b"0";

/// A client.
pub(super) struct Connection {
	stream: TcpStream,
	server: Arc<Server>,
	session: Session,
	token: Option<String>,
	entered: Option<Entered>,
	listening: Listening,
	/// What was written last, for `WAIT`.
	wrote: Write,
	/// What must be on the disk before the replies go out.
	unsaved: Option<(Space, Write)>,
	replies: Vec<u8>,
	/// Whether the connection ends after the replies.
	is_closing: bool,
}

/// The namespace of a client, and what it was found to be allowed in this second.
struct Entered {
	place: Place,
	at_secs: u64,
	may: [Option<bool>; 2],
}

/// The keys that a client has chosen.
#[derive(Clone)]
enum Place {
	Replicated(Space),
	/// Those that nodes agree on, of the namespace of this name. Which nodes they are may change.
	Agreed(String),
}

impl Entered {
	fn space(&self) -> Option<&Space> {
		match &self.place {
			Place::Replicated(space) => Some(space),
			Place::Agreed(_) => None,
		}
	}

	/// Whether it was found in this second that it may be read or written.
	fn is_known(&mut self, verb: Verb, now_secs: u64) -> bool {
		if self.at_secs != now_secs {
			(self.at_secs, self.may) = (now_secs, [None; 2]);
		}
		self.may[usize::from(verb == Verb::Write)] == Some(true)
	}

	/// Whether a command is known to be allowed.
	fn knows(&self, command: &Command) -> bool {
		self.may[usize::from(command.is_write)] == Some(true)
	}
}

impl Connection {
	pub(super) fn new(id: u64, stream: TcpStream, server: Arc<Server>) -> Self {
		let is_open = server.door.dauth.trusts_this_machine();
		let mut connection = Self {
			stream,
			server,
			session: Session::new(id, is_open),
			token: None,
			entered: None,
			listening: Listening::default(),
			wrote: Write::default(),
			unsaved: None,
			replies: Vec::new(),
			is_closing: false,
		};
		if is_open {
			connection.enter_usual();
		}
		connection
	}

	/// Serves the client until it goes.
	pub(super) async fn run(mut self) -> io::Result<()> {
		let mut parser = Parser::default();
		let mut bytes = vec![0; READ_BYTES];
		while !self.is_closing {
			tokio::select! {
				read = self.stream.read(&mut bytes) => match read? {
					0 => return Ok(()),
					count => parser.feed(&bytes[..count]),
				},
				heard = self.listening.next() => {
					let protocol = self.session.protocol();
					heard.write(&self.session, protocol, &mut self.replies);
				},
			}
			self.serve(&mut parser).await?;
			self.flush().await?;
		}
		Ok(())
	}

	/// Serves all requests that are whole.
	async fn serve(&mut self, parser: &mut Parser) -> io::Result<()> {
		while !self.is_closing {
			self.run_commands(parser);
			let arguments = match parser.next_request() {
				Ok(Some(arguments)) => arguments,
				Ok(None) => break,
				Err(error) => {
					self.reply(&Reply::Error(format!("ERR {error}")));
					self.is_closing = true;
					break;
				},
			};
			self.server.commands.fetch_add(1, Ordering::Relaxed);
			self.take(arguments).await?;
			if REPLIES_BYTES_MAX < self.replies.len() {
				self.flush().await?;
			}
		}
		Ok(())
	}

	async fn take(&mut self, arguments: Arguments<'_>) -> io::Result<()> {
		match self.session.step(arguments) {
			Step::Run(command) => self.run_command(command, arguments),
			Step::Reply(reply) => self.reply(&reply),
			Step::Replies(replies) => {
				let space = self.entered.as_ref().and_then(Entered::space);
				self.listening.follow(&self.session, space);
				replies.iter().for_each(|reply| self.reply(reply));
			},
			Step::Close(reply) => {
				self.reply(&reply);
				self.is_closing = true;
			},
			Step::SignIn { token, then } => self.sign_in(token, &then),
			Step::Select { namespace } => self.select(namespace),
			Step::Agree(agreement) => self.agree(&agreement).await?,
			Step::Wait { replicas, timeout_ms } => self.wait(replicas, timeout_ms).await?,
			Step::Publish { channel, message } => {
				let outcome = self.allowed(Verb::Write).and_then(|space| {
					space.publish(channel, message).map_err(|error| error.to_string())
				});
				let reply = outcome.map_or_else(|refusal| no_entry(&refusal), Reply::count);
				self.reply(&reply);
			},
			Step::Info => {
				let space = self.entered.as_ref().and_then(Entered::space);
				let text = info::text(&self.server, space);
				self.reply(&Reply::Bulk(text.into_bytes()));
			},
		}
		Ok(())
	}

	// # Commands

	/// Runs the commands that come next and are known to be allowed, all at once: for a client that
	/// sends many, to wait for the namespace each time would take longer than the commands.
	fn run_commands(&mut self, parser: &mut Parser) {
		let now_secs = self.server.clock.now_secs();
		let Some(entered) = self.entered.as_ref().filter(|it| it.at_secs == now_secs) else {
			return;
		};
		let Some(space) = entered.space() else { return };
		let (session, replies) = (&self.session, &mut self.replies);
		let protocol = session.protocol();
		let (mut commands, mut has_written) = (0, false);
		let ran = space.run(|namespace, now_ms, changes| {
			while commands < COMMANDS_AT_ONCE && replies.len() < REPLIES_BYTES_MAX {
				// What is no request is met again by whoever asks next.
				let Ok(Some(arguments)) = parser.next_request() else { return };
				let command = session.command(arguments).filter(|command| entered.knows(command));
				let Some(command) = command else { return parser.put_back() };
				let context = &mut Context { namespace, now_ms, changes };
				let reply = command.run(context, arguments);
				let reply = reply.unwrap_or_else(|error| Reply::Error(error.to_string()));
				reply.write(protocol, replies);
				commands += 1;
				has_written |= command.is_write;
			}
		});
		self.server.commands.fetch_add(commands as u64, Ordering::Relaxed);
		if let Ok(((), write)) = ran
			&& has_written
		{
			self.wrote = write;
			self.unsaved = Some((space.clone(), write));
		}
	}

	fn run_command(&mut self, command: &Command, arguments: Arguments<'_>) {
		let verb = if command.is_write { Verb::Write } else { Verb::Read };
		let ran = self.allowed(verb).cloned().and_then(|space| {
			let ran = space.run(|namespace, now_ms, changes| {
				command.run(&mut Context { namespace, now_ms, changes }, arguments)
			});
			let (outcome, write) = ran.map_err(|error| error.to_string())?;
			Ok((outcome, space, write))
		});
		let reply = match ran {
			Ok((outcome, space, write)) => {
				if command.is_write {
					self.wrote = write;
					self.unsaved = Some((space, write));
				}
				outcome.unwrap_or_else(|error| Reply::Error(error.to_string()))
			},
			Err(refusal) => no_entry(&refusal),
		};
		self.reply(&reply);
	}

	/// Lets the nodes of the namespace agree on what a command wishes.
	async fn agree(&mut self, agreement: &Agreement<'_>) -> io::Result<()> {
		// Others are waited for, and whoever reads the replies so far need not.
		self.flush().await?;
		let verb = if agreement.is_write() { Verb::Write } else { Verb::Read };
		let reply = match self.allowed_group(verb) {
			Ok(group) => agreement::reach(&group, agreement).await,
			Err(refusal) => no_entry(&refusal),
		};
		self.reply(&reply);
		Ok(())
	}

	/// Tells on how many other replicas it is what this client has written.
	async fn wait(&mut self, replicas: usize, timeout_ms: u64) -> io::Result<()> {
		// Whoever waits wants to see what he waits for.
		self.flush().await?;
		let timeout = match timeout_ms {
			0 => WAIT_MAX,
			_ => Duration::from_millis(timeout_ms).min(WAIT_MAX),
		};
		let space = self.allowed(Verb::Read).cloned();
		let reply = match space {
			Ok(space) => {
				match space.copied(self.wrote, replicas.saturating_add(1), timeout).await {
					Ok(copies) => Reply::count(copies.saturating_sub(1)),
					Err(error) => no_entry(&error.to_string()),
				}
			},
			Err(refusal) => no_entry(&refusal),
		};
		self.reply(&reply);
		Ok(())
	}

	// # Who it is, and where

	fn sign_in(&mut self, token: &[u8], then: &Reply) {
		let token = String::from_utf8_lossy(token).into_owned();
		match self.server.door.dauth.subject(&token) {
			Ok(_) => {
				self.token = Some(token);
				self.session.sign_in();
				self.enter_usual();
				self.reply(then);
			},
			Err(error) => self.reply(&Reply::Error(format!("WRONGPASS {error}"))),
		}
	}

	/// Chooses the namespace that goes without saying, if there is one and it may be read.
	fn enter_usual(&mut self) {
		self.entered = None;
		if let Ok(usual) = self.server.door.usual(self.token.as_deref()) {
			drop(self.enter(&usual));
		}
	}

	fn select(&mut self, namespace: &[u8]) {
		let outcome = match namespace {
			USUAL => self.server.door.usual(self.token.as_deref()),
			_ => Ok(String::from_utf8_lossy(namespace).into_owned()),
		};
		let outcome = outcome.and_then(|namespace| self.enter(&namespace));
		let reply = outcome.map_or_else(|error| no_entry(&error.to_string()), |()| Reply::OK);
		self.reply(&reply);
	}

	fn enter(&mut self, namespace: &str) -> Result<(), NoEntry> {
		let at_secs = self.server.clock.now_secs();
		let visit = self.visit(Verb::Read, at_secs);
		let (place, keys) = match namespace.strip_suffix(AGREED_SUFFIX) {
			Some(of) => {
				self.server.door.enter_agreed(of, &visit)?;
				(Place::Agreed(of.to_owned()), Keys::Agreed)
			},
			None => {
				let space = self.server.door.enter(namespace, &visit)?;
				(Place::Replicated(space), Keys::Replicated)
			},
		};
		self.entered = Some(Entered { place, at_secs, may: [Some(true), None] });
		// Writes are counted by namespace; nothing was written here yet, and everybody has that.
		self.wrote = Write::default();
		self.session.select(namespace, keys);
		self.listening.follow(&self.session, None);
		Ok(())
	}

	/// The chosen namespace, if the client may still do this with it; looked at once a second.
	fn allowed(&mut self, verb: Verb) -> Result<&Space, String> {
		let now_secs = self.server.clock.now_secs();
		let is_known =
			self.entered.as_mut().is_some_and(|entered| entered.is_known(verb, now_secs));
		let visit = self.visit(verb, now_secs);
		let nameless = || NoEntry::Nameless.to_string();
		let space = self.entered.as_ref().and_then(Entered::space).ok_or_else(nameless)?;
		if !is_known {
			self.server
				.door
				.enter(space.name(), &visit)
				.map_err(|error| error.to_string())?;
		}
		let entered = self.entered.as_mut().ok_or_else(nameless)?;
		entered.may[usize::from(verb == Verb::Write)] = Some(true);
		entered.space().ok_or_else(nameless)
	}

	/// The same of keys that nodes agree on. To ask takes a round trip: who may is looked at each time.
	fn allowed_group(&self, verb: Verb) -> Result<Group, String> {
		let Some(Entered { place: Place::Agreed(namespace), .. }) = &self.entered else {
			return Err(NoEntry::Nameless.to_string());
		};
		let visit = self.visit(verb, self.server.clock.now_secs());
		let group = self.server.door.enter_agreed(namespace, &visit);
		group.map_err(|error| error.to_string())
	}

	fn visit(&self, verb: Verb, now_secs: u64) -> Visit<'_> {
		Visit { verb, token: self.token.as_deref(), trust: Trust::ThisMachine, now_secs }
	}

	// # Replies

	fn reply(&mut self, reply: &Reply) {
		reply.write(self.session.protocol(), &mut self.replies);
	}

	/// Sends the replies, once what they tell of is on the disk.
	async fn flush(&mut self) -> io::Result<()> {
		if let Some((space, write)) = self.unsaved.take()
			&& let Err(error) = space.written(write).await
		{
			// Which of them were stored nobody knows.
			self.replies.clear();
			let text = format!("MISCONF {}", r1_core::error_chain(&error));
			Reply::Error(text).write(Protocol::Two, &mut self.replies);
			self.is_closing = true;
		}
		if !self.replies.is_empty() {
			self.stream.write_all(&self.replies).await?;
			self.replies.clear();
			self.replies.shrink_to(REPLIES_BYTES_MAX);
		}
		Ok(())
	}
}

fn no_entry(refusal: &str) -> Reply {
	Reply::Error(format!("NOPERM {refusal}"))
}
