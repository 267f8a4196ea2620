// SPDX-License-Identifier: Apache-2.0

//! The ledger as bytes, with the version of their form.
//!
//! Times are not in it: a clock that only goes forwards begins anew with each start of a machine, so
//! the pauses before restarts do too.

use super::{Ledger, Runs};
use crate::{
	container::{
		names::{Instance, NetworkOf},
		plan::Revision,
	},
	job::{DocumentError, ImageError, JobSpecification},
	specification::{ServedName, SpecificationError},
};
use cid::Cid;
use r1_primitives::JobId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The form that is written.
const VERSION: u32 = 1;

/// Largest ledger that is read, in bytes: eight jobs of the largest specifications, each with an
/// image and a few restarts for all of its containers, come to less than a megabyte.
const LEDGER_BYTES_MAX: usize = 16 << 20;

impl Ledger {
	/// The ledger as bytes that [`Self::read`] reads.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		let runs = self.runs.iter().map(|(instance, runs)| RunsWire {
			job: instance.job,
			revision: instance.revision.to_string(),
			container: instance.container.to_string(),
			restarts: runs.restarts,
			has_ended: runs.ended_ms.is_some(),
			is_retired: runs.is_retired,
			is_unhealthy: runs.is_unhealthy,
		});
		let condemned = self.condemned.iter().map(|network| NetworkWire {
			job: network.job,
			revision: network.revision.to_string(),
		});
		let served = self.served.iter().map(|(job, revision)| ServedWire {
			job: *job,
			revision: revision.cid.to_string(),
			specification: revision.job.to_json(),
		});
		let images = self.images.iter().map(|(image, reference)| ImageWire {
			image: image.to_string(),
			reference: reference.clone(),
		});
		let wire = LedgerWire {
			version: VERSION,
			runs: runs.collect(),
			condemned: condemned.collect(),
			served: served.collect(),
			images: images.collect(),
		};
		serde_json::to_vec_pretty(&wire).expect("numbers and texts are valid JSON; qed")
	}

	/// Reads a ledger. Pauses that were under way begin anew at `now_ms`.
	///
	/// # Errors
	///
	/// See [`LedgerError`].
	pub fn read(bytes: &[u8], now_ms: u64) -> Result<Self, LedgerError> {
		if LEDGER_BYTES_MAX < bytes.len() {
			return Err(LedgerError::TooLong { bytes: bytes.len() });
		}
		let malformed = |source| LedgerError::Malformed { source };
		let VersionWire { version } = serde_json::from_slice(bytes).map_err(malformed)?;
		if version != VERSION {
			return Err(LedgerError::OtherVersion { version });
		}
		let wire: LedgerWire = serde_json::from_slice(bytes).map_err(malformed)?;
		let mut ledger = Self::default();
		for run in wire.runs {
			let instance = Instance {
				job: run.job,
				revision: cid(&run.revision)?,
				container: ServedName::new(&run.container).map_err(LedgerError::Name)?,
			};
			let runs = Runs {
				restarts: run.restarts,
				since_ms: None,
				ended_ms: run.has_ended.then_some(now_ms),
				is_retired: run.is_retired,
				is_unhealthy: run.is_unhealthy,
			};
			ledger.runs.insert(instance, runs);
		}
		for network in wire.condemned {
			let NetworkWire { job, revision } = network;
			ledger.condemned.insert(NetworkOf { job, revision: cid(&revision)? });
		}
		for served in wire.served {
			let job = JobSpecification::read(served.specification.as_bytes())
				.map_err(LedgerError::Specification)?;
			// A later version of the daemon may take what it is for something else.
			if let Some(revision) = Revision::of(cid(&served.revision)?, &Arc::new(job)) {
				ledger.served.insert(served.job, revision);
			}
		}
		for image in wire.images {
			ledger
				.images
				.insert(image.image.parse().map_err(LedgerError::Image)?, image.reference);
		}
		Ok(ledger)
	}
}

/// Why bytes are no ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
	/// More bytes than any ledger has.
	#[error("the ledger has {bytes} bytes, more than {LEDGER_BYTES_MAX}")]
	TooLong {
		/// How many.
		bytes: usize,
	},
	/// Not JSON, or not of this form.
	#[error("the ledger is malformed")]
	Malformed {
		/// What is wrong, and on which line.
		source: serde_json::Error,
	},
	/// Written by another version of the daemon.
	#[error("the ledger is of version {version}, and this daemon reads version {VERSION}")]
	OtherVersion {
		/// Its version.
		version: u32,
	},
	/// A revision that is no CID.
	#[error("the ledger names a revision that is no CID")]
	Revision(#[source] cid::Error),
	/// A container that cannot be called so.
	#[error("the ledger names a container that cannot be")]
	Name(#[source] SpecificationError),
	/// A specification that cannot be read.
	#[error("the ledger has a specification that is none")]
	Specification(#[source] DocumentError),
	/// An image that cannot be.
	#[error("the ledger names an image that cannot be")]
	Image(#[source] ImageError),
}

#[derive(Deserialize)]
struct VersionWire {
	version: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LedgerWire {
	version: u32,
	runs: Vec<RunsWire>,
	condemned: Vec<NetworkWire>,
	served: Vec<ServedWire>,
	images: Vec<ImageWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RunsWire {
	job: JobId,
	revision: String,
	container: String,
	restarts: u64,
	has_ended: bool,
	is_retired: bool,
	is_unhealthy: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NetworkWire {
	job: JobId,
	revision: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ServedWire {
	job: JobId,
	revision: String,
	specification: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ImageWire {
	image: String,
	reference: String,
}

fn cid(text: &str) -> Result<Cid, LedgerError> {
	Cid::try_from(text).map_err(LedgerError::Revision)
}
