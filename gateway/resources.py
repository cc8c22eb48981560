"""Files that come with the gateway: in a wheel under `gateway/_data`, in a checkout beside the package."""

from pathlib import Path


def shipped(name: str) -> Path:
    """The folder `receipt_templates` or `config` as it was shipped."""
    package = Path(__file__).parent
    bundled = package / "_data" / name
    return bundled if bundled.is_dir() else package.parent / name
