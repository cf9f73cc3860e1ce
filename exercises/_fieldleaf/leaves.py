"""Draws the leaves that stand in for photos: six species, 16 x 16 grey values.

Standard library only. Every random decision comes from `random.Random.random()`, the one sequence
that Python promises to keep between versions (https://docs.python.org/3/library/random.html, "Notes on reproducibility").
"""
import math
from random import Random

SIDE = 16
SPECIES = ('willow', 'linden', 'birch', 'oak', 'maple', 'ginkgo')
_ANGLES = 240


class Dice:
    """The few distributions that a drawing needs, all made of `random()`."""

    def __init__(self, seed):
        self._random = Random(seed).random

    def uniform(self, low, high):
        return low + (high - low) * self._random()

    def below(self, n):
        return int(self._random() * n)

    def chance(self, probability):
        return self._random() < probability

    def bell(self, spread):
        """Nearly Gaussian, by adding six uniform numbers: the same bits on every platform."""
        total = 0.0
        for _ in range(6):
            total += self._random()
        return (total - 3.0) * spread * 1.41421356

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


def _ellipse(t, width):
    return 1 / math.sqrt(math.cos(t) ** 2 + (math.sin(t) / width) ** 2)


def _notch(t, half_width, depth):
    """A cut at the stem, which is where |t| = pi."""
    away = math.pi - abs(t)
    return depth * (1 - away / half_width) if away < half_width else 0.0


# Each species gives the radius at the angle t (0 points to the tip) of one particular leaf:
# the dice are thrown once per leaf, so that leaves of a species differ as leaves do.

def _willow(dice):
    width = dice.uniform(0.20, 0.31)
    bend = dice.uniform(-0.10, 0.10)
    return lambda t: _ellipse(t, width) * (1 + bend * math.sin(2 * t))


def _linden(dice):
    width, heart, tip = dice.uniform(0.78, 0.98), dice.uniform(0.24, 0.44), dice.uniform(0.04, 0.16)
    return lambda t: _ellipse(t, width) * (0.82 - 0.10 * math.cos(t)) + tip * max(0.0, math.cos(t)) ** 8 - _notch(t, 0.55, heart)


def _birch(dice):
    slant, teeth = dice.uniform(1.15, 1.40), dice.uniform(0.03, 0.08)
    base = dice.uniform(0.02, 0.12)
    return lambda t: 0.94 / (abs(math.cos(t)) + slant * abs(math.sin(t))) + base * math.sin(t) ** 2 * (1 - math.cos(t)) + teeth * math.cos(11 * t)


def _oak(dice):
    width, lobes = dice.uniform(0.50, 0.63), dice.uniform(0.14, 0.22)
    count = 7 + 2 * dice.below(2)
    return lambda t: _ellipse(t, width) * (0.86 + lobes * math.cos(count * t))


def _maple(dice):
    depth, base = dice.uniform(0.34, 0.46), dice.uniform(0.52, 0.60)
    cut = dice.uniform(0.10, 0.26)
    return lambda t: base + depth * max(0.0, math.cos(2.5 * t)) ** 1.5 + 0.02 * math.cos(15 * t) - _notch(t, 0.35, cut)


def _ginkgo(dice):
    reach, cleft, foot = dice.uniform(1.95, 2.40), dice.uniform(0.10, 0.45), dice.uniform(0.14, 0.26)
    wave = dice.uniform(0.01, 0.05)

    def radius(t):
        a = abs(t)
        if a > reach:
            return foot
        return 0.94 - (cleft if a < 0.13 else 0.0) + wave * math.cos(13 * t) - 0.12 * max(0.0, a - 1.6)

    return radius


_OUTLINES = {'willow': _willow, 'linden': _linden, 'birch': _birch, 'oak': _oak, 'maple': _maple, 'ginkgo': _ginkgo}


def photo(species, dice):
    """One photo: rows of grey values, 0 black to 255 white. The leaf is darker than what it lies on."""
    outline = _OUTLINES[species](dice)
    radius = [outline(2 * math.pi * i / _ANGLES - math.pi) for i in range(_ANGLES)]
    turn, size, stretch = dice.uniform(-0.45, 0.45), dice.uniform(0.67, 1.0), dice.uniform(0.90, 1.10)
    ox, oy = dice.uniform(-0.6, 0.6), dice.uniform(-0.6, 0.6)
    exposure, light = dice.uniform(-45, 45), dice.uniform(-1.0, 1.0)
    leaf, ground = 92 + dice.uniform(-9, 9), 205 + dice.uniform(-7, 7)
    bite = None
    if dice.chance(0.08):  # an insect was here first
        angle, far = dice.uniform(-math.pi, math.pi), dice.uniform(0.45, 0.9)
        bite = (far * math.sin(angle), -far * math.cos(angle), dice.uniform(0.10, 0.22))
    cos, sin, half = math.cos(turn), math.sin(turn), SIDE / 2
    rows = []
    for y in range(SIDE):
        row = []
        for x in range(SIDE):
            inside = 0
            for dx in (0.25, 0.75):
                for dy in (0.25, 0.75):
                    px, py = (x + dx - half - ox) / (half * size), (y + dy - half - oy) / (half * size)
                    u, v = (px * cos - py * sin) * stretch, px * sin + py * cos
                    angle = math.atan2(u, -v)
                    if u * u + v * v > radius[int((angle + math.pi) * _ANGLES / (2 * math.pi)) % _ANGLES] ** 2:
                        continue
                    if bite and (u - bite[0]) ** 2 + (v - bite[1]) ** 2 < bite[2] ** 2:
                        continue
                    inside += 1
            share = inside / 4
            grey = leaf * share + ground * (1 - share) + exposure + light * (x - half) + dice.bell(8.5)
            row.append(max(0, min(255, round(grey))))
        rows.append(row)
    return rows


def pgm(rows):
    """The photo as a plain PGM file (P2): text that git can diff and an editor can open."""
    lines = [' '.join(f'{grey:3d}' for grey in row) for row in rows]
    return f'P2\n{SIDE} {SIDE}\n255\n' + '\n'.join(lines) + '\n'
