"""What the phone asks. This folder, fieldleaf/ and model.json are deployed together, as one package."""
import json
from pathlib import Path

from fieldleaf.features import features
from fieldleaf.knn import votes, winner

PACKAGE = Path(__file__).resolve().parent.parent
MODEL = json.loads((PACKAGE / 'model.json').read_text(encoding='utf-8'))


def predict(pixels):
    """Names the leaf on a photo (rows of grey values). The answer's shape is agreed in app/contract.json."""
    count = votes(MODEL['rows'], features(pixels), MODEL['k'])
    return {'species': winner(count), 'votes': count}
