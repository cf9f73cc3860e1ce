# A valid route in a company whose main takes signed-off merges only, and where nobody may change a photo: labels are corrected, never photos.
cd ~/leaf

# Release 1: the rules of the house, and features in comparable units.
git switch -q -c units
python3 - <<'PYEOF'
from pathlib import Path

path = Path('.github/workflows/deliver.yml')
text = path.read_text()
first = '    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n'
text = text.replace(first, first + '        with:\n          fetch-depth: 2\n', 1)
rules = '''      - run: git rev-parse -q --verify HEAD^2
      - run: git log -1 --format=%B | grep -q '^Signed-off-by'
      - run: sha256sum -c PHOTOS.sha256
'''
path.write_text(text.replace('      - run: python3 -m unittest', rules + '      - run: python3 -m unittest', 1))
PYEOF
sha256sum data/*.pgm incoming/*.pgm test/*.pgm test/labels.csv > PHOTOS.sha256
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    """The features, each in units of its own spread over the first 228 photos."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
git add -A
git commit -qm "Compare features in units of their own spread"
git switch -q main
git merge --no-ff -m "Merge branch 'units'" -m "Signed-off-by: You <you@fieldleaf.test>" units
git push
fieldleaf wait

# Release 2: the photos of the botanic garden.
git switch -q -c photos
sed -e 1d -e 's|^|incoming/|' incoming/labels.csv >> labels.csv
sed -i 's/^K = 1$/K = 5/' train.py
git commit -qam "Learn from the photos in incoming/"
git switch -q main
git merge --no-ff -m "Merge branch 'photos'" -m "Signed-off-by: You <you@fieldleaf.test>" photos
git push
fieldleaf wait

# Release 3: brightness describes the weather.
git switch -q -c brightness
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
git commit -qam "Forget how bright the photo is"
git switch -q main
git merge --no-ff -m "Merge branch 'brightness'" -m "Signed-off-by: You <you@fieldleaf.test>" brightness
git push
fieldleaf wait
