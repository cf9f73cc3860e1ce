# fails: tested-is-served (no-tested-score)
# Nobody can compare what users get with a score that was not handed over.
cd ~/leaf
sed -i '/tested-score:/d' .github/workflows/deliver.yml
git commit -am "Simplify the deploy step"
git push
fieldleaf wait
