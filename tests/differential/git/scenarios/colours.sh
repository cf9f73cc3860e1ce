# scenario: colours when they are asked for
git init -q .
seq 1 20 > a && printf 'def f():\n  x\n\n\n\n\n\n\ny\n' > p.py && git add . && git commit -qm "One"
sed -i '3s/.*/x  /;4d;9d;15s/^/ \t y/' a && echo 'z ' >> p.py && printf 'no' > n && git add -N n
git diff --color=always
git diff --color=never
git diff --color
git diff
git diff --color=always --stat
git -c color.ui=always diff --shortstat --summary
git -c color.diff=always diff --stat -p n
git tag t && git branch other && git update-ref refs/remotes/origin/main HEAD
git commit -qam "Two"
git log --color=always --decorate
git log --color=always --decorate --oneline
git show --color=always --stat
git show --color=always other
git -c color.ui=always show --no-color -s
git branch --color=always
git branch -a --color=always
git branch -avv --color=always
git -c color.ui=always branch
git -c color.branch=always branch -v
git branch

# scenario: a status in colours
git init -q .
git -c color.ui=always status
git -c color.ui=always status -sb
echo a > a && echo b > b && git add . && git commit -qm "One"
echo q >> a && echo u > u && echo w > w && git add w
git -c color.ui=always status
git -c color.ui=always status -s
git -c color.status=always status -sb
git -c color.ui=always status --porcelain
git -c color.ui=always status --porcelain=v2
git config color.ui always
git status -s
git switch -q --detach && git status -sb
git status

# scenario: a conflict in colours
git init -q .
seq 1 5 > a && git add . && git commit -qm "One"
git switch -qc other && sed -i '3s/.*/theirs/' a && git commit -qam "Theirs"
git switch -q main && sed -i '3s/.*/ours/' a && git commit -qam "Ours"
git merge other
git -c color.ui=always status
git -c color.ui=always status -s
git diff --color=always
printf '1\n2\nboth\n4\n5\n' > a && git commit -qam "Joined"
git show --color=always

# scenario: a rebase in colours
git init -q .
seq 1 5 > a && git add . && git commit -qm "One"
git switch -qc other && sed -i '3s/.*/theirs/' a && git commit -qam "Theirs"
git switch -q main && sed -i '3s/.*/ours/' a && git commit -qam "Ours"
git rebase other
git -c color.ui=always status
git format-patch -1 --color=always --stdout
