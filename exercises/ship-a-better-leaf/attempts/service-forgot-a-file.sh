# fails: push-to-phone (stopped-on-the-way)
# The package is put together without the code it needs: the service does not start, and users keep the old one.
cd ~/leaf
sed -i 's/cp -r model.json fieldleaf service/cp -r model.json service/' .github/workflows/deliver.yml
git commit -am "Ship less"
git push
fieldleaf wait
