# scenario: ahead, behind and upstream names
git init -q --bare origin.git
git clone -q origin.git leaf 2>/dev/null
cd leaf
git commit -q --allow-empty -m "One"
git push -q -u origin HEAD
git commit -q --allow-empty -m "Two"
git status -sb
git status --porcelain=v2 --branch
git rev-parse --abbrev-ref @{u}
git rev-parse --abbrev-ref HEAD@{upstream} @{push}
git rev-list --count --left-right @{u}...HEAD
git rev-list --left-right @{u}...
git switch -qc topic
git switch -q -
git rev-parse --abbrev-ref @{-1}
git rev-parse ':/One' HEAD^{tree} HEAD^{commit}
git rev-parse --short HEAD
git rev-parse --verify -q nope
git rev-parse --is-inside-work-tree --show-toplevel
git merge-base --is-ancestor HEAD~1 HEAD
git merge-base --is-ancestor HEAD HEAD~1
git branch -vv
git push
git status -sb

# scenario: pushes that are refused
git init -q --bare origin.git
git clone -q origin.git one 2>/dev/null
git clone -q origin.git two 2>/dev/null
cd one
git commit -q --allow-empty -m "One"
git push -q origin main
cd ../two
git pull -q
git commit -q --allow-empty -m "Two"
git push -q origin main
cd ../one
git commit -q --allow-empty -m "Other"
git push origin main
git push --force-with-lease origin main
git fetch
git push --force-with-lease origin main
git push origin main:copy
git push origin :copy
git push --delete origin nope
git tag -a -m "First" v1
git push --follow-tags
git push --tags
git ls-remote origin
cd ../two
git pull --ff-only
git pull --no-rebase --no-edit
git log --oneline --graph
git fetch --prune
git remote show origin

# scenario: tags, describe and formats of refs
git init -q .
git commit -q --allow-empty -m "One"
git tag light
git tag -a v1.0 -m "First"
git commit -q --allow-empty -m "Two"
git describe
git describe --tags --long
git describe --always --dirty
git for-each-ref --format='%(refname:short) %(objecttype) %(subject)'
git for-each-ref --sort=-refname --count=1 refs/tags
git tag -n
git tag -l 'v*'
git tag --contains HEAD~1
git tag -d light
git tag v1.0
git show v1.0 --stat
git shortlog -sne HEAD
git symbolic-ref HEAD
git symbolic-ref --short HEAD
git ls-remote .

# scenario: cleaning
git init -q .
printf '*.log\nbuild/\n!keep.log\n' > .gitignore
mkdir build dir
touch a.log keep.log build/x dir/y z
git add .gitignore
git commit -q -m "Ignore"
git clean
git clean -n
git clean -nd
git clean -ndX
git clean -ndx
git check-ignore -v a.log keep.log build/x z
git status -s --ignored
git ls-files -o --exclude-standard
git clean -fdx
git status -s

# scenario: the log of a reflog
git init -q .
git commit -q --allow-empty -m "One"
git commit -q --allow-empty -m "Two"
git reset -q --hard HEAD~1
git reflog
git reflog show main
git reset -q --hard HEAD@{1}
git log -g --oneline
git rev-parse HEAD@{1} main@{2}
git log --oneline -1 ORIG_HEAD

# scenario: restoring from anywhere
git init -q .
seq 1 3 > a
seq 1 3 > b
git add .
git commit -q -m "One"
seq 1 4 > a
git commit -qam "Two"
seq 1 5 > a
git add a
seq 1 6 > a
git restore a
git diff --cached --stat
git restore --staged a
git status -s
git restore --source=HEAD~1 a
git diff --stat
git restore --source HEAD~1 --staged --worktree a
git status -s
git restore nope
git checkout HEAD -- .
git status -s
git rm --cached b
git status -s
git reset -q
git mv b c
git status -s
git mv nope d

# scenario: maintenance and names that are no commands
git init -q .
git commit -q --allow-empty -m "One"
git gc -q
git log --oneline
git frobnicate
git comit
git stauts

# scenario: what post-rewrite is told of an amended commit
git init -q .
mkdir -p .git/hooks
printf '#!/bin/sh\necho "$1"\ncat\n' > .git/hooks/post-rewrite
chmod +x .git/hooks/post-rewrite
git commit -q --allow-empty -m "One"
git commit -q --amend --allow-empty -m "Better"
git log --oneline
