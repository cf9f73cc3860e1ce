// npm start: installs what is missing, builds, and serves the site with the lesson ready.
import { installPackages, run } from './install.mjs';

installPackages();
run('npm', ['run', '--silent', 'build']);
run('npm', ['run', '--silent', 'serve']);
