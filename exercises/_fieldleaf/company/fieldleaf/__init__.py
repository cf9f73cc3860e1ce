"""What Fieldleaf knows about leaves. Travels with the model: the phone's answers are computed with this code."""
