// SPDX-License-Identifier: Apache-2.0

//! What an input did, in words that do not differ between two runs of it.

use fuzzing::Coverage;
use r1_dauth::{Denied, OpenError, SealError, TokenError};
use std::fmt::Debug;

/// Longest part of a library's words that is noted, in characters: enough to tell its errors apart.
const REASON_MAX: usize = 48;

/// Collects what an input reaches.
#[derive(Debug, Default)]
pub(crate) struct Reached(Coverage);

impl Reached {
	/// Notes an outcome.
	pub(crate) fn note(&mut self, what: &str, outcome: impl Into<String>) {
		self.0.insert((what.to_owned(), outcome.into()));
	}

	/// Notes that something succeeded, or the name of its error.
	pub(crate) fn note_result<T, E: Kind>(&mut self, what: &str, result: &Result<T, E>) {
		match result {
			Ok(_) => self.note(what, "ok"),
			Err(error) => self.note(what, error.kind()),
		}
	}

	/// All that was noted.
	pub(crate) fn into_coverage(self) -> Coverage {
		self.0
	}
}

/// What of an error is the same in two runs: not the bytes that it quotes.
pub(crate) trait Kind {
	/// Its name.
	fn kind(&self) -> String;
}

impl Kind for TokenError {
	fn kind(&self) -> String {
		match self {
			Self::Invalid { reason } => format!("Invalid: {}", gist(reason)),
			error => variant(error),
		}
	}
}

impl Kind for OpenError {
	fn kind(&self) -> String {
		match self {
			Self::Malformed { reason } => format!("Malformed: {}", gist(reason)),
			error => variant(error),
		}
	}
}

impl Kind for r1_learning::trainer::ModelError {
	fn kind(&self) -> String {
		gist(&variant(self))
	}
}

impl Kind for r1_learning::trainer::DatasetError {
	fn kind(&self) -> String {
		gist(&variant(self))
	}
}

impl Kind for r1_api::FormError {
	fn kind(&self) -> String {
		match self {
			Self::Malformed(error) => format!("Malformed: {}", gist(&error.to_string())),
			// What is inside is a library's words.
			_ => variant(self).split('(').next().unwrap_or_default().to_owned(),
		}
	}
}

macro_rules! kind_by_variant {
	($($error:ty),+) => {
		$(impl Kind for $error {
			fn kind(&self) -> String {
				variant(self)
			}
		})+
	};
}

kind_by_variant!(
	Denied,
	SealError,
	r1_cstore::RepairError,
	r1_cstore::quorum::MemberError,
	r1_dauth::RecipientError,
	r1_dauth::RevocationError,
	r1_dauth::SealingKeyError,
	r1_dauth::SignInError,
	r1_deeploy::ProbeError,
	r1_deeploy::receipts::Fault,
	r1_deeploy::receipts::SavedError,
	r1_edil::EvaluateError,
	r1_edil::ModelError,
	r1_edil::WireError,
	r1_learning::protocol::AggregateError,
	r1_learning::protocol::ParticipantError,
	r1_learning::protocol::RecoverError,
	r1_learning::protocol::StateError,
	r1_learning::protocol::SumError,
	r1fs::CarError,
	r1fs::DirectoryError,
	r1fs::ExportError,
	r1fs::GetError,
	r1fs::OpenError,
	codec::Error
);

/// The name of a variant, without its fields.
fn variant(error: &impl Debug) -> String {
	let text = format!("{error:?}");
	text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

/// The beginning of what a library says, up to what it quotes.
fn gist(reason: &str) -> String {
	let quotes = |character: char| character.is_ascii_digit() || "\"'`[".contains(character);
	reason
		.split(quotes)
		.next()
		.unwrap_or_default()
		.chars()
		.take(REASON_MAX)
		.collect()
}
