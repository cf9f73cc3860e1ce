# fails: no-step-waits (started-by-hand)
# What is on main reaches the phone when somebody pushes another branch.
cd ~/leaf
python3 - <<'PYEOF'
from pathlib import Path
p = Path('.github/workflows/deliver.yml')
t = p.read_text()
assert 'branches: [main]' in t, 'branches: [main]'
t = t.replace('branches: [main]', 'branches: [main, release]')
assert '    needs: gate\n' in t, '    needs: gate\n'
t = t.replace('    needs: gate\n', "    needs: gate\n    if: github.ref_name == 'release'\n")
p.write_text(t)
PYEOF
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
git commit -qam u
git push -q origin main
sleep 36000
git push -q origin main:release
fieldleaf wait
sed -e 1d -e 's|^|incoming/|' incoming/labels.csv >> labels.csv
sed -i 's/^K = 1$/K = 5/' train.py
git commit -qam u
git push -q origin main
git push -q origin main:release
fieldleaf wait
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
git commit -qam u
git push -q origin main
sleep 36000
git push -q origin main:release
fieldleaf wait
