# Another valid route: a branch for each step, merged with --no-ff. Brightness goes first, units are fixed numbers,
# doubtful photos are left out rather than relabelled, and seven neighbours vote.
cd ~/leaf

git checkout -b drop-brightness
sed -i -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' fieldleaf/features.py
python3 -m unittest
git commit -am "Forget how bright the photo is"
git checkout main
git merge --no-ff -m "Merge drop-brightness" drop-brightness
git push
fieldleaf wait

git checkout -b units
cat >> fieldleaf/features.py <<'EOF'


UNITS = (24.0, 7.5, 1.1, 0.1, 0.14, 0.08)


def measure(photo):
    """The features, each in units of how much it varies between leaves."""
    return [number / unit for number, unit in zip(features(photo), UNITS)]
EOF
sed -i -e 's/import NAMES, features$/import NAMES, measure/' -e 's/import features$/import measure/' -e 's/features(/measure(/' train.py evaluate.py service/app.py
python3 -m unittest
git commit -am "Measure features in comparable units"
git checkout main
git merge --no-ff -m "Merge units" units
git push
fieldleaf wait

git checkout -b incoming
cp incoming/*.pgm data/
sed -e 1d -e 's|^|data/|' incoming/labels.csv >> labels.csv
git add data labels.csv
git commit -m "Learn from the botanic garden's photos"
git checkout main
git merge --no-ff -m "Merge incoming" incoming
git push
fieldleaf wait

git checkout -b doubtful
python3 tools/suspects.py --source app | grep -o '^photo-[0-9]*' > doubtful.txt
grep -v -F -f doubtful.txt labels.csv > kept.csv
mv kept.csv labels.csv
rm doubtful.txt
sed -i 's/^K = 1$/K = 7/' train.py
sed -i 's/--floor 0.25/--floor 0.70/' .github/workflows/deliver.yml
python3 train.py --folds 5
git commit -am "Leave out doubtful photos from the app, let seven neighbours vote, raise the floor"
git checkout main
git merge --no-ff -m "Merge doubtful" doubtful
git push
fieldleaf wait
fieldleaf status
