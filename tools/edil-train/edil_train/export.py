# SPDX-License-Identifier: Apache-2.0
"""The files that training leaves: what the compiler in `r1-edil-client` reads, and test vectors."""

import json

import numpy as np


def write_json(path, value):
    """One key or row a line, so that a change can be read as a diff."""
    path.write_text(render(value, 0) + "\n")


def render(value, depth):
    tabs = "\t" * (depth + 1)
    if isinstance(value, dict):
        lines = [f"{tabs}{json.dumps(key)}: {render(one, depth + 1)}" for key, one in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + "\t" * depth + "}"
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        rows = [tabs + json.dumps(row, separators=(",", ":")) for row in value]
        return "[\n" + ",\n".join(rows) + "\n" + "\t" * depth + "]"
    return json.dumps(value, separators=(",", ":"))


def integers(array):
    """Whole numbers, as JSON has them."""
    array = np.asarray(array)
    assert np.array_equal(array, np.rint(array)), "only whole numbers are exported"
    return array.astype(int).tolist()


def layer(weights, biases):
    """`weights` has a row for each output."""
    return {"weights": integers(weights), "biases": integers(biases)}


def head(kind, content, *, input_max, calibration, accuracy):
    return {
        "format": "r1-edil-head",
        "version": 1,
        "kind": kind,
        "input_max": input_max,
        **content,
        "calibration": {
            "samples": len(calibration),
            "accumulator_min": int(calibration.min()),
            "accumulator_max": int(calibration.max()),
        },
        "accuracy": accuracy,
    }


def encoder(layers, *, input_scale, output_max, weight_scale):
    """A dense encoder: each layer is a matrix, a bias and what is applied to the result.

    Weights are whole numbers of `1 / weight_scale`, so that every reader has the same ones.
    """
    return {
        "format": "r1-edil-encoder",
        "version": 1,
        "input_scale": input_scale,
        "weight_scale": weight_scale,
        "output_max": output_max,
        "layers": [
            {"activation": activation, **layer(weights, biases)}
            for weights, biases, activation in layers
        ],
    }


def write_encoder(path, value):
    """As `write_json`, but rows of matrices are lines too."""
    layers = value.pop("layers")
    text = render(value, 0)[:-2] + ',\n\t"layers": [\n'
    blocks = ["\t\t" + render(one, 2) for one in layers]
    path.write_text(text + ",\n".join(blocks) + "\n\t]\n}\n")


def vectors(inputs, labels, logits, raw):
    """Integers of test samples with what comes of them; `raw` is what the encoder made them of."""
    return {
        "format": "r1-edil-vectors",
        "version": 1,
        "labels": integers(labels),
        "raw": raw,
        "inputs": integers(inputs),
        "logits": integers(logits),
    }
