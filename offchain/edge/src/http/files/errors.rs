// SPDX-License-Identifier: Apache-2.0

//! What went wrong with files, as answers.

use super::super::error::ApiError;
use axum::http::StatusCode;
use r1_core::{BlockStoreError, ContentHashError, ExchangeError, error_chain};
use r1fs::{
	AddError, CarError, ChunkerError, CollectError, DirectoryError, ExportError, GetError,
	PinContentError, PinError, SourceError,
};
use std::error::Error;

impl From<SourceError> for ApiError {
	fn from(error: SourceError) -> Self {
		let message = error_chain(&error).to_string();
		match error {
			SourceError::Unsupported(_)
			| SourceError::Exchange(ExchangeError::Unsupported { .. }) => {
				Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unsupported_cid", message)
					.hint("only CIDs with the hash sha2-256 or blake3 can be checked")
			},
			SourceError::Exchange(ExchangeError::NotFound { .. }) => {
				Self::not_found("file_not_found", message)
					.hint("no connected node has it; check the CID, or ask whoever gave it to you")
			},
			SourceError::Exchange(ExchangeError::Busy { .. }) => {
				Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message).hint("try again later")
			},
			SourceError::Exchange(_) | SourceError::Damaged { .. } => {
				Self::new(StatusCode::GATEWAY_TIMEOUT, "file_not_found", message).hint(
					"no connected node sent it; check the CID, or wait until its owner is online",
				)
			},
			SourceError::Store(error) => error.into(),
		}
	}
}

impl From<BlockStoreError> for ApiError {
	fn from(error: BlockStoreError) -> Self {
		let message = error_chain(&error).to_string();
		match error {
			BlockStoreError::Full { .. } => {
				Self::new(StatusCode::INSUFFICIENT_STORAGE, "store_full", message).hint(
					"unpin what is not needed and collect, or raise store.bytes_max of the node",
				)
			},
			_ => failed(message),
		}
	}
}

impl From<PinError> for ApiError {
	fn from(error: PinError) -> Self {
		let message = error_chain(&error).to_string();
		match error {
			PinError::Name => Self::new(StatusCode::BAD_REQUEST, "invalid_name", message),
			PinError::Quota { .. } => {
				Self::new(StatusCode::INSUFFICIENT_STORAGE, "over_quota", message)
			},
			PinError::Walk(_) => not_a_file(message),
			PinError::Store(error) => error.into(),
			PinError::Incomplete { .. } | PinError::Disk { .. } => failed(message),
		}
	}
}

impl From<PinContentError> for ApiError {
	fn from(error: PinContentError) -> Self {
		match error {
			PinContentError::Source(error) => error.into(),
			PinContentError::Walk(error) => not_a_file(error.to_string()),
			PinContentError::Store(error) => error.into(),
			PinContentError::Pin(error) => error.into(),
		}
	}
}

impl From<GetError> for ApiError {
	fn from(error: GetError) -> Self {
		match error {
			GetError::Source(error) => error.into(),
			GetError::TooLarge { .. } => {
				Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", chain(&error))
			},
			error if error.is_content_fault() => not_a_file(chain(&error)),
			error => failed(chain(&error)),
		}
	}
}

impl From<DirectoryError> for ApiError {
	fn from(error: DirectoryError) -> Self {
		match error {
			DirectoryError::Source(error) => error.into(),
			DirectoryError::NotFound { .. } | DirectoryError::NotADirectory { .. } => {
				Self::not_found("no_such_entry", chain(&error))
			},
			DirectoryError::Path { .. } => {
				Self::new(StatusCode::BAD_REQUEST, "invalid_path", chain(&error))
			},
			error => not_a_file(chain(&error)),
		}
	}
}

impl From<AddError> for ApiError {
	fn from(error: AddError) -> Self {
		match error {
			AddError::TooLarge { .. } => {
				Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", chain(&error))
			},
			AddError::Read { .. } => unreadable(chain(&error)),
			AddError::Store(error) => error.into(),
			AddError::Pin(error) => error.into(),
		}
	}
}

impl From<CarError> for ApiError {
	fn from(error: CarError) -> Self {
		match error {
			CarError::TooLarge { .. } => {
				Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", chain(&error))
			},
			CarError::Read { .. } => unreadable(chain(&error)),
			CarError::Store(error) => error.into(),
			CarError::Pin(error) => error.into(),
			error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_car", chain(&error)),
		}
	}
}

impl From<ExportError> for ApiError {
	fn from(error: ExportError) -> Self {
		match error {
			ExportError::Source(error) => error.into(),
			ExportError::Walk(error) => not_a_file(error.to_string()),
			ExportError::Write { .. } => failed(chain(&error)),
		}
	}
}

impl From<CollectError> for ApiError {
	fn from(error: CollectError) -> Self {
		let message = chain(&error);
		match error {
			CollectError::Busy => {
				Self::new(StatusCode::CONFLICT, "busy", message).hint("wait until it has ended")
			},
			CollectError::Incomplete { .. } => {
				Self::new(StatusCode::CONFLICT, "pin_incomplete", message)
					.hint("pin it again, which fetches what is missing, or unpin it")
			},
			_ => failed(message),
		}
	}
}

impl From<ChunkerError> for ApiError {
	fn from(error: ChunkerError) -> Self {
		Self::new(StatusCode::BAD_REQUEST, "invalid_chunker", error.to_string())
	}
}

impl From<ContentHashError> for ApiError {
	fn from(error: ContentHashError) -> Self {
		Self::new(StatusCode::BAD_REQUEST, "invalid_hash", error.to_string())
	}
}

fn chain(error: &(dyn Error + 'static)) -> String {
	error_chain(error).to_string()
}

fn not_a_file(message: String) -> ApiError {
	ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "not_a_file", message)
}

fn unreadable(message: String) -> ApiError {
	ApiError::new(StatusCode::BAD_REQUEST, "body_unreadable", message)
		.hint("the request ended early, or is longer than this route takes")
}

fn failed(message: String) -> ApiError {
	ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "store_failed", message)
}
