"""How good a model is: for every species, how many of its leaves it recognises."""


def confusion(pairs):
    """Counts (true species, told species) pairs: true species -> told species -> how often."""
    table = {}
    for true, told in pairs:
        row = table.setdefault(true, {})
        row[told] = row.get(told, 0) + 1
    return table


def recalls(table):
    """For every true species, the share of its photos that were recognised."""
    return {true: row.get(true, 0) / sum(row.values()) for true, row in table.items()}


def balanced_accuracy(table):
    """The mean of the recalls: every species counts the same, however rare it is. Guessing one of six gives 0.17."""
    shares = recalls(table).values()
    return sum(shares) / len(shares)
