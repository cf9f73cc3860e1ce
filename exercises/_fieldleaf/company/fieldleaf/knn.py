"""k nearest neighbours: a leaf is what most of the k leaves that resemble it are."""
from math import dist


def votes(rows, numbers, k):
    """How many of the k nearest rows belong to each species. A row is (species, numbers)."""
    nearest = sorted((dist(known, numbers), species) for species, known in rows)[:k]
    count = {}
    for _, species in nearest:
        count[species] = count.get(species, 0) + 1
    return count


def winner(count):
    """The species with most votes; of equals, the first in the alphabet."""
    return min(count, key=lambda species: (-count[species], species))
