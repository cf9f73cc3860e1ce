"""Lists labelled photos that resemble photos with another label. A suspect is not yet wrong: look at it.

    python3 tools/suspects.py                  all of them, the most doubtful first
    python3 tools/suspects.py --source app     those from the app
    python3 tools/suspects.py --incoming       ask the photos in incoming/ too

Two photos resemble each other when their features have similar ranks, which needs no common unit.
"""
import argparse
import sys
from bisect import bisect_left
from math import dist
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fieldleaf.features import features  # noqa: E402
from fieldleaf.photos import read_labels, read_pgm  # noqa: E402

NEIGHBOURS = 7


def photos_of(file):
    path = ROOT / file
    return [(path.parent / row['photo'], row['species'], row.get('source', '')) for row in read_labels(path)]


def ranks(table):
    """Each number replaced by the share of its column that is smaller."""
    columns = [sorted(column) for column in zip(*table)]
    return [[bisect_left(column, number) / len(table) for column, number in zip(columns, row)] for row in table]


def main():
    parser = argparse.ArgumentParser(description='List labelled photos that resemble photos with another label.')
    parser.add_argument('--source', help='only photos from there: herbarium, walk, app or garden')
    parser.add_argument('--incoming', action='store_true', help='compare with the photos in incoming/ too')
    options = parser.parse_args()

    photos = photos_of('labels.csv')
    own = len(photos)
    if options.incoming:
        have = {path.name for path, _, _ in photos}
        photos += [photo for photo in photos_of('incoming/labels.csv') if photo[0].name not in have]
    table = ranks([features(read_pgm(path)) for path, _, _ in photos])

    suspects = []
    for i, (path, species, source) in enumerate(photos[:own]):
        nearest = sorted((dist(table[i], table[j]), photos[j][1]) for j in range(len(photos)) if j != i)[:NEIGHBOURS]
        count = {}
        for _, other in nearest:
            count[other] = count.get(other, 0) + 1
        likely = min(count, key=lambda name: (-count[name], name))
        if likely != species:
            suspects.append((count.get(species, 0) - count[likely], path.stem, species, source, count))
    print(f'{"photo":12} {"label":8} {"source":10} its {NEIGHBOURS} nearest')
    for _, name, species, source, count in sorted(suspects):
        if options.source not in (None, source):
            continue
        told = ', '.join(f'{n} {other}' for other, n in sorted(count.items(), key=lambda pair: (-pair[1], pair[0])))
        print(f'{name:12} {species:8} {source:10} {told}')
    for source in dict.fromkeys(source for _, _, source in photos[:own]):
        found = sum(source == suspect[3] for suspect in suspects)
        print(f'{source}: {found} suspects among {sum(source == photo[2] for photo in photos[:own])} photos')


if __name__ == '__main__':
    main()
