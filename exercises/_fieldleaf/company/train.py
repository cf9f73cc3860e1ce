"""Trains the model: measures every labelled photo and keeps the numbers.

    python3 train.py --out model.json     write the model
    python3 train.py --folds 5            try it on parts of its own photos, without touching test/
"""
import argparse
import json
from pathlib import Path

from fieldleaf.features import NAMES, features
from fieldleaf.knn import votes, winner
from fieldleaf.photos import read_labels, read_pgm
from fieldleaf.score import balanced_accuracy, confusion, recalls
from fieldleaf.split import folds

HERE = Path(__file__).resolve().parent
LABELS = 'labels.csv'
K = 1


def labelled_rows():
    """(species, features) of every photo that the label file names."""
    return [(row['species'], features(read_pgm(HERE / row['photo']))) for row in read_labels(HERE / LABELS)]


def fit(rows):
    """The model as plain data: for k nearest neighbours, learning is remembering."""
    return {'k': K, 'features': NAMES, 'rows': [[species, [round(n, 6) for n in numbers]] for species, numbers in rows]}


def answer(model, numbers):
    return winner(votes(model['rows'], numbers, model['k']))


def main():
    parser = argparse.ArgumentParser(description='Train the model that recognises leaves.')
    parser.add_argument('--out', metavar='FILE', help='where to write the model')
    parser.add_argument('--folds', type=int, metavar='N', help='cross-validate in N parts and print the score')
    options = parser.parse_args()
    rows = labelled_rows()
    if options.folds:
        pairs = []
        for known, unseen in folds(rows, options.folds):
            model = fit(known)
            pairs += [(species, answer(model, numbers)) for species, numbers in unseen]
        table = confusion(pairs)
        for species, share in sorted(recalls(table).items()):
            print(f'  {species:8} {share:.2f}')
        print(f'balanced accuracy {balanced_accuracy(table):.3f} in {options.folds} folds of {len(rows)} photos, by their labels')
    if options.out:
        model = fit(rows)
        Path(options.out).write_text(json.dumps(model) + '\n', encoding='utf-8')
        print(f'{options.out}: {len(rows)} photos, {len(model["features"])} features, k = {model["k"]}')


if __name__ == '__main__':
    main()
