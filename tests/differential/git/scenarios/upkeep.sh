# scenario: housekeeping
git init -q .
echo a > a && git add . && git commit -qm "One"
git tag v1 && git tag -m "Two" v2 && git branch other
git count-objects
git pack-refs --all
cat .git/packed-refs
git show-ref
git branch third && git commit -q --allow-empty -m "Two"
git branch -D other && cat .git/packed-refs
git pack-refs --all --prune
git update-ref refs/heads/third HEAD && git rev-parse third
echo lost | git hash-object -w --stdin
git prune -n
git prune -v
git prune
git fsck
git reset -q --hard HEAD~1 && git reflog expire --expire=now --all && git fsck
git prune --expire=now && git fsck
git rerere
git rerere status
git rerere clear
git rerere forget
git log --oneline --all

# scenario: names that are no commands
git init -q .
git lg
git pus
git chekout x
git statis
git foo
git zzzzzzzzzzzzzz
git brnach -a
