# fails: no-step-waits (started-by-hand)
# The pipeline now begins when somebody presses a button: the push reaches nobody.
cd ~/leaf
cat >> fieldleaf/features.py <<'EOF'


UNITS = (23.8, 7.6, 1.12, 0.094, 0.139, 0.079, 28.3)


def measure(photo):
    """The features, each in units of its own spread over the first 228 photos."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
python3 - <<'EOF'
import re
from pathlib import Path

workflow = Path('.github/workflows/deliver.yml')
workflow.write_text(re.sub(r'on:\n  push:\n    branches: \[main\]\n', 'on:\n  workflow_dispatch:\n', workflow.read_text()))
EOF
git commit -am "Deliver when somebody says so"
git push
fieldleaf wait
