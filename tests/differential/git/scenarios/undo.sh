# scenario: reset in three modes
git init -q .
echo 1 > a && git add a && git commit -qm One
echo 2 > a && git commit -qam Two
echo 3 > a && git commit -qam Three
git reset --soft HEAD~1
git status -s
git reset HEAD~1
git status -s
git reset --hard
git status
git reset --hard ORIG_HEAD
git log --oneline
echo x > b && git add b && echo y > a
git reset b
git reset
git reset -q
git reset --hard missing
git reset --hard HEAD~1
git reflog
git reflog -3
git reset --hard HEAD@{1}
git log --oneline
git reset HEAD -- a
git reset --keep HEAD~1

# scenario: revert and cherry-pick
git init -q .
echo 1 > a && git add a && git commit -qm One
echo 2 > b && git add b && git commit -qm Two
echo 3 > c && git add c && git commit -qm Three
git revert --no-edit HEAD~1
git log --oneline
git revert -n HEAD
git status
git commit -qm "Bring b back"
git switch -q -c topic HEAD~2
echo 4 > d && git add d && git commit -qm Four
git switch -q main
git cherry-pick topic
git log --oneline -2
git cherry-pick -x topic
git cherry-pick --abort
git status
echo conflict > d && git commit -qam Conflict
git cherry-pick topic
git status
git cherry-pick --skip
git status -s
git switch -q topic
echo 5 > d && git commit -qam Five
git switch -q main
git cherry-pick topic
git status
git diff
git cherry-pick --abort
git cherry-pick topic
echo both > d && git add d
git cherry-pick --continue --no-edit
git log -1 --format=%s
git revert HEAD --no-edit
git revert missing

# scenario: stash
git init -q .
echo 1 > a && git add a && git commit -qm One
git stash
echo 2 > a
git stash
git status -s
git stash list
git stash show
git stash show -p
git stash pop
git status -s
git stash push -m "With a message"
git stash list
echo 3 > b
git stash
git stash -u
git stash list
git stash apply
git stash drop
git stash apply stash@{0}
git stash drop stash@{5}
git checkout -q -- a
git stash pop
git stash list
git add a && git stash
echo conflict > a && git commit -qam Conflict
git stash pop
git status
git checkout -q --theirs a
git reset -q --hard
git stash clear
git stash list
git stash pop

# scenario: removing and moving
git init -q .
mkdir d
echo 1 > a && echo 2 > b && echo 3 > d/c && git add . && git commit -qm One
git rm a
git status -s
git rm --cached b
git status -s
ls
git reset -q --hard
echo changed > a
git rm a
git rm -f a
git rm d
git rm -r d
git rm missing
git reset -q --hard
git mv a z
git mv missing x
git mv z b
git mv z d
git status -s
git commit -m Moved
git mv d e
git status -s
git mv -f e/z b
git status -s
git clean -n
echo u > u
git clean
git clean -n
git clean -f
echo 1 > keep && mkdir new && echo 2 > new/x
git clean -fd
ls

# scenario: tags
git init -q .
git commit -q --allow-empty -m One
git tag v1
git tag -a v2 -m "Second"
git tag
git tag -l 'v1*'
git tag -n
git tag v1
git tag -f v1
git commit -q --allow-empty -m Two
git tag -f v1
git tag v0 HEAD~1
git tag --sort=-v:refname
git tag --list
git tag -d v0
git tag -d missing
git tag --points-at HEAD
git tag --contains HEAD~1
git show v2 -s
git describe
git describe --tags
git tag -a v3 -m "Third" HEAD~1
git tag -n3 -l 'v[23]'
git tag -d v1 v2
git tag "bad name"
git describe --tags --abbrev=0
git cat-file -p v3

# scenario: reflog
git init -q .
git commit -q --allow-empty -m One
git commit -q --allow-empty -m Two
git switch -q -c topic
git commit -q --allow-empty -m Three
git reflog
git reflog show main
git reflog topic
git rev-parse HEAD@{1} main@{1}
git log -g --oneline
git log -1 --format=%gd -g
git show -s --oneline HEAD@{2}
git rev-parse @{-1}
git reflog -n 2
