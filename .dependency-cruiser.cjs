/**
 * The layering of ARCHITECTURE.md as rules: which room may import which, and what no headless room may touch.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const headless = 'computer|forge|pipelines|cloud|world|checks|course|desk';

/** A room may import the rooms named, itself, and the platform's interface. */
const mayImport = (room, ...rooms) => ({
  name: `${room}-imports-only-${rooms.length === 0 ? 'platform' : rooms.join('-')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [`^src/${room}/`, '^src/platform/platform\\.ts$', ...rooms.map((other) => `^src/${other}(/|\\.ts$)`)] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: 'node_modules' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'platform-knows-nobody',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/platform/' },
    },
    mayImport('computer'),
    mayImport('forge'),
    mayImport('cloud'),
    mayImport('pipelines', 'computer/contract'),
    mayImport('world', 'computer', 'forge', 'pipelines', 'cloud', 'checks/contract'),
    mayImport('checks', 'world/contract', 'cloud/contract', 'forge/contract', 'pipelines/contract'),
    mayImport('course', 'checks/contract', 'world/contract', 'world/people'),
    mayImport('desk', 'world', 'checks', 'course', 'cloud', 'computer', 'pipelines/contract', 'forge/contract'),
    {
      name: 'headless-rooms-touch-no-host',
      comment: 'They run unchanged in Node and in the browser.',
      severity: 'error',
      from: { path: `^src/(${headless})/` },
      to: { path: '^node:|^svelte|^astro|^src/platform/(node|browser)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'headless-rooms-use-no-node-core',
      severity: 'error',
      from: { path: `^src/(${headless})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-screens-know-svelte',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(workbench|workshop|components|pages)/' },
      to: { path: 'node_modules/(svelte|@lucide/svelte)/' },
    },
    {
      name: 'nothing-ships-from-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^tests/' },
    },
    { name: 'no-unresolved', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true, pathNot: '^(astro|virtual):|\\?' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte.ts', '.js', '.mjs', '.json', '.svelte', '.astro'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'default', 'types'],
    },
  },
};
