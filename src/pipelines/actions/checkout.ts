import * as durations from '../durations.ts';
import { ActionFailure, type ActionCall } from './action.ts';
import { resolve } from './glob.ts';

/** `actions/checkout`: a working repository at the pushed commit, or at `ref`. */
export async function checkout(call: ActionCall): Promise<void> {
  const { host, trigger, workspace } = call;
  const path = resolve(workspace, call.input('path'));
  if (path !== workspace && !path.startsWith(`${workspace}/`))
    throw new ActionFailure(`Repository path '${path}' is not under '${workspace}'`);
  const depth = Number(call.input('fetch-depth').trim() || '1');
  if (!Number.isInteger(depth) || depth < 0)
    throw new ActionFailure(`\`fetch-depth\` is a whole number from 0; this is ${call.input('fetch-depth')}.`);
  const wanted = call.input('ref').trim();
  const { commit, ref } = wanted === '' ? { commit: trigger.after, ref: trigger.ref } : await find(call, wanted);
  call.group('Getting Git version info', [`Working directory is '${path}'`]);
  call.group('Fetching the repository', [depth === 0 ? 'All history for all branches and tags' : `Depth ${depth}`]);
  await call.takes(durations.CHECKOUT);
  await host.checkout(call.computer, trigger.repository, commit, ref, path, depth);
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  call.group('Checking out the ref', [
    ref.startsWith('refs/heads/') ? `Switched to branch '${name}'` : `HEAD is now at ${commit.slice(0, 7)}`,
  ]);
  call.log(`'${commit}'`);
  call.setOutput('ref', wanted === '' ? ref : wanted);
  call.setOutput('commit', commit);
}

async function find(call: ActionCall, wanted: string): Promise<{ readonly commit: string; readonly ref: string }> {
  const { host, trigger } = call;
  const full = [wanted, `refs/heads/${wanted}`, `refs/tags/${wanted}`];
  if (full.includes(trigger.ref) || wanted === trigger.after) return { commit: trigger.after, ref: trigger.ref };
  for (const ref of full) {
    const commit = ref.startsWith('refs/') ? await host.resolve?.(trigger.repository, ref) : null;
    if (commit !== null && commit !== undefined) return { commit, ref };
  }
  if (/^[0-9a-f]{40}$/.test(wanted)) return { commit: wanted, ref: wanted };
  throw new ActionFailure(`A branch or tag with the name '${wanted}' could not be found`);
}
