// SPDX-License-Identifier: Apache-2.0

//! Makes ONNX files of a few nodes.

use prost::Message;
use tract_onnx::pb::{
	GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
	TypeProto, ValueInfoProto,
	tensor_proto::DataType,
	tensor_shape_proto::{Dimension, dimension::Value as DimensionValue},
	type_proto,
};

/// A dimension in a test model: a size, or a name for one that requests choose.
pub(super) enum Size {
	Fixed(i64),
	Named(&'static str),
	Nameless,
}

/// Collects the parts of a model.
#[derive(Default)]
pub(super) struct ModelBuilder {
	graph: GraphProto,
}

impl ModelBuilder {
	pub(super) fn input(mut self, name: &str, datatype: DataType, shape: &[Size]) -> Self {
		self.graph.input.push(value_info(name, datatype, shape));
		self
	}

	pub(super) fn output(mut self, name: &str, datatype: DataType, shape: &[Size]) -> Self {
		self.graph.output.push(value_info(name, datatype, shape));
		self
	}

	pub(super) fn node(mut self, operator: &str, inputs: &[&str], output: &str) -> Self {
		self.graph.node.push(NodeProto {
			input: inputs.iter().map(|input| (*input).to_owned()).collect(),
			output: vec![output.to_owned()],
			name: output.to_owned(),
			op_type: operator.to_owned(),
			..NodeProto::default()
		});
		self
	}

	pub(super) fn initializer(mut self, tensor: TensorProto) -> Self {
		self.graph.initializer.push(tensor);
		self
	}

	pub(super) fn build(mut self) -> Vec<u8> {
		self.graph.name = "test".to_owned();
		let opset = OperatorSetIdProto { domain: String::new(), version: 17 };
		ModelProto {
			ir_version: 8,
			opset_import: vec![opset],
			graph: Some(self.graph),
			..ModelProto::default()
		}
		.encode_to_vec()
	}
}

/// `sum = left + right` on INT64 vectors of one length.
pub(super) fn addition() -> Vec<u8> {
	ModelBuilder::default()
		.input("left", DataType::Int64, &[Size::Named("N")])
		.input("right", DataType::Int64, &[Size::Named("N")])
		.output("sum", DataType::Int64, &[Size::Named("N")])
		.node("Add", &["left", "right"], "sum")
		.build()
}

/// `table[i][j] = column[i] + row[j]`: the output is much larger than the inputs.
pub(super) fn outer_sum() -> Vec<u8> {
	ModelBuilder::default()
		.input("column", DataType::Float, &[Size::Named("N"), Size::Fixed(1)])
		.input("row", DataType::Float, &[Size::Fixed(1), Size::Named("M")])
		.output("table", DataType::Float, &[Size::Named("N"), Size::Named("M")])
		.node("Add", &["column", "row"], "table")
		.build()
}

fn value_info(name: &str, datatype: DataType, shape: &[Size]) -> ValueInfoProto {
	let dimension = |size: &Size| Dimension {
		value: match size {
			Size::Fixed(size) => Some(DimensionValue::DimValue(*size)),
			Size::Named(name) => Some(DimensionValue::DimParam((*name).to_owned())),
			Size::Nameless => None,
		},
		..Dimension::default()
	};
	let shape = TensorShapeProto { dim: shape.iter().map(dimension).collect() };
	let tensor = type_proto::Tensor { elem_type: datatype.into(), shape: Some(shape) };
	let value = Some(type_proto::Value::TensorType(tensor));
	ValueInfoProto {
		name: name.to_owned(),
		r#type: Some(TypeProto { value, ..TypeProto::default() }),
		..ValueInfoProto::default()
	}
}
