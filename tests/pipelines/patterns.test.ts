import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { filterName, matchesPattern, patternProblem } from '../../src/pipelines/github/patterns.ts';

// Each row is a row of "Filter pattern cheat sheet" in "Workflow syntax for GitHub Actions", with names that must not match added.
const TABLE: readonly (readonly [pattern: string, matches: readonly string[], not: readonly string[]])[] = [
  // Patterns to match branches and tags
  ['feature/*', ['feature/my-branch', 'feature/your-branch'], ['feature/a/b', 'feature', 'my-feature/x']],
  ['feature/**', ['feature/beta-a/my-branch', 'feature/your-branch', 'feature/mona/the/octocat'], ['feature']],
  ['main', ['main'], ['Main', 'main2', 'x/main']],
  ['releases/mona-the-octocat', ['releases/mona-the-octocat'], ['releases/mona']],
  ['*', ['main', 'releases'], ['all/the/branches', 'a/b']],
  ['**', ['all/the/branches', 'every/tag', 'main'], []],
  ['*feature', ['mona-feature', 'feature', 'ver-10-feature'], ['feature-x', 'a/feature']],
  ['v2*', ['v2', 'v2.0', 'v2.9'], ['v1', 'v2/x']],
  ['v[12].[0-9]+.[0-9]+', ['v1.10.1', 'v2.0.0'], ['v3.0.0', 'v1.0', 'v1.x.0', 'v1a0a0']],
  // Patterns to match file paths
  ['*.js', ['app.js', 'index.js'], ['js/index.js', 'app.jsx']],
  ['**.js', ['index.js', 'js/index.js', 'src/js/app.js'], ['app.jsx']],
  ['*.jsx?', ['page.js', 'page.jsx'], ['page.jsxx', 'page.j']],
  ['docs/*', ['docs/README.md', 'docs/file.txt'], ['docs/a/b.md', 'docs']],
  ['docs/**', ['docs/README.md', 'docs/mona/octocat.txt'], ['x/docs/a']],
  ['docs/**/*.md', ['docs/README.md', 'docs/mona/hello-world.md', 'docs/a/markdown/file.md'], ['docs/a.txt']],
  ['**/docs/**', ['docs/hello.md', 'dir/docs/my-file.txt', 'space/docs/plan/space.doc'], ['mydocs/x', 'docs']],
  ['**/README.md', ['README.md', 'js/README.md'], ['xREADME.md']],
  ['**/*src/**', ['a/src/app.js', 'my-src/code/js/app.js'], ['source/app.js']],
  ['**/*-post.md', ['my-post.md', 'path/their-post.md'], ['post.md']],
  ['**/migrate-*.sql', ['migrate-10909.sql', 'db/migrate-v1.0.sql', 'db/sept/migrate-v1.sql'], ['db/migrate.sql']],
  // Special characters: ? + [] and the escape
  ['Octoc?at', ['Octoat', 'Octocat'], ['Octoccat']],
  ['[CB]at', ['Cat', 'Bat'], ['Rat', 'at']],
  ['[1-2]00', ['100', '200'], ['300']],
  ['ab+', ['ab', 'abbb'], ['a']],
  ['v1\\+x', ['v1+x'], ['v11x']],
  ['a.b', ['a.b'], ['axb']],
];

describe('filter patterns', () => {
  test.each(TABLE)('%s', (pattern, matches, not) => {
    expect({
      matched: matches.filter((name) => matchesPattern(pattern, name)),
      wrongly: not.filter((name) => matchesPattern(pattern, name)),
    }).toEqual({
      matched: [...matches],
      wrongly: [],
    });
  });

  test('order decides: a later pattern takes back or lets in again', () => {
    // "Including and excluding paths"
    expect(filterName(['sub-project/**', '!sub-project/docs/**'], 'sub-project/index.js')).toEqual({ matches: true, by: 'sub-project/**' });
    expect(filterName(['sub-project/**', '!sub-project/docs/**'], 'sub-project/docs/readme.md')).toEqual({
      matches: false,
      by: '!sub-project/docs/**',
    });
    expect(filterName(['*.md', '!README.md', 'README*'], 'README.md')).toEqual({ matches: true, by: 'README*' });
    expect(filterName(['*.md'], 'a.py')).toEqual({ matches: false, by: null });
  });

  test('patterns that can mean nothing are named', () => {
    expect(['', '!', '?a', '[ab', 'v[0-9]+'].map(patternProblem)).toEqual([
      'This pattern is empty.',
      'This pattern is empty.',
      '`?a` begins with `?`, which repeats the character before it; there is none.',
      "The bracket of `[ab` isn't closed.",
      null,
    ]);
  });

  test('no pattern takes more steps than its length times the name’s', () => {
    const [pattern, name] = [`${'**/'.repeat(60)}${'a?'.repeat(60)}b`, 'a/'.repeat(400)];
    // A step is a state that is reached: they are kept in sets.
    const steps = vi.spyOn(Set.prototype, 'add');
    onTestFinished(() => steps.mockRestore());
    const matches = matchesPattern(pattern, name);
    const taken = steps.mock.calls.length;
    steps.mockRestore();
    expect(matches).toBe(false);
    expect(taken).toBeGreaterThan(name.length);
    expect(taken).toBeLessThanOrEqual(pattern.length * (name.length + 1));
  });
});
