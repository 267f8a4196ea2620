// SPDX-License-Identifier: Apache-2.0

//! View functions: questions that the runtime answers itself, from the state of a block.

use crate::{QueryError, client::AtBlock};
use subxt::{
	dynamic::Value,
	ext::{
		codec::{Decode, Encode},
		scale_decode::DecodeAsType,
		scale_encode::EncodeAsType as _,
	},
};

/// Asks a pallet's view function.
///
/// The client's own call leaves out the length that the runtime expects before the arguments, so
/// the call is put together here.
pub(crate) async fn view<R: DecodeAsType>(
	at_block: &AtBlock,
	pallet: &'static str,
	function: &'static str,
	arguments: Vec<Value>,
) -> Result<R, QueryError> {
	let refused =
		|reason: String| QueryError::View { function: format!("{pallet}.{function}"), reason };
	let metadata = at_block.metadata();
	let signature = metadata
		.pallet_by_name(pallet)
		.and_then(|pallet| pallet.view_function_by_name(function))
		.ok_or_else(|| refused("it has no such function".to_owned()))?;
	let inputs = signature.inputs();
	if inputs.len() != arguments.len() {
		return Err(refused(format!("it takes {} arguments", inputs.len())));
	}
	let mut encoded = Vec::new();
	for (input, value) in inputs.zip(arguments) {
		value
			.encode_as_type_to(input.id, metadata.types(), &mut encoded)
			.map_err(|error| refused(format!("argument `{}`: {error}", input.name)))?;
	}
	let question = (signature.query_id(), encoded).encode();
	let answer = at_block
		.view_functions()
		.call_raw(Some(&question))
		.await
		.map_err(QueryError::node)?;
	let answer = unwrap_answer(&answer).ok_or_else(|| refused("it refused".to_owned()))?;
	R::decode_as_type(&mut answer.as_slice(), signature.output_ty(), metadata.types())
		.map_err(|error| refused(error.to_string()))
}

/// What the function returned, out of the runtime's `Result`; `None` if it refused to answer.
fn unwrap_answer(answer: &[u8]) -> Option<Vec<u8>> {
	match answer {
		[0, bytes @ ..] => Vec::<u8>::decode(&mut &*bytes).ok(),
		_ => None,
	}
}

/// A constant of a pallet, from the runtime of a block.
pub(crate) fn constant<V: DecodeAsType>(
	at_block: &AtBlock,
	pallet: &'static str,
	name: &'static str,
) -> Result<V, QueryError> {
	at_block
		.constants()
		.entry(subxt::dynamic::constant::<V>(pallet, name))
		.map_err(|error| QueryError::incompatible(name, error))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn answer_should_be_unwrapped_and_a_refusal_be_none() {
		let answer = Ok::<_, u8>(vec![7_u8, 8]).encode();
		assert_eq!(unwrap_answer(&answer), Some(vec![7, 8]));
		assert_eq!(unwrap_answer(&Err::<Vec<u8>, _>(2_u8).encode()), None);
		assert_eq!(unwrap_answer(&[]), None);
		// A length that the bytes do not fill.
		assert_eq!(unwrap_answer(&[0, 8, 1]), None);
	}
}
