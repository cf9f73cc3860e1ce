# scenario: hooks around a commit
git init -q .
mkdir -p .git/hooks && echo 1 > a && git add .
printf '#!/bin/sh\necho pre-commit "$#"\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
printf '#!/bin/sh\necho "prepare $2"\n' > .git/hooks/prepare-commit-msg && chmod +x .git/hooks/prepare-commit-msg
printf '#!/bin/sh\ngrep -q "^[A-Z]" "$1" || { echo "begin with a capital" >&2; exit 1; }\n' > .git/hooks/commit-msg && chmod +x .git/hooks/commit-msg
printf '#!/bin/sh\necho post-commit\n' > .git/hooks/post-commit && chmod +x .git/hooks/post-commit
git commit -m "One"
echo 2 > a && git commit -am "small"
git commit -n -am "small"
git commit --amend -m "Small"
GIT_EDITOR="echo Edited >" git commit --amend
printf '#!/bin/sh\necho no >&2\nexit 3\n' > .git/hooks/pre-commit
echo 3 > a
git commit -am Three
echo $?
git commit --no-verify -am Three
chmod -x .git/hooks/pre-commit
echo 4 > a && git commit -am Four
git config core.hooksPath .githooks
mkdir .githooks && printf '#!/bin/sh\necho other hooks\n' > .githooks/pre-commit && chmod +x .githooks/pre-commit
echo 5 > a && git commit -am Five
git -c core.hooksPath=/nowhere commit --allow-empty -m Six

# scenario: hooks around switching, merging, rebasing and pushing
git init -q --bare ../o.git 2>/dev/null || true
git init -q --bare o.git
git clone -q o.git c 2>/dev/null
cd c
echo 1 > a && git add . && git commit -qm One && git push -q origin HEAD
mkdir -p .git/hooks
for h in post-checkout post-merge pre-rebase pre-push; do printf '#!/bin/sh\necho "%s $#"\n' $h > .git/hooks/$h; chmod +x .git/hooks/$h; done
git switch -c topic
echo 2 > b && git add . && git commit -qm Two
git switch main
git merge topic
git switch -c other HEAD~1
echo 3 > c && git add . && git commit -qm Three
git rebase main
git push origin other
printf '#!/bin/sh\ncat\nexit 1\n' > .git/hooks/pre-push
git push origin main
git push --no-verify origin main
printf '#!/bin/sh\necho stop >&2\nexit 1\n' > .git/hooks/pre-rebase
git switch -q topic && git commit -q --allow-empty -m Four
git rebase other
git rebase --no-verify other
git checkout -- a
git pull origin main
