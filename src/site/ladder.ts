/** The maturity ladder as the course plans it: levels in order, what each brings, and its exercises. Plain data, no imports. */

export interface PlannedExercise {
  readonly id: string;
  readonly number: string;
  readonly title: string;
}

export interface Level {
  /** `0` to `6`, or `capstone`. */
  readonly key: string;
  readonly title: string;
  /** What the learner's company has at the end of the level. */
  readonly brings: string;
  /** Folder under content/ that holds its lessons. */
  readonly folder: string;
  readonly exercises: readonly PlannedExercise[];
}

const planned = (lines: readonly (readonly [number: string, id: string, title: string])[]): readonly PlannedExercise[] =>
  lines.map(([number, id, title]) => ({ number, id, title }));

export const ladder: readonly Level[] = [
  {
    key: '0',
    title: 'Orientation',
    brings: 'See what breaks when a model, an app and a server are made by people who don’t talk to each other.',
    folder: '0-orientation',
    exercises: planned([
      ['0.1', 'first-clone-first-fix', 'First clone, first fix'],
      ['0.2', 'find-the-handoff', 'Find the handoff'],
      ['0.3', 'big-bang-or-small-batches', 'Big bang or small batches'],
    ]),
  },
  {
    key: '1',
    title: 'Infrastructure as code',
    brings: 'Servers, stores and secrets are declared in files. Two machines make the same model.',
    folder: '1-infrastructure-as-code',
    exercises: planned([
      ['1.1', 'pin-the-environment', 'Pin the environment'],
      ['1.2', 'describe-dont-click', 'Describe, don’t click'],
      ['1.3', 'staging-like-prod', 'Staging like production'],
      ['1.4', 'drift-detective', 'Drift detective'],
      ['1.5', 'leaked-key', 'The leaked key'],
    ]),
  },
  {
    key: '2',
    title: 'Integration and automated tests',
    brings: 'Every push is tested, and the tests tell a good model from a lucky one.',
    folder: '2-integration-and-tests',
    exercises: planned([
      ['2.1', 'first-green-build', 'First green build'],
      ['2.2', 'unit-test-the-pure-parts', 'Unit-test the pure parts'],
      ['2.3', 'test-the-untestable', 'Test the untestable'],
      ['2.3', 'perfect-score-alarm', 'Perfect score: alarm'],
      ['2.4', 'three-branches-one-main', 'Three branches, one main'],
      ['2.5', 'same-pipeline-other-dialect', 'Same pipeline, other dialect'],
    ]),
  },
  {
    key: '3',
    title: 'Continuous delivery',
    brings: 'One build is promoted to the phone within ten minutes of a push, and taken back within two.',
    folder: '3-continuous-delivery',
    exercises: planned([
      ['3.1', 'build-once-promote', 'Build once, promote'],
      ['3.2', 'quality-gate', 'Quality gate'],
      ['3.3', 'ship-a-better-leaf', 'Ship a better leaf'],
      ['3.4', 'delivery-or-deployment', 'Delivery or deployment'],
      ['3.5', 'roll-back-in-two-minutes', 'Roll back in two minutes'],
    ]),
  },
  {
    key: '4',
    title: 'Release management',
    brings: 'Versions keep their promise, canaries stop by themselves, and a freeze holds.',
    folder: '4-release-management',
    exercises: planned([
      ['4.1', 'name-the-version', 'Name the version'],
      ['4.2', 'petrol-nozzle', 'The petrol nozzle'],
      ['4.3', 'canary-then-all', 'Canary, then all'],
      ['4.4', 'release-train', 'Release train'],
    ]),
  },
  {
    key: '5',
    title: 'Application performance',
    brings: 'Logs, metrics and traces you wrote yourself, and an alert on the day the cameras change.',
    folder: '5-application-performance',
    exercises: planned([
      ['5.1', 'three-log-levels', 'Three log levels'],
      ['5.2', 'golden-signals', 'Golden signals'],
      ['5.2', 'slow-leaf', 'Slow leaf'],
      ['5.3', 'autumn-drift', 'Autumn drift'],
      ['5.4', 'pipeline-has-a-pulse', 'The pipeline has a pulse'],
    ]),
  },
  {
    key: '6',
    title: 'Load and auto-scale',
    brings: 'You know where it breaks, you made it cheaper, and your policy survives a Sunday in spring.',
    folder: '6-load-and-auto-scale',
    exercises: planned([
      ['6.1', 'hammer-test', 'Hammer test'],
      ['6.2', 'write-it-scalable', 'Write it scalable'],
      ['6.3', 'spring-sunday', 'Spring Sunday'],
      ['6.4', 'predict-the-peak', 'Predict the peak'],
    ]),
  },
  {
    key: 'capstone',
    title: 'Two weeks in production',
    brings:
      'The capstone: fourteen days with your own repository, a launch, a drift and a mislabelled batch. Your delivery figures at the end.',
    folder: '7-capstone',
    exercises: planned([['7', 'two-weeks-in-production', 'Two weeks in production']]),
  },
];
