// SPDX-License-Identifier: Apache-2.0

//! How soon replicas are the same again, of which one was cut off and written to.

use crate::{
	load::Server as _,
	members::wait,
	ours::{Ours, REPLICAS},
};
use anyhow::{Context, Result, ensure};
use std::{ops::Range, time::Duration};
use tokio::{
	task::JoinSet,
	time::{Instant, sleep},
};

/// Clients that write at a time, so that they share waits for the disk.
const WRITERS: u32 = 64;

/// How often it is looked whether replicas are the same.
const POLL: Duration = Duration::from_millis(10);

/// How long that may take.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Lets so many keys differ, a quarter of them deleted on one side, and says how many seconds it
/// takes until all replicas are the same.
pub(crate) async fn measure(ours: &Ours, keys: u32) -> Result<f64> {
	let key = move |number: u32| format!("heal-{keys}-{number:08}").into_bytes();
	let (deleted, cut_off) = (keys / 4, REPLICAS - 1);
	write(ours, 0, 0..deleted, key, Some(b"old")).await?;
	wait("replicas that are the same", async || is_same(ours).await).await?;

	ours.cut_off(cut_off, true).await?;
	write(ours, 0, 0..deleted, key, None).await?;
	write(ours, 0, deleted..keys / 2, key, Some(b"new")).await?;
	write(ours, cut_off, keys / 2..keys, key, Some(b"mine")).await?;

	let began = Instant::now();
	ours.cut_off(cut_off, false).await?;
	while is_same(ours).await.is_err() {
		ensure!(began.elapsed() < TIMEOUT, "replicas still differ after {TIMEOUT:?}");
		sleep(POLL).await;
	}
	Ok(began.elapsed().as_secs_f64())
}

/// Sets or deletes keys on one replica.
async fn write(
	ours: &Ours,
	replica: usize,
	keys: Range<u32>,
	key: impl Fn(u32) -> Vec<u8> + Copy + Send + 'static,
	value: Option<&'static [u8]>,
) -> Result<()> {
	let mut writers = JoinSet::new();
	for writer in 0..WRITERS {
		let mut client = ours.connect(replica).await?;
		let own = (keys.start + writer..keys.end).step_by(usize::try_from(WRITERS)?);
		writers.spawn(async move {
			for number in own {
				client.set(&key(number), value, 1).await?;
			}
			anyhow::Ok(())
		});
	}
	while let Some(writer) = writers.join_next().await {
		writer.context("a writer has panicked")??;
	}
	Ok(())
}

async fn is_same(ours: &Ours) -> Result<()> {
	let roots = ours.roots().await?;
	ensure!(roots.iter().all(|root| root == &roots[0]), "the replicas differ");
	Ok(())
}
