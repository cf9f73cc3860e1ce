# scenario: format-patch
git init -q .
seq 1 10 > a
git add .
git commit -qm "One"
echo 11 >> a
git commit -qam "Two: a longer subject that goes on and on, so that it has to be folded somewhere near the end" -m "Body text" -m "more"
sed -i s/5/five/ a
echo b > b
git add .
git commit -qm "Three é, with Größe and a rather long rest of the subject so that words are cut"
mkdir -p a-very-long/directory-name/to-see-the-width
seq 1 90 > a-very-long/directory-name/to-see-the-width/of-the-statistics.txt
git add .
git commit -qm "Stat" --author "Grace B. Hopper <grace@fieldleaf.test>"
git mv b c
git commit -qm "[tag] Mv: it's/odd..name  here."
git format-patch --stdout HEAD~4
git format-patch -o out HEAD~4
git format-patch -o out --cover-letter -v2 HEAD~3
git format-patch
git format-patch HEAD
git format-patch -1 -N --stdout -s --subject-prefix=LEAF
git format-patch -1 --stdout --rfc --no-signature --to=grace@fieldleaf.test --cc a@x --cc b@x
git format-patch -2 --stdout -n -k
git format-patch -2 --stdout -k
git format-patch nope
git format-patch -2 --numbered-files -o o2
git format-patch -1 --start-number=7 --suffix=.txt -o o2
git format-patch --root HEAD~3 -o o3 -q
ls o3
git format-patch HEAD~3..HEAD~1 --stdout --no-stat
git format-patch -1 HEAD~2 --stdout --stat -p
git format-patch -1 --stdout -M --zero-commit
git format-patch -2 -n --stdout HEAD~1
git switch -qc side HEAD~2
echo s > s
git add s
git commit -qm "Side"
git format-patch main --stdout
git format-patch main..side -o o4
git switch -q main
git merge -q side -m "Merged"
git format-patch HEAD~1 --stdout
git format-patch side --stdout -o o5
git log --format=email -1 side
git log --format=email -2 main~2

# scenario: am
git init -q .
seq 1 10 > a
git add .
git commit -qm "One"
echo 11 >> a
git commit -qam "Two" -m "Body text" -m "more"
sed -i s/5/five/ a
echo b > b
git add .
git commit -qm "Three é" --author "Grace B. Hopper <grace@fieldleaf.test>"
printf '#!/bin/sh\necho run  \n' > run
chmod +x run
git add .
git commit -qm "Run"
git mv b c
git rm -q run
git commit -qm "[tag] Move  and remove"
git format-patch -q -o ../mails HEAD~4
git switch -q -c t HEAD~4
git am ../mails/0001*
git log -1 --format=fuller
git am ../mails/0002* ../mails/0003*
git am < ../mails/0004-tag-Move-and-remove.patch
git log --format='%h %an %ad %s'
git status
git reflog -4
git reset -q --hard HEAD~3
sed -i s/5/FIVE/ a
git commit -qam "Other"
git am ../mails/000[234]*
git status
git status --short --branch
git am --continue
git am --show-current-patch=diff
git am --show-current-patch | head -3
git am ../mails/0003*
git commit -m x
git switch main
echo b > b
git add b
git am --continue
git log --oneline -4
git status -s
git am ../mails/0002*
git am --skip
git log --oneline -1
git am --abort
git am --continue
git am ../mails/0002*
git am --abort
git status -sb
git reflog -3
git am -3 ../mails/0002*
git status
cat a
git status -s
git am --continue
git am --resolved
git add a
git am --continue
git log --oneline -2
git am nope
echo hello > notes
git am notes
git am ../mails/0004*
git am --quit
git status -s
echo x >> a
git add a
git am ../mails/0003*
git reset -q --hard
git am --quit
git am -q -s ../mails/0003*
git log -1 --format=%B
git am -3 ../mails/0003*
git am -k ../mails/0004*
git am --abort
git switch -q main
git switch -qc fresh main~3
git am -3 --whitespace=fix ../mails/0002* ../mails/0003*
git log --oneline -3
git cat-file -p HEAD:run
echo mine > c
git am --whitespace=nowarn ../mails/0004*
git status -s
git am --abort
rm c
git am --committer-date-is-author-date ../mails/0004*
git log -1 --format='%ad %cd'

# scenario: binary files in patches
git init -q .
printf 'a\0b' > bin
echo text > text
git add .
git commit -qm "Begin"
printf 'a\0bc' > bin
printf 'x\0y' > other
git add .
git commit -qm "Bytes"
git format-patch -q -o ../p HEAD~1
git diff --binary HEAD~1 > ../b.patch
git diff --stat HEAD~1
rm ../b.patch
git switch -qc t HEAD~1
git am -q ../p/0001*
git rev-parse HEAD^{tree} main^{tree}
git apply -R --check ../p/0001*
git apply -R ../p/0001*
git status -s
git checkout -q .
printf 'q\0' > bin
git apply ../p/0001*
git apply --stat ../p/0001*
git apply --numstat ../p/0001*
rm -r ../p
