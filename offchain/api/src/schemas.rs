// SPDX-License-Identifier: Apache-2.0

//! Schemas of the types whose JSON is not what their fields would suggest.

use crate::{
	HexBytes,
	oip::{Datatype, InferTensor},
};
use std::borrow::Cow;
use utoipa::{
	PartialSchema, ToSchema,
	openapi::{
		Object, ObjectBuilder, Ref, RefOr, Type,
		schema::{ArrayBuilder, Schema},
	},
};

impl<const LENGTH: usize> PartialSchema for HexBytes<LENGTH> {
	fn schema() -> RefOr<Schema> {
		ObjectBuilder::new()
			.schema_type(Type::String)
			.description(Some(format!("{LENGTH} bytes")))
			.pattern(Some(format!("^0x[0-9a-fA-F]{{{}}}$", LENGTH * 2)))
			.into()
	}
}

impl<const LENGTH: usize> ToSchema for HexBytes<LENGTH> {
	fn name() -> Cow<'static, str> {
		format!("HexBytes{LENGTH}").into()
	}
}

impl PartialSchema for InferTensor {
	fn schema() -> RefOr<Schema> {
		let string = Object::with_type(Type::String);
		let sizes = ArrayBuilder::new()
			.items(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)));
		let elements = ArrayBuilder::new()
			.description(Some("Numbers or booleans, flat or nested as the shape says."))
			.items(Object::new());
		ObjectBuilder::new()
			.description(Some("A named tensor: its elements are of the datatype, and finite."))
			.property("name", string)
			.property("shape", sizes)
			.property("datatype", Ref::from_schema_name(<Datatype as ToSchema>::name()))
			.property("data", elements)
			.required("name")
			.required("shape")
			.required("datatype")
			.required("data")
			.into()
	}
}

impl ToSchema for InferTensor {
	fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
		schemas.push((<Datatype as ToSchema>::name().into(), Datatype::schema()));
	}
}
