# scenario: adding hunk by hunk
git init -q .
seq 1 30 > a && printf 'x\n' > b && git add . && git commit -qm One
printf 'y\n' | git add -p
sed -i '2s/.*/two/;4s/.*/four/;20s/.*/twenty/' a && echo y >> b && touch new && chmod +x b
printf '?\ny\nn\n' | git add -p
git diff --cached
git reset -q
printf 's\ny\nn\nq\n' | git add -p a
git diff --cached
git reset -q
printf 's\ny\ny\ny\n' | git add -p a
git diff --cached
git reset -q
printf 'n\nd\n' | git add -p
git status -s
printf 'a\na\n' | git add -p
git status -s
git reset -q
printf 'y\nq\n' | git add -p
git diff --cached --stat
git reset -q
git add -p nosuch
git add -p -n
printf 'n\nn\n' | git commit -p -m nothing a
printf 'y\nn\n' | git commit -p -m chosen a
git show --stat --format=%s
git status -s

# scenario: moving about and editing hunks
git init -q .
seq 1 30 > a && git add . && git commit -qm One
sed -i '2s/.*/two/;4s/.*/four/;20s/.*/twenty/;29,30d' a
printf 'g\n2\n/twe\nK\nJ\nj\nk\nx\n\ng3\ng9\n/nope\nn\nn\ny\n' | git add -p a
git diff --cached
git reset -q
printf 'e\nn\nn\n' | GIT_EDITOR="sed -i 's/+two/+TWO/'" git add -p a
git diff --cached
git reset -q
printf 'e\n' | GIT_EDITOR=cat git add -p a
printf 'J\ns\nK\nK\nk\nq\n' | git add -p a
printf 'e\nn\n' | GIT_EDITOR="sed -i 's/^ 1/ x/'" git add -p a
echo new > n && git add -N n
printf 'y\n' | git add -p n
git status -s
git rm -q --cached n && rm a
printf 'e\ny\n' | git add -p a
git status -s
git reset -q --hard
sed -i '1s/^/a/;30s/$/z/' a && printf 'k\nn\ny\n' | git add -p a
git diff --cached

# scenario: taking back hunk by hunk
git init -q .
seq 1 30 > a && printf 'x\n' > b && git add . && git commit -qm One
sed -i '2s/.*/two/;20s/.*/twenty/' a && echo y >> b && git add .
printf 'y\nn\nq\n' | git reset -p
git status -s
git diff --cached
printf '?\nn\ny\n' | git restore --staged -p a
git diff --cached
printf 'y\n' | git checkout -p
git diff
printf 'n\n?\n' | git restore -p
git add -A && git commit -qm Two && sed -i '10s/.*/ten/' a
printf 'y\n' | git checkout -p HEAD
git status -s
printf '?\ny\n' | git checkout -p HEAD~1 -- b
git status -s
git reset -q --hard
printf 'y\n' | git reset -p HEAD~1
git status -s
git reset -q --hard
printf 'y\n' | git restore -p --source=HEAD~1 b
git status -s
git restore -p

# scenario: stash -p and --staged
git init -q .
seq 1 30 > a
echo b > b
git add .
git commit -qm "Begin"
sed -i 's/^2$/two/; s/^28$/x/' a
echo b2 >> b
printf 'y\nn\nn\n' | git stash push -p
git diff
git stash show -p
git stash list
printf 'n\nn\n' | git stash -p
printf 'q\n' | git stash push -p -m message a
printf 'y\n' | git stash push -p -m message a
git status -s
git stash list
git stash pop
git stash pop
git diff
git add b
printf 'a\nn\n' | git stash -p -k
git status -s
git stash show --stat
printf '?\nq\n' | git stash -p
git stash pop
printf 'y\ny\ny\n' | git stash -p --no-keep-index
git status -s
git stash pop --index
git status -s
git stash push --staged -m "Only b"
git status -s
git stash show -p
git stash --staged
git stash -p -u
git checkout -q .
git stash -p
git stash drop
rm b
printf 'y\n' | git stash -p
git status -s
git stash pop
