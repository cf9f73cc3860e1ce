// npm test: installs what is missing and runs everything. The last line is `N passed, N failed`, alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environment, installPackages, root } from './install.mjs';

installPackages();

const results = join(root, '.cache', 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const { chromiumForTests } = await import('./chromium.mjs');
const env = { ...environment(), PLUMBLINE_CHROMIUM: await chromiumForTests() };

/** What each suite is, how it is run, and how its passes and failures are counted. */
const suites = [
  single('build', ['npm', 'run', '--silent', 'build']),
  single('types', ['npm', 'run', '--silent', 'types']),
  single('lint', ['npm', 'run', '--silent', 'lint']),
  single('layering', ['npm', 'run', '--silent', 'layers']),
  single('dead code', ['npm', 'run', '--silent', 'dead-code']),
  counted(
    'unit and differential',
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(results, 'unit.json')}`],
    () => {
      const report = readJson('unit.json');
      // A file that failed without a failed test of its own could not be run.
      const broken = report.testResults.filter(
        (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
      );
      return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
    },
  ),
  counted('exercise matrix', ['npm', 'run', '--silent', 'plumbline', '--', 'verify'], (status) =>
    status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
  ),
  counted('end to end', ['playwright', 'test', '--reporter=list,json'], () => {
    const { stats } = readJson('e2e.json');
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected };
  }),
];

const total = { passed: 0, failed: 0 };
const lines = [];
for (const { name, command, count } of suites) {
  console.log(`\n== ${name}: ${command.join(' ')}`);
  const began = performance.now();
  const [program, ...args] = command;
  const { status } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: join(results, 'e2e.json') },
    shell: process.platform === 'win32',
  });
  const { passed, failed } = safely(count, status);
  total.passed += passed;
  total.failed += failed;
  lines.push(
    `${failed === 0 ? 'ok ' : 'NOT'} ${name.padEnd(24)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed  ${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s`,
  );
}
console.log(`\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function single(name, command) {
  return { name, command, count: (status) => (status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }) };
}

function counted(name, command, count) {
  return { name, command, count };
}

/** A suite that ended badly without counting a failure (it crashed, or wrote no report) has failed all the same. */
function safely(count, status) {
  try {
    const counts = count(status);
    return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch (error) {
    console.error(String(error));
    return { passed: 0, failed: 1 };
  }
}

function readJson(name) {
  return JSON.parse(readFileSync(join(results, name), 'utf8'));
}
