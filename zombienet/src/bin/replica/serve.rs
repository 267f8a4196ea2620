// SPDX-License-Identifier: Apache-2.0

//! Answers clients.

use crate::exchange::Machine;
use anyhow::{Context, Result};
use codec::Decode as _;
use networks::replica::{Answer, Contents, NAMESPACE, Question, Wish, frame_length, to_frame};
use r1_cstore::{
	Namespace, Record, SetOptions, WriteError,
	quorum::{Change, Outcome},
	service::{Space, Store},
};
use std::{sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
	net::{TcpListener, UnixListener},
};
use tokio_util::task::TaskTracker;

/// What clients are told about.
pub(crate) struct Server {
	pub(crate) store: Store,
	pub(crate) machine: Arc<Machine>,
	pub(crate) metrics: r1_net::Metrics,
	/// How long a client waits for others.
	pub(crate) patience: Duration,
}

/// Serves clients who come over the network.
pub(crate) async fn clients_of_network(
	listener: TcpListener,
	server: Arc<Server>,
	tasks: TaskTracker,
) -> Result<()> {
	loop {
		let (client, _) = listener.accept().await?;
		client.set_nodelay(true)?;
		tasks.spawn(serve(client, Arc::clone(&server)));
	}
}

/// Serves clients who come by the socket.
pub(crate) async fn clients_of_machine(
	listener: UnixListener,
	server: Arc<Server>,
	tasks: TaskTracker,
) -> Result<()> {
	loop {
		let (client, _) = listener.accept().await?;
		tasks.spawn(serve(client, Arc::clone(&server)));
	}
}

/// Answers a client until it goes.
async fn serve(mut client: impl AsyncRead + AsyncWrite + Unpin, server: Arc<Server>) -> Result<()> {
	loop {
		let mut length = [0; 4];
		client.read_exact(&mut length).await?;
		let mut bytes = vec![0; frame_length(length)?];
		client.read_exact(&mut bytes).await?;
		let question = Question::decode(&mut bytes.as_slice()).context("that is no question")?;
		let answer = server.answer(question).await?;
		client.write_all(&to_frame(&answer)?).await?;
	}
}

impl Server {
	async fn answer(&self, question: Question) -> Result<Answer> {
		let space = || self.store.space(NAMESPACE);
		Ok(match question {
			Question::Look { key } => self.operate(&key, Change::None).await,
			Question::Replace { key, expected, value } => {
				self.operate(&key, Change::Set { expected, value }).await
			},
			Question::Write { wish, copies } => self.write(&space()?, &wish, copies).await,
			Question::Contents => contents(&space()?)?,
			Question::Root => Answer::Root(space()?.root()?),
			Question::SentBytes => Answer::SentBytes(self.metrics.tcp_bytes_sent.get()),
			Question::Conduct(conduct) => {
				self.machine.behave(conduct);
				Answer::Done
			},
		})
	}

	async fn operate(&self, key: &[u8], change: Change) -> Answer {
		let group = match self.store.quorum().group(NAMESPACE) {
			Ok(group) => group,
			Err(error) => return Answer::Nothing(error.to_string()),
		};
		match group.operate(key, change, self.patience).await {
			Ok(Outcome::Changed(version)) => Answer::Changed(version),
			Ok(Outcome::Holds(held)) => Answer::Holds { version: held.version, value: held.value },
			Ok(Outcome::Unknown) => Answer::Unknown,
			Err(error) => Answer::Nothing(error.to_string()),
		}
	}

	async fn write(&self, space: &Space, wish: &Wish, copies: u32) -> Answer {
		let nothing = |error: &dyn std::error::Error| Answer::Nothing(error.to_string());
		let run = |namespace: &mut Namespace, now_ms, changes: &mut Vec<Record>| {
			change(namespace, wish, now_ms, changes)?;
			Ok::<_, WriteError>(changes.last().map(|record| record.cell.latest()))
		};
		let (stamp, write) = match space.run(run) {
			Ok((Ok(stamp), write)) => (stamp, write),
			Ok((Err(error), _)) => return nothing(&error),
			Err(error) => return nothing(&error),
		};
		if space.written(write).await.is_err() {
			return Answer::Unknown;
		}
		let wanted = usize::try_from(copies).unwrap_or(usize::MAX);
		match space.copied(write, wanted, self.patience).await {
			Ok(copies) => {
				Answer::Written { stamp, copies: u32::try_from(copies).unwrap_or(u32::MAX) }
			},
			Err(_no_replica) => Answer::Unknown,
		}
	}
}

fn change(
	namespace: &mut Namespace,
	wish: &Wish,
	now_ms: u64,
	changes: &mut Vec<Record>,
) -> Result<(), WriteError> {
	match wish {
		Wish::Add { set, member } => namespace.set_add(set, member, now_ms, changes).map(drop),
		Wish::Remove { set, member } => {
			namespace.set_remove(set, member, now_ms, changes).map(drop)
		},
		Wish::Count { key } => namespace.add(key, 1, now_ms, changes).map(drop),
		Wish::Set { key, value: Some(value) } => {
			namespace.set(key, value, SetOptions::default(), now_ms, changes).map(drop)
		},
		Wish::Set { key, value: None } => namespace.delete(key, now_ms, changes).map(drop),
	}
}

fn contents(space: &Space) -> Result<Answer> {
	let (contents, _) = space.run(|namespace, _, _| Contents {
		root: namespace.root(),
		horizon_ms: namespace.horizon_ms(),
		records: namespace.records().cloned().collect(),
	})?;
	Ok(Answer::Contents(contents))
}
