// SPDX-License-Identifier: Apache-2.0

//! Audits of what nodes have answered to others: one of their last receipts, drawn when they have named
//! them all, is repeated here.
//!
//! Whether a probe is an audit, and of which receipt, this oracle draws from its own randomness. A lot
//! that others could compute would tell a node which of its answers nobody looks at; and no two oracles
//! need to draw alike, since the chain takes the median of what they found.

#[cfg(test)]
mod tests;

use super::{NotProbed, Prober, unusable};
use crate::http::{outputs_of, request_of};
use cid::Cid;
use r1_core::{Rng as _, SystemRng, error_chain};
use r1_deeploy::{
	attest::{ProbeOutcome, ProbeTarget},
	job::{Document, ModelKind, OrderedModel},
	receipts::{AuditAnswer, AuditProbe, Fault, Receipt, Subject, model_hash},
};
use r1_inference::{InferenceService, ServedModel, Tolerance};
use r1_net::{Handle, RequestError};
use r1_primitives::{EpochIndex, NodeKey};
use tracing::{debug, warn};

/// One of so many probes of a model is an audit, if there is something to audit.
const AUDITS_ONE_IN: u64 = 2;

/// A receipt, and what the node shows of it.
#[derive(Debug)]
pub(super) struct Exhibit {
	pub(super) receipt: Receipt,
	/// The request's body, which is the one of the receipt.
	pub(super) input: Vec<u8>,
	/// The response's body, which is the one of the receipt.
	pub(super) output: Vec<u8>,
	/// Where the evaluation key is, as the node says.
	pub(super) key: Option<Cid>,
}

/// What a node shows.
#[derive(Debug)]
enum Shown {
	/// It has answered nobody since it was started, or nothing that is audited.
	Nothing,
	/// It does not answer.
	Silent,
	/// One of its receipts.
	Exhibit(Box<Exhibit>),
}

impl Prober {
	/// Audits a receipt, every so often; `None` if it is the turn of a request of the oracle's own, or
	/// there is nothing to audit.
	pub(super) async fn audit_sometimes(
		&mut self,
		node: &NodeKey,
		target: ProbeTarget,
		epoch: EpochIndex,
		document: &Document,
	) -> Option<ProbeOutcome> {
		if !document.audits_receipts() || SystemRng.below(AUDITS_ONE_IN) != 0 {
			return None;
		}
		match self.audit_receipt(node, target, epoch, document).await {
			Ok(outcome) => outcome,
			Err(error) => {
				// It is not the node's fault, and says nothing of it.
				debug!(target: "r1::edge", ?target, error = %error_chain(&error), "no audit");
				None
			},
		}
	}

	/// Has a node show one of its receipts, and repeats what it did.
	async fn audit_receipt(
		&mut self,
		node: &NodeKey,
		target: ProbeTarget,
		epoch: EpochIndex,
		document: &Document,
	) -> Result<Option<ProbeOutcome>, NotProbed> {
		let Some((_, model)) = document.model() else { return Ok(None) };
		let hash = model_hash(&model.file);
		let subject = Subject { job: target.job, node: *node, model: hash, epoch };
		let found = match shown(&self.mesh, node, subject).await {
			Ok(Shown::Nothing) => return Ok(None),
			Ok(Shown::Silent) => return Ok(Some(ProbeOutcome::TimedOut)),
			Ok(Shown::Exhibit(exhibit)) => {
				let Receipt { epoch, index, .. } = exhibit.receipt;
				debug!(target: "r1::edge", ?target, epoch, index, "audits a receipt");
				self.repeat(document, model, *exhibit).await?
			},
			Err(fault) => Err(fault),
		};
		let Err(fault) = found else { return Ok(Some(ProbeOutcome::Ok)) };
		let deed = target.deed;
		warn!(target: "r1::edge", job = target.job, deed, epoch, %fault, "an audit found a fault");
		Ok(Some(ProbeOutcome::Failed))
	}

	async fn repeat(
		&mut self,
		document: &Document,
		model: OrderedModel,
		exhibit: Exhibit,
	) -> Result<Result<(), Fault>, NotProbed> {
		if model.kind == ModelKind::Encrypted {
			let now_secs = self.clock.now_secs();
			return self.encrypted.repeat(model.file, exhibit, now_secs).await;
		}
		let specification =
			document.inference().ok_or_else(|| NotProbed::UnknownKind(document.kind()))?;
		let model = self.reference(&specification).await?;
		let tolerance = Tolerance::new(specification.tolerance).map_err(unusable)?;
		repeat_clear(&self.references, &model, tolerance, &exhibit).await
	}
}

/// Lets a node name its last receipts, and show one of them.
async fn shown(mesh: &Handle, node: &NodeKey, subject: Subject) -> Result<Shown, Fault> {
	let Subject { job, model, .. } = subject;
	let Some(answer) = ask(mesh, node, &AuditProbe::Recent { job, model }).await? else {
		return Ok(Shown::Silent);
	};
	let recent = match answer {
		AuditAnswer::Recent(recent) => recent,
		// It does not know the specification yet. Whether it serves the model, a request will show.
		AuditAnswer::NotHere => return Ok(Shown::Nothing),
		// A refusal would be a way around every audit.
		AuditAnswer::Payload { .. } | AuditAnswer::NotAllowed | AuditAnswer::NotUnderstood => {
			return Err(Fault::NoAnswer);
		},
	};
	let Some(receipt) = subject.pick(recent, |count| SystemRng.below(count))? else {
		return Ok(Shown::Nothing);
	};
	let Receipt { epoch, index, .. } = receipt;
	let Some(answer) = ask(mesh, node, &AuditProbe::Payload { job, epoch, index }).await? else {
		return Ok(Shown::Silent);
	};
	let (input, output, key) = match answer {
		AuditAnswer::Payload { input, output, key } => (input, output, key),
		AuditAnswer::NotHere => return Err(Fault::Missing),
		AuditAnswer::Recent(_) | AuditAnswer::NotAllowed | AuditAnswer::NotUnderstood => {
			return Err(Fault::NoAnswer);
		},
	};
	receipt.check_payload(&input, &output)?;
	let key = key.and_then(|key| Cid::try_from(key.as_slice()).ok());
	Ok(Shown::Exhibit(Box::new(Exhibit { receipt, input, output, key })))
}

/// What a node answers; `None` if it does not.
async fn ask(
	mesh: &Handle,
	node: &NodeKey,
	probe: &AuditProbe,
) -> Result<Option<AuditAnswer>, Fault> {
	match mesh.request(node, probe.encode().into()).await {
		Ok(answer) => AuditAnswer::decode(&answer).map(Some).map_err(|_| Fault::NoAnswer),
		Err(RequestError::Refused { .. }) => Err(Fault::NoAnswer),
		Err(_) => Ok(None),
	}
}

/// Runs a model on what a client asked, and compares.
async fn repeat_clear(
	references: &InferenceService,
	model: &ServedModel,
	tolerance: Tolerance,
	exhibit: &Exhibit,
) -> Result<Result<(), Fault>, NotProbed> {
	let request = match request_of(&exhibit.input) {
		Ok(request) => request,
		Err(reason) => return Ok(Err(Fault::NoRequest { reason })),
	};
	let answered = match outputs_of(&exhibit.output) {
		Ok(outputs) => outputs,
		Err(reason) => return Ok(Err(Fault::WrongAnswer { reason })),
	};
	match references.infer(model, request).await {
		Ok(expected) => Ok(tolerance
			.compare(&expected, &answered)
			.map_err(|difference| Fault::WrongAnswer { reason: difference.to_string() })),
		Err(error) if error.is_client_fault() => {
			Ok(Err(Fault::NoRequest { reason: error_chain(&error).to_string() }))
		},
		Err(error) => Err(unusable(error)),
	}
}
