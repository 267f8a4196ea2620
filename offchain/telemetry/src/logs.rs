// SPDX-License-Identifier: Apache-2.0

//! Where log lines go and which of them.

use std::{io, str::FromStr};
use tracing::Subscriber;
use tracing_subscriber::{
	EnvFilter, Layer,
	filter::ParseError,
	fmt::{self, MakeWriter},
	layer::SubscriberExt,
	registry::LookupSpan,
	util::{SubscriberInitExt, TryInitError},
};

/// How a daemon logs.
#[derive(Clone, Debug)]
pub struct LogOptions {
	/// Directives in the syntax of `RUST_LOG`, such as `info,r1::net=debug`.
	pub filter: String,
	/// How a line is written.
	pub format: LogFormat,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogFormat {
	/// For people.
	Text,
	/// One JSON object a line, for machines.
	Json,
}

impl FromStr for LogFormat {
	type Err = LogsError;

	fn from_str(name: &str) -> Result<Self, LogsError> {
		match name {
			"text" => Ok(Self::Text),
			"json" => Ok(Self::Json),
			other => Err(LogsError::Format { format: other.to_owned() }),
		}
	}
}

/// Sends all log lines of this process to standard error.
///
/// # Errors
///
/// The filter is malformed, or logging is installed already.
pub fn install(options: &LogOptions) -> Result<(), LogsError> {
	subscriber(options, io::stderr)?.try_init().map_err(LogsError::Installed)
}

/// What [`install`] installs, with any writer.
pub(crate) fn subscriber<W>(
	options: &LogOptions,
	writer: W,
) -> Result<impl Subscriber + Send + Sync + use<W>, LogsError>
where
	W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
	let filter = EnvFilter::builder()
		.parse(&options.filter)
		.map_err(|source| LogsError::Filter { filter: options.filter.clone(), source })?;
	Ok(tracing_subscriber::registry().with(filter).with(lines(options.format, writer)))
}

fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
	S: Subscriber + for<'span> LookupSpan<'span>,
	W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
	// Colour codes would end up in the files and journals that standard error is sent to.
	let lines = fmt::layer().with_writer(writer).with_ansi(false);
	match format {
		LogFormat::Text => lines.boxed(),
		LogFormat::Json => lines.json().flatten_event(true).boxed(),
	}
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
	/// A filter that cannot be read.
	#[error("`{filter}` is no log filter")]
	Filter {
		/// The filter.
		filter: String,
		/// What is wrong with it.
		#[source]
		source: ParseError,
	},
	/// A format that does not exist.
	#[error("`{format}` is no log format; it is `text` or `json`")]
	Format {
		/// The name that came.
		format: String,
	},
	/// Installed twice.
	#[error("logging is set up already")]
	Installed(#[source] TryInitError),
}
