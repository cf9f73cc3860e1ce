import json
import unittest
from pathlib import Path

from fieldleaf.photos import read_labels, read_pgm

ROOT = Path(__file__).resolve().parent.parent
SPECIES = set(json.loads((ROOT / 'app/contract.json').read_text(encoding='utf-8'))['species'])


class Labels(unittest.TestCase):
    """Every label file: the photos are there, and the phone knows the species."""

    def test_every_label_names_a_species_that_the_phone_knows(self):
        for path in (ROOT / 'labels.csv', ROOT / 'test/labels.csv'):
            for row in read_labels(path):
                self.assertIn(row['species'], SPECIES, f'{path.name}: {row["photo"]}')

    def test_every_labelled_photo_is_there_and_is_16_by_16(self):
        for row in read_labels(ROOT / 'labels.csv'):
            photo = read_pgm(ROOT / row['photo'])
            self.assertEqual([len(line) for line in photo], [16] * 16, row['photo'])

    def test_no_photo_is_labelled_twice(self):
        photos = [row['photo'] for row in read_labels(ROOT / 'labels.csv')]
        self.assertEqual(len(photos), len(set(photos)))


if __name__ == '__main__':
    unittest.main()
