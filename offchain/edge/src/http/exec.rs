// SPDX-License-Identifier: Apache-2.0

//! Commands in containers: the connection goes on with what the command reads and writes.
//!
//! Both ways go by themselves, since a command may read nothing until what it wrote is taken. What is
//! not taken is not read. The engine cannot end a command: when its visitor is gone, its input ends,
//! and it should end by that.

use super::error::ApiError;
use crate::{
	defaults::TALK_LINGER,
	jobs::{Talk, TerminalOf},
	shared::Shared,
};
use axum::{
	Json, RequestExt as _,
	body::Body,
	extract::{Path, Request, State},
	http::{
		HeaderMap, StatusCode,
		header::{CONNECTION, UPGRADE},
	},
	response::{IntoResponse as _, Response},
};
use futures::{Stream, StreamExt as _};
use hyper::upgrade;
use hyper_util::rt::TokioIo;
use r1_api::{
	EXEC_FRAME_BYTES_MAX, EXEC_PROTOCOL, EXEC_SIGN_INTERVAL, EXEC_SILENCE_MAX, ExecFrame,
	ExecRequest, TerminalSize,
};
use r1_core::error_chain;
use r1_deeploy::container::{
	engine::EngineError,
	session::{Command, Session, Terminal, Written},
};
use r1_primitives::JobId;
use std::{io, pin::Pin};
use tokio::{
	io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
	time::timeout,
};
use tracing::debug;

pub(super) async fn exec(
	State(shared): State<Shared>,
	Path(job): Path<JobId>,
	mut request: Request,
) -> Result<Response, ApiError> {
	if !is_meant(request.headers()) {
		let message = format!("the connection must go on with `{EXEC_PROTOCOL}`");
		return Err(ApiError::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", message)
			.hint("`r1ctl job exec` speaks it"));
	}
	let upgrade = upgrade::on(&mut request);
	let Json(order) = request.extract::<Json<ExecRequest>, _>().await?;
	let ExecRequest { container, command, has_input, terminal } = order;
	if command.is_empty() {
		let message = "there is no command";
		return Err(ApiError::new(StatusCode::BAD_REQUEST, "command_missing", message));
	}
	let command = Command { words: command, has_input, terminal: terminal.map(size_of) };
	let talk = shared.jobs.containers().begin(job, container.as_deref(), &command).await?;
	let cancel = shared.cancel.clone();
	tokio::spawn(async move {
		let carried = async {
			let stream = TokioIo::new(upgrade.await.map_err(io::Error::other)?);
			carry(stream, talk).await
		};
		if let Some(Err(error)) = cancel.run_until_cancelled(carried).await {
			debug!(target: "r1::edge", job, %error, "nobody waits for a command any more");
		}
	});
	let headers = [(CONNECTION, "upgrade"), (UPGRADE, EXEC_PROTOCOL)];
	Ok((StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response())
}

fn is_meant(headers: &HeaderMap) -> bool {
	let said = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
	let mut words = said(CONNECTION).split(',').map(str::trim);
	words.any(|word| word.eq_ignore_ascii_case("upgrade"))
		&& said(UPGRADE).eq_ignore_ascii_case(EXEC_PROTOCOL)
}

fn size_of(size: TerminalSize) -> Terminal {
	Terminal { columns: size.columns, rows: size.rows }
}

/// Carries what a command reads and writes, until it has ended or its visitor is gone.
async fn carry(stream: impl AsyncRead + AsyncWrite, talk: Talk) -> io::Result<()> {
	let Talk { session: Session { output, input, .. }, terminal, pass: _until_it_has_ended } = talk;
	let (mut reader, mut writer) = tokio::io::split(stream);
	tokio::select! {
		gone = hear(&mut reader, input, &terminal) => return gone,
		told = tell(&mut writer, output, &terminal) => told?,
	}
	// What the visitor still says is taken, or the kernel would take back what he was told.
	let mut nowhere = tokio::io::sink();
	let rest = tokio::io::copy(&mut reader, &mut nowhere);
	timeout(TALK_LINGER, rest).await??;
	Ok(())
}

/// Hands on what the visitor says, until he is gone.
async fn hear(
	reader: &mut (impl AsyncRead + Unpin),
	input: Pin<Box<dyn AsyncWrite + Send>>,
	terminal: &TerminalOf,
) -> io::Result<()> {
	let mut input = Some(input);
	let mut heard = Vec::with_capacity(EXEC_FRAME_BYTES_MAX);
	loop {
		while let Some(frame) = ExecFrame::take(&mut heard).map_err(io::Error::other)? {
			match frame {
				ExecFrame::Input(bytes) => {
					let Some(open) = &mut input else { continue };
					// A command that reads no more goes on, and it is said how it ends.
					if write(open, &bytes).await.is_err() {
						input = None;
					}
				},
				ExecFrame::InputEnd => {
					let Some(mut open) = input.take() else { continue };
					drop(open.shutdown().await);
				},
				ExecFrame::Resized(size) => terminal.resize(size_of(size)).await,
				ExecFrame::Alive => {},
				ExecFrame::Output(_)
				| ExecFrame::ErrorOutput(_)
				| ExecFrame::Exited(_)
				| ExecFrame::Failed(_) => {
					return Err(io::Error::other("the visitor says what only a daemon says"));
				},
			}
		}
		if timeout(EXEC_SILENCE_MAX, reader.read_buf(&mut heard)).await?? == 0 {
			return Err(io::ErrorKind::UnexpectedEof.into());
		}
	}
}

/// Says what a command writes, and in the end how it ended.
async fn tell(
	writer: &mut (impl AsyncWrite + Unpin),
	mut output: impl Stream<Item = Result<Written, EngineError>> + Unpin,
	terminal: &TerminalOf,
) -> io::Result<()> {
	let last = loop {
		match timeout(EXEC_SIGN_INTERVAL, output.next()).await {
			Err(_elapsed) => write(writer, &ExecFrame::Alive.encode()).await?,
			Ok(Some(Ok(Written { is_error, bytes }))) => {
				let frame = if is_error { ExecFrame::ErrorOutput } else { ExecFrame::Output };
				for piece in bytes.chunks(EXEC_FRAME_BYTES_MAX) {
					write(writer, &frame(piece.to_vec()).encode()).await?;
				}
			},
			// An engine breaks the connection when more is said to a command than it has read.
			Ok(Some(Err(error))) => {
				let failed = |_| ExecFrame::Failed(error_chain(&error).to_string());
				break terminal.code().await.map_or_else(failed, ExecFrame::Exited);
			},
			Ok(None) => {
				break terminal.code().await.map_or_else(ExecFrame::Failed, ExecFrame::Exited);
			},
		}
	};
	write(writer, &last.encode()).await?;
	writer.shutdown().await
}

async fn write(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
	writer.write_all(bytes).await?;
	writer.flush().await
}
