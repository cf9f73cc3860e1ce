# scenario: a first repository
git init leaf
cd leaf
git status
echo "# Leaf" > README.md
git status
git status -s
git add README.md
git status
git commit -m "Begin"
git status
git log
git log --oneline
git show
git rev-parse HEAD
git rev-parse --abbrev-ref HEAD
git branch

# scenario: init in its forms
git init
git init
git init -q again
git init --bare origin.git
git -C again status
git init -b trunk other
git -C other branch --show-current
git -C other symbolic-ref HEAD
ls origin.git

# scenario: nothing to do
git status
git log
git init -q .
git log
git commit -m "Nothing"
git add missing
git diff
git branch
git show
git rev-parse HEAD
git checkout missing
git switch missing
git stash
git foo
git --version | cut -d' ' -f1-2

# scenario: add in its forms
git init -q .
mkdir -p src docs
echo 1 > src/a.py
echo 2 > src/b.py
echo 3 > docs/c.md
git add src
git status --short
git add .
git status --short
git commit -qm "Files"
echo 10 >> src/a.py
rm src/b.py
echo new > src/d.py
git add -u
git status --short
git reset -q
git add -A
git status --short
git commit -m "All"
echo x > "a file with spaces"
echo y > ünïcode
git status
git status -s
git add -v .
git status -s
git commit -m "Names"
git add -n .
git add nothing-here

# scenario: status in every state
git init -q .
printf 'one\ntwo\nthree\n' > kept
printf 'gone\n' > gone
printf 'staged\n' > staged
printf 'renamed file with enough text to be recognised\nline 2\nline 3\n' > old-name
git add . && git commit -qm Begin
echo more >> kept
rm gone
echo more >> staged && git add staged
git mv old-name new-name
echo n > untracked
mkdir folder && echo n > folder/inside
echo added > added && git add added
echo and-changed >> added
git status
git status -s
git status -sb
git status --porcelain
git status --porcelain=v2
git status --porcelain=v2 --branch
git status -uno
git status -uall
git status -z | wc -c
git diff --stat
git diff --cached --stat
git diff --name-status
git diff --cached --name-status
git diff HEAD --name-only

# scenario: ignored files
git init -q .
printf '*.log\nbuild/\n!keep.log\n/only-here\n' > .gitignore
mkdir -p build sub
touch a.log keep.log build/x sub/only-here only-here sub/b.log
git status -s
git status -s --ignored
git add a.log
git add -f a.log
git status -s
git check-ignore -v a.log sub/b.log build/x
git check-ignore keep.log
git check-ignore sub/only-here
git check-ignore sub/b.log only-here
git add .
git status -s
git clean -n
git clean -nd
git clean -fdx
ls -A

# scenario: commit in its forms
git init -q .
echo 1 > a
git add a
git commit -m "One" -m "With a body."
git log -1 --format=%B
echo 2 > a
git commit -am "Two"
echo 3 > a
git commit --amend -m "Nothing staged"
git commit -a --amend --no-edit
git log --oneline
git log -1 --stat
git commit --allow-empty -m "Empty"
git commit -m "Nothing"
echo 4 > b
git commit -m "Only untracked"
git add b
git commit -q -m "Quiet"
echo "From a file" > /tmp/plumbline-message
git commit --allow-empty -F /tmp/plumbline-message
rm /tmp/plumbline-message
echo "From stdin" | git commit --allow-empty -F -
git commit --allow-empty --author "Grace <grace@example.com>" -m "By another"
git log -1
git log -1 --format=fuller
git commit --allow-empty --date "2020-02-03T04:05:06+0100" -m "On another day"
git log -1 --format='%ad %cd'
git commit
git log --format=%s
