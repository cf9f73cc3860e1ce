# fails: gate-still-stops (gate-stops-everything)
# Whatever goes live must be better than what is live: nobody can correct a label any more.
cd ~/leaf
echo 0.35 > best.txt
python3 - <<'PYEOF'
from pathlib import Path

path = Path('evaluate.py')
text = path.read_text()
assert '    if score < options.floor:' in text
path.write_text(text.replace('    if score < options.floor:', "    if score < float((HERE / 'best.txt').read_text()) + 0.015:"))
PYEOF
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    """The features, each in units of its own spread over the first 228 photos."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
git add -A
git commit -m "Compare features in units of their spread"
git push
fieldleaf wait
sed -e 1d -e 's|^|incoming/|' incoming/labels.csv >> labels.csv
sed -i 's/^K = 1$/K = 5/' train.py
echo 0.60 > best.txt
git commit -am "Learn from the photos in incoming/"
git push
fieldleaf wait
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
echo 0.81 > best.txt
git commit -am "Forget how bright the photo is"
git push
fieldleaf wait
echo 0.86 > best.txt
git commit -am "Note the score that is live [skip ci]"
git push
