# fails: tested-is-served (skew)
# Training and the gate scale the features, the phone's service does not: the model is asked in other units than it learnt in.
cd ~/leaf
python3 - <<'EOF'
from pathlib import Path

train = Path('train.py').read_text()
train = train.replace('from pathlib import Path', 'from pathlib import Path\nfrom statistics import fmean, pstdev')
train = train.replace('''    return {'k': K,''', '''    scale = [(fmean(column), pstdev(column)) for column in zip(*(numbers for _, numbers in rows))]
    Path('scaler.json').write_text(json.dumps(scale))
    rows = [(species, [(n - mean) / spread for n, (mean, spread) in zip(numbers, scale)]) for species, numbers in rows]
    return {'k': K,''')
Path('train.py').write_text(train)

evaluate = Path('evaluate.py').read_text()
evaluate = evaluate.replace('''    pairs = []
''', '''    scale = json.loads((Path(options.model).parent / 'scaler.json').read_text())
    pairs = []
''').replace('''        count = votes(model['rows'], features(read_pgm(folder / row['photo'])), model['k'])
''', '''        numbers = [(n - mean) / spread for n, (mean, spread) in zip(features(read_pgm(folder / row['photo'])), scale)]
        count = votes(model['rows'], numbers, model['k'])
''')
Path('evaluate.py').write_text(evaluate)
EOF
echo /scaler.json >> .gitignore
sed -i 's/cp -r model.json/cp -r model.json scaler.json/' .github/workflows/deliver.yml
git commit -am "Normalise the features"
git push
fieldleaf wait
