// SPDX-License-Identifier: Apache-2.0

//! R1 that was burned by choice, and the applications that it was burned for.

use crate::{Chain, QueryError, events::Owner, state, storage, view::constant};
use sp_crypto_hashing::keccak_256;

/// An application that R1 is burned for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Application {
	/// Its short name, which its id is made of.
	pub slug: String,
	/// Its name.
	pub name: String,
	/// Who registered it.
	pub creator: Owner,
	/// What the creator deposited, in base units of R1.
	pub deposit: u128,
	/// What was burned for it, in base units of R1.
	pub total: u128,
}

/// All that was burned by choice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Burns {
	/// R1 that was burned, in base units.
	pub total: u128,
	/// Every application, those that most was burned for first.
	pub applications: Vec<Application>,
	/// Those who burned most, the greatest first, and how much each did.
	pub burners: Vec<(Owner, u128)>,
}

/// The id of an application: the Keccak-256 hash of its slug.
#[must_use]
pub fn application_id(slug: &str) -> [u8; 32] {
	keccak_256(slug.as_bytes())
}

impl Chain {
	/// Who burned R1 by choice, and for what.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn burns(&self) -> Result<Burns, QueryError> {
		let at = self.at_finalised().await?;
		let applications = state::entries(&at, "applications", storage::applications(), ()).await?;
		let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
		let mut applications = applications
			.into_iter()
			.map(|(_, application)| Application {
				slug: text(application.slug),
				name: text(application.name),
				creator: Owner(application.creator.0),
				deposit: application.deposit,
				total: application.total,
			})
			.collect::<Vec<_>>();
		applications.sort_by(|left, right| {
			right.total.cmp(&left.total).then_with(|| left.slug.cmp(&right.slug))
		});
		let burners = state::value(&at, "top burners", storage::top_burners()).await?;
		let burners = burners.unwrap_or_default();
		Ok(Burns {
			total: state::value(&at, "burned R1", storage::total_burned()).await?.unwrap_or(0),
			applications,
			burners: burners.into_iter().map(|rank| (Owner(rank.id.0), rank.total)).collect(),
		})
	}

	/// How many bytes the name of an application may have.
	///
	/// # Errors
	///
	/// The node does not answer, or its runtime has no such limit.
	pub async fn application_name_bytes_max(&self) -> Result<u32, QueryError> {
		constant(&self.at_finalised().await?, "Burn", "NameBytesMax")
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn application_should_be_known_by_the_hash_of_its_slug() {
		// Keccak-256 of "abc", from the reference of the hash.
		let expected = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45";
		assert_eq!(hex::encode(application_id("abc")), expected);
	}
}
