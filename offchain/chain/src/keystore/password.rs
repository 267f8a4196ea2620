// SPDX-License-Identifier: Apache-2.0

//! From a password to a cipher, at a cost that slows guessing down and that a file cannot choose.

use super::KeyFileError;
use crypto_secretbox::{Key, KeyInit as _, XSalsa20Poly1305};

/// Bytes that a file has for its costs: N, p and r.
pub(super) const COSTS_BYTES: usize = 12;

/// Bytes of a key of the cipher.
const KEY_BYTES: usize = 32;

/// What it costs to try a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Costs {
	/// Logarithm of scrypt's N to base 2.
	log_n: u8,
	p: u32,
	r: u32,
}

/// The costs of the files that are written here: 32 MiB and a tenth of a second.
pub(super) const WRITTEN: Costs = Costs { log_n: 15, p: 1, r: 8 };

/// The costs that wallets write. A file with any other is not opened: its author could ask for all
/// the memory that there is. The highest is 128 MiB.
const ALLOWED: [Costs; 6] = [
	Costs { log_n: 13, p: 10, r: 8 },
	Costs { log_n: 14, p: 5, r: 8 },
	Costs { log_n: 15, p: 3, r: 8 },
	WRITTEN,
	Costs { log_n: 16, p: 2, r: 8 },
	Costs { log_n: 17, p: 1, r: 8 },
];

impl Costs {
	fn n(self) -> u32 {
		1 << self.log_n
	}

	pub(super) fn to_bytes(self) -> [u8; COSTS_BYTES] {
		let mut bytes = [0; COSTS_BYTES];
		for (place, number) in bytes.chunks_exact_mut(4).zip([self.n(), self.p, self.r]) {
			place.copy_from_slice(&number.to_le_bytes());
		}
		bytes
	}

	pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, KeyFileError> {
		ALLOWED.into_iter().find(|costs| costs.to_bytes() == bytes).ok_or_else(|| {
			KeyFileError::Unsupported { what: "unusual costs of the password".to_owned() }
		})
	}
}

/// The cipher of a password.
pub(super) fn cipher(password: &str, salt: &[u8], costs: Costs) -> XSalsa20Poly1305 {
	let Costs { log_n, p, r } = costs;
	let mut key = Key::default();
	let parameters = scrypt::Params::new(log_n, r, p, KEY_BYTES)
		.expect("the costs are among those that are allowed; qed");
	scrypt::scrypt(password.as_bytes(), salt, &parameters, &mut key)
		.expect("a key of 32 bytes can be made; qed");
	XSalsa20Poly1305::new(&key)
}
