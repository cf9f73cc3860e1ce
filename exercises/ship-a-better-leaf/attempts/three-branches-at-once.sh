# fails: three-releases (one-batch)
# One push of three branches, each of which deploys.
cd ~/leaf
python3 - <<'PYEOF'
from pathlib import Path
p = Path('.github/workflows/deliver.yml')
t = p.read_text()
assert 'branches: [main]' in t, 'branches: [main]'
t = t.replace('branches: [main]', "branches: ['**']")
p.write_text(t)
PYEOF
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
git commit -qam one
sed -e 1d -e 's|^|incoming/|' incoming/labels.csv >> labels.csv
sed -i 's/^K = 1$/K = 5/' train.py
git commit -qam two
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
git commit -qam three
git push -q origin HEAD~2:refs/heads/a HEAD~1:refs/heads/b HEAD:main
fieldleaf wait
