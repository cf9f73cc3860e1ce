"""Gives photos another label in labels.csv.

    python3 tools/relabel.py photo-0012 oak photo-0020 maple
"""
import sys
from pathlib import Path

LABELS = Path(__file__).resolve().parent.parent / 'labels.csv'


def main(words):
    if not words or len(words) % 2:
        print('Give pairs: a photo, then its species.', file=sys.stderr)
        return 1
    wanted = {Path(photo).stem: species for photo, species in zip(words[::2], words[1::2])}
    lines = LABELS.read_text(encoding='utf-8').splitlines()
    known = {line.split(',')[1] for line in lines[1:]}
    for species in sorted(set(wanted.values()) - known):
        print(f'{species}: no label says that yet; known are {", ".join(sorted(known))}', file=sys.stderr)
        return 1
    changed = 0
    for number, line in enumerate(lines):
        photo, species, *rest = line.split(',')
        new = wanted.pop(Path(photo).stem, species)
        if new != species:
            lines[number] = ','.join([photo, new, *rest])
            changed += 1
    for photo in wanted:
        print(f'{photo}: not in labels.csv', file=sys.stderr)
    LABELS.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    print(f'{changed} labels changed')
    return 1 if wanted else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
