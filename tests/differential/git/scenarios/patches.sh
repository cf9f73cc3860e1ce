# scenario: apply in its forms
git init -q .
seq 1 30 > a && printf 'x\ny\n' > b && git add . && git commit -qm One
sed -i '2s/.*/two/;4s/.*/four/;20s/.*/twenty  /' a && rm b && echo new > c && git add -A
git diff --cached > ../p
git reset -q --hard
git apply --stat ../p
git apply --numstat ../p
git apply --summary ../p
git apply --check ../p
git apply -v ../p
git status -s
git apply -R ../p
git status -s
git apply ../p
git apply ../p
git checkout -q . && rm c
git apply --cached ../p
git status -s
git reset -q --hard
git apply --index ../p
git status -s
git apply --index -R ../p
git apply --stat --apply ../p
git checkout -q . && rm c
sed -i 1i0 a
git apply -v ../p
git apply --check ../p
git checkout -q . && rm -f c
sed -i '20s/.*/xx/' a
git apply ../p
git apply --reject ../p
cat a.rej
git status -s
git checkout -q . && rm -f c a.rej
sed -i '20s/.*/xx/' a && git commit -qam Change
git apply -3 ../p
git status -s
git diff
git reset -q --hard HEAD~1
echo garbage | git apply
printf "" | git apply
git apply nosuch
head -8 ../p | git apply
git apply --whitespace=error ../p
git apply --whitespace=fix ../p
sed -n 20p a
git checkout -q . && rm -f c
git apply -p2 ../p
git apply --directory=sub ../p
git apply --include=c ../p
git apply --exclude=c ../p
git status -s
cat ../p | git apply -R
git status -s

# scenario: patches with names, modes and places
git init -q .
mkdir src 'a b' && seq 1 40 > src/long && echo x > 'a b/c d' && echo é > ümlaut && git add . && git commit -qm One
git mv src/long src/longer && sed -i '5s/$/!/' src/longer && chmod +x 'a b/c d' && echo ö >> ümlaut && git add -A
git diff --cached -M > ../p && cat ../p
git reset -q --hard
git apply --stat ../p
git apply --summary ../p
git apply --index ../p
git status -s
git diff --cached --stat -M
git apply --index -R ../p
git status -s
printf 'no newline' > n && git add n && git commit -qm n
echo now >> n && git diff > ../q && git checkout -q n
git apply ../q && cat n
git apply -R ../q && cat n
sed -i '10,12d;30s/.*/thirty/' src/long && git diff > ../r && git checkout -q .
sed -i '1,3d' src/long
git apply -v ../r
git diff --stat
git checkout -q . && sed -i '8i\in the way' src/long && git apply -v ../r
git checkout -q .
git diff -U0 > ../none
printf -- '--- src/long\n+++ src/long\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n' | git apply -p0
git diff
git checkout -q .
printf -- '--- a/src/long\n+++ b/src/long\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n' | git apply
git diff --stat
git checkout -q .
cd src
printf -- '--- a/long\n+++ b/long\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n' | git apply
git apply -v ../../q
git status -s
