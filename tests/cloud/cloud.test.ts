import { expect, test } from 'vitest';
import { Cloud, type DeploymentInput } from '../../src/cloud/cloud.ts';
import type { Answer, Photo, ServiceRunner } from '../../src/cloud/contract.ts';
import { readPhotos } from '../../src/cloud/photos.ts';
import { scoreAnswers } from '../../src/cloud/score.ts';
import { ServiceStartError } from '../../src/cloud/service.ts';
import { hoursBetween, visitsOf } from '../../src/cloud/traffic.ts';
import { VirtualClock } from '../../src/world/clock.ts';

const HOUR = 3_600_000;
const species = ['willow', 'ginkgo'];
const photos: readonly Photo[] = Array.from({ length: 20 }, (_, i) => ({
  id: `p${i}`,
  species: species[i % 2] ?? '',
  size: 1,
  pixels: new Uint8Array([i]),
}));

/** A service that always says the same; `broken` does not start. */
const runner = (answers: Readonly<Record<string, string>>): ServiceRunner => ({
  async predict(files) {
    const name = files[0]?.path.slice(1) ?? '';
    if (name === 'broken') throw new ServiceStartError('service/app.py does not start: KeyError: scaler');
    return photos.map((photo): Answer => ({ photo: photo.id, ok: true, species: answers[name] ?? photo.species, votes: {} }));
  },
});

const input = (digest: string, pushedAt = 0, signal = new AbortController().signal): DeploymentInput => ({
  environment: 'production',
  service: 'leaf',
  digest,
  commit: 'c',
  runId: 1,
  actor: 'you',
  pushedAt,
  testedScore: null,
  waitedForPerson: false,
  files: [{ path: `/${digest}`, type: 'directory', mode: 0o755, mtime: 0 }],
  signal,
});

test('users are served by what is live when they take their photo', async () => {
  const clock = new VirtualClock(10 * HOUR);
  const cloud = new Cloud({ clock, photos, runner: runner({ always: 'willow' }) });
  await cloud.deploy(input('always'));
  await clock.sleep(2 * HOUR);
  await cloud.deploy(input('right'));
  await clock.sleep(2 * HOUR);
  const { hours, live, previous, score } = cloud.phone();
  const share = (from: number, to: number) => {
    const part = hours.filter((hour) => hour.at >= from * HOUR && hour.at < to * HOUR);
    const well = part.reduce((sum, hour) => sum + hour.well, 0);
    return well / part.reduce((sum, hour) => sum + hour.well + hour.badly, 0);
  };
  expect(hours.map((hour) => [hour.at / HOUR, hour.deploymentId])).toEqual([
    [10, 1],
    [11, 1],
    [12, 2],
    [13, 2],
  ]);
  expect(share(10, 12)).toBeGreaterThan(0.3);
  expect(share(10, 12)).toBeLessThan(0.7);
  expect(share(12, 14)).toBe(1);
  expect([live?.digest, previous?.digest, score?.balancedAccuracy]).toEqual(['right', 'always', 1]);
});

test('a service that does not start leaves the old one live', async () => {
  const cloud = new Cloud({ clock: new VirtualClock(0), photos, runner: runner({}) });
  await cloud.deploy(input('good'));
  expect(await cloud.deploy(input('broken'))).toEqual({ ok: false, message: 'service/app.py does not start: KeyError: scaler' });
  expect(cloud.phone().live?.digest).toBe('good');
});

test.each([
  ['a package it has to ask first', 'new'],
  ['a package it knows', 'good'],
])('a deployment of %s that is given up puts nothing live', async (_name, digest) => {
  const stop = new AbortController();
  const answers = runner({});
  const asked: (string | undefined)[] = [];
  const stopping: ServiceRunner = {
    predict: (files, wanted, signal) => {
      asked.push(files[0]?.path);
      if (files[0]?.path === '/new') stop.abort(new Error('The step is being stopped.'));
      return answers.predict(files, wanted, signal);
    },
  };
  const cloud = new Cloud({ clock: new VirtualClock(0), photos, runner: stopping });
  await cloud.deploy(input('good'));
  if (digest === 'good') stop.abort(new Error('The step is being stopped.'));
  await expect(cloud.deploy(input(digest, 0, stop.signal))).rejects.toThrow('The step is being stopped.');
  expect(asked).toEqual(digest === 'good' ? ['/good'] : ['/good', '/new']);
  expect(cloud.deployments('production').map((deployment) => deployment.digest)).toEqual(['good']);
  expect(Object.keys(cloud.snapshot().deployments[0] ?? {})).not.toContain('signal');
});

test('a restored cloud shows the same phone', async () => {
  const clock = new VirtualClock(10 * HOUR);
  const make = () => new Cloud({ clock, photos, runner: runner({ always: 'ginkgo' }) });
  const cloud = make();
  await cloud.deploy(input('always'));
  await clock.sleep(3 * HOUR);
  cloud.takePhoto();
  const other = make();
  other.restore(structuredClone(cloud.snapshot()));
  expect(other.phone()).toEqual(cloud.phone());
  expect(other.phone().recent.length).toBe(16);
});

test('the camera goes through the photos, however often it is pressed', async () => {
  const clock = new VirtualClock(10 * HOUR);
  const cloud = new Cloud({ clock, photos, runner: runner({ always: 'ginkgo' }) });
  await cloud.deploy(input('always'));
  const taken = new Set<string>();
  for (let press = 0; press < 40; press++) {
    cloud.takePhoto();
    taken.add(cloud.phone().recent[0]!.photo.id);
  }
  expect(taken.size).toBe(Math.min(40, photos.length));
});

test('balanced accuracy is the mean of the recalls, an error is a wrong answer, and no vote for the truth rules it out', () => {
  const four = photos.slice(0, 4);
  const answers: readonly Answer[] = [
    { photo: 'p0', ok: true, species: 'willow', votes: {} },
    { photo: 'p1', ok: false, error: 'KeyError: 1' },
    { photo: 'p2', ok: true, species: 'willow', votes: {} },
    { photo: 'p3', ok: true, species: 'willow', votes: { willow: 3 } },
  ];
  expect(scoreAnswers('d', four, answers)).toEqual({
    digest: 'd',
    balancedAccuracy: 0.5,
    accuracy: 0.5,
    recall: { willow: 1, ginkgo: 0 },
    errors: 1,
    ruledOut: 1,
    photos: 4,
    firstError: 'KeyError: 1',
  });
});

test('names of environments do not tell capitals from small letters', async () => {
  const cloud = new Cloud({ clock: new VirtualClock(0), photos, runner: runner({}) });
  await cloud.deploy({ ...input('right'), environment: 'Production' });
  expect(cloud.deployments('production').map(({ environment }) => environment)).toEqual(['Production']);
  expect(cloud.phone().live?.digest).toBe('right');
});

test('a package that was deployed can be asked about other photos, one that was not cannot', async () => {
  const cloud = new Cloud({ clock: new VirtualClock(0), photos, runner: runner({ always: 'willow' }) });
  await cloud.deploy(input('always'));
  const { signal } = new AbortController();
  expect((await cloud.ask('always', photos, signal)).every((answer) => answer.ok && answer.species === 'willow')).toBe(true);
  await expect(cloud.ask('never', photos, signal)).rejects.toThrow('no package with digest never was deployed');
});

test('traffic is the same for the same hour, in order, and within the hour', () => {
  const noon = 12 * HOUR;
  const visits = visitsOf(noon, 600);
  expect(visitsOf(noon, 600)).toEqual(visits);
  expect(visits.every((visit, i) => visit.at >= (visits[i - 1]?.at ?? noon) && visit.at < noon + HOUR && visit.photo < 600)).toBe(true);
  expect(visitsOf(3 * HOUR, 600).length).toBeLessThan(visits.length);
  expect(hoursBetween(90 * 60_000, 4 * HOUR).map((hour) => hour / HOUR)).toEqual([1, 2, 3]);
  expect(hoursBetween(HOUR, HOUR)).toEqual([]);
});

test('a photo file is read back, and a damaged one says what is wrong', () => {
  const bytes = new Uint8Array(
    [...'PLPH']
      .map((letter) => letter.charCodeAt(0))
      .concat([1, 2, 2, 3, ...[...'oak'].map((l) => l.charCodeAt(0)), 2, 97, 98, 2, 0, 0, 0, 0, 1, 2, 3, 4, 1, 5, 6, 7, 8]),
  );
  expect(readPhotos(bytes)).toEqual([
    { id: 'user-0001', species: 'oak', size: 2, pixels: new Uint8Array([1, 2, 3, 4]) },
    { id: 'user-0002', species: 'ab', size: 2, pixels: new Uint8Array([5, 6, 7, 8]) },
  ]);
  expect(() => readPhotos(bytes.subarray(0, -1))).toThrow('photo file is damaged: 2 photos need 28 bytes, it has 27');
  expect(() => readPhotos(new Uint8Array(9))).toThrow('not a photo file');
});
