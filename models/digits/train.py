# SPDX-License-Identifier: Apache-2.0
"""Trains the digits classifier, exports it as ONNX and checks the export against ONNX Runtime.

Writes three files beside this script:

- digits.onnx: the model; float32 `image` [N, 64] in, float32 `probabilities` [N, 10] out.
- held-out.json: every image that training never saw, its true label, and the measured accuracy.
- vectors.json: what ONNX Runtime answers for a few of them, to test other runtimes against.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

HERE = Path(__file__).resolve().parent

# One seed for the split, the initial weights and the order of the batches.
SEED = 1618
# A fifth of the data; 360 images bound the error of the measured accuracy to about one point.
HELD_OUT_SHARE = 0.2
# In 5-fold cross-validation on the training part 32, 64 and 128 units are within 0.3 points of each
# other, so the smallest is taken.
HIDDEN_UNITS = 32
# Pixels of the data set are whole numbers from 0 to 16.
PIXEL_MAX = 16.0
# Opset 17 and IR version 8 are the newest that every runtime in use here is tested with.
OPSET = 17
IR_VERSION = 8
VECTORS = 8
ACCURACY_MIN = 0.97


def main():
    digits = load_digits()
    train_images, test_images, train_labels, test_labels = train_test_split(
        digits.data.astype(np.float32),
        digits.target,
        test_size=HELD_OUT_SHARE,
        random_state=SEED,
        stratify=digits.target,
    )

    classifier = train(train_images, train_labels)
    model = export(classifier)
    (HERE / "digits.onnx").write_bytes(model)

    # The accuracy is that of the exported file in a real runtime, not that of the training code.
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(["probabilities"], {"image": test_images})
    assert np.allclose(
        probabilities, classifier.predict_proba(test_images / PIXEL_MAX), atol=1e-4
    ), "the exported graph does not compute what was trained"

    correct = int((probabilities.argmax(axis=1) == test_labels).sum())
    accuracy = correct / len(test_labels)
    assert accuracy >= ACCURACY_MIN, f"accuracy {accuracy:.4f} is below {ACCURACY_MIN}"

    write_held_out(test_images, test_labels, correct)
    write_vectors(test_images[:VECTORS], probabilities[:VECTORS])
    print(f"trained on {len(train_labels)} images, held out {len(test_labels)}")
    print(f"digits.onnx: {len(model)} bytes")
    print(f"held-out accuracy: {correct} of {len(test_labels)} = {accuracy:.4f}")


def train(images, labels):
    """A single hidden layer, trained until the loss stops falling."""
    classifier = MLPClassifier(
        hidden_layer_sizes=(HIDDEN_UNITS,),
        activation="relu",
        alpha=1e-2,
        batch_size=64,
        learning_rate_init=2e-3,
        max_iter=1000,
        random_state=SEED,
    )
    return classifier.fit(images / PIXEL_MAX, labels)


def export(classifier):
    """The trained weights as an ONNX graph, scaling of the pixels included."""
    hidden_weights, output_weights = classifier.coefs_
    hidden_bias, output_bias = classifier.intercepts_
    weights = {
        "pixel_max": np.array(PIXEL_MAX),
        "hidden_weights": hidden_weights,
        "hidden_bias": hidden_bias,
        "output_weights": output_weights,
        "output_bias": output_bias,
    }
    nodes = [
        helper.make_node("Div", ["image", "pixel_max"], ["scaled"]),
        helper.make_node("Gemm", ["scaled", "hidden_weights", "hidden_bias"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["activated"]),
        helper.make_node("Gemm", ["activated", "output_weights", "output_bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 64])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(w.astype(np.float32), name) for name, w in weights.items()],
    )
    model = helper.make_model(
        graph,
        producer_name="ratio1",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def write_held_out(images, labels, correct):
    """One image a line, so that a change of the split can be read as a diff."""
    header = json.dumps({"correct": correct, "total": len(labels), "pixel_max": PIXEL_MAX})[1:-1]
    records = ",\n".join(
        json.dumps({"label": int(label), "image": [int(p) for p in image]}, separators=(",", ":"))
        for image, label in zip(images, labels, strict=True)
    )
    (HERE / "held-out.json").write_text(f'{{{header}, "examples": [\n{records}\n]}}\n')


def write_vectors(images, probabilities):
    records = ",\n".join(
        json.dumps({"image": [int(p) for p in image], "probabilities": [float(p) for p in row]})
        for image, row in zip(images, probabilities, strict=True)
    )
    (HERE / "vectors.json").write_text(f'{{"examples": [\n{records}\n]}}\n')


if __name__ == "__main__":
    main()
