#!/usr/bin/env python3
"""Writes every photo and label file of the company, and the photos that only the world sees.

    python3 exercises/_fieldleaf/generate.py            write the files
    python3 exercises/_fieldleaf/generate.py --check    exit 1 when a committed file differs from what would be written

Everything below photos/ and both .bin files are generated: change this script or leaves.py, never them.
"""
import struct
import sys
from pathlib import Path

from leaves import SIDE, SPECIES, Dice, pgm, photo

HERE = Path(__file__).resolve().parent

# One seed per set: drawing more photos for one of them leaves the others as they are.
SEEDS = {'photos': 100, 'incoming': 101, 'test': 1017, 'hidden': 9000, 'users': 104, 'labels': 105, 'review': 106}

LABELLED = {'willow': 60, 'linden': 60, 'birch': 60, 'oak': 30, 'maple': 12, 'ginkgo': 6}
COMPLETE = 60
TEST, HIDDEN, USERS = 40, 100, 400

# 34 of 228 labels are wrong (15 %), spread over the species in proportion.
WRONG = {'willow': 9, 'linden': 9, 'birch': 9, 'oak': 4, 'maple': 2, 'ginkgo': 1}
MISTAKEN_FOR = {
    'willow': ('oak', 'birch'),
    'linden': ('birch', 'ginkgo'),
    'birch': ('linden', 'oak'),
    'oak': ('maple', 'birch'),
    'maple': ('oak', 'birch'),
    'ginkgo': ('linden', 'maple'),
}
# Where labels come from, in the order in which they arrived: (photos, wrong labels among them).
SOURCES = {'herbarium': (90, 0), 'walk': (62, 8), 'app': (76, 26)}

# What the botanic garden looked at, of each source: (wrongly labelled, rightly labelled). The last ones it could not tell.
REVIEWED = {'herbarium': (0, 12), 'walk': (4, 26), 'app': (18, 34)}
UNSURE = 6
GENUS = {'willow': 'Salix', 'linden': 'Tilia', 'birch': 'Betula', 'oak': 'Quercus', 'maple': 'Acer', 'ginkgo': 'Ginkgo'}

# Which leaves people point their phones at, in percent.
USERS_SHARE = {'willow': 15, 'linden': 24, 'birch': 18, 'oak': 17, 'maple': 16, 'ginkgo': 10}


def draw(counts, dice):
    """Photos of the species in `counts`, in random order: a photo's place tells nothing."""
    return dice.shuffled([(species, photo(species, dice)) for species in SPECIES for _ in range(counts[species])])


def labelled_photos(seeds=SEEDS):
    """The 228 photos as (true species, given species, source, rows), in the order of their numbers."""
    photos = draw(LABELLED, Dice(seeds['photos']))
    dice = Dice(seeds['labels'])
    wrong, right = [], []
    seen = dict.fromkeys(SPECIES, 0)
    for species, rows in photos:
        seen[species] += 1
        if seen[species] <= WRONG[species]:
            wrong.append((species, MISTAKEN_FOR[species][dice.below(2)], rows))
        else:
            right.append((species, species, rows))
    wrong, right = dice.shuffled(wrong), dice.shuffled(right)
    out = []
    for source, (count, mistakes) in SOURCES.items():
        batch = dice.shuffled(wrong[:mistakes] + right[: count - mistakes])
        wrong, right = wrong[mistakes:], right[count - mistakes :]
        out.extend((true, given, source, rows) for true, given, rows in batch)
    return out


def review(labelled, seeds=SEEDS):
    """What the botanic garden wrote: (photo number, genus or '' where it could not tell)."""
    dice = Dice(seeds['review'])
    chosen = []
    for source, (mistakes, fine) in REVIEWED.items():
        of = [(n, true, given) for n, (true, given, where, _) in enumerate(labelled, 1) if where == source]
        chosen += dice.shuffled([row for row in of if row[1] != row[2]])[:mistakes]
        chosen += dice.shuffled([row for row in of if row[1] == row[2]])[:fine]
    # What it could not tell, it left open: rightly labelled photos, so that an empty answer must not be read as a correction.
    doubtful = set(dice.shuffled([n for n, true, given in chosen if true == given])[:UNSURE])
    return sorted((n, '' if n in doubtful else GENUS[true]) for n, true, _ in chosen)


def packed(photos):
    """The world's photo file: PLPH, version 1, side, species with their names, count (u32 LE), then species index and pixels per photo."""
    head = b'PLPH' + bytes([1, SIDE, len(SPECIES)])
    head += b''.join(bytes([len(name)]) + name.encode('ascii') for name in SPECIES)
    head += struct.pack('<I', len(photos))
    return head + b''.join(bytes([SPECIES.index(species)]) + bytes(grey for row in rows for grey in row) for species, rows in photos)


def name(number):
    return f'photo-{number:04d}.pgm'


def files():
    """Everything to write, as path below this folder -> bytes."""
    out = {}

    labelled = labelled_photos()
    lines = ['photo,species,source']
    for number, (_, given, source, rows) in enumerate(labelled, 1):
        out[f'photos/data/{name(number)}'] = pgm(rows)
        lines.append(f'data/{name(number)},{given},{source}')
    out['photos/labels.csv'] = '\n'.join(lines) + '\n'

    lines = ['photo,genus,remark']
    for number, genus in review(labelled):
        lines.append(f'{name(number)},{genus},{"" if genus else "cannot tell from this photo"}')
    out['photos/data/review.csv'] = '\n'.join(lines) + '\n'

    number = len(labelled)
    missing = {species: COMPLETE - count for species, count in LABELLED.items()}
    for folder, counts, source in (('incoming', missing, 'garden'), ('test', dict.fromkeys(SPECIES, TEST), 'garden')):
        lines = ['photo,species,source']
        for species, rows in draw(counts, Dice(SEEDS[folder])):
            number += 1
            out[f'photos/{folder}/{name(number)}'] = pgm(rows)
            lines.append(f'{name(number)},{species},{source}')
        out[f'photos/{folder}/labels.csv'] = '\n'.join(lines) + '\n'

    out['hidden-photos.bin'] = packed(draw(dict.fromkeys(SPECIES, HIDDEN), Dice(SEEDS['hidden'])))
    share = {species: USERS * percent // 100 for species, percent in USERS_SHARE.items()}
    out['user-photos.bin'] = packed(draw(share, Dice(SEEDS['users'])))
    return {path: data if isinstance(data, bytes) else data.encode('ascii') for path, data in out.items()}


def main():
    wanted = files()
    present = {p.relative_to(HERE).as_posix() for p in (HERE / 'photos').rglob('*') if p.is_file()}
    stray = sorted(present - set(wanted))
    different = [path for path, data in wanted.items() if not (HERE / path).is_file() or (HERE / path).read_bytes() != data]
    if '--check' in sys.argv[1:]:
        for path in different:
            print(f'{path}: differs from what generate.py writes')
        for path in stray:
            print(f'{path}: not written by generate.py')
        print(f'{len(wanted)} generated files, {len(different) + len(stray)} differ')
        return 1 if different or stray else 0
    for path in stray:
        (HERE / path).unlink()
    for path in different:
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_bytes(wanted[path])
    print(f'{len(wanted)} files, {len(different)} written, {len(stray)} removed')
    return 0


if __name__ == '__main__':
    sys.exit(main())
