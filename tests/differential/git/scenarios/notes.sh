# scenario: notes on commits
git init -q .
echo 1 > a && git add . && git commit -qm One
git notes
git notes show
git notes add -m "First note"
git notes
git notes list HEAD
git notes show
git log
git notes add -m Again
git notes add -f -m Again
git notes append -m More
git show
git log --oneline
git log --no-notes -1
git notes remove
git notes remove
git notes append -m Fresh
git notes remove HEAD HEAD~3
git notes add -m ""
git notes add -f -m x
echo 2 > a && git commit -qam Two
git notes copy HEAD~1 HEAD
git notes copy HEAD~1 HEAD
git notes copy -f HEAD~1 HEAD
git notes copy HEAD
git notes get-ref
git notes prune -v
git notes foo
git notes list nosuch
git notes show a b
git ls-tree -r refs/notes/commits
git cat-file -p refs/notes/commits
git log --format=%s refs/notes/commits
git reflog refs/notes/commits
git for-each-ref

# scenario: notes written in an editor and shown
git init -q .
echo 1 > a && git add . && git commit -qm One
echo 2 > a && git commit -qam Two
GIT_EDITOR='echo edited >' git notes edit
git notes show
GIT_EDITOR='cat' git notes edit
GIT_EDITOR='cat' git notes add HEAD~1
GIT_EDITOR='true' git notes add -f HEAD
git notes append
git notes --ref review add -m "Reviewed" HEAD~1
git notes --ref=review list
git notes add -f -m one -m two HEAD
git log
git log --notes=review -1 HEAD~1
git log --notes -1
git log --show-notes='*'
git log --format='%s|%N|'
git log --oneline --notes
git log --oneline --notes --graph
git log --pretty=short -1
git log --pretty=raw -1
git log --pretty=fuller -1
git log --stat
git log --graph
echo "from a pipe" | git notes add -f -F - HEAD~1
git notes add -f -F a
git notes show
git notes add -f -C HEAD:a HEAD~1
git notes show HEAD~1
git config notes.displayRef 'refs/notes/*'
git log -1
GIT_NOTES_REF=refs/notes/other git notes add -m elsewhere
git log -1
git log --all --oneline
echo HEAD | git notes remove --stdin
git notes remove --ignore-missing HEAD HEAD~1
git notes
git for-each-ref refs/notes
