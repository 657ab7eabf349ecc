"""A text as the template check reads it: however it is spaced, punctuated, written wide or old.

Each letter keeps its place in what was typed, so that a committee is shown its own words.
"""

import re
import unicodedata
from dataclasses import dataclass

from incentives.texts import simplified

SPACE = " "
SINGLE_LETTERS = re.compile(r"(?<![a-z])[a-z](?: [a-z]){2,}(?![a-z])")
# U+0300 to U+036F: accents over Latin letters. Tibetan's vowel signs are marks too, and stay.
FIRST_ACCENT, LAST_ACCENT = "\u0300", "\u036f"


@dataclass(frozen=True)
class Plain:
    """A text made plain; `places[n]` is where its letter n stands in `typed`."""

    typed: str
    text: str
    places: tuple[int, ...]

    def as_typed(self, start: int, end: int) -> str:
        """The piece of what was typed that these letters came from."""
        return self.typed[self.places[start] : self.places[end - 1] + 1].strip()


def plain(typed: str) -> Plain:
    """The text in small letters, simplified, half-width, without accents and punctuation.

    One space stands between Latin words; beside a letter of another script none does, as Chinese
    and Tibetan words run through. Latin letters that stand apart one by one are put together.
    """
    letters = [
        (letter, place)
        for place, symbol in enumerate(typed)
        for letter in letters_of(symbol)
        if letter
    ]
    return join_single_letters(typed, close_up(letters))


def letters_of(symbol: str) -> str:
    """What one typed character is read as: letters, a space for what parts words, or nothing."""
    if unicodedata.category(symbol) == "Cf":
        return ""  # zero-width spaces and the like part nothing that an eye sees
    found = ""
    for letter in unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", symbol)).casefold():
        if FIRST_ACCENT <= letter <= LAST_ACCENT:
            continue
        kept = unicodedata.category(letter)[0] in "LNM"
        found += simplified().get(ord(letter), letter) if kept else SPACE
    return found


def close_up(letters: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """One space between Latin words, and none elsewhere."""
    kept: list[tuple[str, int]] = []
    for place, (letter, at) in enumerate(letters):
        if letter == SPACE:
            before = kept[-1][0] if kept else SPACE
            after = next((each for each, _at in letters[place:] if each != SPACE), SPACE)
            if not (is_latin(before) and is_latin(after)):
                continue
        kept.append((letter, at))
    return kept


def is_latin(letter: str) -> bool:
    """Whether words are parted by spaces in this letter's script: ASCII, as all is plain by now."""
    return letter.isascii() and letter != SPACE


def join_single_letters(typed: str, letters: list[tuple[str, int]]) -> Plain:
    """`p r a y` is read as `pray`."""
    text = "".join(letter for letter, _at in letters)
    dropped = {
        place
        for found in SINGLE_LETTERS.finditer(text)
        for place in range(found.start(), found.end())
        if text[place] == SPACE
    }
    kept = [pair for place, pair in enumerate(letters) if place not in dropped]
    return Plain(typed, "".join(letter for letter, _at in kept), tuple(at for _l, at in kept))
