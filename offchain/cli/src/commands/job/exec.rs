// SPDX-License-Identifier: Apache-2.0

//! A command in a container, as if it ran here.

use super::terminal::{self, RawMode};
use crate::{
	arguments::{Arguments, JobExec},
	output::Answer,
};
use anyhow::{Context as _, bail, ensure};
use r1_api::{
	EXEC_FRAME_BYTES_MAX, EXEC_SIGN_INTERVAL, EXEC_SILENCE_MAX, ExecFrame, ExecInput, ExecOutput,
	ExecRequest,
};
use std::{
	convert::Infallible,
	io::{self, IsTerminal as _, Read as _},
	thread,
};
use tokio::{
	signal::unix::{SignalKind, signal},
	sync::mpsc,
	task::spawn_blocking,
	time::{sleep, timeout},
};

/// Pieces of the input that are read before they can be sent.
const PIECES_MAX: usize = 4;

/// Runs a command; ends as it does.
pub(super) async fn exec(arguments: &Arguments, order: &JobExec) -> anyhow::Result<Answer> {
	let terminal = match order.tty {
		true => {
			ensure!(io::stdin().is_terminal(), "the input is no terminal; leave `--tty` out");
			Some(terminal::size()?)
		},
		false => None,
	};
	let request = ExecRequest {
		container: order.container.clone(),
		command: order.command.clone(),
		has_input: order.stdin,
		terminal,
	};
	let (output, input) = arguments.edge()?.exec(order.job, &request).await?;
	// From here on keys are the command's, also those that would end this one.
	let _raw_until_it_has_ended = terminal.map(|_| RawMode::begin()).transpose()?;
	let typed = order.stdin.then(read_input);
	let code = tokio::select! {
		code = listen(output) => code?,
		never = speak(input, typed, terminal.is_some()) => match never? {},
	};
	Ok(Answer::ended(code))
}

/// Writes what the command does, until it has ended.
async fn listen(mut output: ExecOutput) -> anyhow::Result<i64> {
	loop {
		let heard = timeout(EXEC_SILENCE_MAX, output.next()).await;
		let heard = heard.context("the daemon is not heard of any more")??;
		let written = match heard {
			ExecFrame::Output(bytes) => write(io::stdout(), bytes).await,
			ExecFrame::ErrorOutput(bytes) => write(io::stderr(), bytes).await,
			ExecFrame::Exited(code) => return Ok(code),
			ExecFrame::Failed(reason) => bail!("it is not known how the command ends: {reason}"),
			ExecFrame::Alive => Ok(()),
			ExecFrame::Input(_) | ExecFrame::InputEnd | ExecFrame::Resized(_) => {
				bail!("the daemon says what only a client says")
			},
		};
		match written {
			// Whoever reads has enough.
			Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(0),
			written => written?,
		}
	}
}

/// Writes in a thread of its own: while somebody reads slowly, the daemon is still told that he is here.
async fn write(mut to: impl io::Write + Send + 'static, bytes: Vec<u8>) -> io::Result<()> {
	let writing = spawn_blocking(move || {
		to.write_all(&bytes)?;
		to.flush()
	});
	writing.await.map_err(io::Error::other)?
}

/// Says what is typed, how large the terminal is when that changes, and that somebody is here.
async fn speak(
	mut input: ExecInput,
	mut typed: Option<mpsc::Receiver<Vec<u8>>>,
	has_terminal: bool,
) -> anyhow::Result<Infallible> {
	let mut resized = signal(SignalKind::window_change())?;
	loop {
		let frame = tokio::select! {
			piece = next(&mut typed) => match piece {
				Some(piece) => ExecFrame::Input(piece),
				None => {
					typed = None;
					ExecFrame::InputEnd
				},
			},
			Some(()) = resized.recv(), if has_terminal => ExecFrame::Resized(terminal::size()?),
			() = sleep(EXEC_SIGN_INTERVAL) => ExecFrame::Alive,
		};
		if input.send(&frame).await.is_err() {
			// How it ended, if it did, is still to be heard.
			std::future::pending::<()>().await;
		}
	}
}

async fn next(typed: &mut Option<mpsc::Receiver<Vec<u8>>>) -> Option<Vec<u8>> {
	match typed {
		Some(typed) => typed.recv().await,
		None => std::future::pending().await,
	}
}

/// Reads the input, piece by piece.
///
/// In a thread that nobody waits for: one that waits for a key cannot be ended.
fn read_input() -> mpsc::Receiver<Vec<u8>> {
	let (sender, receiver) = mpsc::channel(PIECES_MAX);
	thread::spawn(move || {
		let mut buffer = vec![0; EXEC_FRAME_BYTES_MAX];
		let mut stdin = io::stdin().lock();
		// What cannot be read is the end, as for any program.
		while let Ok(count @ 1..) = stdin.read(&mut buffer) {
			let piece = buffer.get(..count).unwrap_or_default().to_vec();
			if sender.blocking_send(piece).is_err() {
				return;
			}
		}
	});
	receiver
}
