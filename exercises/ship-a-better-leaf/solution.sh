# One valid route, in four releases: normalise, correct labels, use the new photos, drop brightness.
cd ~/leaf

# Release 1. Area is counted in pixels, skew in fractions: the nearest neighbour is the one of similar area.
# The gate, the phone and the cross-validation now ask one function, and the scale travels in model.json.
cat > fieldleaf/model.py <<'EOF'
"""The model as plain data, and how to ask it. Whoever asks goes through here, so that the gate and the phone hear the same."""
from statistics import fmean, pstdev

from fieldleaf.features import NAMES
from fieldleaf.knn import votes

K = 1


def fit(rows):
    """Remembers every row, in units of each feature's own spread."""
    scale = [[fmean(column), pstdev(column) or 1.0] for column in zip(*(numbers for _, numbers in rows))]
    return {'k': K, 'features': NAMES, 'scale': scale, 'rows': [[species, scaled(numbers, scale)] for species, numbers in rows]}


def scaled(numbers, scale):
    return [round((number - mean) / spread, 6) for number, (mean, spread) in zip(numbers, scale)]


def ask(model, numbers):
    """The votes of the nearest neighbours of a photo with these features."""
    return votes(model['rows'], scaled(numbers, model['scale']), model['k'])
EOF
python3 - <<'EOF'
import re
from pathlib import Path

train = Path('train.py').read_text()
train = re.sub(r'K = 1\n|def fit\(.*?\n\n\n', '', train, flags=re.S)
train = train.replace('import NAMES, features', 'import features').replace('import votes, winner', 'import winner\nfrom fieldleaf.model import ask, fit')
Path('train.py').write_text(train.replace("votes(model['rows'], numbers, model['k'])", 'ask(model, numbers)'))

for name in ('evaluate.py', 'service/app.py'):
    text = Path(name).read_text().replace('import votes, winner', 'import winner\nfrom fieldleaf.model import ask')
    Path(name).write_text(re.sub(r"votes\((model|MODEL)\['rows'\], (.*), \1\['k'\]\)", r'ask(\1, \2)', text))
EOF
git diff --stat
python3 -m unittest
python3 train.py --folds 5
git add .
git commit -m "Compare features in units of their own spread"
git push
fieldleaf wait

# Release 2. What the botanic garden is sure of replaces the label; the rest of the doubtful ones were looked at.
python3 - <<'EOF'
import csv
import json
from pathlib import Path

latin = json.loads(Path('app/contract.json').read_text())['species']
species = {name.split()[0]: species for species, name in latin.items()}
review = {row['photo']: species[row['genus']] for row in csv.DictReader(open('data/review.csv')) if row['genus']}
lines = Path('labels.csv').read_text().splitlines()
for n, line in enumerate(lines[1:], 1):
    photo, label, source = line.split(',')
    lines[n] = ','.join([photo, review.get(Path(photo).name, label), source])
Path('labels.csv').write_text('\n'.join(lines) + '\n')
EOF
git diff --stat
python3 tools/suspects.py --source app
python3 tools/show.py photo-0154 photo-0157 photo-0171 photo-0187 photo-0189 photo-0193 photo-0194 photo-0227
python3 tools/relabel.py photo-0154 oak photo-0157 linden photo-0171 birch photo-0187 linden photo-0189 willow photo-0193 maple photo-0194 linden photo-0227 birch
sed -i 's/--floor 0.25/--floor 0.50/' .github/workflows/deliver.yml
python3 -m unittest
git commit -am "Correct labels with the botanic garden's review, and raise the floor to 0.50"
git push
fieldleaf wait

# Release 3. Sixty photos of each species, and five neighbours instead of one.
sed -e 1d -e 's|^|incoming/|' incoming/labels.csv >> labels.csv
sed -i 's/^K = 1$/K = 5/' fieldleaf/model.py
sed -i 's/--floor 0.50/--floor 0.65/' .github/workflows/deliver.yml
python3 train.py --folds 5
git commit -am "Learn from the photos in incoming/, and raise the floor to 0.65"
git push
fieldleaf wait

# Release 4. Brightness tells the weather, not the leaf.
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
sed -i 's/--floor 0.65/--floor 0.75/' .github/workflows/deliver.yml
python3 -m unittest
git commit -am "Forget how bright the photo is, and raise the floor to 0.75"
git push
fieldleaf wait
fieldleaf status
