// npm test: installs what is missing and runs everything. What failed is named again at the end, where a log that is cut
// off in the middle still shows it. The last line is `N passed, N failed`, alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
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
      return {
        passed: report.numPassedTests,
        failed: report.numFailedTests + broken.length,
        failures: [
          ...broken.map((file) => ({ name: relative(root, file.name), message: file.message })),
          ...report.testResults.flatMap((file) =>
            file.assertionResults
              .filter((test) => test.status === 'failed')
              .map((test) => ({
                name: `${relative(root, file.name)} > ${test.fullName}`,
                message: test.failureMessages.join('\n'),
              })),
          ),
        ],
      };
    },
  ),
  counted('exercise matrix', ['npm', 'run', '--silent', 'plumbline', '--', 'verify'], (status) =>
    status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
  ),
  counted('end to end', ['playwright', 'test', '--reporter=list,json'], () => {
    const { stats, suites } = readJson('e2e.json');
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected, failures: suites.flatMap(failuresOf) };
  }),
];

const total = { passed: 0, failed: 0 };
const lines = [];
const failures = [];
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
  const { passed, failed, failures: named = [] } = safely(count, status);
  failures.push(...named);
  total.passed += passed;
  total.failed += failed;
  lines.push(
    `${failed === 0 ? 'ok ' : 'NOT'} ${name.padEnd(24)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed  ${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s`,
  );
}
for (const { name, message } of failures) {
  console.log(`\nFAILED ${name}\n${indented(message)}`);
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

/** The failed tests of a suite in Playwright's report, and of the suites in it. */
function failuresOf(suite) {
  const own = suite.specs
    .filter((spec) => !spec.ok)
    .map((spec) => ({
      name: `${suite.file}:${spec.line} > ${spec.title}`,
      message: spec.tests.flatMap((test) => test.results.flatMap((result) => result.errors.map((error) => error.message))).join('\n'),
    }));
  return [...own, ...(suite.suites ?? []).flatMap(failuresOf)];
}

/** The first lines of a failure's message: enough to know it by; the whole stands above, where the suite ran. */
function indented(message = '') {
  const lines = stripVTControlCharacters(message).split('\n');
  return [...lines.slice(0, 12), ...(lines.length > 12 ? ['…'] : [])].map((line) => `    ${line}`).join('\n');
}

function readJson(name) {
  return JSON.parse(readFileSync(join(results, name), 'utf8'));
}
