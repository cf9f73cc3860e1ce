import type { OriginRepository } from '../forge/contract.ts';
import type { Pipelines } from '../pipelines/contract.ts';
import type { WorldEventBody } from './contract.ts';
import type { Facts } from './teammates.ts';

/** What an event tells whoever answers to it, by the names of `ANSWERABLE` and a few more that scripts need (`commit`, `run`). */
export function factsOf(event: WorldEventBody, origin: OriginRepository, pipelines: Pipelines): Facts {
  switch (event.type) {
    case 'push':
      return { by: event.by, commit: event.after ?? '', ...refFacts(event.ref) };
    case 'pull-request': {
      const { head, base, headCommit, reviews } = origin.pullRequests.get(event.number);
      const verdict = reviews.at(-1)?.verdict ?? '';
      return { action: event.action, number: String(event.number), by: event.by, head, base, commit: headCommit, verdict };
    }
    case 'work-item':
      return { action: event.action, number: String(event.number), by: event.by };
    case 'release':
      return { action: event.action, tag: event.tag, by: event.by };
    case 'run.completed': {
      const run = pipelines.run(event.runId);
      if (run === undefined) return {};
      const { workflow, conclusion, commit, ref } = run;
      return { run: String(run.id), workflow, conclusion: conclusion ?? '', event: run.event, commit, ...refFacts(ref) };
    }
    case 'deployment.created':
      return { environment: event.environment, deployment: String(event.deploymentId) };
    case 'check':
      return { check: event.checkId, status: event.status };
    default:
      return {};
  }
}

function refFacts(ref: string): Facts {
  if (ref.startsWith('refs/heads/')) return { branch: ref.slice('refs/heads/'.length) };
  return ref.startsWith('refs/tags/') ? { tag: ref.slice('refs/tags/'.length) } : {};
}
