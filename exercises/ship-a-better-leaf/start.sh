# Makes the company's history up to Day 39, delivers it once, and leaves the learner on Day 41 with a clone in ~/leaf.
# The course's day 1 is 2026-02-02, in UTC. The finished files lie in /start.

as() {
  export GIT_AUTHOR_NAME="$1" GIT_AUTHOR_EMAIL="$2@fieldleaf.test" GIT_AUTHOR_DATE="$3"
  export GIT_COMMITTER_NAME="$1" GIT_COMMITTER_EMAIL="$2@fieldleaf.test" GIT_COMMITTER_DATE="$3"
}

take() {
  for file in "$@"; do
    mkdir -p "$(dirname "$file")"
    cp -r "/start/$file" "$file"
  done
}

# Rows $1 to $2 of labels.csv (the header is row 1) and the photos that they name.
photos() {
  mkdir -p data
  sed -n "1,$2p" /start/labels.csv > labels.csv
  cp $(sed -n "$1,$2p" /start/labels.csv | cut -d, -f1 | sed 's|^|/start/|') data/
}

mkdir -p /tmp/history && cd /tmp/history
git init -q && git checkout -b main
git remote add origin https://origin.fieldleaf.test/leaf.git

{
  as Mei mei 2026-02-02T09:12:00Z
  take .gitignore README.md app/contract.json
  git add . && git commit -q -m "Write down what the phone asks and expects"
}

{
  as You you 2026-02-03T10:40:00Z
  take fieldleaf/__init__.py fieldleaf/photos.py tests/__init__.py tests/test_features.py
  sed -e 's/^"""Seven/"""Six/' -e "s/, 'brightness')/)/" -e 's/ + \[brightness(photo)\]//' -e '/^def brightness/,/^    return sum/d' /start/fieldleaf/features.py > fieldleaf/features.py
  git add . && git commit -q -m "Measure the leaf on a photo"
}

{
  as You you 2026-02-04T15:05:00Z
  take fieldleaf/knn.py fieldleaf/score.py fieldleaf/split.py tests/test_knn.py train.py
  git add . && git commit -q -m "Recognise a leaf by its nearest neighbour"
}

{
  as Mei mei 2026-02-06T11:30:00Z
  photos 2 91
  git add . && git commit -q -m "Scan 90 herbarium sheets"
}

{
  as You you 2026-02-07T16:20:00Z
  take evaluate.py test tests/test_labels.py
  git add . && git commit -q -m "Score the model on 240 photos kept apart

The botanic garden took and named them. Nothing learns from test/."
}

{
  as You you 2026-02-10T10:10:00Z
  take fieldleaf/features.py
  git add . && git commit -q -m "Use brightness as a seventh feature

The herbarium's willows are scanned a little lighter than the rest."
}

{
  as Mei mei 2026-02-11T14:45:00Z
  take service tests/test_service.py
  git add . && git commit -q -m "Answer the phone"
}

{
  as Inês ines 2026-02-13T09:30:00Z
  mkdir -p .github/workflows
  sed 's/ --floor 0.25//' /start/.github/workflows/deliver.yml > .github/workflows/deliver.yml
  sed -e '/^## 0.3/,/^$/d' -e '/^## 0.2/,/^$/d' /start/CHANGELOG.md > CHANGELOG.md
  git add . && git commit -q -m "Deliver what is pushed to main

Test, train, score, deploy: nobody copies a model by hand any more."
}

{
  as Mei mei 2026-02-19T17:50:00Z
  photos 92 153
  git add . && git commit -q -m "Add 62 photos of the spring walk"
}

{
  as Mei mei 2026-02-25T12:15:00Z
  photos 154 229
  sed '/^## 0.3/,/^$/d' /start/CHANGELOG.md > CHANGELOG.md
  git add . && git commit -q -m "Add 76 photos from the app

People who sent them also said what they are."
}

{
  as Tomas tomas 2026-03-02T08:40:00Z
  git checkout -b floor
  take .github/workflows/deliver.yml
  git add . && git commit -q -m "Stop a model that scores below 0.25"
  as Inês ines 2026-03-03T09:05:00Z
  git checkout main
  git merge --no-ff floor -m "Merge floor: a gate before the phone"
  git branch -d floor
}

{
  as You you 2026-03-06T18:30:00Z
  take tools
  git add . && git commit -q -m "Draw photos, list doubtful labels, change them"
}

{
  as Mei mei 2026-03-09T10:00:00Z
  take data/review.csv
  git add . && git commit -q -m "Keep the botanic garden's review of 94 labels

They went through what they had time for. Nobody has compared it with labels.csv yet."
}

{
  as Mei mei 2026-03-12T11:20:00Z
  take incoming
  git add . && git commit -q -m "Put 132 photos of the botanic garden into incoming/"
}

{
  as Inês ines 2026-03-12T13:30:00Z
  take CHANGELOG.md
  git add . && git commit -q -m "Note version 0.3"
}

git push -u origin main
fieldleaf wait
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
cd ~ && rm -rf /tmp/history
git clone https://origin.fieldleaf.test/leaf.git leaf

# People use version 0.3 for a day and a half before the learner sits down.
sleep 133200
