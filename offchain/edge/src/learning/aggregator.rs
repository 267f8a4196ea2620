// SPDX-License-Identifier: Apache-2.0

//! What an oracle does with a round: it fetches all that was published, adds up, and says what came of
//! it. Each does so alone; the chain believes what enough of them say alike.

use super::{Actor, Failure, calls::Call, fetch, participant::blocking, view};
use r1_core::LearningRound;
use r1_learning::{
	limits::{REVEAL_FILE_BYTES_MAX, SHARE_FILE_BYTES_MAX},
	protocol::{RecoverError, SumError, Summed, recover, upload_bytes},
};
use r1_primitives::learning::{AggregateFile, Finding, Verdict};
use r1fs::{Holder, Pin, PinAs};
use std::{
	cmp::Reverse,
	fs::File,
	io::{BufWriter, Seek as _, SeekFrom, Write as _},
};
use tracing::warn;

/// On whose behalf an oracle keeps sums.
const HOLDER: &str = "learning";

/// Sums that an oracle keeps, the newest: the next round of each of so many jobs needs the last.
const SUMS_MAX: usize = 64;

/// What adding up comes to.
enum Outcome {
	Sum(Summed, File),
	Finding(Finding),
}

impl Actor {
	/// Adds up, and says what came of it.
	pub(super) async fn attest(&self, round: &LearningRound) -> Result<(), Failure> {
		let checked = view::of(self.genesis, round).map_err(|error| Failure::permanent(&error))?;
		let files = self.files.files();
		let shares = fetch::all(files, &round.shared, SHARE_FILE_BYTES_MAX).await?;
		let reveals = fetch::all(files, &round.revealed, REVEAL_FILE_BYTES_MAX).await?;
		let bytes_max = upload_bytes(round.spec.length);
		let uploads = fetch::all_to_disk(&self.files, &round.uploaded, bytes_max).await?;
		let spool = self.files.spool().await.map_err(|error| Failure::transient(&error))?;
		let mut spool = spool.into_std().await;
		let outcome = blocking(move || {
			let recovered = match recover(&checked, &shares, &reveals) {
				Ok(recovered) => recovered,
				Err(RecoverError::Finding { finding, faults }) => {
					warn!(target: "r1::edge", ?finding, ?faults, "a round was spoilt");
					return Ok(Outcome::Finding(finding));
				},
				Err(error @ RecoverError::TooFew(_)) => return Err(Failure::permanent(&error)),
				Err(error @ RecoverError::Missing { .. }) => {
					return Err(Failure::transient(&error));
				},
			};
			if !recovered.faults().is_empty() {
				warn!(target: "r1::edge", faults = ?recovered.faults(), "somebody lied in a round");
			}
			let mut writer = BufWriter::new(&mut spool);
			let summed = match recovered.sum(uploads, &mut writer) {
				Ok(summed) => summed,
				Err(SumError::Finding(finding)) => return Ok(Outcome::Finding(finding)),
				Err(error) => return Err(Failure::transient(&error)),
			};
			writer.flush().map_err(|error| Failure::transient(&error))?;
			drop(writer);
			spool.seek(SeekFrom::Start(0)).map_err(|error| Failure::transient(&error))?;
			Ok(Outcome::Sum(summed, spool))
		})
		.await?;
		let verdict = match outcome {
			Outcome::Finding(finding) => Verdict::Finding(finding),
			Outcome::Sum(summed, file) => self.keep(round, summed, file).await?,
		};
		self.send(Call::Attest { round: round.id, verdict }).await
	}

	/// Puts the sum into the content store.
	async fn keep(
		&self,
		round: &LearningRound,
		summed: Summed,
		file: File,
	) -> Result<Verdict<Vec<u8>>, Failure> {
		let pin = PinAs {
			holder: holder(),
			name: format!("sum of round {}", round.id),
			since_secs: self.clock.now_secs(),
			holder_bytes_max: u64::MAX,
		};
		let files = self.files.files().clone().with_pin(pin);
		let added = files.add(tokio::fs::File::from_std(file)).await;
		let cid = added.map_err(|error| Failure::transient(&error))?.cid.to_bytes();
		self.forget_old_sums().await;
		let Summed { sha256, contributors, .. } = summed;
		// A round has at most 64 participants.
		let contributors = u8::try_from(contributors).unwrap_or(u8::MAX);
		Ok(Verdict::Aggregate(AggregateFile { cid, sha256, contributors }))
	}

	async fn forget_old_sums(&self) {
		let mut sums: Vec<Pin> = self.files.disk().pins();
		sums.retain(|pin| pin.holder == holder());
		sums.sort_unstable_by_key(|pin| Reverse(pin.since_secs));
		for old in sums.iter().skip(SUMS_MAX) {
			if let Err(error) = self.files.files().unpin(&old.cid, &old.holder).await {
				warn!(target: "r1::edge", %error, "an old sum of a round is kept");
			}
		}
	}
}

fn holder() -> Holder {
	Holder::new(HOLDER).expect("it is a word; qed")
}
