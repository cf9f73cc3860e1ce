# fails: push-to-phone (stopped-on-the-way)
# A gate that asks for more than the model can do keeps users on the old one.
cd ~/leaf
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    """The features, each in units of its own spread over the first 228 photos."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
sed -i 's/--floor 0.25/--floor 0.80/' .github/workflows/deliver.yml
git commit -am "Ask for 0.80 at once"
git push
fieldleaf wait
