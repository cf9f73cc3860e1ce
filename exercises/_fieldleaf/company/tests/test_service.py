import importlib.util
import json
import runpy
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from fieldleaf.photos import read_labels, read_pgm

ROOT = Path(__file__).resolve().parent.parent
SPECIES = set(json.loads((ROOT / 'app/contract.json').read_text(encoding='utf-8'))['species'])


class Service(unittest.TestCase):
    """The package as the phone meets it: trained, put together, and asked."""

    def test_it_answers_as_the_contract_says(self):
        with tempfile.TemporaryDirectory() as package:
            with mock.patch.object(sys, 'argv', ['train.py', '--out', f'{package}/model.json']), mock.patch('builtins.print'):
                runpy.run_path(str(ROOT / 'train.py'), run_name='__main__')
            shutil.copytree(ROOT / 'service', f'{package}/service')
            spec = importlib.util.spec_from_file_location('packaged_app', f'{package}/service/app.py')
            app = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(app)
            for row in read_labels(ROOT / 'test/labels.csv')[:5]:
                answer = app.predict(read_pgm(ROOT / 'test' / row['photo']))
                self.assertIn(answer['species'], SPECIES)
                self.assertEqual(max(answer['votes'].values()), answer['votes'][answer['species']])


if __name__ == '__main__':
    unittest.main()
