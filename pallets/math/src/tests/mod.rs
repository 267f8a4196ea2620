// SPDX-License-Identifier: Apache-2.0

//! Each function against the vectors of the deployed contracts, and against a second way to say the
//! same thing in arithmetic wide enough never to overflow.

mod node_deed;
mod purchase;
mod master_deed;
mod genesis_deed;
mod gated_release;
mod gated_invariants;
mod adoption;
mod curve;
mod fixed_point;
mod work;
mod price;
mod median;
mod ratio;

use primitive_types::U512;

/// `floor(product of factors / divisor)`, exactly.
fn exact(factors: &[u128], divisor: u128) -> U512 {
	let product = factors
		.iter()
		.fold(U512::one(), |product, factor| product * U512::from(*factor));
	product / U512::from(divisor)
}
