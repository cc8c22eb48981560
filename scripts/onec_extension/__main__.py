"""The dump's XML from the table in `objects.py`: `scripts/onec-extension` writes it, `--check` compares."""

import sys
from pathlib import Path

from dump import files

EXTENSION = Path(__file__).parents[2] / "adapters/registers/onec_retail/extension"


def main(*, check: bool) -> int:
    wrong = []
    for name, text in files().items():
        path = EXTENSION / name
        content = b"\xef\xbb\xbf" + text.encode()
        if path.is_file() and path.read_bytes() == content:
            continue
        wrong.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for name in wrong:
        print(f"{'differs' if check else 'written'}: {name}")
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
