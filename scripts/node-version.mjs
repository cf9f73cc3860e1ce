// Astro needs Node 22.12 or newer. The npm package `node` brings one along; it is missing when install scripts were switched off.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`This is Node ${process.versions.node}; Plumbline is built with 22.12 or newer.
The project brings its own through the npm package "node", whose install script did not run here.
Either install a newer Node, or run: npm install --foreground-scripts  (with scripts allowed for the package "node")`);
  process.exit(1);
}
