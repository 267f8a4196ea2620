# SPDX-License-Identifier: Apache-2.0
"""Writes the digits that scikit-learn bundles, a row of 65 bytes each: 64 pixels of 0 to 16, and the
label. Usage: `python digits.py FILE`.

Rows are in the order of the data set, whose parts were written by different people: the first 80 %
train and the last 20 % test, so the test is of hands that nobody trained on.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python digits.py FILE")
    pixels, labels = load_digits(return_X_y=True)
    rows = np.column_stack([pixels, labels])
    if rows.min() < 0 or rows.max() > 16 or not np.array_equal(rows, rows.round()):
        sys.exit("the data set is not what it was: pixels are not whole numbers of 0 to 16")
    Path(sys.argv[1]).write_bytes(rows.astype(np.uint8).tobytes())


if __name__ == "__main__":
    main()
