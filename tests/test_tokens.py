"""The colours of the screen: readable (WCAG 2.2 AA), and zone classes apart for every kind of eye.

Colour blindness: Machado, Oliveira and Fernandes 2009, severity 1, in linear RGB. Difference: CIE76 in L*a*b*.
"""

import itertools

import numpy as np
import pytest

from layers.style import THEMES, read_tokens

ZONES = ("sealed", "like", "controlled", "precaution", "navy", "slate", "mist", "post")
EYES = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
STATES = ("danger", "warn", "ok", "info")
TEXT = [
    *itertools.product(("ink", "ink-2", "ink-3", "accent"), ("surface", "surface-2", "bg")),
    *[(state, ground) for state in STATES for ground in (f"{state}-soft", "surface")],
    ("ink", "surface-3"), ("ink-2", "surface-3"), ("on-accent", "accent"), ("accent", "accent-soft"),
    ("ink", "accent-soft"), ("site-on", "site-plate"), ("m-label", "m-road"), ("m-elabel", "m-blk"),
    *[(f"zone-{zone}-on", f"zone-{zone}-solid") for zone in ZONES],
]  # fmt: skip
MARKS = [("focus", "surface"), ("line-control", "surface"), ("m-wlabel", "m-water")]
MARKS += [(f"zone-{zone}-line", "m-land") for zone in ZONES]


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (MARKS, 3.0)], ids=["text", "marks"])
def test_contrast(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = read_tokens()[theme]
    assert [(a, b) for a, b in pairs if contrast(tokens[a], tokens[b]) < least] == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_classes_are_told_apart(theme: str, eye: str) -> None:
    tokens = read_tokens()[theme]
    seen = {zone: lab(np.array(EYES[eye]) @ linear(tokens[f"zone-{zone}-solid"])) for zone in ZONES}
    near = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in itertools.combinations(ZONES, 2)}
    assert min(near.values()) >= 20


@pytest.mark.parametrize("theme", THEMES)
def test_risk_steps_are_even(theme: str) -> None:
    tokens = read_tokens()[theme]
    steps = np.diff([lab(linear(tokens[f"risk-{k}"]))[0] for k in (1, 2, 3, 4)])
    assert (np.sign(steps) == np.sign(steps[0])).all()
    assert max(abs(steps)) < 1.6 * min(abs(steps))
