import type { WorldEvent } from '../../world/contract.ts';
import { personOf } from '../../world/people.ts';
import { refName } from '../format.ts';

const PULL_REQUEST: Readonly<Record<string, string>> = {
  opened: 'opened',
  commented: 'commented on',
  reviewed: 'reviewed',
  closed: 'closed',
  merged: 'merged',
  reopened: 'reopened',
  ready_for_review: 'asks for a review of',
};

const WORK_ITEM: Readonly<Record<string, string>> = {
  opened: 'opened',
  commented: 'commented on',
  closed: 'closed',
  reopened: 'reopened',
};

/** What a colleague did, in a sentence, and which pull request to look at; null for what the learner or nobody did, and for what is not worth a word. */
export function colleagueDid(event: WorldEvent, learner: string): { readonly text: string; readonly pull: number | null } | null {
  if (!('by' in event) || event.by === learner) return null;
  const { name } = personOf(event.by);
  switch (event.type) {
    case 'push':
      return pushed(name, event.ref, event.before, event.after);
    case 'pull-request': {
      const did = PULL_REQUEST[event.action];
      return did === undefined ? null : { text: `${name} ${did} pull request ${event.number}.`, pull: event.number };
    }
    case 'work-item': {
      const did = WORK_ITEM[event.action];
      return did === undefined ? null : { text: `${name} ${did} work item ${event.number}.`, pull: null };
    }
    case 'release':
      return event.action === 'published' ? { text: `${name} published release ${event.tag}.`, pull: null } : null;
    case 'teammate':
      return null;
  }
}

function pushed(name: string, ref: string, before: string | null, after: string | null): { readonly text: string; readonly pull: null } {
  const what = ref.startsWith('refs/tags/') ? 'the tag' : 'the branch';
  if (after === null) return { text: `${name} deleted ${what} ${refName(ref)}.`, pull: null };
  return { text: before === null ? `${name} pushed ${what} ${refName(ref)}.` : `${name} pushed to ${refName(ref)}.`, pull: null };
}
