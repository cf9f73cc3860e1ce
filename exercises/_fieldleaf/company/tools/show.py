"""Draws photos in the terminal, with the label they have.

    python3 tools/show.py photo-0012 photo-0020       these photos
    python3 tools/show.py --label ginkgo              every photo that labels.csv calls a ginkgo
    python3 tools/show.py --label oak --source app    those of them that came from the app
"""
import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fieldleaf.photos import read_labels, read_pgm  # noqa: E402

SHADES = '@%#*+=-:. '
WIDTH, BETWEEN = 16, 3


def drawing(photo):
    """One line of text per row of pixels, shaded over the photo's own range."""
    low, high = min(map(min, photo)), max(map(max, photo))
    step = (high - low + 1) / len(SHADES)
    return [''.join(SHADES[int((grey - low) / step)] for grey in row) for row in photo]


def known():
    """Photo name without folder and ending -> (path, label, source), from every label file."""
    out = {}
    for file in ('labels.csv', 'incoming/labels.csv', 'test/labels.csv'):
        path = ROOT / file
        for row in read_labels(path) if path.is_file() else []:
            photo = path.parent / row['photo']
            out.setdefault(photo.stem, (photo, row['species'], row.get('source', '')))
    return out


def main():
    parser = argparse.ArgumentParser(description='Draw photos in the terminal.')
    parser.add_argument('photos', nargs='*', help='photo names or paths')
    parser.add_argument('--label', help='photos that labels.csv gives this species')
    parser.add_argument('--source', help='only photos from there: herbarium, walk or app')
    options = parser.parse_args()

    photos = known()
    chosen = [Path(name).stem for name in options.photos]
    if options.label:
        rows = [row for row in read_labels(ROOT / 'labels.csv') if row['species'] == options.label]
        chosen += [Path(row['photo']).stem for row in rows if options.source in (None, row.get('source'))]
    missing = [name for name in chosen if name not in photos]
    if missing or not chosen:
        print(f'No such photo: {", ".join(missing)}' if missing else 'Name photos, or a --label.', file=sys.stderr)
        return 1
    # As many side by side as the terminal is wide, and at most four.
    per_line = max(1, min(4, (shutil.get_terminal_size().columns + BETWEEN) // (WIDTH + BETWEEN)))
    for start in range(0, len(chosen), per_line):
        line = chosen[start : start + per_line]
        print('   '.join(f'{name:16}' for name in line))
        print('   '.join(f'{" ".join(photos[name][1:]):16}' for name in line))
        for rows in zip(*(drawing(read_pgm(photos[name][0])) for name in line)):
            print('   '.join(rows))
        print()
    return 0


if __name__ == '__main__':
    sys.exit(main())
