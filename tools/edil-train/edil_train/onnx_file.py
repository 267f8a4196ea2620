# SPDX-License-Identifier: Apache-2.0
"""The encoder as ONNX, for runtimes other than ours."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

# The newest that every runtime in use here is tested with.
OPSET = 17
IR_VERSION = 8
# Floats of 32 bits round some values that lie between two integers to the other one.
DIFFERENT_MAX = 0.001


def check(model, raw, latents):
    """Whether the file computes what was exported."""
    (found,) = ReferenceEvaluator(model).run(["latents"], {"raw": raw.astype(np.float32)})
    different = float((found != latents).mean())
    assert different <= DIFFERENT_MAX, f"{different:.4f} of the file's latents are others"


def write(path, encoder, weight_scale, input_max, shape, raw, latents):
    constants = {"input_max": np.array(input_max), "output_max": np.array(shape.input_max)}
    nodes = [helper.make_node("Div", ["raw", "input_max"], ["values_0"])]
    for index, (weights, biases, _) in enumerate(encoder):
        constants[f"weights_{index}"] = weights.T / weight_scale
        constants[f"biases_{index}"] = biases / weight_scale
        names = [f"values_{index}", f"weights_{index}", f"biases_{index}"]
        nodes.append(helper.make_node("Gemm", names, [f"sums_{index}"]))
        nodes.append(helper.make_node("Tanh", [f"sums_{index}"], [f"values_{index + 1}"]))
    last = f"values_{len(encoder)}"
    nodes.append(helper.make_node("Mul", [last, "output_max"], ["scaled"]))
    nodes.append(helper.make_node("Round", ["scaled"], ["latents"]))
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info("raw", TensorProto.FLOAT, ["N", shape.raw])],
        [helper.make_tensor_value_info("latents", TensorProto.FLOAT, ["N", shape.latent])],
        [numpy_helper.from_array(v.astype(np.float32), name) for name, v in constants.items()],
    )
    model = helper.make_model(
        graph,
        producer_name="ratio1",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    onnx.checker.check_model(model, full_check=True)
    check(model, raw, latents)
    path.write_bytes(model.SerializeToString())
