// SPDX-License-Identifier: Apache-2.0

//! What the opener of a tunnel says first.

use super::TunnelFormatError;
use crate::defaults::{TUNNEL_NAME_BYTES_MAX, TUNNEL_TOKEN_BYTES_MAX};
use r1_primitives::JobId;
use std::fmt;

/// What a port is called by: its number.
const NUMBER: u8 = 0;

/// What a port is called by: its name.
const NAME: u8 = 1;

/// Where a tunnel is to lead to, and in whose name.
#[derive(Clone, Eq, PartialEq)]
pub struct TunnelHead {
	/// The job.
	pub job: JobId,
	/// The container of the job; may be left out where the port alone says which.
	pub container: Option<String>,
	/// The port.
	pub port: TunnelPort,
	/// What entitles to a port that is not public.
	pub token: Option<String>,
}

/// A port of a container.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum TunnelPort {
	/// By its number, not 0.
	Number(u16),
	/// By the name that the specification gives it.
	Name(String),
}

impl TunnelHead {
	/// The bytes to send.
	///
	/// # Errors
	///
	/// A name, the number or the token is none that may be sent.
	pub(crate) fn encode(&self) -> Result<Vec<u8>, TunnelFormatError> {
		let mut bytes = self.job.to_le_bytes().to_vec();
		match &self.container {
			Some(container) => put_name(&mut bytes, container)?,
			None => bytes.push(0),
		}
		match &self.port {
			TunnelPort::Number(0) => return Err(malformed("the port is 0")),
			TunnelPort::Number(number) => {
				bytes.push(NUMBER);
				bytes.extend(number.to_le_bytes());
			},
			TunnelPort::Name(name) => {
				bytes.push(NAME);
				put_name(&mut bytes, name)?;
			},
		}
		if let Some(token) = &self.token {
			check_token(token.as_bytes())?;
			bytes.extend(token.as_bytes());
		}
		Ok(bytes)
	}

	/// Reads what a peer sent.
	///
	/// # Errors
	///
	/// It is no head.
	pub(crate) fn decode(bytes: &[u8]) -> Result<Self, TunnelFormatError> {
		let mut rest = bytes;
		let job = JobId::from_le_bytes(take(&mut rest)?);
		let container = take_name(&mut rest)?;
		let [kind] = take(&mut rest)?;
		let port = match kind {
			NUMBER => match u16::from_le_bytes(take(&mut rest)?) {
				0 => return Err(malformed("the port is 0")),
				number => TunnelPort::Number(number),
			},
			NAME => {
				let name = take_name(&mut rest)?;
				TunnelPort::Name(name.ok_or(malformed("the port has no name"))?)
			},
			_ => return Err(malformed("the port is neither a number nor a name")),
		};
		let token = match rest {
			[] => None,
			token => Some(check_token(token)?.to_owned()),
		};
		Ok(Self { job, container, port, token })
	}
}

impl fmt::Debug for TunnelHead {
	/// Without the token, which opens what it is for to whoever reads it in a log.
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter
			.debug_struct("TunnelHead")
			.field("job", &self.job)
			.field("container", &self.container)
			.field("port", &self.port)
			.field("has_token", &self.token.is_some())
			.finish()
	}
}

fn put_name(bytes: &mut Vec<u8>, name: &str) -> Result<(), TunnelFormatError> {
	let name = check_name(name.as_bytes())?;
	bytes.push(u8::try_from(name.len()).map_err(|_| malformed("a name is too long"))?);
	bytes.extend(name.as_bytes());
	Ok(())
}

/// A name behind its length; `None` if that is 0.
fn take_name(rest: &mut &[u8]) -> Result<Option<String>, TunnelFormatError> {
	let [length] = take(rest)?;
	if length == 0 {
		return Ok(None);
	}
	let cut = rest.split_at_checked(usize::from(length));
	let (name, behind) = cut.ok_or(malformed("it ends too early"))?;
	*rest = behind;
	check_name(name).map(|name| Some(name.to_owned()))
}

fn take<const COUNT: usize>(rest: &mut &[u8]) -> Result<[u8; COUNT], TunnelFormatError> {
	let (taken, behind) = rest.split_first_chunk().ok_or(malformed("it ends too early"))?;
	*rest = behind;
	Ok(*taken)
}

/// Names of containers and ports are as specifications have them.
fn check_name(name: &[u8]) -> Result<&str, TunnelFormatError> {
	let is_allowed =
		|byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
	let fits = (1..=TUNNEL_NAME_BYTES_MAX).contains(&name.len()) && name.iter().all(is_allowed);
	match std::str::from_utf8(name) {
		Ok(name) if fits => Ok(name),
		_ => Err(malformed("a name is too long or has other letters than a-z, 0-9 and `-`")),
	}
}

fn check_token(token: &[u8]) -> Result<&str, TunnelFormatError> {
	let fits = (1..=TUNNEL_TOKEN_BYTES_MAX).contains(&token.len())
		&& token.iter().all(u8::is_ascii_graphic);
	match std::str::from_utf8(token) {
		Ok(token) if fits => Ok(token),
		_ => Err(malformed("the token is empty, too long or no text")),
	}
}

fn malformed(reason: &'static str) -> TunnelFormatError {
	TunnelFormatError { what: "head", reason }
}
