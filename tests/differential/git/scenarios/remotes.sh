# scenario: clone, push and pull with a local origin
git init -q --bare -b main origin.git
git clone origin.git one
cd one
git remote
git remote -v
git status
echo 1 > a && git add a && git commit -m One
git push
git push -u origin main
git push
git status
git branch -vv
cd ..
git clone -q origin.git two
cd two
git log --oneline
git status
git branch -a
echo 2 > b && git add b && git commit -qm Two
git status
git push
cd ../one
git fetch
git status
git status -sb
git log --oneline HEAD..origin/main
git pull
git log --oneline
git pull
echo 3 > c && git add c && git commit -qm Three
cd ../two
echo 4 > d && git add d && git commit -qm Four
git push
cd ../one
git push
git pull
git pull --no-rebase --no-edit
git log --oneline --graph
git push
cd ../two
git pull --rebase
git pull --ff-only
git log --oneline -1

# scenario: branches on the origin
git init -q --bare -b main origin.git
git clone -q origin.git one 2>/dev/null
cd one
git commit -q --allow-empty -m One
git push -q -u origin main
git switch -q -c topic
git commit -q --allow-empty -m Topic
git push
git push -u origin topic
git push origin topic:other
git push origin HEAD:third
git branch -r
git ls-remote
git ls-remote --heads origin
git ls-remote origin main
git push origin --delete other
git push origin :third
git push origin :missing
git push origin --delete missing
git tag v1
git tag -a v2 -m Two
git push origin v1
git push --tags
git push --tags
git push origin :refs/tags/v1
git ls-remote --tags origin
git commit -q --amend --allow-empty -m "Topic again"
git push
git push -f
git commit -q --amend --allow-empty -m "Topic a third time"
git push --force-with-lease
git switch -q main
git branch -D topic
git switch topic
git branch -vv
git remote show
git remote get-url origin
git fetch --prune
git push --all
git push missing
git push origin missing
git push --dry-run origin main:dry
git config --get branch.topic.merge

# scenario: remotes
git init -q .
git remote add origin ../nowhere.git
git remote add second https://example.com/x.git
git remote
git remote -v
git remote add origin other
git remote rename second upstream
git remote set-url upstream https://example.com/y.git
git remote get-url upstream
git remote remove upstream
git remote -v
git remote remove missing
git fetch
git fetch missing
git pull
git remote get-url missing
git ls-remote missing

# scenario: pull that rebases and one that conflicts
git init -q --bare -b main origin.git
git clone -q origin.git one 2>/dev/null
cd one
echo 1 > a && git add a && git commit -qm One && git push -q -u origin main
cd .. && git clone -q origin.git two && cd two
echo two > a && git commit -qam Two && git push -q
cd ../one
echo mine > b && git add b && git commit -qm Mine
git pull --rebase
git log --oneline
git push
cd ../two
echo conflict > b && git add b && git commit -qm Conflict
git config pull.rebase false
git pull
git status
git merge --abort
git config pull.rebase true
git pull
git rebase --abort
git status
git fetch --all
git fetch origin main
git log --oneline --all --graph

# scenario: clone in its forms
git init -q source
cd source && git commit -q --allow-empty -m One && git tag v1 && git branch topic && git commit -q --allow-empty -m Two
cd ..
git clone source
git clone source copy
git clone -q source quiet
git clone -b topic source on-topic
git -C on-topic branch -a
git clone --bare source bare.git
git -C bare.git branch
git clone missing
git clone source copy
git clone --depth 1 "file://$PWD/source" shallow
git -C shallow log --oneline
git -C copy remote -v
git -C copy tag
git -C copy log --oneline --decorate

# scenario: over http
# origin: leaf
git clone http://origin.fieldleaf.test/leaf.git
cd leaf
echo 1 > a && git add a && git commit -qm One
git push -u origin main
git switch -q -c topic
echo 2 > b && git add b && git commit -qm Two
git push
git push -u origin HEAD
git push origin --delete topic
git push origin :topic
cd ..
git clone http://origin.fieldleaf.test/leaf.git two
cd two
git log --oneline --decorate
echo 3 > c && git add c && git commit -qm Three && git push
cd ../leaf
git switch -q main
git fetch
git pull
git ls-remote origin
git commit -q --amend -m "Changed"
git push
git push --force
git tag v1 && git push --tags
git push origin v1
git clone http://origin.fieldleaf.test/missing.git
git remote set-url origin http://nowhere.fieldleaf.test/leaf.git

# scenario: remotes by a relative path
git init -q --bare ../rel.git
git init -q .
git remote add origin ../rel.git
echo 1 > a && git add a && git commit -qm One
git push -u origin main
git push
git remote -v
git clone ../rel.git ../copy
git -C ../copy remote -v
echo 2 > b && git add b && git commit -qm Two && git push
git -C ../copy fetch
git -C ../copy pull
git push origin nothing
git ls-remote
