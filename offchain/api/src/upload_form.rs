// SPDX-License-Identifier: Apache-2.0

//! The form in which Ratio1's SDKs upload a file, read as it comes.
//!
//! ```text
//! multipart/form-data:  any order                  kept
//!   <any name>          a file                     the first one, piece by piece, in what is opened for it
//!   body, body_json     JSON                       `filename`, `secret`
//!   filename, secret    text                       over what was said before
//!   others              anything                   not looked at
//! ```
//!
//! [`multer`] tells fields apart. By itself it takes into memory whatever a body has ready, and whatever
//! comes before it finds the end of a header: so it is given little at a time, and only when it can make
//! nothing of what it has; and the form ends if that goes on.

use bytes::Bytes;
use futures::Stream;
use multer::{Field, Multipart};
use serde::Deserialize;
use std::{
	error::Error,
	io,
	pin::Pin,
	sync::{
		Arc,
		atomic::{AtomicBool, AtomicUsize, Ordering},
	},
	task::{Context, Poll},
};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufWriter};

/// Fields of one form: what the SDKs send has two or three.
pub const FORM_FIELDS_MAX: usize = 64;

/// Longest field that is no file, in bytes: a name and a secret, a hundred times over.
pub const FORM_TEXT_BYTES_MAX: usize = 64 * 1024;

/// Bytes that headers of one field may have, or what comes before the first: they take some hundred.
/// As a form is looked at in pieces, those that are refused for certain have twice as many.
pub const FORM_HEAD_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a body that are looked at in one go. Two of them may lie in the parser unread when a field
/// begins, and are not counted.
const PIECE_BYTES: usize = 4 * 1024;

/// Bytes of a file that are written in one go: a disk is asked on another thread each time.
const WRITE_BYTES: usize = 256 * 1024;

/// Longest boundary, in bytes, by RFC 2046.
const BOUNDARY_BYTES_MAX: usize = 70;

/// A form that was read.
#[derive(Debug)]
pub struct UploadForm<W> {
	/// What the file is called, if anything says so; nobody has checked it.
	pub filename: Option<String>,
	/// What it is to be sealed with.
	pub secret: Option<String>,
	/// Where its bytes are.
	pub file: W,
}

/// What a form says besides its file. Other fields, which the deployed network knows, change nothing.
#[derive(Debug, Default, Deserialize)]
struct Said {
	filename: Option<String>,
	secret: Option<String>,
}

impl<W: AsyncWrite + Unpin> UploadForm<W> {
	/// Reads a form of at most `bytes_max` bytes. Its first file is written to what `open` becomes,
	/// which is flushed, and not synced.
	///
	/// Memory: two texts of [`FORM_TEXT_BYTES_MAX`], and 300 KiB more.
	///
	/// # Errors
	///
	/// It is no such form, it has no file or more of something than it may, or a disk or the connection
	/// failed.
	///
	/// # Cancel safety
	///
	/// Dropping the future leaves a beginning of the file in what was opened.
	pub async fn read<E>(
		content_type: &str,
		body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
		bytes_max: u64,
		open: impl Future<Output = io::Result<W>>,
	) -> Result<Self, FormError>
	where
		E: Into<Box<dyn Error + Send + Sync>>,
	{
		let boundary = multer::parse_boundary(content_type).map_err(FormError::NotAForm)?;
		if !(1..=BOUNDARY_BYTES_MAX).contains(&boundary.len()) {
			return Err(FormError::NotAForm(multer::Error::NoBoundary));
		}
		let turns = Arc::new(Turns::default());
		let pieces =
			Pieces { body, rest: Bytes::new(), bytes_left: bytes_max, turns: Arc::clone(&turns) };
		let mut fields = Fields { multipart: Multipart::new(pieces, boundary), turns, count: 0 };
		let (mut said, mut file, mut open) = (Said::default(), None, Some(open));
		while let Some(mut field) = fields.next().await? {
			match field.name().unwrap_or_default() {
				"body" | "body_json" => {
					let text = fields.text(&mut field).await?;
					let more: Said = serde_json::from_slice(&text).map_err(FormError::Json)?;
					said.filename = more.filename.or(said.filename);
					said.secret = more.secret.or(said.secret);
				},
				"filename" => said.filename = Some(fields.string(&mut field).await?),
				"secret" => said.secret = Some(fields.string(&mut field).await?),
				_ => match open.take_if(|_| field.file_name().is_some()) {
					Some(open) => {
						let name = field.file_name().map(str::to_owned);
						let into = open.await.map_err(FormError::Disk)?;
						let mut into = BufWriter::with_capacity(WRITE_BYTES, into);
						while let Some(piece) = fields.piece(&mut field).await? {
							into.write_all(&piece).await.map_err(FormError::Disk)?;
						}
						into.flush().await.map_err(FormError::Disk)?;
						file = Some((name, into.into_inner()));
					},
					None => while fields.piece(&mut field).await?.is_some() {},
				},
			}
		}
		let (name, file) = file.ok_or(FormError::NoFile)?;
		Ok(Self { filename: said.filename.or(name), secret: said.secret, file })
	}
}

/// What the two ends of the parser know of each other. It is one task that has both.
#[derive(Debug, Default)]
struct Turns {
	/// Bytes that were given to the parser since it last made something of them.
	unread: AtomicUsize,
	/// Whether the parser looks at what it has before it gets more.
	is_paused: AtomicBool,
}

impl Turns {
	/// The parser has made something of what it has, and is asked for the next.
	fn begin(&self) {
		self.unread.store(0, Ordering::Relaxed);
		self.is_paused.store(true, Ordering::Relaxed);
	}
}

/// The fields of a form.
struct Fields {
	multipart: Multipart<'static>,
	turns: Arc<Turns>,
	count: usize,
}

impl Fields {
	async fn next(&mut self) -> Result<Option<Field<'static>>, FormError> {
		self.turns.begin();
		let field = self.multipart.next_field().await?;
		self.count += usize::from(field.is_some());
		match self.count <= FORM_FIELDS_MAX {
			true => Ok(field),
			false => Err(FormError::TooManyFields),
		}
	}

	async fn piece(&self, field: &mut Field<'static>) -> Result<Option<Bytes>, FormError> {
		self.turns.begin();
		Ok(field.chunk().await?)
	}

	async fn text(&self, field: &mut Field<'static>) -> Result<Vec<u8>, FormError> {
		let mut text = Vec::new();
		while let Some(piece) = self.piece(field).await? {
			if FORM_TEXT_BYTES_MAX < text.len() + piece.len() {
				return Err(FormError::TextTooLong);
			}
			text.extend_from_slice(&piece);
		}
		Ok(text)
	}

	async fn string(&self, field: &mut Field<'static>) -> Result<String, FormError> {
		String::from_utf8(self.text(field).await?).map_err(|_detail| FormError::NotText)
	}
}

/// A body in pieces, between which the parser gets a turn: it takes all that is ready.
struct Pieces<S> {
	body: S,
	rest: Bytes,
	bytes_left: u64,
	turns: Arc<Turns>,
}

impl<S, E> Stream for Pieces<S>
where
	S: Stream<Item = Result<Bytes, E>> + Unpin,
	E: Into<Box<dyn Error + Send + Sync>>,
{
	type Item = Result<Bytes, BodyError>;

	fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
		if self.turns.is_paused.swap(false, Ordering::Relaxed) {
			context.waker().wake_by_ref();
			return Poll::Pending;
		}
		while self.rest.is_empty() {
			match Pin::new(&mut self.body).poll_next(context) {
				Poll::Pending => return Poll::Pending,
				Poll::Ready(None) => return Poll::Ready(None),
				Poll::Ready(Some(Ok(bytes))) => self.rest = bytes,
				Poll::Ready(Some(Err(error))) => {
					return Poll::Ready(Some(Err(BodyError::Interrupted(error.into()))));
				},
			}
		}
		let length = self.rest.len().min(PIECE_BYTES);
		let piece = self.rest.split_to(length);
		let Some(bytes_left) = self.bytes_left.checked_sub(length as u64) else {
			return Poll::Ready(Some(Err(BodyError::TooLong)));
		};
		self.bytes_left = bytes_left;
		let unread = self.turns.unread.fetch_add(length, Ordering::Relaxed);
		// The last piece may be of what is behind.
		if FORM_HEAD_BYTES_MAX + PIECE_BYTES < unread + length {
			return Poll::Ready(Some(Err(BodyError::HeadTooLong)));
		}
		self.turns.is_paused.store(true, Ordering::Relaxed);
		Poll::Ready(Some(Ok(piece)))
	}
}

/// Why a body goes on no further.
#[derive(Debug, thiserror::Error)]
enum BodyError {
	#[error("the request ended early")]
	Interrupted(#[source] Box<dyn Error + Send + Sync>),
	#[error("the form is too long")]
	TooLong,
	#[error("the headers of a field are too long")]
	HeadTooLong,
}

/// Why a form was not read.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
	/// The content type is another one, or names no boundary.
	#[error("the request is no multipart form")]
	NotAForm(#[source] multer::Error),
	/// What is between the boundaries is no field, or the form has no end.
	#[error("the form is malformed")]
	Malformed(#[source] multer::Error),
	/// The form is longer than it may be.
	#[error("the form is too long")]
	TooLong,
	/// It has more fields than anybody needs.
	#[error("the form has more than {FORM_FIELDS_MAX} fields")]
	TooManyFields,
	/// A field that is no file is longer than it may be.
	#[error("the form has a text of more than {FORM_TEXT_BYTES_MAX} bytes")]
	TextTooLong,
	/// The headers of a field, or what is before the first, are longer than they may be.
	#[error("the form has a field with headers of more than {FORM_HEAD_BYTES_MAX} bytes")]
	HeadTooLong,
	/// A text is not UTF-8.
	#[error("the form has a text that is not UTF-8")]
	NotText,
	/// What the form says of its file is no JSON object.
	#[error("the field `body` is no JSON object")]
	Json(#[source] serde_json::Error),
	/// There is no file in it.
	#[error("the form has no field with a file")]
	NoFile,
	/// Whoever sent it went away.
	#[error("the request ended early")]
	Interrupted(#[source] Box<dyn Error + Send + Sync>),
	/// The file could not be written.
	#[error("the upload could not be written to the disk")]
	Disk(#[source] io::Error),
}

impl FormError {
	/// Whether it has more of something than is taken.
	#[must_use]
	pub fn is_too_much(&self) -> bool {
		matches!(self, Self::TooLong | Self::TooManyFields | Self::TextTooLong | Self::HeadTooLong)
	}
}

impl From<multer::Error> for FormError {
	fn from(error: multer::Error) -> Self {
		let multer::Error::StreamReadFailed(source) = error else {
			return Self::Malformed(error);
		};
		match source.downcast::<BodyError>().map(|error| *error) {
			Ok(BodyError::Interrupted(source)) | Err(source) => Self::Interrupted(source),
			Ok(BodyError::TooLong) => Self::TooLong,
			Ok(BodyError::HeadTooLong) => Self::HeadTooLong,
		}
	}
}
