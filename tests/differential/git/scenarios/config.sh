# scenario: config in all scopes
git config --global user.name
git config --global user.email "ada@fieldleaf.test"
git config user.email
git config missing.key
git init -q .
git config user.name "Local Ada"
git config user.name
git config --local user.name
git config --global user.name
git config --list --local
git config --global alias.st "status -s"
git config --global alias.last '!git log -1 --format=%s'
echo 1 > a
git st
git add a
git commit -qm "An alias"
git last
git config --global --unset alias.st
git st
git config --add section.key one
git config --add section.key two
git config --get-all section.key
git config --get section.key
git config section.key three
git config --unset-all section.key
git config --unset section.key
git config --bool core.bare
git config --type=int core.repositoryformatversion
git config --get-regexp 'user.*'
cat .git/config
git config --rename-section user person
git config --remove-section person
git config nodot
git config a.b.c d
git config --get a.b.c
git config -l --name-only --local
git config --show-origin user.email
git config --get-regexp nothing
git -c user.name=Inline commit --allow-empty -qm "Inline"
git log -1 --format=%an
git config core.editor true
git config --default fallback --get missing.key
git config --global --edit
git config --global core.pager cat
git config --global init.defaultBranch trunk
git init -q other
git -C other branch --show-current
git config --system --list
git -C missing status

# scenario: aliases and switches
git init -q .
git config alias.co checkout
git config alias.ci 'commit --allow-empty -m'
git config alias.lg "log --oneline --graph"
git config alias.hi '!echo hello'
git ci One
git ci "Two words"
git co -b topic
git lg
git hi there
git --git-dir=.git log --oneline
git --no-pager log --oneline
git -p log --oneline
git -c core.abbrev=10 log --oneline
git --version --build-options | head -1 | cut -d' ' -f1,2
git help -a | head -1
git nonsense
git stauts
git --nonsense
git log --nonsense
git commit --nonsense
git -C . status -s
git rev-parse --nonsense-not-checked

# scenario: identity
git init -q .
git config --global --unset user.name
git config --global --unset user.email
GIT_AUTHOR_NAME=Env GIT_AUTHOR_EMAIL=env@x GIT_COMMITTER_NAME=Env2 GIT_COMMITTER_EMAIL=env2@x git commit -q --allow-empty -m "From the environment"
git log -1 --format='%an <%ae> %cn <%ce>'
git config user.name Ada
git config user.email ada@fieldleaf.test
git commit --allow-empty -m "From the repository"
git log -1 --format='%an <%ae>'
GIT_AUTHOR_DATE='2020-01-02 03:04:05 +0100' git commit -q --allow-empty -m Dated
git log -1 --format='%ad|%ai|%aI|%at|%as'
git log -1 --format='%cd' --date=unix
