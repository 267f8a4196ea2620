// SPDX-License-Identifier: Apache-2.0

//! What an application is.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;
use sp_core::H256;

/// Identifies an application: keccak-256 of its slug.
pub type ApplicationId = H256;

/// Most bytes of a slug, as in the deployed contracts.
pub const SLUG_BYTES_MAX: u32 = 32;

/// The unique text that names an application.
pub type Slug = BoundedVec<u8, ConstU32<SLUG_BYTES_MAX>>;

/// An application's name for people, in UTF-8.
pub type NameOf<T> = BoundedVec<u8, <T as Config>::NameBytesMax>;

/// An application, as a runtime stores it.
pub type ApplicationOf<T> = Application<<T as frame_system::Config>::AccountId, NameOf<T>>;

/// Something that R1 is burned for.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Application<AccountId, Name> {
	/// The unique text that names it; the id is its keccak-256.
	pub slug: Slug,
	/// Its name for people, in UTF-8; not unique.
	pub name: Name,
	/// Who registered it.
	pub creator: AccountId,
	/// What is held from the creator for it, in base units of R1.
	pub deposit: u128,
	/// What was burned for it, in base units of R1.
	pub total: u128,
}
