# fails: three-releases (padded)
# One release with everything, then two that change a line of prose: users notice one.
cd ~/leaf
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    """The features, each in units of its own spread over the first 228 photos."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
python3 - <<'EOF'
import csv
from pathlib import Path

species = {'Salix': 'willow', 'Tilia': 'linden', 'Betula': 'birch', 'Quercus': 'oak', 'Acer': 'maple', 'Ginkgo': 'ginkgo'}
review = {row['photo']: species[row['genus']] for row in csv.DictReader(open('data/review.csv')) if row['genus']}
lines = Path('labels.csv').read_text().splitlines()
for n, line in enumerate(lines[1:], 1):
    photo, label, source = line.split(',')
    lines[n] = ','.join([photo, review.get(Path(photo).name, label), source])
Path('labels.csv').write_text('\n'.join(lines) + '\n')
EOF
sed -e 1d -e 's|^|incoming/|' incoming/labels.csv >> labels.csv
sed -i 's/^K = 1$/K = 5/' train.py
git commit -am "Make the model better"
git push
fieldleaf wait

echo '- Faster.' >> CHANGELOG.md
git commit -am "Release it again"
git push
fieldleaf wait

echo '- Nicer.' >> CHANGELOG.md
git commit -am "And again"
git push
fieldleaf wait
