"""Scores a model on labelled photos it has not learnt from, and says whether it may go on.

    python3 evaluate.py model.json                  score on test/
    python3 evaluate.py model.json --floor 0.25     exit 1 when balanced accuracy is below the floor

In a pipeline it also writes the step output `balanced-accuracy` and a step summary.
"""
import argparse
import json
import os
import sys
from pathlib import Path

from fieldleaf.features import features
from fieldleaf.knn import votes, winner
from fieldleaf.photos import read_labels, read_pgm
from fieldleaf.score import balanced_accuracy, confusion, recalls

HERE = Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description='Score a model on labelled photos.')
    parser.add_argument('model', help='the model that train.py wrote')
    parser.add_argument('--photos', default='test', metavar='FOLDER', help='a folder with labels.csv (default: test)')
    parser.add_argument('--floor', type=float, default=0.0, metavar='SCORE', help='fail below this balanced accuracy')
    options = parser.parse_args()

    model = json.loads(Path(options.model).read_text(encoding='utf-8'))
    folder = HERE / options.photos
    pairs = []
    for row in read_labels(folder / 'labels.csv'):
        count = votes(model['rows'], features(read_pgm(folder / row['photo'])), model['k'])
        pairs.append((row['species'], winner(count)))

    table = confusion(pairs)
    score = balanced_accuracy(table)
    print(f'{len(pairs)} photos of {options.photos}/, {len(table)} species')
    for species, share in sorted(recalls(table).items()):
        print(f'  {species:8} {share:.2f}  {"█" * round(20 * share):░<20}')
    print(f'balanced accuracy {score:.3f}, floor {options.floor:.2f}')

    append('GITHUB_OUTPUT', f'balanced-accuracy={score:.4f}\n')
    append('GITHUB_STEP_SUMMARY', summary(table, score, options.floor))
    if score < options.floor:
        print(f'::error file=evaluate.py,title=Gate::balanced accuracy {score:.3f} is below the floor of {options.floor:.2f}')
        return 1
    return 0


def append(variable, text):
    """Adds to a file that the pipeline names; outside a pipeline there is none."""
    if path := os.environ.get(variable):
        with open(path, 'a', encoding='utf-8') as file:
            file.write(text)


def summary(table, score, floor):
    names = sorted(table)
    lines = [
        f'**{"Passed" if score >= floor else "Blocked"}.** Balanced accuracy {score:.3f}, floor {floor:.2f}.',
        '',
        '| true \\ told | ' + ' | '.join(names) + ' | recall |',
        '|---' * (len(names) + 2) + '|',
    ]
    for true, share in sorted(recalls(table).items()):
        counts = ' | '.join(str(table[true].get(told, 0)) for told in names)
        lines.append(f'| {true} | {counts} | {share:.2f} |')
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    sys.exit(main())
