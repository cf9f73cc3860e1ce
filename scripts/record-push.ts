// Records the push that the home page shows: plays exercise 3.3's solution up to its third release on the real engine and writes what happened.
//   node --import tsx scripts/record-push.ts            write src/site/push-to-phone.json
//   node --import tsx scripts/record-push.ts --check    exit 1 when it would be written differently
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Photo } from '../src/cloud/contract.ts';
import { ExercisesFolder } from '../src/cli/exercises.ts';
import { playThrough, prepareStart } from '../src/desk/prepare.ts';
import { nodePlatform } from '../src/platform/node/platform.ts';
import { World } from '../src/world/world.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/site/push-to-phone.json');
const exerciseId = 'ship-a-better-leaf';
const release = 'Learn from the photos in incoming/';

const platform = nodePlatform({ reuse: true });
const { exercise, photos } = await new ExercisesFolder(join(root, 'exercises')).load(exerciseId);
const world = World.restore({ platform, photos, repository: exercise.meta.repository }, await prepareStart(exercise, photos, platform));
const script = exercise.solutions.find(({ name }) => name === 'solution')?.script.split(/^# Release 4/m)[0] ?? '';
// The rest of the day, for users to come and try it.
await playThrough(world, `exercises/${exerciseId}/solution.sh`, `${script}\nsleep 8h\n`);

const run = world.pipelines.runs().find(({ title }) => title.startsWith(release));
const phone = world.cloud.phone();
const { live } = phone;
if (!run || !live || live.runId !== run.id) throw new Error(`the release “${release}” is not on the phone; did the solution change?`);

const since = (at: number | null): number => Math.round(((at ?? live.pushedAt) - live.pushedAt) / 1000);
const before = run.jobs.filter((job) => job.environment === null);
const served = phone.hours.filter(({ deploymentId }) => deploymentId === live.id);
const [well, badly] = [served.reduce((sum, hour) => sum + hour.well, 0), served.reduce((sum, hour) => sum + hour.badly, 0)];
const shown =
  phone.recent.find(({ photo, answer }) => answer.ok && answer.species === photo.species && photo.species === 'ginkgo') ??
  phone.recent.find(({ photo, answer }) => answer.ok && answer.species === photo.species);
if (!shown?.answer.ok) throw new Error('no photo of the last hours was answered rightly');
const { species, votes } = shown.answer;
const all = Object.values(votes).reduce((sum, count) => sum + count, 0);

const text = `${JSON.stringify(
  {
    recorded: 'release 3 of the solution',
    command: 'git push',
    commit: { id: run.commit.slice(0, 7), message: run.title, at: since(run.startedAt) },
    steps: [
      {
        label: `${run.workflow}, run ${run.number}`,
        jobs: before.map(({ id }) => id),
        at: since(Math.max(...before.map(({ completedAt }) => completedAt ?? 0))),
      },
      { label: live.environment, digest: live.digest.slice(0, 'sha256:'.length + 8), at: since(live.liveAt) },
    ],
    phone: {
      answer: species[0]?.toUpperCase() + species.slice(1),
      detail: `${votes[species]} of ${all} neighbours`,
      served: `${well} of ${well + badly} users served well since`,
      photo: asHex(shown.photo),
    },
  },
  null,
  2,
)}\n`;
world.dispose();
platform.python.dispose();

function asHex({ size, pixels }: Photo): { readonly side: number; readonly pixels: string } {
  return { side: size, pixels: Buffer.from(pixels).toString('hex') };
}

if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
  console.log(text.replace(/"pixels": "[^"]+"/, '"pixels": "…"'));
} else if (readFileSync(target, 'utf8') !== text) {
  console.error('src/site/push-to-phone.json is not what the engine does now. Run: node --import tsx scripts/record-push.ts');
  process.exitCode = 1;
}
