"""The folder of slip templates: all compiled and tried at start, so that a broken one never meets a customer."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Template, TemplateSyntaxError

from gateway.domain.slip import Slip
from gateway.domain.slip_data import SlipData
from gateway.domain.slip_layout import lay_out
from gateway.errors import TemplateError
from gateway.slips.directives import DirectiveError, directive, element, read
from gateway.slips.sample import samples
from gateway.slips.sandbox import SlipEnvironment

MAX_OUTPUT = 8192  # characters: more than a metre of paper
WIDTHS = (32, 42, 48)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_TAGS_BEFORE = re.compile(r"^(\s*\{%.*?%\})*\s*")


class Templates:
    """Templates of one folder, by file name without `.txt`."""

    def __init__(self, folder: Path) -> None:
        """Raises TemplateError when the folder has none, or one of them is broken: file, line and reason."""
        self._folder = folder
        self._environment = SlipEnvironment()
        self._templates = self._load()

    @property
    def names(self) -> tuple[str, ...]:
        """Names for `render`, sorted."""
        return tuple(sorted(self._templates))

    def render(self, name: str, data: SlipData) -> Slip:
        """The slip of template `name`; empty when the template has nothing to say. Raises TemplateError."""
        if name not in self._templates:
            raise TemplateError(f"no slip template {name!r}; there are {', '.join(self.names)}")
        return _render(self._templates[name], data)

    def reload(self) -> None:
        """Read the folder again. Raises TemplateError and keeps the old set if any template is broken."""
        self._templates = self._load()

    def _load(self) -> dict[str, Template]:
        paths = sorted(self._folder.glob("*.txt"))
        if not paths:
            raise TemplateError(f"no slip templates (*.txt) in {self._folder}")
        return {path.stem: self._compile(path) for path in paths}

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


def _source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # Notepad writes a mark at the beginning
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error
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
    for data in samples():
        slip = _render(template, data)
        for columns in WIDTHS:
            lay_out(slip, columns=columns)


def _render(template: Template, data: SlipData) -> Slip:
    try:
        return read(_text(template, data))
    except DirectiveError as error:
        raise TemplateError(f"{template.filename}: printed line {error.line}: {error}") from error
    except TemplateError:
        raise
    except Exception as error:  # whatever an expression of the template raises is the template's fault
        raise TemplateError(f"{template.filename}{_line_of(error, template)}: {error}") from error


def _text(template: Template, data: SlipData) -> str:
    text = ""
    for piece in template.generate({field: getattr(data, field) for field in data.__struct_fields__}):
        text += piece
        if len(text) > MAX_OUTPUT:
            raise TemplateError(f"{template.filename}: the slip is longer than {MAX_OUTPUT} characters")
    return text


def _line_of(error: Exception, template: Template) -> str:
    """Jinja2 rewrites tracebacks to the template's own lines."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == template.filename
    ]
    return f":{lines[-1]}" if lines else ""
