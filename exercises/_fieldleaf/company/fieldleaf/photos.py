"""Photos and labels on disk: plain PGM pictures, and CSV files that say what is on them."""
import csv
from pathlib import Path


def read_pgm(path):
    """The grey values of a plain PGM file (P2), as a list of rows. 0 is black, 255 is white."""
    numbers = []
    for line in Path(path).read_text(encoding='ascii').splitlines():
        numbers.extend(line.partition('#')[0].split())
    if not numbers or numbers[0] != 'P2':
        raise ValueError(f'{path}: not a plain PGM file (P2)')
    width, height = int(numbers[1]), int(numbers[2])
    grey = [int(number) for number in numbers[4:]]
    if len(grey) != width * height:
        raise ValueError(f'{path}: {width} x {height} pixels promised, {len(grey)} found')
    return [grey[start : start + width] for start in range(0, len(grey), width)]


def read_labels(path):
    """The rows of a label file, in order, as dictionaries. Photo paths are relative to the file's folder."""
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))
