// SPDX-License-Identifier: Apache-2.0

//! A file as the SDKs know it: a name and bytes, with a secret or without.

use super::{
	super::{Sdk, envelope::Failure},
	turn,
};
use crate::{
	defaults::SDK_JSON_BYTES_MAX,
	files::{Nobody, piped},
};
use axum::{
	body::Body,
	http::{HeaderValue, StatusCode, header},
	response::{IntoResponse as _, Response},
};
use cid::Cid;
use futures::TryStreamExt as _;
use r1_core::{BlockStoreError, Clock as _, ExchangeError, MemoryBlockStore, error_chain};
use r1_dauth::Scope;
use r1fs::{
	AddError, AddNamedError, DirectoryError, FileReader, Files, GetError, Listed, OpenError,
	OpeningKeys, PinError, Recipients, SealError, SealedAs, SealedFile, SourceError,
};
use std::{error::Error, io, sync::Arc};
use tokio::io::AsyncRead;

/// What a file is called that was given no name.
const NAMELESS: &str = "file";

/// Entries of a sealed file, which is no directory to whoever uses it.
const SEALED_ENTRIES: [&str; 2] = ["content.age", "manifest.age"];

/// Blocks of a value whose CID is calculated: as many as the smallest chunks of the largest body.
const BLOCKS_MAX: usize = SDK_JSON_BYTES_MAX / r1fs::CHUNK_BYTES + 64;

/// A file that is to be added.
pub(super) struct NewFile {
	/// Whose it is.
	pub(super) part: Scope,
	pub(super) name: Option<String>,
	pub(super) secret: Option<String>,
}

impl NewFile {
	pub(super) async fn add(
		self,
		sdk: &Sdk,
		reader: impl AsyncRead + Unpin + Send,
	) -> Result<Cid, Failure> {
		let Self { part, name, secret } = self;
		let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| NAMELESS.to_owned());
		let files = sdk.store.keeping(&part, None, sdk.clock.now_secs());
		let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
			return Ok(files.add_named(&name, reader).await?.cid);
		};
		let _turn = turn(&sdk.turns.passphrases).await?;
		let sealed_as = SealedAs { name, media_type: String::new() };
		let recipients = Recipients::passphrase(secret);
		Ok(files.add_sealed(sealed_as, &recipients, reader).await?.cid)
	}
}

/// The CID of a file without a secret, which is stored nowhere.
pub(super) async fn cid_of(name: &str, bytes: &[u8]) -> Result<Cid, Failure> {
	let nowhere = Arc::new(MemoryBlockStore::new(BLOCKS_MAX));
	Ok(Files::new(nowhere, Arc::new(Nobody)).add_named(name, bytes).await?.cid)
}

/// A file that was found.
pub(super) enum Found {
	Plain { name: String, reader: FileReader },
	Sealed(SealedFile),
}

impl Found {
	/// What a CID stands for: a file, the only one of a directory, or a sealed one.
	pub(super) async fn at(sdk: &Sdk, cid: Cid, secret: Option<String>) -> Result<Self, Failure> {
		let files = sdk.store.files();
		let (name, file) = match files.list(&cid).await? {
			Listed::File => (cid.to_string(), cid),
			Listed::Directory(entries) => match entries.as_slice() {
				[only] => (only.name.clone(), only.cid),
				[a, b] if [a.name.as_str(), b.name.as_str()] == SEALED_ENTRIES => {
					let secret = secret.ok_or_else(|| Failure {
						status: StatusCode::FORBIDDEN,
						error: format!("{cid} was added with a secret, which opens it"),
					})?;
					let _turn = turn(&sdk.turns.passphrases).await?;
					let keys = OpeningKeys::passphrase(secret);
					return Ok(Self::Sealed(files.open_sealed(&cid, &keys).await?));
				},
				several => {
					let status = StatusCode::UNPROCESSABLE_ENTITY;
					let count = several.len();
					let error = format!("{cid} is a directory of {count} entries, and no file");
					return Err(Failure { status, error });
				},
			},
		};
		Ok(Self::Plain { name, reader: files.reader(&file).await? })
	}

	/// Its name and its bytes, if they are not too many to be held.
	pub(super) async fn into_bytes(self) -> Result<(String, Vec<u8>), Failure> {
		let length = match &self {
			Self::Plain { reader, .. } => reader.file_bytes(),
			Self::Sealed(file) => file.manifest().bytes,
		};
		let bytes_max = (SDK_JSON_BYTES_MAX / 4 * 3) as u64;
		if bytes_max < length {
			let status = StatusCode::PAYLOAD_TOO_LARGE;
			let error = format!(
				"the file has {length} bytes, and {bytes_max} are the most in one value; use get_file"
			);
			return Err(Failure { status, error });
		}
		let mut bytes = Vec::new();
		match self {
			Self::Plain { name, mut reader } => {
				while let Some(piece) = reader.next_piece().await? {
					bytes.extend_from_slice(&piece);
				}
				Ok((name, bytes))
			},
			Self::Sealed(file) => {
				file.write_to(&mut bytes).await?;
				Ok((file.manifest().name.clone(), bytes))
			},
		}
	}

	/// Its bytes as they come.
	pub(super) fn into_response(self) -> Result<Response, Failure> {
		let (name, length, body) = match self {
			Self::Plain { name, reader } => {
				let length = reader.file_bytes();
				let pieces = reader.into_stream().map_err(io::Error::other);
				(name, length, Body::from_stream(pieces))
			},
			Self::Sealed(file) => {
				let manifest = file.manifest();
				let (name, length) = (manifest.name.clone(), manifest.bytes);
				let opened = piped(move |mut writer| async move {
					file.write_to(&mut writer).await.map_err(io::Error::other)
				});
				(name, length, Body::from_stream(opened))
			},
		};
		let disposition = format!("attachment; filename=\"{}\"", ascii(&name));
		let mut response = body.into_response();
		let headers = response.headers_mut();
		headers.insert(
			header::CONTENT_TYPE,
			// Never JSON: the SDKs would take it for an answer in its envelope.
			HeaderValue::from_static("application/octet-stream"),
		);
		headers.insert(header::CONTENT_LENGTH, length.into());
		headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
		if let Ok(disposition) = HeaderValue::try_from(disposition) {
			headers.insert(header::CONTENT_DISPOSITION, disposition);
		}
		Ok(response)
	}
}

/// A name as old clients take it, with a question mark for what is not plain.
fn ascii(name: &str) -> String {
	let is_plain = |letter: char| letter.is_ascii_graphic() && !matches!(letter, '"' | '\\');
	name.chars()
		.map(|letter| if is_plain(letter) || letter == ' ' { letter } else { '?' })
		.collect()
}

// # What went wrong

fn failure(status: StatusCode, error: &(dyn Error + 'static)) -> Failure {
	Failure { status, error: error_chain(error).to_string() }
}

impl From<SourceError> for Failure {
	fn from(error: SourceError) -> Self {
		let status = match &error {
			SourceError::Exchange(ExchangeError::NotFound { .. }) => StatusCode::NOT_FOUND,
			SourceError::Unsupported(_) => StatusCode::UNPROCESSABLE_ENTITY,
			SourceError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
			_ => StatusCode::GATEWAY_TIMEOUT,
		};
		failure(status, &error)
	}
}

impl From<BlockStoreError> for Failure {
	fn from(error: BlockStoreError) -> Self {
		let status = match &error {
			BlockStoreError::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
			_ => StatusCode::INTERNAL_SERVER_ERROR,
		};
		failure(status, &error)
	}
}

impl From<DirectoryError> for Failure {
	fn from(error: DirectoryError) -> Self {
		match error {
			DirectoryError::Source(error) => error.into(),
			error => failure(StatusCode::UNPROCESSABLE_ENTITY, &error),
		}
	}
}

impl From<GetError> for Failure {
	fn from(error: GetError) -> Self {
		match error {
			GetError::Source(error) => error.into(),
			error if error.is_content_fault() => failure(StatusCode::UNPROCESSABLE_ENTITY, &error),
			error => failure(StatusCode::INTERNAL_SERVER_ERROR, &error),
		}
	}
}

impl From<PinError> for Failure {
	fn from(error: PinError) -> Self {
		match error {
			PinError::Store(error) => error.into(),
			PinError::Quota { .. } => failure(StatusCode::INSUFFICIENT_STORAGE, &error),
			error => failure(StatusCode::INTERNAL_SERVER_ERROR, &error),
		}
	}
}

impl From<AddError> for Failure {
	fn from(error: AddError) -> Self {
		match error {
			AddError::TooLarge { .. } => failure(StatusCode::PAYLOAD_TOO_LARGE, &error),
			AddError::Read { .. } => failure(StatusCode::BAD_REQUEST, &error),
			AddError::Store(error) => error.into(),
			AddError::Pin(error) => error.into(),
		}
	}
}

impl From<AddNamedError> for Failure {
	fn from(error: AddNamedError) -> Self {
		match error {
			AddNamedError::Name(_) => failure(StatusCode::BAD_REQUEST, &error),
			AddNamedError::Add(error) => error.into(),
		}
	}
}

impl From<SealError> for Failure {
	fn from(error: SealError) -> Self {
		match error {
			SealError::Add(error) => error.into(),
			SealError::Store(error) => error.into(),
			SealError::Pin(error) => error.into(),
			SealError::Keys(_) | SealError::Manifest(_) => failure(StatusCode::BAD_REQUEST, &error),
		}
	}
}

impl From<OpenError> for Failure {
	fn from(error: OpenError) -> Self {
		match error {
			OpenError::Directory(error) => error.into(),
			OpenError::Content(error) => error.into(),
			OpenError::Key { .. } => failure(StatusCode::FORBIDDEN, &error),
			OpenError::Write { .. } | OpenError::Save(_) => {
				failure(StatusCode::INTERNAL_SERVER_ERROR, &error)
			},
			error => failure(StatusCode::UNPROCESSABLE_ENTITY, &error),
		}
	}
}
