# SPDX-License-Identifier: Apache-2.0
"""Quantisation-aware training of a domain auto-encoder and an integer head, together.

    raw --dense, tanh--> dense, tanh --round--> integers --W1--> accumulators
        --odd, saturating table--> integers --W2--> logits
             \\--dense--> raw again (the loss that keeps the latent of the domain)

The forward pass is that of the integers; gradients pass through roundings as if they were not
there (straight-through estimators). Weights are floats inside, and integers wherever they count.
"""

from dataclasses import dataclass

import numpy as np

# Adam's usual constants.
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Shape:
    raw: int
    encoder_hidden: int
    latent: int
    hidden: int
    classes: int
    # Largest magnitudes of what is an integer.
    input_max: int
    hidden_weight_max: int
    activation_max: int
    output_weight_max: int
    # What no accumulator may exceed, whatever the inputs are.
    accumulator_bound: int


@dataclass(frozen=True)
class Options:
    epochs: int
    batch: int = 64
    rate: float = 3e-3
    reconstruction: float = 0.5
    seed: int = 0


class Network:
    """Parameters as floats; `integers` are what is exported."""

    def __init__(self, shape, seed):
        random = np.random.default_rng(seed)

        def matrix(outputs, inputs):
            return random.normal(0, 1 / np.sqrt(inputs), (outputs, inputs))

        self.shape = shape
        self.parameters = {
            "encode_1": matrix(shape.encoder_hidden, shape.raw),
            "encode_1_bias": np.zeros(shape.encoder_hidden),
            "encode_2": matrix(shape.latent, shape.encoder_hidden),
            "encode_2_bias": np.zeros(shape.latent),
            "decode": matrix(shape.raw, shape.latent),
            "decode_bias": np.zeros(shape.raw),
            "hidden": random.normal(0, 0.6, (shape.hidden, shape.latent)),
            "output": random.normal(0, 1.0, (shape.classes, shape.hidden)),
            "output_bias": np.zeros(shape.classes),
            # How sure a difference of one logit is; it leaves no trace in the integers.
            "temperature": np.array(0.3),
        }

    def latents(self, raw):
        p = self.parameters
        first = np.tanh(raw @ p["encode_1"].T + p["encode_1_bias"])
        return first, np.tanh(first @ p["encode_2"].T + p["encode_2_bias"])

    def quantised(self, raw):
        return np.rint(self.latents(raw)[1] * self.shape.input_max)

    def hidden_weights(self):
        """Rounded, and with the smallest of a row taken out while its worst case is too large."""
        s = self.shape
        real = np.clip(self.parameters["hidden"], -s.hidden_weight_max, s.hidden_weight_max)
        rounded = np.rint(real)
        most = s.accumulator_bound // s.input_max
        for row, of in zip(rounded, real, strict=True):
            while np.abs(row).sum() > most:
                candidates = np.where(row != 0, np.abs(of), np.inf)
                least = int(candidates.argmin())
                row[least] -= np.sign(row[least])
        return rounded

    def output_weights(self):
        most = self.shape.output_weight_max
        return np.rint(np.clip(self.parameters["output"], -most, most))

    def output_biases(self):
        return np.rint(self.parameters["output_bias"])

    def activate(self, accumulators):
        most = self.shape.activation_max
        return np.clip(accumulators, -most, most)

    def logits(self, inputs):
        """Of integers, as a worker computes them."""
        neurons = self.activate(inputs @ self.hidden_weights().T)
        return neurons @ self.output_weights().T + self.output_biases()


def train(network, part, options):
    """Adam over shuffled batches, with a rate that falls to nothing."""
    random = np.random.default_rng(options.seed + 1)
    moments = {name: [np.zeros_like(v), np.zeros_like(v)] for name, v in network.parameters.items()}
    steps = options.epochs * -(-len(part.labels) // options.batch)
    step = 0
    for _ in range(options.epochs):
        order = random.permutation(len(part.labels))
        for start in range(0, len(order), options.batch):
            chosen = order[start : start + options.batch]
            step += 1
            gradients = backward(network, part.inputs[chosen], part.labels[chosen], options)
            rate = options.rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, gradient in gradients.items():
                first, second = moments[name]
                first += (1 - BETA_1) * (gradient - first)
                second += (1 - BETA_2) * (gradient**2 - second)
                change = first / (1 - BETA_1**step)
                change /= np.sqrt(second / (1 - BETA_2**step)) + EPSILON
                network.parameters[name] -= rate * change
    return network


def backward(network, raw, labels, options):
    s, p = network.shape, network.parameters
    count = len(labels)
    first, latent = network.latents(raw)
    inputs = np.rint(latent * s.input_max)
    weights, outputs = network.hidden_weights(), network.output_weights()
    accumulators = inputs @ weights.T
    neurons = network.activate(accumulators)
    temperature = p["temperature"]
    logits = neurons @ outputs.T + network.output_biases()
    scaled = logits * temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    likely = np.exp(scaled)
    likely /= likely.sum(axis=1, keepdims=True)
    rebuilt = latent @ p["decode"].T + p["decode_bias"]

    error = likely.copy()
    error[np.arange(count), labels] -= 1
    error /= count
    g = {"temperature": np.array((error * logits).sum())}
    error = error * temperature
    g["output"] = error.T @ neurons * (np.abs(p["output"]) <= s.output_weight_max + 0.5)
    g["output_bias"] = error.sum(axis=0)
    # Gradients die slowly where the table saturates, or a neuron that is there stays there.
    slope = np.where(np.abs(accumulators) <= s.activation_max + 0.5, 1.0, 0.05)
    of_accumulators = error @ outputs * slope
    g["hidden"] = of_accumulators.T @ inputs * (np.abs(p["hidden"]) <= s.hidden_weight_max + 0.5)
    of_latent = of_accumulators @ weights * s.input_max

    of_rebuilt = options.reconstruction * 2 * (rebuilt - raw) / rebuilt.size
    g["decode"] = of_rebuilt.T @ latent
    g["decode_bias"] = of_rebuilt.sum(axis=0)
    of_latent = (of_latent + of_rebuilt @ p["decode"]) * (1 - latent**2)
    g["encode_2"] = of_latent.T @ first
    g["encode_2_bias"] = of_latent.sum(axis=0)
    of_first = of_latent @ p["encode_2"] * (1 - first**2)
    g["encode_1"] = of_first.T @ raw
    g["encode_1_bias"] = of_first.sum(axis=0)
    return g


def accuracy(logits, labels):
    """The share of samples whose largest logit is that of their label; of equals, the first."""
    return float((logits.argmax(axis=1) == labels).mean())
