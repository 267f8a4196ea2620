# SPDX-License-Identifier: Apache-2.0
"""Trains models for encrypted inference: what stays with the client, and integer heads."""
