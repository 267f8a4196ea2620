// SPDX-License-Identifier: Apache-2.0

//! What may be asked for, and what a token may allow.

use crate::limits::SCOPE_BYTES_MAX;
use r1_core::Account;
use r1_primitives::JobId;
use std::fmt;

/// On whose behalf a token speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
	/// A person or an app, by the account that signed in.
	Account(Account),
	/// An instance of a job, which got its token when it was started.
	Job(JobId),
}

/// A part of the daemon that is asked for something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Service {
	/// The node itself: what it is, what it hears, its consent to a link.
	Node,
	/// Files by content.
	Files,
	/// Models that are served.
	Inference,
	/// Jobs, their logs and their containers.
	Jobs,
	/// The store that jobs share state through.
	Store,
}

/// Whether something is looked at or changed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verb {
	/// Looked at.
	Read,
	/// Changed, or made to work.
	Write,
}

/// A part of a service: a namespace of the store, a job, a model.
///
/// At most [`SCOPE_BYTES_MAX`] letters and digits of ASCII and `/_.:@-`: what stands in a token
/// between quotation marks, and is printed with it, can never be taken for something else.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Scope(String);

/// What somebody wants to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ask {
	/// What is asked.
	pub service: Service,
	/// What is to happen.
	pub verb: Verb,
	/// With which part of it.
	pub scope: Scope,
}

/// What a token allows.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Right {
	/// Of which service.
	pub service: Service,
	/// What may be done.
	pub verb: Verb,
	/// With which part; `None` is every part.
	pub scope: Option<Scope>,
}

/// What stands for every part of a service.
pub(crate) const ANY_SCOPE: &str = "*";

impl Service {
	/// All of them.
	pub const ALL: [Self; 5] = [Self::Node, Self::Files, Self::Inference, Self::Jobs, Self::Store];

	/// Its name in tokens and on the command line.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::Node => "node",
			Self::Files => "files",
			Self::Inference => "inference",
			Self::Jobs => "jobs",
			Self::Store => "store",
		}
	}

	/// The service with this name.
	#[must_use]
	pub fn named(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|service| service.name() == name)
	}
}

impl Verb {
	/// Both.
	pub const ALL: [Self; 2] = [Self::Read, Self::Write];

	/// Its name in tokens.
	#[must_use]
	pub fn name(self) -> &'static str {
		match self {
			Self::Read => "read",
			Self::Write => "write",
		}
	}
}

impl Scope {
	/// A scope of this name; `None` if it is empty, too long, or has other letters.
	#[must_use]
	pub fn new(name: impl Into<String>) -> Option<Self> {
		let name = name.into();
		let fits = (1..=SCOPE_BYTES_MAX).contains(&name.len());
		(fits && name.chars().all(Self::may_have)).then_some(Self(name))
	}

	/// Whether names of scopes may have this letter.
	pub(crate) fn may_have(letter: char) -> bool {
		letter.is_ascii_alphanumeric() || "/_.:@-".contains(letter)
	}

	/// Everything that belongs to a job.
	#[must_use]
	pub fn of_job(job: JobId) -> Self {
		Self(format!("job/{job}"))
	}

	/// The scope of what has only one part.
	#[must_use]
	pub fn whole() -> Self {
		Self("all".to_owned())
	}

	/// Its name.
	#[must_use]
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl Right {
	/// Whether this right alone allows what is asked.
	#[must_use]
	pub fn covers(&self, ask: &Ask) -> bool {
		self.service == ask.service
			&& self.verb == ask.verb
			&& self.scope.as_ref().is_none_or(|scope| *scope == ask.scope)
	}

	/// Everything.
	#[must_use]
	pub fn everything() -> Vec<Self> {
		let of = |service| Verb::ALL.map(|verb| Self { service, verb, scope: None });
		Service::ALL.into_iter().flat_map(of).collect()
	}

	/// What an instance of a job may do: read and write what belongs to the job, in the store and
	/// among the files.
	#[must_use]
	pub fn of_job(job: JobId) -> Vec<Self> {
		let of =
			|service| Verb::ALL.map(|verb| Self { service, verb, scope: Some(Scope::of_job(job)) });
		[Service::Store, Service::Files].into_iter().flat_map(of).collect()
	}
}

impl fmt::Display for Ask {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{} {} of {}", self.verb.name(), self.scope.0, self.service.name())
	}
}
