# scenario: line endings by attribute
git init -q .
printf '*.txt text\n*.bat text eol=crlf\n*.sh text eol=lf\n*.bin binary\n*.raw -text\n' > .gitattributes
printf 'one\r\ntwo\r\n' > a.txt
printf 'echo one\necho two\n' > run.bat
printf 'echo one\r\necho two\r\n' > run.sh
printf 'one\r\n\0two\n' > data.bin
printf 'one\r\ntwo\n' > b.raw
git add .
git status -s
git ls-files -s
git ls-files --eol
git commit -qm "Begin"
git status
rm run.bat a.txt
git checkout -- .
sed 's/\r/@/' run.bat
sed 's/\r/@/' a.txt
printf 'one\r\ntwo\r\nthree\r\n' > a.txt
git diff
git diff --stat
git diff --numstat
git -c core.safecrlf=false commit -qam "Three"
git show --stat
printf 'echo one\r\necho two\r\n' > run.bat
git status -s
git diff
git cat-file -p HEAD:run.bat | sed 's/\r/@/'
git hash-object a.txt run.bat
git hash-object --no-filters a.txt run.bat
git switch -qc topic
printf 'x\r\ny\r\n' > new.txt
git add new.txt
git commit -qm "New"
git switch -q main
git switch topic
sed 's/\r/@/' new.txt
git stash list

# scenario: core.autocrlf and renormalising
git init -q .
printf 'a\r\nb\r\n' > kept
printf 'x\ny\n' > plain
git add .
git commit -qm "As it is"
git config core.autocrlf true
git status -s
printf 'c\nd\n' > lf
printf 'e\r\nf\r\n' > crlf
printf 'g\r\nh\n' > mixed
git add lf crlf mixed
git ls-files --eol
git commit -qm "Converted"
git cat-file -p HEAD:crlf | sed 's/\r/@/'
git cat-file -p HEAD:lf | sed 's/\r/@/'
rm lf plain
git checkout lf plain
sed 's/\r/@/' lf
sed 's/\r/@/' plain
git status -s
printf 'a\r\nb\r\nc\r\n' > kept
git diff
git -c core.safecrlf=false commit -am "Still CRLF"
git cat-file -p HEAD:kept | sed 's/\r/@/'
git config core.autocrlf input
git add --renormalize .
git status -s
git diff --cached --stat
git commit -qm "Normalise"
git cat-file -p HEAD:kept | sed 's/\r/@/'
git config core.autocrlf false
git config core.eol crlf
git config core.safecrlf false
echo '* text=auto' > .gitattributes
git add .
git commit -qm "Attributes"
rm plain
git checkout plain
sed 's/\r/@/' plain
git ls-files --eol
git status -s
printf 'z\n' > z
git -c core.safecrlf=true add z
git -c core.safecrlf=false add z
git status -s

# scenario: check-attr
git init -q .
mkdir -p data/raw src
printf '# comment\n[attr]table diff=csv merge=union\n*.csv table\n*.png binary\n"with space.txt" text eol=lf\ndata/** -text\n/top.txt text\nsrc/*.py text diff=python\n*.ipynb linguist-language=Python linguist-generated\n' > .gitattributes
printf '*.csv !diff\nkeep.csv -merge\n' > data/.gitattributes
git check-attr diff a.csv
git check-attr diff merge -- a.csv data/a.csv data/keep.csv
git check-attr -a a.csv
git check-attr --all data/a.csv data/keep.csv data/raw/b.png
git check-attr text "with space.txt" top.txt src/top.txt data/x
git check-attr eol -- "with space.txt" other
git check-attr -a src/a.py src/sub/a.py
git check-attr -a book.ipynb
printf 'a.csv\nb.png\n' | git check-attr --stdin diff
printf 'a.csv\nb.png\n' | git check-attr --stdin -a
git check-attr
git check-attr diff
cd src
git check-attr diff a.py ../a.csv
cd ..
mkdir -p .git/info
echo '*.csv diff=mine' > .git/info/attributes
git check-attr diff a.csv data/a.csv
git config core.attributesFile ~/attributes
echo '*.md whitespace=trailing-space' > ~/attributes
git check-attr whitespace README.md

# scenario: how attributes change a diff
git init -q .
printf '*.csv -diff\n*.dat diff\n*.py diff=python\n*.md diff=markdown\n*.lock binary\n*.r diff=r\n' > .gitattributes
seq 1 5 > a.csv
printf 'a\0b\n' > b.dat
printf 'class Model:\n    """Fits."""\n\n    def fit(self, rows):\n        one = 1\n        two = 2\n        three = 3\n        four = 4\n        five = 5\n        return one\n' > m.py
printf '# Title\n\n## Part\n\n1\n2\n3\n4\n5\n6\n7\n' > d.md
echo '{}' > p.lock
printf 'fit <- function(x) {\n  a\n  b\n  c\n  d\n  e\n}\n' > f.r
git add .
git commit -qm "Begin"
seq 1 6 > a.csv
printf 'a\0c\n' > b.dat
sed -i 's/        return one/        return five/' m.py
sed -i 's/^7$/seven/' d.md
echo '{ }' > p.lock
sed -i 's/  e/  E/' f.r
git diff
git diff --stat
git diff --numstat
git diff --text a.csv
git config diff.r.xfuncname '^([a-z]+ <- function.*)$'
git diff f.r
git diff -W m.py
git commit -qam "Change"
git show
git log --stat -1
git log -p -1 --format=%s -- a.csv p.lock
git grep -n 5
git show HEAD:a.csv | tail -1

# scenario: merge drivers
git init -q .
printf 'log merge=union\n*.lock -merge\nmine merge=ours\nbin binary\ncount merge=sum\n' > .gitattributes
printf 'begin\n' > log
printf 'lock 1\n' > p.lock
printf 'mine\n' > mine
printf 'b\n' > bin
printf '1\n' > count
printf 'text\n' > text
git add .
git commit -qm "Begin"
git switch -qc topic
for f in log p.lock mine bin text; do echo theirs >> $f; done
git commit -qam "Theirs"
git switch -q main
echo ours >> log
git commit -qam "Ours, log"
git merge topic -m "Merge the log"
cat log
git switch -qc two HEAD~1
for f in log p.lock mine text; do echo two >> $f; done
git commit -qam "Two"
git merge main
git status -s
cat log p.lock mine text
git ls-files -u
git merge --abort
git config merge.ours.driver true
git merge main
cat mine
git status -s
git merge --abort
git merge -X theirs main -m "Theirs wins"
cat p.lock mine text
git config merge.sum.driver 'cat %O %A %B > merged; cp merged %A; rm merged'
git switch -qc three
echo 2 > count
git commit -qam "Two"
git switch -qc four HEAD~1
echo 3 > count
git commit -qam "Three"
git merge three -m "Summed"
cat count
git status -s

# scenario: filters, ident and what is not set up
git init -q .
printf '*.psd filter=lfs diff=lfs merge=lfs -text\n*.c ident\n' > .gitattributes
echo art > a.psd
printf '/* $Id$ */\n' > v.c
git add .
git commit -qm "Begin"
git cat-file -p HEAD:v.c
cat v.c
rm v.c
git checkout v.c
cat v.c
git status -s
git diff
echo more >> v.c
git diff
git commit -qam "More"
git cat-file -p HEAD:v.c
git cat-file -p HEAD:a.psd
