# SPDX-License-Identifier: Apache-2.0
"""Breast cancer: 30 features as bytes at the client, one integer combination at the worker."""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from . import data, export

SEED = 1618
# Bytes for inputs and weights: four bits would do, and cost the same.
INPUT_MAX = 127
WEIGHT_MAX = 127
# What is tried; the validation part decides.
CANDIDATES_C = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
# Standard deviations beyond which a feature saturates; of them too the validation part decides.
CANDIDATES_CLIP = [3.0, 4.0, 6.0]
ENCODER_WEIGHT_SCALE = 1 << 20
ACCURACY_MIN = 0.93


def main(folder, log):
    cancer = load_breast_cancer()
    parts = data.split(cancer.data, cancer.target, SEED)
    mean, deviation = parts.train.inputs.mean(axis=0), parts.train.inputs.std(axis=0)
    best = None
    for strength in CANDIDATES_C:
        model = LogisticRegression(C=strength, max_iter=5000)
        model.fit((parts.train.inputs - mean) / deviation, parts.train.labels)
        for clip in CANDIDATES_CLIP:
            head = quantise(model, clip)
            encoder = make_encoder(mean, deviation, clip)
            score = float((predict(head, encode(encoder, parts.validation.inputs))
                           == parts.validation.labels).mean())
            log(f"validation {score:.4f}: C {strength}, clip {clip}")
            if best is None or score > best[0]:
                best = (score, head, encoder, model)
    _, head, encoder, model = best
    standard = (parts.test.inputs - mean) / deviation
    correct_float = int((model.predict(standard) == parts.test.labels).sum())
    write(folder, head, encoder, parts, correct_float, log)


def quantise(model, clip):
    """Weights as bytes, and the bias in the unit of their products with inputs."""
    weights = model.coef_[0]
    scale = WEIGHT_MAX / np.abs(weights).max()
    bias = model.intercept_[0] * scale * INPUT_MAX / clip
    return np.rint(weights * scale), np.rint(bias)


def make_encoder(mean, deviation, clip):
    """One multiplication and one addition a feature, with numbers that every reader has alike."""
    factor = np.rint(ENCODER_WEIGHT_SCALE / deviation / clip)
    return factor, np.rint(-mean / deviation / clip * ENCODER_WEIGHT_SCALE)


def encode(encoder, raw):
    factor, offset = encoder
    values = (raw * factor + offset) / ENCODER_WEIGHT_SCALE
    return np.rint(np.clip(values, -1, 1) * INPUT_MAX)


def logits(head, inputs):
    weights, bias = head
    return inputs @ weights + bias


def predict(head, inputs):
    return (logits(head, inputs) > 0).astype(int)


def write(folder, head, encoder, parts, correct_float, log):
    inputs = encode(encoder, parts.test.inputs)
    accuracies = {
        "samples": len(parts.test.labels),
        "correct_float": correct_float,
        "correct_integer": int((predict(head, inputs) == parts.test.labels).sum()),
    }
    log(f"test: {accuracies}")
    share = accuracies["correct_integer"] / len(parts.test.labels)
    assert share >= ACCURACY_MIN, "the accuracy is too low"
    weights, bias = head
    calibration = logits(head, encode(encoder, parts.before_test.inputs))
    content = {"output": export.layer([weights], [bias])}
    described = export.head(
        "linear", content, input_max=INPUT_MAX, calibration=calibration, accuracy=accuracies
    )
    export.write_json(folder / "head.json", described)
    factor, offset = encoder
    export.write_json(
        folder / "encoder.json",
        {
            "format": "r1-edil-scaler",
            "version": 1,
            "weight_scale": ENCODER_WEIGHT_SCALE,
            "output_max": INPUT_MAX,
            "factors": export.integers(factor),
            "offsets": export.integers(offset),
        },
    )
    raw = parts.test.inputs.tolist()
    values = logits(head, inputs)[:, None]
    export.write_json(
        folder / "vectors.json", export.vectors(inputs, parts.test.labels, values, raw)
    )
