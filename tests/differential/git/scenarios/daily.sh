# scenario: logs by author, date and content
git init -q .
echo a > a && git add . && git commit -qm "Add a leaf"
echo b >> a && git commit -qam "Measure petals" --author "Grace Hopper <grace@fieldleaf.test>"
echo c > c && git add . && git commit -qm "add c" -m "A body."
git mv c d && git commit -qm "Rename c"
git log --oneline --author=Grace
git log --oneline --grep=ADD -i
git log --oneline -S b
git log --oneline -G '^c' --name-status
git log --oneline --since="2026-11-02 09:02:30" --until="2026-11-02 09:03:30"
git log --reverse --format='%h %an %ae %s%n%b'
git log --follow --oneline d
git log --no-merges --first-parent --format=%H
git log --format='%h %ad' --date=short
git shortlog -sne
git show HEAD~1:c
git show HEAD~3:nothing

# scenario: names with spaces, umlauts and quotes
git init -q .
echo 1 > 'a b' && echo 2 > 'grün' && echo 3 > 'q"x' && : > empty
git status -s
git add . && git commit -qm "One"
git ls-files
git -c core.quotePath=false ls-files
git ls-files -z
git ls-tree HEAD
echo x >> 'grün' && echo y >> 'a b' && git diff
git -c core.quotePath=false diff --stat
git mv 'a b' 'c d' && git status
git rm -q 'q"x' && git status --porcelain
git show --stat
rm empty && git status -s

# scenario: restoring and resetting paths
git init -q .
echo 1 > a && echo 1 > b && git add . && git commit -qm "One"
echo 2 > a && echo 2 > b && git commit -qam "Two"
git restore --source=HEAD~1 a && git status -s
git restore --source=HEAD~1 --staged --worktree b && git status -s
git reset -q HEAD a b && git status -s
git restore . && git status -s
git restore --staged nothing
git reset HEAD~1 -- a && git status -s
git reset --hard -- a
git reset --soft HEAD~5
git checkout HEAD~1 -- b && git status -s
git checkout -- nothing
git reset --keep HEAD~1 && git status -s

# scenario: questions about revisions
git init -q .
git commit -q --allow-empty -m "One" && git tag -m "v1" v1
git switch -qc side && git commit -q --allow-empty -m "Side"
git switch -q main && git commit -q --allow-empty -m "Two"
git rev-list --count HEAD
git rev-list --left-right --count main...side
git rev-list --left-right main...side
git merge-base --is-ancestor v1 main; echo $?
git merge-base --is-ancestor side main; echo $?
git merge-base --all main side
git rev-parse v1 v1^{} v1^{commit} HEAD^0 HEAD~1 :/Side
git rev-parse --abbrev-ref HEAD
git rev-parse --verify nothing
git rev-parse --symbolic-full-name side
git describe && git describe --tags --always side
git for-each-ref --format='%(refname:short) %(objecttype) %(subject)' --sort=-refname
git for-each-ref --merged main
git for-each-ref --no-merged=main --contains side
git symbolic-ref HEAD && git symbolic-ref --short HEAD
echo HEAD | git cat-file --batch-check
git log -1 --oneline
git tag --contains side
git log main..side --oneline
git log side...main --oneline --left-right

# scenario: working from elsewhere
git init -q one
git -C one commit -q --allow-empty -m "One"
git -C one log --oneline
git -C nowhere status
git --git-dir=one/.git log --oneline
git --git-dir=one/.git --work-tree=one status
GIT_DIR=one/.git git rev-parse --git-dir
git clone -q --bare one bare.git && git -C bare.git log --oneline
git -C bare.git status
git -C bare.git rev-parse --is-bare-repository
git -C one config alias.greet '!echo hello'
git -C one greet there
git -c user.name=Someone -C one commit -q --allow-empty -m "Two" && git -C one log -1 --format=%an
