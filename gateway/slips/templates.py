"""The folder of slip templates: all compiled and tried at start, so that a broken one never meets a customer."""

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from jinja2 import Template, TemplateSyntaxError
from msgspec.structs import asdict

from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipData
from gateway.errors import TemplateError
from gateway.slips.directives import DirectiveError, directive, element, read
from gateway.slips.sample import samples
from gateway.slips.sandbox import SlipEnvironment

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_TAGS_BEFORE = re.compile(r"^(\s*\{%.*?%\})*\s*")


Stamp = tuple[int, int]
"""When a file was written, in nanoseconds, and its size: what tells that it is another."""

Made = Callable[[], Template]
"""Compiles a template and tries it, once. Raises `TemplateError`."""


class Templates:
    """Templates by file name without `.txt`; of two with the same name the one in the later folder counts."""

    def __init__(self, *folders: Path, believed: Path | None = None) -> None:
        """Raises TemplateError when a folder has none, or one of them is broken: file, line and reason.

        `believed` is a folder whose templates were tried before: they are made by the first `reload`, or slip.
        """
        self._folders = folders
        self._environment = SlipEnvironment()
        self._known: dict[Path, tuple[Stamp, Made]] = {}
        self._templates: dict[str, Made] = {}
        self._take(self._look(), believed)

    @property
    def names(self) -> tuple[str, ...]:
        """Names for `render`, sorted."""
        return tuple(sorted(self._templates))

    def render(self, name: str, data: SlipData) -> Slip:
        """The slip of template `name`; empty when the template has nothing to say. Raises TemplateError."""
        if name not in self._templates:
            raise TemplateError(f"нет шаблона {name!r}; есть {', '.join(self.names)}")
        return _render(self._templates[name](), data)

    def reload(self) -> bool:
        """Take over what has changed on disk; False when nothing has. One thread at a time.

        Raises TemplateError and keeps the old set if any template is broken.
        """
        stamps = self._look()
        changed = stamps != {path: stamp for path, (stamp, _) in self._known.items()}
        self._take(stamps)
        return changed

    def _take(self, stamps: Mapping[Path, Stamp], believed: Path | None = None) -> None:
        known = {path: (stamp, self._made(path, stamp)) for path, stamp in stamps.items()}
        for path, (_, made) in known.items():
            if path.parent != believed:
                made()
        self._known = known
        self._templates = {path.stem: made for path, (_, made) in known.items()}

    def _look(self) -> dict[Path, Stamp]:
        found: dict[Path, Stamp] = {}
        for folder in self._folders:
            paths = sorted(folder.glob("*.txt"))
            if not paths:
                raise TemplateError(f"нет шаблонов (*.txt) в папке {folder}")
            found |= {path: _stamp(path) for path in paths}
        return found

    def _made(self, path: Path, stamp: Stamp) -> Made:
        """Only what has changed is compiled and tried again."""
        known = self._known.get(path)
        return known[1] if known and known[0] == stamp else cache(partial(self._compile, path))

    def _compile(self, path: Path) -> Template:
        source = _source(path)
        _check_directives(path, source)
        try:
            code = self._environment.compile(source, path.stem, str(path))
        except TemplateSyntaxError as error:
            raise TemplateError(f"{path}:{error.lineno}: {error.message}") from error
        template = Template.from_code(self._environment, code, self._environment.make_globals(None))
        _try_out(template)
        return template


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError as error:  # gone between the listing and now: an editor at work
        raise TemplateError(f"{path}: {error.strerror}") from error
    return status.st_mtime_ns, status.st_size


def _source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # Notepad writes a mark at the beginning
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError(f"{path}:{line}: не UTF-8; сохраните файл в UTF-8") from error
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}") from error


def _check_directives(path: Path, source: str) -> None:
    """The words of all lines, in branches that no sample enters too. Arguments only where they are fixed."""
    for number, line in _lines(source):
        if not line.startswith("@") or line.startswith("@@"):
            continue
        try:
            if "{" in line:
                directive(re.split(r"[ {]", line[1:], maxsplit=1)[0])
            else:
                element(line)
        except ValueError as error:
            raise TemplateError(f"{path}:{number}: {error}") from error


def _lines(source: str) -> Iterator[tuple[int, str]]:
    without_comments = _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), source)
    for number, line in enumerate(without_comments.split("\n"), start=1):
        yield number, _TAGS_BEFORE.sub("", line).rstrip()


def _try_out(template: Template) -> None:
    """Whatever is read as a slip has a place on any paper: that is not tried here again."""
    for data in samples():
        _render(template, data)


def _render(template: Template, data: SlipData) -> Slip:
    try:
        return read(template.render(asdict(data)))
    except DirectiveError as error:
        raise TemplateError(f"{template.filename}: строка слипа {error.line}: {error}") from error
    except Exception as error:  # whatever an expression of the template raises is the template's fault
        raise TemplateError(f"{template.filename}{_line_of(error, template)}: {error}") from error


def _line_of(error: Exception, template: Template) -> str:
    """Jinja2 rewrites tracebacks to the template's own lines."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == template.filename
    ]
    return f":{lines[-1]}" if lines else ""
