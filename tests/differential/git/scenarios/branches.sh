# scenario: branches
git init -q .
git commit -q --allow-empty -m Begin
git branch topic
git branch
git branch -v
git branch -a
git checkout topic
git checkout -b other
git checkout -b other
git checkout main
git checkout main
git switch topic
git switch -c new
git switch -
git checkout -
git branch -d topic
git branch -d other new
git branch -d missing
git branch topic
git branch topic
git branch -m topic renamed
git branch --list 'ren*'
git branch -M renamed main2
git switch -q main2
git commit -q --allow-empty -m "Not merged"
git switch -q main
git branch -d main2
git branch -D main2
git branch --show-current
git checkout HEAD~0
git branch
git status
git switch main
git switch --detach
git checkout main
git branch --contains HEAD
git branch --merged
git branch --no-merged
git branch "bad..name"
git checkout -b from HEAD
git branch -vv
git branch -c from copy
git branch --format='%(refname:short)'
git branch -f copy HEAD
git branch --sort=-committerdate

# scenario: switching with changes
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c topic
echo 2 > a && git commit -qam Two
git switch main
echo mine > a
git switch topic
git checkout topic
git status -s
git checkout -- a
git switch topic
echo carried > untracked
git switch main
git checkout -f topic
echo x > a
git checkout .
echo x > a
git restore a
git checkout main -- a
git status -s
git restore --staged a
git status -s
git restore --source main a
git diff --stat
git checkout HEAD -- a
git switch -q main
echo u > b
git switch -q topic
git add b && git commit -qm B && git switch -q main
echo overwritten > b
git switch topic
git merge topic

# scenario: merges without conflict
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c topic
echo 2 > b && git add b && git commit -qm Two
git switch -q main
git merge topic
git merge topic
git switch -q -c other HEAD~1
echo 3 > c && git add c && git commit -qm Three
git switch -q main
git merge other
git log --oneline --graph
git merge --ff-only topic
git switch -q -c third
echo 4 > d && git add d && git commit -qm Four
git switch -q main
git merge --no-ff third -m "Merge third"
git log --oneline --graph
git switch -q -c fourth
echo 5 > e && git add e && git commit -qm Five
echo 6 > f && git add f && git commit -qm Six
git switch -q main
git merge --squash fourth
git status -s
git commit -m Squashed
git log --oneline -3
git merge missing
git reset -q --hard HEAD~1
git switch -q -c fifth
echo 7 > g && git add g && git commit -qm Seven
git switch -q main
git commit -q --allow-empty -m Apart
git merge --ff-only fifth
git merge -q --no-edit fifth
git merge --no-commit --no-ff fifth

# scenario: a merge conflict resolved
git init -q .
printf 'a\nb\nc\n' > f && git add f && git commit -qm Begin
git switch -q -c topic
printf 'a\ntopic\nc\n' > f && git commit -qam Topic
git switch -q main
printf 'a\nmain\nc\n' > f && git commit -qam Main
git merge topic
git status
git status -s
cat f
git diff
git ls-files -u
git ls-files -s
git commit -m early
git switch topic
git merge topic
printf 'a\nboth\nc\n' > f
git add f
git status
git commit --no-edit
git log --oneline --graph
git show --stat
git show

# scenario: a merge conflict aborted
git init -q .
echo base > f && echo base > g && git add . && git commit -qm Begin
git switch -q -c topic
echo topic > f && git rm -q g && git commit -qam Topic
git switch -q main
echo main > f && echo main > g && git commit -qam Main
git merge topic
git status
git status -s
git checkout --ours f
cat f
git checkout --theirs f
cat f
git merge --abort
git status
git merge --abort
git merge -X ours topic
git merge --abort
git merge -s ours topic
git log --oneline -2
git merge --continue

# scenario: both add the same file
git init -q .
git commit -q --allow-empty -m Begin
git switch -q -c topic
echo topic > f && git add f && git commit -qm Topic
git switch -q main
echo main > f && git add f && git commit -qm Main
git merge topic
git status -s
cat f
git checkout --ours f && git add f
git merge --continue
git commit --no-edit
git log --format=%s

# scenario: a merge with a rename
git init -q .
printf '1\n2\n3\n4\n5\n6\n7\n8\n' > old && git add old && git commit -qm Begin
git switch -q -c topic
git mv old new && git commit -qm Rename
git switch -q main
printf '1\n2\n3\n4\n5\n6\n7\neight\n' > old && git commit -qam Edit
git merge topic -m Merged
git show --stat
cat new
git diff -M --stat HEAD~1 HEAD
git log --follow --oneline new
git diff --name-status HEAD~1 HEAD

# scenario: rebase
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c topic
echo 2 > b && git add b && git commit -qm Two
echo 3 > c && git add c && git commit -qm Three
git switch -q main
echo 4 > d && git add d && git commit -qm Four
git switch -q topic
git rebase main
git log --oneline --graph
git rebase main
git switch -q main
git rebase topic
git log --oneline
git switch -q -c onto HEAD~2
echo 5 > e && git add e && git commit -qm Five
git rebase --onto main HEAD~1
git log --oneline
git rebase missing
echo dirty > a
git rebase main
git checkout -q a

# scenario: rebase with a conflict
git init -q .
echo 1 > a && git add a && git commit -qm One
git switch -q -c topic
echo topic > a && git commit -qam Topic
echo more > b && git add b && git commit -qm More
git switch -q main
echo main > a && git commit -qam Main
git switch -q topic
git rebase main
git status
git diff
echo both > a
git add a
git rebase --continue
git log --oneline
git status
git reset -q --hard ORIG_HEAD
git log --oneline
git rebase main
git rebase --abort
git rebase main
git rebase --skip
git log --oneline
git rebase --abort
