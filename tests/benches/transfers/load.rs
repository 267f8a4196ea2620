// SPDX-License-Identifier: Apache-2.0

//! Sends transfers from the stock at a pace, for as long as something else takes.

use crate::{
	chain::Node,
	observe::Observer,
	senders::{Signed, Stock},
};
use anyhow::{Context as _, Result};
use futures::{TryStreamExt as _, future::try_join_all, stream};
use std::{collections::VecDeque, convert::Infallible, time::Duration};
use tokio::{
	sync::Semaphore,
	time::{Instant, interval},
};

/// Requests that one validator may be busy with; more would only wait in its connection.
const REQUESTS_PER_VALIDATOR: usize = 32;

/// How often the pace is adjusted: a block takes forty times as long.
const PACE_INTERVAL: Duration = Duration::from_millis(50);

/// How long after it was sent a transfer should be final: twice what a full pool takes.
const OVERDUE_AFTER: Duration = Duration::from_secs(25);

/// How often is looked for what is overdue.
const RESEND_INTERVAL: Duration = Duration::from_secs(5);

/// How quickly to send.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
	/// So that this many are always waiting for a block.
	Saturate {
		/// Transfers that were sent and are in no block yet.
		outstanding: usize,
	},
	/// At a constant rate, whatever the chain does.
	Steady {
		/// Transfers a second.
		per_sec: u32,
	},
}

impl Pace {
	/// Lets transfers through the gate as the pace says, for ever.
	async fn keep(self, gate: &Semaphore, observer: &Observer) -> Infallible {
		let started = Instant::now();
		let mut let_through = 0;
		let mut ticks = interval(PACE_INTERVAL);
		loop {
			ticks.tick().await;
			let due = match self {
				Self::Saturate { outstanding } => {
					let under_way = observer.ledger().waiting() + gate.available_permits();
					outstanding.saturating_sub(under_way)
				},
				Self::Steady { per_sec } => {
					let wanted = started.elapsed().as_secs_f64() * f64::from(per_sec);
					(wanted as usize).saturating_sub(let_through)
				},
			};
			let_through += due;
			gate.add_permits(due);
		}
	}
}

/// Sends transfers to all validators until `work` is done, and returns what that found.
///
/// Nothing of the stock is lost: what was taken out of it was sent.
///
/// # Errors
///
/// A validator refuses a transfer, the stock is exhausted, or `work` fails.
pub(crate) async fn submit_during<T>(
	nodes: &[Node],
	stock: &mut Stock,
	observer: &Observer,
	pace: Pace,
	work: impl Future<Output = Result<T>>,
) -> Result<T> {
	let gate = Semaphore::new(0);
	let queues = nodes.iter().zip(&mut stock.queues);
	let sending = try_join_all(queues.map(|(node, queue)| send(node, queue, &gate, observer)));
	let working = async {
		let outcome = tokio::select! {
			outcome = work => outcome,
			never = pace.keep(&gate, observer) => match never {},
		};
		gate.close();
		outcome
	};
	let (_, outcome) = tokio::try_join!(sending, working)?;
	Ok(outcome)
}

/// Sends a queue to its validator, one for each permit, until the gate is closed.
async fn send(
	node: &Node,
	queue: &mut VecDeque<Signed>,
	gate: &Semaphore,
	observer: &Observer,
) -> Result<()> {
	let permitted = stream::unfold(queue, |queue| async move {
		gate.acquire().await.ok()?.forget();
		let signed = queue.pop_front().context("all signed transfers are sent already");
		Some((signed, queue))
	});
	permitted
		.try_for_each_concurrent(REQUESTS_PER_VALIDATOR, |signed| async move {
			observer.ledger().note_submitted(&signed, Instant::now());
			let sent = node.methods.author_submit_extrinsic(&signed.bytes).await;
			sent.map(drop).context("a validator refused a transfer")
		})
		.await
}

/// Sends again, for ever, what should be final by now, as any client has to.
///
/// A pool may lose transactions of a block that a fork has cost, and with one of them all later
/// ones of its sender would wait for ever.
pub(crate) async fn resend_overdue(nodes: &[Node], observer: &Observer) -> Infallible {
	let mut ticks = interval(RESEND_INTERVAL);
	loop {
		ticks.tick().await;
		let Some(before) = Instant::now().checked_sub(OVERDUE_AFTER) else { continue };
		let overdue = observer.ledger().overdue(before);
		if !overdue.is_empty() {
			eprintln!("    {} transfers are overdue, and are sent again", overdue.len());
		}
		for transfer in &overdue {
			for node in nodes {
				// A pool refuses what it has already: only those that it has lost matter.
				node.methods.author_submit_extrinsic(transfer).await.ok();
			}
		}
	}
}
