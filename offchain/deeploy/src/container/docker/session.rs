// SPDX-License-Identifier: Apache-2.0

//! What goes on for longer than a call: commands that somebody talks with, and lines as they come.

use super::{DockerEngine, lines::Assembler, refused};
use crate::container::{
	engine::{EngineError, Lines},
	session::{Command, Session, Terminal, Written},
};
use bollard::{
	container::LogOutput,
	exec::{CreateExecOptions, ResizeExecOptions, StartExecOptions, StartExecResults},
	query_parameters::LogsOptionsBuilder,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

impl DockerEngine {
	/// The last lines of a container, and those that it writes from then on.
	pub(super) fn lines(&self, container: &str, lines_max: u32) -> Lines {
		let options = LogsOptionsBuilder::new().stdout(true).stderr(true).follow(true);
		let options = options.tail(&lines_max.to_string()).build();
		let parts = self.docker.logs(&self.realm.name(container), Some(options)).boxed();
		// The last line may have no end.
		let parts = parts.map_ok(Some).chain(stream::once(async { Ok(None) }));
		let lines = parts.scan(Assembler::default(), |assembler, part| {
			let lines = part.map(|part| match part {
				Some(part) => assembler.push(&part),
				None => assembler.rest(),
			});
			std::future::ready(Some(lines))
		});
		lines
			.map_ok(|lines| stream::iter(lines.into_iter().map(Ok::<_, EngineError>)))
			.map_err(|error| refused("read logs", error))
			.try_flatten()
			.boxed()
	}

	/// Begins a command, in a terminal if it shall have one.
	pub(super) async fn begin_command(
		&self,
		container: &str,
		command: &Command,
	) -> Result<Session, EngineError> {
		let refused = |error| refused("run a command", error);
		let has_terminal = command.terminal.is_some();
		let options = CreateExecOptions {
			attach_stdin: Some(command.has_input),
			attach_stdout: Some(true),
			// A terminal has one stream.
			attach_stderr: Some(!has_terminal),
			tty: Some(has_terminal),
			cmd: Some(command.words.clone()),
			..CreateExecOptions::default()
		};
		let name = self.realm.name(container);
		let id = self.docker.create_exec(&name, options).await.map_err(refused)?.id;
		let options =
			StartExecOptions { detach: false, tty: has_terminal, ..StartExecOptions::default() };
		let started = self.docker.start_exec(&id, Some(options)).await.map_err(refused)?;
		let StartExecResults::Attached { output, input } = started else {
			return Err(EngineError::NotFound { what: "output of the command".to_owned() });
		};
		if let Some(terminal) = command.terminal {
			// It runs in a terminal of another size otherwise, or has ended already.
			drop(self.resize_terminal(&id, terminal).await);
		}
		let output = output.map_ok(written).map_err(refused).boxed();
		Ok(Session { id, output, input })
	}

	/// Makes a terminal another size.
	pub(super) async fn resize_terminal(
		&self,
		session: &str,
		terminal: Terminal,
	) -> Result<(), EngineError> {
		let Terminal { columns, rows } = terminal;
		let options = ResizeExecOptions { width: columns, height: rows };
		let resized = self.docker.resize_exec(session, options).await;
		resized.map_err(|error| refused("resize a terminal", error))
	}

	/// How a command ended; nothing while it runs.
	pub(super) async fn code_of(&self, session: &str) -> Result<Option<i64>, EngineError> {
		let found = self.docker.inspect_exec(session).await;
		let found = found.map_err(|error| refused("look after a command", error))?;
		let is_over = found.running == Some(false);
		Ok(found.exit_code.filter(|_| is_over))
	}
}

fn written(part: LogOutput) -> Written {
	let is_error = matches!(part, LogOutput::StdErr { .. });
	Written { is_error, bytes: part.into_bytes().to_vec() }
}
