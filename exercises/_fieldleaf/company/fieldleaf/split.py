"""Parts of the labelled rows to learn from and to try out on, without touching test/."""
from random import Random


def folds(rows, count, seed=1):
    """Deals the rows into `count` parts, each with the same share of every species. Yields (the others, the part)."""
    draw = Random(seed).random
    by_species = {}
    for row in rows:
        by_species.setdefault(row[0], []).append(row)
    parts = [[] for _ in range(count)]
    turn = 0
    for species in sorted(by_species):
        for row in sorted(by_species[species], key=lambda _: draw()):
            parts[turn % count].append(row)
            turn += 1
    for part in parts:
        yield [row for other in parts if other is not part for row in other], part
