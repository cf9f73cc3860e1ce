/** The files of the recorded world, by path in the repository. */

const DELIVER = `name: Deliver
on: push

jobs:
  test:
    runs-on: ubuntu-latest
    env:
      PYTHONHASHSEED: '0'
    steps:
      # The same tests that you run at your desk.
      - uses: actions/checkout@v4
      - run: python3 -m unittest

  train:
    needs: test
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.pack.outputs.artifact-digest }}
    steps:
      - uses: actions/checkout@v4
      - run: python3 train.py --out model.json
      - id: pack
        uses: actions/upload-artifact@v4
        with:
          name: model
          path: model.json

  deploy:
    needs: [train, tests]
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/download-artifact@v4
        with:
          name: model
      - uses: fieldleaf/deploy@v1
        with:
          tested-score: \${{ needs.train.outputs.score }}
`;

const CI = `name: Check
on:
  push:
    branches-ignore: [main]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python3 -m unittest
`;

const FEATURES = `"""Numbers that describe a leaf."""
import math


def features(image):
    """Area, perimeter, aspect, compactness, lobes, skew and brightness of one photo."""
    inside = [(x, y) for y, row in enumerate(image) for x, value in enumerate(row) if value < threshold(image)]
    area = len(inside)
    return [area, math.sqrt(area), aspect(inside), 0.5]
`;

function pgm(seed: number): string {
  const rows = Array.from({ length: 16 }, (_, y) =>
    Array.from({ length: 16 }, (_, x) =>
      Math.hypot(x - 7.5, (y - 7.5) * 1.4) < 6 + (seed % 3) ? 80 + ((x * 7 + y * 3 + seed) % 30) : 200 + ((x + y * 5 + seed) % 40),
    ).join(' '),
  );
  return `P2\n16 16\n255\n${rows.join('\n')}\n`;
}

/** The files, as a plain record. */
export function files(species: readonly string[]): Readonly<Record<string, string>> {
  const rows = Array.from({ length: 228 }, (_, n) => `${String(n).padStart(3, '0')}.pgm,${species[n % species.length]}`);
  return {
    '.github/workflows/ci.yml': CI,
    '.github/workflows/deliver.yml': DELIVER,
    'CHANGELOG.md': '# Changes\n\n- Correct 34 labels\n- Normalise features\n',
    'README.md': '# leaf\n\nThe model behind Fieldleaf.\n',
    'app/contract.json': '{\n  "features": 7,\n  "species": ["willow", "linden"],\n  "strict": true\n}\n',
    'evaluate.py': 'import json\n\nprint(json.load(open("model.json"))["score"])\n',
    'fieldleaf/features.py': FEATURES,
    'fieldleaf/knn.py': 'def nearest(rows, point, k=1):\n    return sorted(rows, key=lambda row: distance(row, point))[:k]\n',
    'fieldleaf/split.py': 'def split(rows, seed):\n    return rows[:180], rows[180:]\n',
    'infra/main.tf': 'resource "service" "fieldleaf" {}\n',
    'labels.csv': `photo,species\n${rows.join('\n')}\n`,
    'merge.md': 'Before\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> mei/rename\nAfter\n',
    'notes.md': 'Try k = 5.\n',
    'tests/test_features.py': 'import unittest\n',
    'train.py': 'from fieldleaf.features import features\n\nprint("training")\n',
    ...Object.fromEntries(Array.from({ length: 228 }, (_, n) => [`data/${String(n).padStart(3, '0')}.pgm`, pgm(n)])),
    ...Object.fromEntries(Array.from({ length: 132 }, (_, n) => [`incoming/${String(n).padStart(3, '0')}.pgm`, pgm(n + 300)])),
  };
}
