// SPDX-License-Identifier: Apache-2.0

//! Who may enter which namespace.

use super::{Cstore, placement};
use crate::dauth::{Dauth, Refused, Trust};
use r1_cstore::service::{Group, NoReplica, QuorumError, Space};
use r1_dauth::{Ask, Scope, Service, Subject, Verb};

/// Opens namespaces to those who may read or write them. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Door {
	pub(crate) cstore: Cstore,
	pub(crate) dauth: Dauth,
}

/// Who comes, what for, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
	pub(crate) verb: Verb,
	pub(crate) token: Option<&'a str>,
	pub(crate) trust: Trust,
	pub(crate) now_secs: u64,
}

/// Why somebody does not get in.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoEntry {
	/// The token does not allow it, or there is none.
	#[error(transparent)]
	Refused(#[from] Refused),
	/// It is replicated elsewhere.
	#[error("this node does not replicate the namespace {namespace}")]
	NoReplica {
		/// The namespace.
		namespace: String,
	},
	/// Its keys are agreed on elsewhere.
	#[error("this node is none of those who agree on keys of {namespace}; ask one of the job's")]
	NoMember {
		/// The namespace.
		namespace: String,
	},
	/// No namespace was named, and there is none that goes without saying.
	#[error("name a namespace, like job/7; none goes without saying here")]
	Nameless,
	/// It cannot be a name.
	#[error("`{name}` is not the name of a namespace, which looks like job/7")]
	Misnamed {
		/// What was given.
		name: String,
	},
}

impl Door {
	/// The namespace that goes without saying: that of the token's job, or else of the node's owner.
	pub(crate) fn usual(&self, token: Option<&str>) -> Result<String, NoEntry> {
		let subject = token.map(|token| self.dauth.subject(token)).transpose()?;
		if let Some(Subject::Job(job)) = subject {
			return Ok(Scope::of_job(job).as_str().to_owned());
		}
		let state = self.cstore.chain.state().ok_or(Refused::NoChain)?;
		let owner = placement::owner_of(&state, &self.cstore.node).ok_or(NoEntry::Nameless)?;
		Ok(placement::of_owner(owner))
	}

	/// A namespace, if it may be entered.
	pub(crate) fn enter(&self, namespace: &str, visit: &Visit<'_>) -> Result<Space, NoEntry> {
		self.check(namespace, visit)?;
		self.cstore
			.store
			.space(namespace)
			.map_err(|NoReplica| NoEntry::NoReplica { namespace: namespace.to_owned() })
	}

	/// The keys of a namespace that nodes agree on, if it may be entered.
	pub(crate) fn enter_agreed(
		&self,
		namespace: &str,
		visit: &Visit<'_>,
	) -> Result<Group, NoEntry> {
		self.check(namespace, visit)?;
		let group = self.cstore.store.quorum().group(namespace);
		group.map_err(|_: QuorumError| NoEntry::NoMember { namespace: namespace.to_owned() })
	}

	fn check(&self, namespace: &str, visit: &Visit<'_>) -> Result<(), NoEntry> {
		let Visit { verb, token, trust, now_secs } = *visit;
		let scope = Scope::new(namespace)
			.ok_or_else(|| NoEntry::Misnamed { name: namespace.chars().take(64).collect() })?;
		let ask = Ask { service: Service::Store, verb, scope };
		self.dauth.authorise(token, trust, &ask, now_secs)?;
		Ok(())
	}
}
