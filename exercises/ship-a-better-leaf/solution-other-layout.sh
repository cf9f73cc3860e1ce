# A valid route that leaves hardly a file where it was: photos in a folder for each species, the gate's labels as JSON, the last push
# without a run. Other people's pipelines look like this, and the checks must not mind.
cd ~/leaf

# Release 1: no brightness, and features in comparable units.
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
cat >> fieldleaf/features.py <<'END'


UNITS = (24.0, 7.5, 1.1, 0.1, 0.14, 0.08)


def measure(photo):
    """The features, each in units of how much it varies between leaves."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
END
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
sed -i 's/environment: production/environment: Production/' .github/workflows/deliver.yml
git commit -am "Measure features in comparable units, and forget brightness"
git push
fieldleaf wait

# Release 2: a folder for each species says what a photo shows; labels.csv goes.
python3 - <<'END'
import csv
import json
from pathlib import Path

for folder, target in (('.', 'leaves'), ('incoming', 'leaves')):
    for row in csv.DictReader(open(f'{folder}/labels.csv')):
        photo = Path(folder, row['photo'])
        home = Path(target, row['species'])
        home.mkdir(parents=True, exist_ok=True)
        photo.rename(home / photo.name)
    Path(folder, 'labels.csv').unlink()

text = Path('train.py').read_text()
text = text.replace(
    "[(row['species'], measure(read_pgm(HERE / row['photo']))) for row in read_labels(HERE / LABELS)]",
    "[(photo.parent.name, measure(read_pgm(photo))) for photo in sorted(HERE.glob('leaves/*/*.pgm'))]",
)
assert 'leaves/*' in text
text = text.replace('import read_labels, read_pgm', 'import read_pgm').replace("LABELS = 'labels.csv'\n", '').replace('that the label file names', 'below leaves/')
Path('train.py').write_text(text)
END
cat > tests/test_labels.py <<'END'
import json
import unittest
from pathlib import Path

from fieldleaf.photos import read_pgm

ROOT = Path(__file__).resolve().parent.parent
SPECIES = set(json.loads((ROOT / 'app/contract.json').read_text(encoding='utf-8'))['species'])


class Leaves(unittest.TestCase):
    def test_every_folder_is_a_species_that_the_phone_knows(self):
        self.assertEqual({folder.name for folder in (ROOT / 'leaves').iterdir()}, SPECIES)

    def test_every_photo_is_16_by_16(self):
        for path in (ROOT / 'leaves').glob('*/*.pgm'):
            self.assertEqual([len(line) for line in read_pgm(path)], [16] * 16, path.name)
END
python3 -m unittest
git add -A
git commit -m "Keep photos in a folder for each species, those of incoming/ too"
git push
fieldleaf wait

# Release 3: five neighbours, a floor, and a table of what the model gets wrong, for whoever looks at it next.
sed -i 's/^K = 1$/K = 5/' train.py
sed -i 's/--floor 0.25/--floor 0.70/' .github/workflows/deliver.yml
python3 train.py --out model.json
mkdir reports
python3 - <<'END'
import csv
import json

from fieldleaf.features import measure
from fieldleaf.knn import votes, winner
from fieldleaf.photos import read_labels, read_pgm

model = json.load(open('model.json'))
with open('reports/errors.csv', 'w', newline='') as file:
    table = csv.writer(file)
    table.writerow(['photo', 'is', 'told'])
    for row in read_labels('test/labels.csv'):
        table.writerow(['test/' + row['photo'], row['species'], winner(votes(model['rows'], measure(read_pgm('test/' + row['photo'])), 5))])
END
git add -A
git commit -m "Let five neighbours vote, raise the floor, keep a table of errors"
git push
fieldleaf wait

# Release 4 changes nothing for users: the gate reads its labels from JSON, with line ends of another editor in the old list.
python3 - <<'END'
import csv
import json
from pathlib import Path

labels = {row['photo']: row['species'] for row in csv.DictReader(open('test/labels.csv'))}
Path('test/labels.json').write_text(json.dumps(labels))
old = Path('test/labels.csv')
old.write_bytes(old.read_bytes().replace(b'\n', b'\r\n'))
text = Path('evaluate.py').read_text()
text = text.replace("read_labels(folder / 'labels.csv')", "[{'photo': photo, 'species': species} for photo, species in json.loads((folder / 'labels.json').read_text()).items()]")
text = text.replace('import read_labels, read_pgm', 'import read_pgm')
Path('evaluate.py').write_text(text)
END
git add -A
git commit -m "Read the labels of test/ from JSON"
git push
fieldleaf wait

# Nothing to deliver, and the commit says so.
sed -i 's/16 by 16/sixteen by sixteen/' train.py
echo "What the last model got wrong." > reports/README.txt
git add -A
git commit -m "Say what reports/ is about [skip ci]"
git push
fieldleaf status
