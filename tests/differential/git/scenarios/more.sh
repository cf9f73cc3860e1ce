# scenario: inside a folder
git init -q .
mkdir -p src/deep docs && echo 1 > src/a && echo 2 > src/deep/b && echo 3 > docs/c && echo 4 > top
git add . && git commit -qm Begin
cd src
echo more >> a && echo more >> ../docs/c && echo new > n && echo new > ../m
git status
git status -s
git status --porcelain
git status .
git diff --stat
git diff --name-only
git diff --name-only --relative
git add .
git status -s
git ls-files
git ls-files --full-name
git ls-files ..
git ls-tree HEAD
git ls-tree --full-tree HEAD
git ls-tree -r HEAD
git show HEAD:src/a
git show HEAD:./a
git log --oneline -- .
git log --oneline -- ../docs
git checkout -- ../docs/c
git reset -q
git clean -n
git clean -n ..
git rm --cached deep/b
git mv deep/b ../moved
git restore --staged ..
git grep more
git grep -n 2 -- ..
git blame -s a
cd deep
git rev-parse --show-cdup --show-prefix
git add ..
git commit -qm "From below"
git show --stat --format=%s
cd ../..
git -C src/deep status -s

# scenario: pathspecs
git init -q .
mkdir -p a b/c && touch a/1.py a/2.txt b/3.py b/c/4.py 5.py 'with space.py'
git add '*.py'
git status -s
git add 'b/*.txt'
git add :/a
git status -s
git reset -q
git add . ':!b'
git status -s
git commit -qm Some
git add -A
git commit -qm Rest
git ls-files '*.py'
git ls-files 'a/*'
git ls-files ':(glob)*.py'
git ls-files ':(glob)**/*.py'
git ls-files ':(icase)A'
git ls-files b/
git ls-files -- ':(exclude)b' 
git log --oneline -- '*.txt'
git log --oneline -- b/c
git rm -r --cached 'b/*.py'
git status -s
git diff --cached --stat -- b/c
git checkout HEAD -- b
git ls-files nothing

# scenario: ignoring in depth
git init -q .
mkdir -p build/out logs deep/er/est node_modules/x
printf '# comment\n\n*.o\n!keep.o\n/build\nlogs/\n**/est/*.tmp\ndeep/**/x\n\\#name\n*.[ab]\n' > .gitignore
printf '!important.log\n*.log\n' > deep/.gitignore
touch a.o keep.o build/out/1 logs/1 deep/er/est/1.tmp deep/er/x '#name' f.a f.b f.c deep/y.log deep/important.log
git status -s -uall
git status -s --ignored
git check-ignore -v a.o keep.o build/out/1 logs/1 deep/er/est/1.tmp deep/er/x '#name' f.a f.c deep/y.log deep/important.log
git check-ignore -v -n f.c
git add f.a
git add build
git add -f build/out/1
git status -s
git ls-files -o -i --exclude-standard
git ls-files -o --exclude-standard
git clean -ndX
git clean -ndx
echo 'f.c' >> .git/info/exclude
git status -s -uall
git config core.excludesFile ../excludes
echo 'keep.o' > ../excludes
git status -s -uall
git rm -q --cached build/out/1
git clean -fdX
git status -s -uall
ls -A

# scenario: modes and links
git init -q .
echo '#!/bin/sh' > run && chmod +x run
ln -s run link
mkdir d && echo 1 > d/f
ln -s d dlink
git add . && git commit -m Begin
git ls-files -s
git status
chmod -x run
git status -s
git diff
git commit -qam "Not executable"
git show --summary --format=%s
rm link && echo file > link
git status -s
git diff
git diff --stat
git add link
git status -s
git commit -qm "A file now"
git show --stat --summary --format=%s
rm -r d && echo file > d
git status -s
git add -A
git status -s
git commit -qm "A folder becomes a file"
git checkout -q HEAD~1
cat d/f
git checkout -q main
cat d
ls -l link | cut -c1-10
git checkout -q HEAD~2
readlink link
git update-index --chmod=+x d/f
git diff --cached --summary
git add --chmod=-x d/f
git status -s

# scenario: conflicts of every kind
git init -q .
for f in both-mod del-mod mod-del both-add1 rename; do printf '1\n2\n3\n4\n5\n6\n7\n8\n9\n' > $f; done
git rm -q --cached both-add1 2>/dev/null; rm -f both-add1
git add . && git commit -qm Begin
git switch -q -c topic
sed -i 's/5/topic/' both-mod && git rm -q del-mod && sed -i 's/5/topic/' mod-del && echo topic > both-add && git mv rename renamed-topic && git add -A && git commit -qm Topic
git switch -q main
sed -i 's/5/main/' both-mod && sed -i 's/5/main/' del-mod && git rm -q mod-del && echo main > both-add && git mv rename renamed-main && git add -A && git commit -qm Main
git merge topic
git status
git status -s
git ls-files -s
git ls-files -u | cut -f2 | sort -u
git diff --name-only
git diff --name-only --diff-filter=U
cat both-mod both-add
git diff both-mod
git diff --ours both-mod
git checkout --theirs both-mod
git add both-mod
git rm del-mod
git checkout --theirs mod-del
git add mod-del
git checkout -m both-mod
git add both-add renamed-main
git status -s
git rm --cached renamed-topic rename
git commit -qm Merged
git status -s
git log --oneline --graph
git show --name-status --format=%s
git show --format=%s -m --stat

# scenario: merge options
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c t1 && echo t1 > t1 && git add t1 && git commit -qm T1
git switch -q -c t2 main && echo t2 > t2 && git add t2 && git commit -qm T2
git switch -q main
git merge --no-ff --no-commit t1
git status
git merge t2
git commit -qm "Merged by hand"
git merge --no-edit --log t2
git log -1 --format=%B
git switch -q -c t3 HEAD~1 && echo t3 > a && git commit -qam T3
git switch -q main && echo main > a && git commit -qam M
git merge -X theirs t3 -m "Theirs"
cat a
git reset -q --hard HEAD~1
git merge -X ours t3 -m "Ours"
cat a
git reset -q --hard HEAD~1
git merge --squash t3
git status -s
git reset -q --hard
git merge -s ours t3 -m "Strategy"
cat a
git merge-base main t3
git branch --merged
git branch --no-merged
git switch -q --orphan lonely
git commit -q --allow-empty -m Lonely
git merge main
git merge --allow-unrelated-histories --no-edit main
git log --oneline --graph --all
git merge --quiet --no-ff HEAD~1
git merge HEAD
git merge main~1 t1

# scenario: stashing in depth
git init -q .
echo 1 > a && echo 1 > b && git add . && git commit -qm One
echo 2 > a && echo 2 > b && git add b
git stash push a
git status -s
git stash pop
git stash --keep-index
git status -s
git stash list
git stash show --name-only
git stash pop
git checkout -q .
git stash pop --index
git status -s
git stash -m "named"
git stash list --format='%gd %s'
git stash show stash@{0} --stat
git stash branch from-stash
git status -sb
git stash list
git stash -u
git stash apply --index
git stash drop
echo new > n
git stash push -u -m "with new"
ls
git stash show -u
git stash pop
git status -s
git stash push --include-untracked -- n
git status -s
git stash show --only-untracked --name-only
git stash pop -q
git stash push missing
git stash show
git stash foo
git reset -q --hard
git clean -fdq
git stash
echo 3 > a && git stash -q
echo 4 > a
git stash pop
git stash apply missing
git commit -qam Four
git stash pop
git checkout --ours a
git add a && git stash drop
git status -s

# scenario: tags in depth
git init -q .
git commit -q --allow-empty -m One
git tag -a v1.0 -m $'Release 1.0\n\nWith notes.'
git commit -q --allow-empty -m Two
git tag v1.1
git tag -a v1.10 -m "Ten"
git tag -a v1.9 -m "Nine" HEAD~1
git tag -l
git tag -l --sort=version:refname
git tag -l --sort=-creatordate
git tag -n2 -l 'v1.0'
git tag -n99
git tag -l 'v1.1*'
git tag --contains HEAD
git tag --merged HEAD~1
git tag --no-contains HEAD
git tag --points-at HEAD~1
git tag --format='%(refname:short) %(objecttype) %(*objecttype) %(taggername) %(contents:subject)'
git show v1.0
git show v1.1 --format=%s
git tag -f v1.1 HEAD~1
git tag -d v1.1 v1.10
git tag v1.0^{} 
git tag -m "implied annotated" v3
git cat-file -t v3
git tag copy v3
git cat-file -t copy
git describe
git describe --long
git describe HEAD~1
git describe --match 'v1.9'
git describe --exact-match HEAD~1
git describe --dirty
echo x > x && git add x
git describe --dirty
git commit -qm Three
git describe
git describe --abbrev=4
git describe --tags
git describe --all
git for-each-ref --format='%(refname:short)|%(creatordate:short)|%(subject)' --sort=-creatordate refs/tags
git rev-parse v1.0 v1.0^{commit} v1.0^{tree}
git log --oneline --decorate
git log --oneline --decorate=full -1
