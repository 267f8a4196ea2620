# SPDX-License-Identifier: Apache-2.0
"""Trains one of the models into a folder: `python -m edil_train digits FOLDER`."""

import os
import sys
from pathlib import Path

# With several threads sums are of another order, and two runs of other bytes. It counts only before
# numpy is imported.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

from . import breast_cancer, digits  # noqa: E402

MODELS = {"breast-cancer": breast_cancer, "digits": digits}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in MODELS:
        sys.exit(f"usage: python -m edil_train {{{'|'.join(MODELS)}}} FOLDER")
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    MODELS[sys.argv[1]].main(folder, print)


if __name__ == "__main__":
    main()
