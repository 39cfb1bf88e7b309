"""Reads float32 tensors out of a safetensors file by mapping it into memory. It writes none and knows no other type.

The format: eight bytes with the length of a JSON header, the header, the numbers
(https://github.com/huggingface/safetensors).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from learnagent_memory.errors import StorageError
from learnagent_memory.reading import parse_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_HEADER = 1 << 20
"""Bytes; the header of a model of a hundred tensors takes eleven thousand."""


def read_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of a file by name, read-only; tensors of other types are left out.

    The pages are read when they are first used, and shared between processes. Raises StorageError for a
    damaged or unreadable file.
    """
    import numpy as np

    try:
        content = np.memmap(path, dtype=np.uint8, mode="r")
        return _tensors(content)
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror})", hint="open it to yourself") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path} is damaged ({error})", hint="delete it and run learnagent init") from error


def _tensors(content: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    length = int.from_bytes(content[:8].tobytes(), "little")
    if length > min(MAX_HEADER, len(content) - 8):
        raise ValueError("its header is longer than it may be")
    header = parse_json(content[8 : 8 + length].tobytes())
    if not isinstance(header, dict):
        raise ValueError("its header is no object")
    numbers = content[8 + length :]
    return {
        name: _tensor(numbers, entry["shape"], entry["data_offsets"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _tensor(numbers: NDArray[np.uint8], shape: list[int], offsets: list[int]) -> NDArray[np.float32]:
    start, end = offsets
    if not 0 <= start <= end <= len(numbers) or end - start != 4 * math.prod(shape):
        raise ValueError("a tensor lies outside the file")
    return numbers[start:end].view("<f4").reshape(shape)
