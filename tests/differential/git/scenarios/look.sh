# scenario: diff in its forms
git init -q .
printf 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n' > letters
echo same > same
git add . && git commit -qm Begin
sed -i 's/c/C/; s/i/I/' letters
git diff
git diff letters
git diff -- same
git diff --stat
git diff --numstat
git diff --shortstat
git diff --name-only
git diff -U0
git diff -U1
git add letters
git diff
git diff --cached
git diff --staged --stat
git diff HEAD
git commit -qm Capitals
git diff HEAD~1 HEAD
git diff HEAD~1..HEAD --stat
git diff HEAD~1 HEAD -- same
git diff --quiet
git diff --exit-code HEAD~1
printf 'no newline' > same
git diff
printf '\000\001\002' > binary
git add . && git commit -qm Binary
printf '\000\001\003' > binary
git diff
git diff --stat
chmod +x same
git diff
git diff -R --stat
git diff HEAD~1...HEAD --stat
git diff --summary HEAD~1 HEAD
git diff missing

# scenario: log in its forms
git init -q .
echo 1 > a && git add a && git commit -qm "First"
echo 2 > b && git add b && git commit -qm "Second"
git switch -q -c topic
echo 3 > c && git add c && git commit -qm "On topic"
git switch -q main
echo 4 >> a && git commit -qam "Fourth"
git merge -q --no-ff -m "Merge topic" topic
git tag v1
git log
git log --oneline
git log --oneline --graph
git log --oneline --graph --all --decorate
git log --oneline --decorate=short
git log --graph
git log -2
git log -n 1
git log --oneline -- a
git log --stat -1
git log -p -1 -- a
git log --format='%h %an %ae %s'
git log --pretty=oneline
git log --pretty=format:'%h %d %s'
git log --format=short -1
git log --merges --oneline
git log --no-merges --oneline
git log --first-parent --oneline
git log --reverse --oneline
git log --author=Ada --oneline
git log --author=Nobody --oneline
git log --grep=topic --oneline
git log main..topic --oneline
git log topic..main --oneline
git log --since=2026-11-02 --oneline
git log --until=2020-01-01 --oneline
git log --since=yesterday --oneline
git log --skip=1 -2 --oneline
git log --name-only -1
git log --name-status --oneline -3
git log --all --oneline
git log --date=short --format='%ad %s' -2
git log --date=iso -1
git log --date=relative --format=%ad -1
git log -S4 --oneline
git log missing
git shortlog
git shortlog -sn
git shortlog -sne HEAD

# scenario: show and blame
git init -q .
printf 'a\nb\n' > f && git add f && git commit -qm "First"
printf 'a\nB\nc\n' > f && git commit -qam "Second"
git tag light
git tag -a heavy -m "A heavy tag"
git show
git show --stat
git show HEAD~1
git show HEAD:f
git show HEAD~1:f
git show light --oneline -s
git show heavy
git show --name-only
git show -s --format=%s
git show missing
git show HEAD:missing
git show HEAD^{tree}
git blame f
git blame -L 2,2 f
git blame -s f
git blame missing

# scenario: grep and ls-files
git init -q .
mkdir src
printf 'import json\nprint(json)\n' > src/a.py
printf 'import csv\n' > src/b.py
echo text > notes
git add . && git commit -qm Begin
git grep import
git grep -n json
git grep -l import
git grep -c import
git grep -i IMPORT -- src/b.py
git grep nothing
git ls-files
git ls-files src
git ls-files -s
echo more > new
git ls-files -o
git ls-files --others --exclude-standard
rm notes
git ls-files -d
git ls-files -m
git ls-files --error-unmatch missing

# scenario: plumbing reads
git init -q .
mkdir src
echo a > src/a && echo b > b && git add . && git commit -qm Begin
echo c > b && git commit -qam Second
git tag -a v1 -m "First tag"
git cat-file -t HEAD
git cat-file -s HEAD
git cat-file -p HEAD
git cat-file -p HEAD^{tree}
git cat-file -p HEAD:b
git cat-file blob HEAD:src/a
git cat-file -p v1
git cat-file -t v1
git cat-file -e HEAD
git cat-file -e missing
git cat-file -p missing
git ls-tree HEAD
git ls-tree -r HEAD
git ls-tree -r --name-only HEAD
git ls-tree HEAD src/
git ls-tree -l HEAD
git ls-tree -d HEAD
git hash-object b
echo hello | git hash-object --stdin
echo hello | git hash-object -w --stdin
git rev-list HEAD
git rev-list --count HEAD
git rev-list --all
git rev-list -n 1 HEAD
git rev-list HEAD~1..HEAD
git rev-list --objects HEAD | cut -c1-40 | wc -l
git for-each-ref
git for-each-ref --format='%(refname:short) %(objecttype)' refs/tags
git for-each-ref --format='%(refname) %(objectname:short) %(subject)' refs/heads
git for-each-ref --sort=-committerdate --count=1
git symbolic-ref HEAD
git symbolic-ref --short HEAD
git show-ref
git show-ref --heads
git rev-parse HEAD HEAD~1
git rev-parse --short HEAD
git rev-parse HEAD^{tree}
git rev-parse v1
git rev-parse v1^{commit}
git rev-parse v1^{}
git rev-parse HEAD:src/a
git rev-parse --verify missing
git rev-parse --verify -q missing
git rev-parse --show-toplevel
git rev-parse --git-dir
git rev-parse --is-inside-work-tree
cd src
git rev-parse --show-prefix
git rev-parse --git-dir
git rev-parse --show-cdup
cd ..
git rev-parse main@{0}
git rev-parse @
git merge-base HEAD HEAD~1
git merge-base --is-ancestor HEAD~1 HEAD
git merge-base --is-ancestor HEAD HEAD~1
git describe
git describe --tags HEAD~1
git describe --always HEAD~1
git write-tree
git var GIT_AUTHOR_IDENT
git count-objects

# scenario: blame over merges, renames and lines that moved
git init -b main
printf '1\n2\n3\n4\n5\n' > poem.txt && git add . && git commit -m "Five lines"
printf '0\n1\n2\n3\n4\n5\n' > poem.txt && git commit -am "A line in front"
git mv poem.txt song.txt && git commit -m "Call it a song"
git checkout -b side
printf '0\n1\n2\n3\nfour\n5\n' > song.txt && git commit -am "Four in words"
git checkout main
printf '0\none\n2\n3\n4\n5\n' > song.txt && git commit -am "One in words"
git merge --no-edit side
printf '0\none\n3\nfour\n5\nlast' > song.txt && git commit -am "Without two, with a last one"
git blame song.txt
git blame -s -f song.txt
git blame -s -n song.txt
git blame -L 2,4 song.txt
git blame --porcelain song.txt
git blame HEAD~1 -- song.txt
git blame side song.txt
git blame -s HEAD~3 -- poem.txt
echo more >> song.txt
git blame -s song.txt
mkdir deep && git mv song.txt deep/song.txt && git commit -qam "Deeper"
git blame -s deep/song.txt
git checkout -q -b conflict main~1 && printf '0\n1!\n2\n3\n4\n5\n' > song.txt && git commit -qam "Loud"
git blame -l song.txt
git blame -e song.txt
