# scenario: work trees added, listed and removed
mkdir leaf && cd leaf
git init -q .
echo 1 > a && mkdir src && echo 2 > src/b && git add . && git commit -qm One
git branch side
git worktree list
git worktree add ../hotfix
cat ../hotfix/.git ../hotfix/a .git/worktrees/hotfix/HEAD .git/worktrees/hotfix/commondir .git/worktrees/hotfix/gitdir
git worktree add ../s side
git worktree add ../d --detach
git worktree add -b new ../n HEAD
git worktree add -B new2 ../n2
git worktree list
git worktree list --porcelain
git worktree add ../s2 side
git worktree add ../q nosuch
git worktree add ../q HEAD~9
git worktree add -b side ../q
git worktree add -b y -B z ../q
git worktree add -B side ../q
git worktree add ../hotfix
git worktree add
git worktree foo
git worktree list extra
git branch
git branch -v
git branch -vv
git branch -d hotfix
git branch -f side
git switch side
git checkout side
git rebase main side
echo x >> ../s/a
git worktree remove ../s
git worktree remove --force ../s
git worktree remove ../n
git worktree remove ../nope
git worktree remove .
git worktree list
git branch -D side new
git -C ../d log --oneline
git for-each-ref --format='%(refname) %(worktreepath)'

# scenario: work in a linked work tree
mkdir leaf && cd leaf
git init -q .
echo 1 > a && git add . && git commit -qm One
git worktree add -q ../w
cd ../w
git rev-parse --show-toplevel
git rev-parse --git-dir
git rev-parse --git-common-dir
git rev-parse --git-path HEAD
git rev-parse --git-path objects
git rev-parse --absolute-git-dir
git rev-parse --is-inside-work-tree
git status
git branch
echo 2 >> a && echo new > b
git status -s
git add b && git commit -am Two
git log --oneline --all
git switch main
git branch -f main
git switch -c topic
git switch w
git branch -m w renamed
git worktree list
git stash list
echo 3 >> a && git stash
git -C ../leaf stash list
git -C ../leaf stash pop
git -C ../leaf status -s
git config user.email w@fieldleaf.test
git -C ../leaf config user.email
git tag v1
git -C ../leaf tag
git -C ../leaf branch -vv
git -C ../leaf merge renamed
git -C ../leaf commit -qam "With stash"
git merge main
git log --oneline --graph --all
git rebase topic
git reflog
git worktree remove ../w
cd ../leaf
git worktree list
git worktree prune

# scenario: work trees locked, moved and lost
mkdir leaf && cd leaf
git init -q .
echo 1 > a && git add . && git commit -qm One
git worktree add -q ../one && git worktree add -q ../two && git worktree add --lock ../three
git worktree list -v
git worktree lock --reason "on a stick" ../one
git worktree lock ../one
git worktree lock .
git worktree lock
git worktree lock ../two
git worktree list
git worktree list -v
git worktree list --porcelain
git worktree remove ../one
git worktree remove -f ../one
git worktree remove -f -f ../three
git worktree move ../one ../elsewhere
git worktree unlock ../one
git worktree unlock ../one
git worktree move ../one ../elsewhere
cat ../elsewhere/.git .git/worktrees/one/gitdir
git -C ../elsewhere status
git worktree move ../elsewhere
git worktree move . ../x
git worktree move ../nope ../x
git worktree unlock two
git worktree list
rm -rf ../two
git worktree list
git worktree list -v
git worktree list --porcelain
git worktree add ../two
git worktree prune -n
git worktree prune -v
git worktree list
mkdir ../full && touch ../full/x
git worktree add ../full
git worktree add --no-checkout ../bare-ish
git -C ../bare-ish status -s
git worktree list -z
git worktree list --porcelain -v
mv ../elsewhere ../moved
git worktree list
git worktree repair ../moved
git worktree list

# scenario: work trees of a clone
git init -q --bare o.git
git clone -q o.git c
cd c
echo 1 > a && git add . && git commit -qm One && git push -q -u origin HEAD
git push -q origin HEAD:topic
git fetch -q
git worktree add ../topic topic
git -C ../topic status -sb
git -C ../topic branch -vv
echo 2 >> ../topic/a
git -C ../topic commit -qam Two
git -C ../topic push
git -C ../topic pull
git worktree add ../remote origin/topic
git worktree add -b own ../own origin/main
git config --get-regexp 'branch\..*'
git fetch origin topic:topic
git worktree list
git -C ../o.git worktree list
git -C ../o.git worktree add ../from-bare topic
git -C ../o.git worktree list
git -C ../from-bare log --oneline
git -C ../from-bare status
