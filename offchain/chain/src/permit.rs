// SPDX-License-Identifier: Apache-2.0

//! Leave to buy Node Deeds, as an issuer signs it and a buyer hands it in.

use crate::{Chain, QueryError, Signer, state, storage};
use r1_core::{Account, Rng as _, SystemRng};
use r1_primitives::{PurchasePermit, SignedBody as _};
use subxt::utils::MultiSignature;

/// A permit with its signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SignedPermit {
	/// What was granted.
	pub permit: PurchasePermit,
	/// Who granted it.
	pub issuer: Account,
	/// The issuer's sr25519 signature.
	pub signature: [u8; 64],
}

/// Number of an invoice.
pub type Invoice = [u8; 32];

/// A number that no invoice has yet.
#[must_use]
pub fn new_invoice() -> Invoice {
	let mut invoice = [0; 32];
	SystemRng.fill(&mut invoice);
	invoice
}

impl Chain {
	/// Signs a permit for this chain. Whether the chain knows the signer as an issuer is another
	/// question: see [`Chain::is_permit_issuer`].
	///
	/// # Errors
	///
	/// The signer is a node.
	pub fn issue_permit(
		&self,
		permit: PurchasePermit,
		issuer: &Signer,
	) -> Result<SignedPermit, PermitError> {
		issue(permit, issuer, &self.genesis_hash())
	}

	/// Whether governance lets an account sign permits to buy Node Deeds.
	///
	/// # Errors
	///
	/// The node does not answer.
	pub async fn is_permit_issuer(&self, account: Account) -> Result<bool, QueryError> {
		let at = self.at_finalised().await?;
		let issuers = state::value(&at, "permit issuers", storage::permit_issuers()).await?;
		Ok(issuers.unwrap_or_default().iter().any(|issuer| issuer.0 == account))
	}
}

fn issue(
	permit: PurchasePermit,
	issuer: &Signer,
	genesis_hash: &[u8; 32],
) -> Result<SignedPermit, PermitError> {
	match issuer.sign(&permit.signing_payload(genesis_hash)) {
		MultiSignature::Sr25519(signature) => {
			Ok(SignedPermit { permit, issuer: issuer.account(), signature })
		},
		MultiSignature::Ed25519(_) | MultiSignature::Ecdsa(_) => Err(PermitError),
	}
}

/// Permits are people's to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a permit is signed by a person: give an sr25519 key, not a node's")]
pub struct PermitError;

#[cfg(test)]
mod tests {
	use super::*;
	use subxt_signer::sr25519::{PublicKey, Signature, verify};

	const GENESIS: [u8; 32] = [7; 32];

	fn permit() -> PurchasePermit {
		PurchasePermit {
			buyer: [1; 32],
			invoice: [2; 32],
			usd_limit: 1_000,
			tax_basis_points: 1_900,
			expires_at_epoch: 9,
		}
	}

	#[test]
	fn permit_should_be_signed_over_its_terms_and_its_chain() {
		let issuer = Signer::from_uri("//Alice").unwrap();
		let signed = issue(permit(), &issuer, &GENESIS).unwrap();
		assert_eq!((signed.permit, signed.issuer), (permit(), issuer.account()));

		// Purpose, version and chain, then the terms in their order, little-endian.
		let payload = |usd_limit: u32, genesis: [u8; 32]| {
			let mut payload = b"r1/purchase/v1".to_vec();
			payload.extend(genesis);
			payload.extend([1; 32]);
			payload.extend([2; 32]);
			payload.extend(usd_limit.to_le_bytes());
			payload.extend(1_900_u16.to_le_bytes());
			payload.extend(9_u32.to_le_bytes());
			payload
		};
		let verifies = |payload: Vec<u8>| {
			verify(&Signature(signed.signature), payload, &PublicKey(signed.issuer))
		};
		assert!(verifies(payload(1_000, GENESIS)));
		assert!(!verifies(payload(1_001, GENESIS)));
		assert!(!verifies(payload(1_000, [8; 32])));
	}

	#[test]
	fn permit_should_not_be_signed_by_a_node() {
		let node = Signer::from_uri("ed25519://Alice").unwrap();
		assert_eq!(issue(permit(), &node, &GENESIS), Err(PermitError));
	}

	#[test]
	fn new_invoices_should_differ() {
		assert_ne!(new_invoice(), new_invoice());
	}
}
