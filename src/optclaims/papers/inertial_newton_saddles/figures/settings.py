"""The settings and rivals that appear in several figures, each with its colour."""

from optclaims.style import COLORS

__all__ = ["COLOR", "label"]

COLOR = {
    "gradient descent": COLORS["blue"],
    "(0.5, 1)": COLORS["orange"],
    "(1, 1.1)": COLORS["green"],
    "(2, 0.1)": COLORS["red"],
    "(0.5, 2)": COLORS["purple"],
    "(0.5, 0.5)": COLORS["purple"],
    "heavy ball": COLORS["brown"],
    "Adam": COLORS["grey"],
    "(2, 1)": COLORS["sky"],
    "(1, 1.3)": COLORS["green"],
    "(0.3, 0.9)": COLORS["red"],
    "(2/t, 0.1)": COLORS["pink"],
    "(2/t, 1)": COLORS["purple"],
}


def label(setting: str) -> str:
    """Name a setting in a legend: INNA for pairs, the method itself otherwise.

    >>> label("(0.5, 1)"), label("Adam")
    ('INNA (0.5, 1)', 'Adam')
    """
    return f"INNA {setting}" if setting.startswith("(") else setting
