# scenario: interactive rebase
git init -q .
echo 1 > a && git add a && git commit -qm One
echo 2 > b && git add b && git commit -qm Two
echo 3 > c && git add c && git commit -qm Three
echo 4 > d && git add d && git commit -qm Four
GIT_SEQUENCE_EDITOR="sed -i '1s/pick/drop/'" git rebase -i HEAD~3
git log --oneline
ls
GIT_SEQUENCE_EDITOR="sed -i '2s/pick/squash/'" GIT_EDITOR=true git rebase -i HEAD~2
git log --format=%B
GIT_SEQUENCE_EDITOR="sed -i '1s/pick/reword/'" GIT_EDITOR="sed -i '1s/.*/Reworded/'" git rebase -i HEAD~1
git log --oneline
echo 5 > e && git add e && git commit -qm "Five"
echo 6 > f && git add f && git commit -qm "Six"
GIT_SEQUENCE_EDITOR="sed -i '1s/pick/edit/'" git rebase -i HEAD~2
git status
echo more >> e && git add e && git commit -q --amend --no-edit
git rebase --continue
git log --oneline --stat -2
GIT_SEQUENCE_EDITOR="sed -i '2s/pick/fixup/'" git rebase -i HEAD~2
git log --oneline --name-only
echo 7 > g && git add g && git commit -qm Seven
echo 8 > h && git add h && git commit -qm Eight
GIT_SEQUENCE_EDITOR="sed -i '1{h;d};2{G}'" git rebase -i HEAD~2
git log --format=%s
GIT_SEQUENCE_EDITOR="sed -i '/^pick/d'" git rebase -i HEAD~2
git log --oneline -1
git rebase -x 'test -e a' HEAD~2
git rebase -i missing
echo fix >> g && git add g && git commit -q --fixup HEAD
git log -1 --format=%s
GIT_SEQUENCE_EDITOR=true git rebase -i --autosquash HEAD~3
git log --format=%s

# scenario: rebase with changes that are already there
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c topic
echo 2 > b && git add b && git commit -qm Two
echo 3 > c && git add c && git commit -qm Three
git switch -q main
git cherry-pick topic~1
echo x > x && git add x && git commit -qm X
git switch -q topic
git rebase main
git log --oneline --graph --all
echo dirty >> a
git rebase main~1
git stash -q
git rebase main~1
git stash pop
git rebase --autostash main
git status -s
git checkout -q a
git switch -q main
git rebase topic
git rebase --onto topic~1 topic main
git log --oneline -3

# scenario: cherry-picking several
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c topic
echo 2 > b && git add b && git commit -qm Two
echo 3 > a && git commit -qam Three
echo 4 > d && git add d && git commit -qm Four
git switch -q main
echo other > a && git commit -qam Other
git cherry-pick topic~2 topic
git log --oneline -3
git reset -q --hard HEAD~2
git cherry-pick main..topic
git status
git cherry-pick --continue
echo both > a && git add a
git -c core.editor=true cherry-pick --continue
git log --oneline -4
git reset -q --hard HEAD~3
git cherry-pick topic~2 topic~1
git cherry-pick --skip
git log --oneline -2
git cherry-pick topic~1
git cherry-pick --quit
git status -s
git reset -q --hard
git cherry-pick -n topic
git status -s
git commit -qm "Picked without a commit"
git cherry-pick --no-commit topic~1
git reset -q --hard
git switch -q -c merged topic~1
git merge -q -X theirs main -m Merged
git switch -q main
git cherry-pick merged
git cherry-pick -m 1 merged
git revert --no-edit merged
git revert --no-edit -m 1 merged

# scenario: reverting
git init -q .
echo 1 > a && git add a && git commit -qm One
echo 2 > a && git commit -qam $'Two: a subject\nthat goes on\n\nAnd a body.'
echo 3 > a && git commit -qam Three
git revert --no-edit HEAD
git log -1
git revert --no-edit HEAD
git log -1 --format=%B
git revert HEAD~3
git status
git revert --abort
git status -s
git revert --no-edit HEAD~3
echo 1 > a && git add a
git -c core.editor=true revert --continue
git log --oneline
git revert -n HEAD
git status
git revert --abort
git revert --no-edit HEAD~1..HEAD
git log --oneline

# scenario: amending
git init -q .
echo 1 > a && git add a && git commit -qm One
echo 2 > b && git add b
git commit --amend --no-edit
git show --stat --format=%s
git commit --amend --author "Grace <g@x>" -m "One and two"
git log -1 --format='%an %cn %s'
git commit --amend --reset-author --no-edit
git log -1 --format='%an'
git commit --amend -C HEAD
git commit --amend --date=now --no-edit
git commit -s --allow-empty -m "Signed"
git log -1 --format=%B
git commit --amend -s --no-edit
git log -1 --format=%B
git commit --allow-empty -m "Trailers" --trailer "Reviewed-by: Grace"
git log -1 --format='%(trailers)'
git commit --allow-empty --allow-empty-message -m ""
git log -1 --format=%s
git commit --amend --allow-empty -m $'  Spaces around  \n  \n\ntwo blank lines\n\n'
git log -1 --format=%B
echo "# not a comment" | git commit --allow-empty -F -
git log -1 --format=%s
git commit --allow-empty --cleanup=strip -m "# a comment"
git commit b -m "A path without changes"
echo 3 > a && echo 3 > b && git add a
git commit -m "Only b" b
git status -s
git show --name-only --format=%s
git commit -o a -m "Only a"
git commit -am "Nothing" 
git commit --dry-run
git commit --amend -m x --quiet
git commit --fixup HEAD~1 --allow-empty
git log -1 --format=%s

# scenario: bisecting
git init -q .
for n in 1 2 3 4 5 6 7 8; do echo $n > n; git add n; git commit -qm "Commit $n"; done
git bisect start HEAD HEAD~7
git bisect good
git bisect bad
git bisect log
git branch
git status
git bisect good
git bisect log
git bisect reset
git status

# scenario: bisecting with a command
git init -q .
for n in 1 2 3 4 5 6 7 8 9 10; do echo $n > n; git add n; git commit -qm "Commit $n"; done
git bisect good
git bisect start
git bisect bad
git bisect good HEAD~9
git bisect run sh -c 'test $(cat n) -lt 4'
git bisect log | grep -c good
git bisect reset
git bisect start HEAD HEAD~8 > /dev/null
git bisect skip
git bisect skip
git bisect good
git bisect bad
git bisect bad
git status
git bisect reset
git bisect reset
