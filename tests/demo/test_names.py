"""Demo people are made up: none bears the name of somebody widely known."""

from itertools import product

from incentives.demo.names import (
    HAN_FEMALE,
    HAN_MALE,
    HAN_SURNAMES,
    KNOWN,
    TIBETAN_FEMALE,
    TIBETAN_FIRST,
    TIBETAN_MALE,
    Names,
)


class EveryDraw:
    """Draws what it is told to."""

    def __init__(self, male: bool, parts: list[str]) -> None:
        self.male = male
        self.parts = parts

    def random(self) -> float:
        return 0.0 if self.male else 0.9

    def choice(self, offered) -> str:
        part = self.parts.pop(0)
        assert part in offered
        return part


def every_name() -> list[str]:
    names = []
    for male, givens in ((True, HAN_MALE), (False, HAN_FEMALE)):
        for surname, given in product(HAN_SURNAMES, givens):
            names.append(Names(EveryDraw(male, [given])).compose(surname))
    for male, seconds in ((True, TIBETAN_MALE), (False, TIBETAN_FEMALE)):
        for first, second in product(TIBETAN_FIRST, seconds):
            if first != second:
                names.append(Names(EveryDraw(male, [first, second])).compose(None))
    return names


def test_nobody_in_the_demo_bears_a_widely_known_name():
    made = every_name()
    assert "周永康" not in made
    assert not set(KNOWN) & set(made)
    # What stands in is nobody else's, so each other draw of the demo stays what it was.
    assert set(KNOWN.values()) <= set(made)
    assert len(made) == len(set(made))
