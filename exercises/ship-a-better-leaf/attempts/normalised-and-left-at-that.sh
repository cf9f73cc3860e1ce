# fails: recognises-new-leaves (starved-species)
# The largest step of all, and still nobody's ginkgo is recognised.
cd ~/leaf
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    """The features, each in units of its own spread over the first 228 photos."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
git commit -am "Compare features in units of their spread"
git push
fieldleaf wait
