// SPDX-License-Identifier: Apache-2.0

//! TLS, by a certificate and a key in files.

use anyhow::{Context as _, ensure};
use std::{path::Path, sync::Arc};
use tokio_rustls::{
	TlsAcceptor,
	rustls::{
		ServerConfig,
		crypto::ring,
		pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
	},
};

/// Where a section of the configuration has what TLS needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TlsFiles<'a> {
	/// The section, as errors name it.
	pub(crate) section: &'static str,
	pub(crate) certificates: Option<&'a Path>,
	pub(crate) private_key: Option<&'a Path>,
}

/// What accepts TLS, if the configuration names a certificate.
///
/// # Errors
///
/// A file cannot be read, or does not hold what it should, or the key is not the certificate's.
pub(crate) fn acceptor(files: TlsFiles<'_>) -> anyhow::Result<Option<TlsAcceptor>> {
	let section = files.section;
	let (Some(certificates), Some(key)) = (files.certificates, files.private_key) else {
		return Ok(None);
	};
	let chain = read_certificates(certificates)
		.with_context(|| format!("{section}.certificate_file is {}", certificates.display()))?;
	let private_key = PrivateKeyDer::from_pem_file(key)
		.with_context(|| format!("{section}.private_key_file is {}", key.display()))?;
	let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_safe_default_protocol_versions()
		.context("TLS has no version that can be used")?
		.with_no_client_auth()
		.with_single_cert(chain, private_key)
		.with_context(|| {
			format!("{} is not the key of {}", key.display(), certificates.display())
		})?;
	tls.alpn_protocols = vec![b"http/1.1".to_vec()];
	Ok(Some(TlsAcceptor::from(Arc::new(tls))))
}

/// A certificate and those that vouch for it, in that order.
fn read_certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
	let chain = CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>()?;
	ensure!(!chain.is_empty(), "it has no certificate; it must begin with the server's, in PEM");
	Ok(chain)
}
