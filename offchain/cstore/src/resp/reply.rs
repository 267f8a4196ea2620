// SPDX-License-Identifier: Apache-2.0

//! Answers, in the two versions of the protocol.

use std::io::Write as _;

/// Which version a connection speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
	/// RESP2, with which every connection begins.
	#[default]
	Two,
	/// RESP3.
	Three,
}

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
	/// A word.
	Simple(&'static str),
	/// What went wrong; begins with its kind in capitals.
	Error(String),
	/// A number.
	Integer(i64),
	/// Bytes.
	Bulk(Vec<u8>),
	/// Nothing.
	Null,
	/// Several answers.
	Array(Vec<Self>),
	/// Pairs of answers; one after the other in RESP2.
	Map(Vec<(Self, Self)>),
	/// Several answers in no order; an array in RESP2.
	Set(Vec<Self>),
	/// What nobody asked for; an array in RESP2.
	Push(Vec<Self>),
}

impl Reply {
	/// `OK`.
	pub const OK: Self = Self::Simple("OK");

	/// Bytes, or nothing.
	#[must_use]
	pub fn bulk_or_null(bytes: Option<&[u8]>) -> Self {
		bytes.map_or(Self::Null, |bytes| Self::Bulk(bytes.to_vec()))
	}

	/// How many there are of something.
	#[must_use]
	pub fn count(count: usize) -> Self {
		Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
	}

	/// Writes it as a version of the protocol has it.
	pub fn write(&self, protocol: Protocol, out: &mut Vec<u8>) {
		match self {
			Self::Simple(word) => line(out, '+', word),
			// An error is a line: what it repeats must not end it.
			Self::Error(text) => line(out, '-', text.replace(['\r', '\n'], " ")),
			Self::Integer(number) => line(out, ':', number),
			Self::Bulk(bytes) => {
				line(out, '$', bytes.len());
				out.extend_from_slice(bytes);
				out.extend_from_slice(b"\r\n");
			},
			Self::Null if protocol == Protocol::Two => line(out, '$', -1),
			Self::Null => line(out, '_', ""),
			Self::Array(replies) => many(out, protocol, '*', replies),
			Self::Set(replies) if protocol == Protocol::Three => many(out, protocol, '~', replies),
			Self::Push(replies) if protocol == Protocol::Three => many(out, protocol, '>', replies),
			Self::Set(replies) | Self::Push(replies) => many(out, protocol, '*', replies),
			Self::Map(pairs) => {
				match protocol {
					Protocol::Two => line(out, '*', pairs.len() * 2),
					Protocol::Three => line(out, '%', pairs.len()),
				}
				for (name, value) in pairs {
					name.write(protocol, out);
					value.write(protocol, out);
				}
			},
		}
	}
}

fn many(out: &mut Vec<u8>, protocol: Protocol, kind: char, replies: &[Reply]) {
	line(out, kind, replies.len());
	replies.iter().for_each(|reply| reply.write(protocol, out));
}

fn line(out: &mut Vec<u8>, kind: char, text: impl std::fmt::Display) {
	write!(out, "{kind}{text}\r\n").expect("memory takes what is written; qed");
}
