"""Lines broken at spaces."""


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters; a word longer than a line is cut hard.

    At least one line. Breaks stand at plain spaces only: U+00A0 holds a sum and its currency together.
    """
    lines = [""]
    for word in text.split(" "):
        if word:
            _add(lines, word, width)
    return lines


def _add(lines: list[str], word: str, width: int) -> None:
    joined = f"{lines[-1]} {word}" if lines[-1] else word
    if len(joined) <= width:
        lines[-1] = joined
        return
    if lines[-1]:
        lines.append("")
    pieces = [word[start : start + width] for start in range(0, len(word), width)]
    lines[-1:] = pieces
