// SPDX-License-Identifier: Apache-2.0

//! Permits, and the files that they travel in.

use crate::{
	arguments::{Arguments, InvoiceNumber, IssuePermit, Permit},
	output::{Answer, say},
};
use anyhow::{Context as _, anyhow, ensure};
use r1_chain::{Address, SignedPermit, new_invoice};
use r1_primitives::PurchasePermit;
use serde::{Deserialize, Serialize};
use std::path::Path;

pub(super) async fn run(arguments: &Arguments, command: &Permit) -> anyhow::Result<Answer> {
	match command {
		Permit::Issue(order) => issue(arguments, order).await,
	}
}

async fn issue(arguments: &Arguments, order: &IssuePermit) -> anyhow::Result<Answer> {
	let issuer = arguments.signer()?;
	let chain = arguments.chain().await?;
	let account = Address(issuer.account());
	let is_known = chain.is_permit_issuer(account.0).await?;
	ensure!(
		is_known || order.anyway,
		"{account} is no issuer, so the chain would refuse this permit: ask governance to add it \
		 by NodeDeeds.add_permit_issuer, or give --anyway to sign before that"
	);
	if !is_known {
		say(&format!("{account} is no issuer yet: until it is, the chain refuses this permit"));
	}
	let state = chain.finalised_state().await?;
	let permit = PurchasePermit {
		buyer: order.buyer.0,
		invoice: match order.invoice {
			InvoiceNumber::New => new_invoice(),
			InvoiceNumber::Given(invoice) => invoice,
		},
		usd_limit: order.usd_limit,
		tax_basis_points: order.tax_basis_points,
		expires_at_epoch: state.current_epoch.saturating_add(order.epochs),
	};
	let file = PermitFile::of(&chain.issue_permit(permit, &issuer)?);
	if let Some(path) = &order.output {
		std::fs::write(path, serde_json::to_vec_pretty(&file)?)
			.with_context(|| format!("could not write {}", path.display()))?;
	}
	Answer::one(
		&file,
		&[
			("buyer", file.buyer.clone()),
			("invoice", file.invoice.clone()),
			("limit in USD", file.usd_limit.to_string()),
			("tax in basis points", file.tax_basis_points.to_string()),
			("good until epoch", file.expires_at_epoch.to_string()),
			("issuer", file.issuer.clone()),
			("signature", file.signature.clone()),
		],
	)
}

/// Reads the permit of a file.
pub(super) fn read(path: &Path) -> anyhow::Result<SignedPermit> {
	let bytes = std::fs::read(path)
		.with_context(|| format!("could not read the permit {}", path.display()))?;
	serde_json::from_slice::<PermitFile>(&bytes)
		.map_err(anyhow::Error::new)
		.and_then(|file| file.parse())
		.with_context(|| format!("{} is no permit", path.display()))
}

/// A permit as JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PermitFile {
	buyer: String,
	invoice: String,
	usd_limit: u32,
	tax_basis_points: u16,
	expires_at_epoch: u32,
	issuer: String,
	/// An sr25519 signature.
	signature: String,
}

impl PermitFile {
	fn of(signed: &SignedPermit) -> Self {
		let PurchasePermit { buyer, invoice, usd_limit, tax_basis_points, expires_at_epoch } =
			signed.permit;
		Self {
			buyer: Address(buyer).to_string(),
			invoice: format!("0x{}", hex::encode(invoice)),
			usd_limit,
			tax_basis_points,
			expires_at_epoch,
			issuer: Address(signed.issuer).to_string(),
			signature: format!("0x{}", hex::encode(signed.signature)),
		}
	}

	fn parse(&self) -> anyhow::Result<SignedPermit> {
		Ok(SignedPermit {
			permit: PurchasePermit {
				buyer: self.buyer.parse::<Address>().context("in `buyer`")?.0,
				invoice: bytes("invoice", &self.invoice)?,
				usd_limit: self.usd_limit,
				tax_basis_points: self.tax_basis_points,
				expires_at_epoch: self.expires_at_epoch,
			},
			issuer: self.issuer.parse::<Address>().context("in `issuer`")?.0,
			signature: bytes("signature", &self.signature)?,
		})
	}
}

/// So many bytes of a field, written in hexadecimal.
fn bytes<const SIZE: usize>(field: &str, text: &str) -> anyhow::Result<[u8; SIZE]> {
	hex::decode(text.strip_prefix("0x").unwrap_or(text))
		.ok()
		.and_then(|bytes| bytes.try_into().ok())
		.ok_or_else(|| anyhow!("`{field}` is not {SIZE} bytes in hexadecimal"))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn permit() -> SignedPermit {
		SignedPermit {
			permit: PurchasePermit {
				buyer: [1; 32],
				invoice: [2; 32],
				usd_limit: 1_000,
				tax_basis_points: 1_900,
				expires_at_epoch: 9,
			},
			issuer: [3; 32],
			signature: [4; 64],
		}
	}

	#[test]
	fn permit_should_survive_its_file() {
		let json = serde_json::to_string(&PermitFile::of(&permit())).unwrap();
		let read: PermitFile = serde_json::from_str(&json).unwrap();
		assert_eq!(read.parse().unwrap(), permit());
	}

	#[test]
	fn permit_should_be_refused_with_the_field_that_is_wrong() {
		let file = PermitFile::of(&permit());
		for (wrong, field) in [
			(PermitFile { buyer: "nobody".into(), ..file.clone() }, "buyer"),
			(PermitFile { issuer: "0x00".into(), ..file.clone() }, "issuer"),
			(PermitFile { invoice: "0x02".into(), ..file.clone() }, "invoice"),
			(PermitFile { signature: "zz".into(), ..file.clone() }, "signature"),
		] {
			let error = format!("{:#}", wrong.parse().unwrap_err());
			assert!(error.contains(field), "{error}");
		}
		assert!(serde_json::from_str::<PermitFile>("{}").is_err());
	}
}
