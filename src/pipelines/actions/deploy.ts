import type { FileTree } from '../../platform/platform.ts';
import * as durations from '../durations.ts';
import { type ActionCall, ActionFailure, treeBelow } from './action.ts';
import { treeDigest, treeSize } from './digest.ts';
import { findFiles, resolve } from './glob.ts';

/** `fieldleaf/deploy`: hands a package to the environment of the job. The package is a folder, or an artifact of this run by its digest. */
export async function deploy(call: ActionCall): Promise<void> {
  const service = call.input('service').trim();
  if (service === '') throw new ActionFailure('fieldleaf/deploy needs to know the `service` to deploy to.');
  const { environment } = call;
  if (environment === null || environment === '')
    throw new ActionFailure(
      'fieldleaf/deploy deploys to the environment of its job, and this job has none: write `environment: production` beside `runs-on`.',
    );
  const files = packageOf(call);
  const digest = treeDigest(files);
  const score = scoreOf(call.input('tested-score').trim());
  const count = files.filter(({ type }) => type === 'file').length;
  call.log(`Package ${digest} (${count} ${count === 1 ? 'file' : 'files'}, ${treeSize(files)} bytes)`);
  call.log(`Deploying to ${service} in ${environment}${score === null ? '' : `, tested score ${score}`}`);
  await call.takes(durations.DEPLOY);
  const { trigger, run } = call;
  const result = await call.host.deploy({
    repository: trigger.repository,
    environment,
    service,
    files,
    digest,
    commit: trigger.after,
    runId: run.id,
    jobKey: call.jobKey,
    actor: run.actor,
    testedScore: score,
    pushedAt: trigger.at,
    signal: call.signal,
  });
  if (!result.ok) throw new ActionFailure(result.message);
  call.log(`Deployment ${result.deploymentId} is live: ${result.url}`);
  call.setOutput('url', result.url);
  call.setOutput('digest', digest);
  call.setOutput('deployment-id', String(result.deploymentId));
}

function packageOf(call: ActionCall): FileTree {
  const path = call.input('path').trim();
  const wanted = call
    .input('artifact-digest')
    .trim()
    .replace(/^sha256:/, '');
  if ((path === '') === (wanted === ''))
    throw new ActionFailure('fieldleaf/deploy needs either `path` (a folder) or `artifact-digest` (of an artifact of this run).');
  if (wanted !== '') {
    const artifact = call.run.artifacts.find(({ digest }) => digest === `sha256:${wanted}`);
    if (artifact === undefined) throw new ActionFailure(`No artifact of this run has the digest sha256:${wanted}.`);
    return call.artifacts.files(call.run, artifact.id) ?? [];
  }
  const { files } = call.computer;
  const folder = resolve(call.workspace, path);
  if (!files.existsSync(folder)) throw new ActionFailure(`There is no ${path} to deploy. Does the job download the artifact into it?`);
  const found = findFiles(files, folder, '/').files.filter((file) => !file.slice(folder.length).startsWith('/.git/'));
  if (found.length === 0) throw new ActionFailure(`${path} is empty: there is nothing to deploy.`);
  return treeBelow(files, found.length === 1 && found[0] === folder ? folder.slice(0, folder.lastIndexOf('/')) : folder, found);
}

function scoreOf(text: string): number | null {
  if (text === '') return null;
  const score = Number(text);
  if (Number.isNaN(score)) throw new ActionFailure(`\`tested-score\` is a number; this is \`${text}\`.`);
  return score;
}
