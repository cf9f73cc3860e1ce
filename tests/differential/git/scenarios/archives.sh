# scenario: archives
mkdir out
git init -q leaf
cd leaf
mkdir -p src/deep docs empty
echo one > a
echo two > src/b.py
printf '#!/bin/sh\n' > src/run.sh
chmod +x src/run.sh
ln -s ../a src/link
echo deep > src/deep/c
echo docs > docs/d.md
echo secret > internal.txt
echo 'version $Format:%h$ of $Format:%an, %ad$' > VERSION
printf 'internal.txt export-ignore\n/docs export-ignore\nVERSION export-subst\n*.crlf text eol=crlf\n.gitattributes export-ignore\n' > .gitattributes
printf 'x\ny\n' > w.crlf
git add .
git commit -qm "Begin"
git tag -a -m "First" v1
git archive --list
git archive -o ../out/plain.tar HEAD
git archive --prefix=leaf-1.0/ -o ../out/prefixed.tar v1
git archive --format=tar --prefix=no-slash- HEAD src > ../out/src.tar
git archive -v -o ../out/two.tar HEAD a src/deep
git archive -o ../out/tree.tar HEAD:src
git archive -o ../out/glob.tar HEAD '*.py' ':!src/deep'
git get-tar-commit-id < ../out/plain.tar
git get-tar-commit-id < ../out/tree.tar
rm ../out/tree.tar
git archive --format=tgz -o ../out/packed.tgz HEAD
rm ../out/packed.tgz
git archive -o ../out/leaf.zip HEAD
rm ../out/leaf.zip
git archive
git archive nope
git archive HEAD nope
git archive --format=rar HEAD
git archive -o nowhere/x.tar HEAD
echo '*.py export-ignore' >> .gitattributes
git archive -o ../out/committed.tar HEAD
git archive --worktree-attributes -o ../out/worktree.tar HEAD
cd src
git archive -o ../../out/below.tar HEAD
git archive -o ../../out/below2.tar HEAD deep
cd ../empty
git archive HEAD
cd ..
mkdir -p a-rather-long-name-of-a-folder/with-another-long-name-below/and-a-third-one-so-that-it-is-more-than-a-hundred
echo long > a-rather-long-name-of-a-folder/with-another-long-name-below/and-a-third-one-so-that-it-is-more-than-a-hundred/file
echo longer > a-file-whose-name-alone-is-longer-than-a-hundred-characters-so-that-no-slash-helps-and-a-pax-header-is-needed.txt
git -c core.safecrlf=false add .
git commit -qm "Long names"
git archive -o ../out/long.tar HEAD

# scenario: bundles
git init -q leaf
cd leaf
echo 1 > a
git add a
git commit -qm "One"
git tag -a -m "First" v1
git switch -qc topic
echo topic > t
git add t
git commit -qm "Topic"
git switch -q main
echo 2 > a
git commit -qam "Two"
git bundle create ../all.bundle --all
git bundle create ../one.bundle main
git bundle create ../part.bundle v1..main
git bundle create ../both.bundle main topic ^v1
git bundle create ../last.bundle -1 main
git bundle create ../since.bundle HEAD v1
git bundle verify ../all.bundle
git bundle verify ../part.bundle
git bundle verify -q ../part.bundle
git bundle verify ../last.bundle
git bundle list-heads ../all.bundle
git bundle list-heads ../both.bundle refs/heads/topic
git bundle list-heads ../since.bundle
git bundle verify a
git bundle verify nope
git bundle create ../e.bundle main..main
git bundle create ../e.bundle HEAD~1
git bundle create ../e.bundle
git bundle
git bundle frobnicate
cd ..
git ls-remote all.bundle
git ls-remote --heads all.bundle
git clone all.bundle
git -C all log --oneline --graph --all
git -C all branch -avv
git -C all fetch
git -C all pull
git -C all push
git clone one.bundle two
git -C two log --oneline
git -C two status -sb
git clone -b topic all.bundle three
git -C three log --oneline
git clone --bare all.bundle bare.git
git -C bare.git for-each-ref
git clone part.bundle
git init -q empty
cd empty
git bundle verify ../part.bundle
git bundle unbundle ../part.bundle
git fetch ../part.bundle main
git fetch ../one.bundle main
git log --oneline FETCH_HEAD
git pull ../all.bundle main
git fetch ../all.bundle '+refs/heads/*:refs/remotes/b/*'
git bundle unbundle ../all.bundle
git remote add b ../all.bundle
git fetch b
git remote show b
cd ..
rm *.bundle
