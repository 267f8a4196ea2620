// SPDX-License-Identifier: Apache-2.0

//! The commands that read and write a namespace: which there are, and what they must be given.

use super::{Arguments, Reply, collections, keys, texts};
use crate::{Namespace, Record, WriteError};

/// A command.
#[derive(Clone, Copy)]
pub struct Command {
	/// Its name, in small letters.
	pub name: &'static str,
	/// How many arguments it takes, its name among them; a negative number is that many at least.
	pub arity: i32,
	/// Whether it changes anything.
	pub is_write: bool,
	/// The first, the last and every how-manieth argument that is a key, from 1 on; a negative last
	/// is counted from the end.
	pub keys: (i32, i32, i32),
	run: fn(&mut Context<'_>, Arguments<'_>) -> Result<Reply, CommandError>,
}

/// What a command works on.
#[derive(Debug)]
pub struct Context<'a> {
	/// The namespace.
	pub namespace: &'a mut Namespace,
	/// When, in milliseconds of Unix time.
	pub now_ms: u64,
	/// What it has changed.
	pub changes: &'a mut Vec<Record>,
}

/// Why a command was not run, or failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommandError {
	/// There is no such command.
	#[error("ERR unknown command '{name}', with args beginning with: {arguments}")]
	Unknown {
		/// What it was called.
		name: String,
		/// What it was given, as far as it is repeated.
		arguments: String,
	},
	/// It was given too little or too much.
	#[error("ERR wrong number of arguments for '{name}' command")]
	Arity {
		/// Which.
		name: &'static str,
	},
	/// It was given something that it does not know.
	#[error("ERR syntax error")]
	Syntax,
	/// A number was expected.
	#[error("ERR value is not an integer or out of range")]
	NotANumber,
	/// The end of a key is no moment.
	#[error("ERR invalid expire time in '{name}' command")]
	Expiry {
		/// In which command.
		name: &'static str,
	},
	/// Keys that nodes agree on live until they are deleted.
	#[error("ERR keys that nodes agree on do not expire; use the namespace's other keys for that")]
	Endless,
	/// There is such a command, but not for keys that nodes agree on.
	#[error("ERR '{name}' does not work on keys that nodes agree on; SELECT job/7 for the others")]
	NotAgreed {
		/// Which.
		name: &'static str,
	},
	/// A place to go on from is none.
	#[error("ERR invalid cursor")]
	Cursor,
	/// The key holds something else.
	#[error("WRONGTYPE Operation against a key holding the wrong kind of value")]
	WrongKind,
	/// There is no room.
	#[error("OOM {0}")]
	Full(WriteError),
	/// It could not be written.
	#[error("ERR {0}")]
	Refused(WriteError),
}

impl From<WriteError> for CommandError {
	fn from(error: WriteError) -> Self {
		match error {
			WriteError::WrongKind => Self::WrongKind,
			WriteError::NotANumber => Self::NotANumber,
			WriteError::Full { .. } => Self::Full(error),
			WriteError::Record(_) | WriteError::Clock(_) | WriteError::Crowded => {
				Self::Refused(error)
			},
		}
	}
}

impl Command {
	/// Runs it.
	///
	/// # Errors
	///
	/// It was given what it does not take, or the namespace refuses. A command that changes several
	/// keys may have changed some of them then, as its changes say.
	pub fn run(
		&self,
		context: &mut Context<'_>,
		arguments: Arguments<'_>,
	) -> Result<Reply, CommandError> {
		let given = i32::try_from(arguments.len()).unwrap_or(i32::MAX);
		let fits = if self.arity < 0 { -self.arity <= given } else { self.arity == given };
		if !fits {
			return Err(CommandError::Arity { name: self.name });
		}
		(self.run)(context, arguments)
	}
}

impl std::fmt::Debug for Command {
	fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		formatter
			.debug_struct("Command")
			.field("name", &self.name)
			.finish_non_exhaustive()
	}
}

/// The command that a request names.
///
/// # Errors
///
/// There is none of this name.
pub fn find(arguments: &Arguments<'_>) -> Result<&'static Command, CommandError> {
	let name = arguments.at(0);
	let is_it = |command: &&Command| command.name.as_bytes().eq_ignore_ascii_case(name);
	COMMANDS.iter().find(is_it).ok_or_else(|| unknown(arguments))
}

/// What is said of a command that there is not.
fn unknown(arguments: &Arguments<'_>) -> CommandError {
	let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(128).collect::<String>();
	let repeated = arguments.from(1).take(8).map(|argument| format!("'{}' ", shown(argument)));
	CommandError::Unknown { name: shown(arguments.at(0)), arguments: repeated.collect() }
}

const READ: bool = false;
const WRITE: bool = true;

/// Every command, those that are used most first.
pub const COMMANDS: [Command; 41] = [
	of("get", 2, READ, (1, 1, 1), texts::get),
	of("set", -3, WRITE, (1, 1, 1), texts::set),
	of("mget", -2, READ, (1, -1, 1), texts::mget),
	of("mset", -3, WRITE, (1, -1, 2), texts::mset),
	of("del", -2, WRITE, (1, -1, 1), keys::delete),
	of("exists", -2, READ, (1, -1, 1), keys::exists),
	of("incrby", 3, WRITE, (1, 1, 1), texts::increase_by),
	of("incr", 2, WRITE, (1, 1, 1), texts::increase),
	of("decrby", 3, WRITE, (1, 1, 1), texts::decrease_by),
	of("decr", 2, WRITE, (1, 1, 1), texts::decrease),
	of("setnx", 3, WRITE, (1, 1, 1), texts::set_if_absent),
	of("setex", 4, WRITE, (1, 1, 1), texts::set_with_end),
	of("strlen", 2, READ, (1, 1, 1), texts::length),
	of("hset", -4, WRITE, (1, 1, 1), collections::hash_set),
	of("hget", 3, READ, (1, 1, 1), collections::hash_get),
	of("hmget", -3, READ, (1, 1, 1), collections::hash_get_many),
	of("hgetall", 2, READ, (1, 1, 1), collections::hash_all),
	of("hdel", -3, WRITE, (1, 1, 1), collections::hash_delete),
	of("hexists", 3, READ, (1, 1, 1), collections::hash_has),
	of("hlen", 2, READ, (1, 1, 1), collections::hash_length),
	of("hkeys", 2, READ, (1, 1, 1), collections::hash_fields),
	of("hvals", 2, READ, (1, 1, 1), collections::hash_values),
	of("hscan", -3, READ, (1, 1, 1), collections::hash_scan),
	of("sadd", -3, WRITE, (1, 1, 1), collections::set_add),
	of("srem", -3, WRITE, (1, 1, 1), collections::set_remove),
	of("smembers", 2, READ, (1, 1, 1), collections::set_members),
	of("sismember", 3, READ, (1, 1, 1), collections::set_has),
	of("scard", 2, READ, (1, 1, 1), collections::set_length),
	of("expire", 3, WRITE, (1, 1, 1), keys::expire),
	of("pexpire", 3, WRITE, (1, 1, 1), keys::expire_ms),
	of("expireat", 3, WRITE, (1, 1, 1), keys::expire_at),
	of("pexpireat", 3, WRITE, (1, 1, 1), keys::expire_at_ms),
	of("ttl", 2, READ, (1, 1, 1), keys::life),
	of("pttl", 2, READ, (1, 1, 1), keys::life_ms),
	of("persist", 2, WRITE, (1, 1, 1), keys::persist),
	of("scan", -2, READ, (0, 0, 0), keys::scan),
	of("type", 2, READ, (1, 1, 1), keys::kind),
	of("unlink", -2, WRITE, (1, -1, 1), keys::delete),
	of("touch", -2, READ, (1, -1, 1), keys::exists),
	of("dbsize", 1, READ, (0, 0, 0), keys::count),
	of("getdel", 2, WRITE, (1, 1, 1), texts::get_and_delete),
];

const fn of(
	name: &'static str,
	arity: i32,
	is_write: bool,
	keys: (i32, i32, i32),
	run: fn(&mut Context<'_>, Arguments<'_>) -> Result<Reply, CommandError>,
) -> Command {
	Command { name, arity, is_write, keys, run }
}

/// A number in an argument.
pub(super) fn number(bytes: &[u8]) -> Result<i64, CommandError> {
	crate::cell::parse_number(bytes).ok_or(CommandError::NotANumber)
}
