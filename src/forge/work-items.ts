import type { TimelineEntry, WorkItem, WorkItems } from './contract.ts';
import { replaced, sameEntry, type CollaborationRecord } from './record.ts';
import { NotFoundError, RefusedError } from './storage.ts';

type WithoutTime<Entry> = Entry extends unknown ? Omit<Entry, 'at'> : never;

/** The work items of one repository. */
export class StoredWorkItems implements WorkItems {
  readonly #record: CollaborationRecord;

  constructor(record: CollaborationRecord) {
    this.#record = record;
  }

  list(): readonly WorkItem[] {
    return this.#record.data.workItems;
  }

  get(number: number): WorkItem {
    const item = this.find(number);
    if (item === undefined) throw new NotFoundError(`There is no work item #${number}.`);
    return item;
  }

  find(number: number): WorkItem | undefined {
    return this.list().find((item) => item.number === number);
  }

  open(by: string, { title, body = '', labels = [], assignees = [] }: Parameters<WorkItems['open']>[1]): WorkItem {
    const item: WorkItem = {
      number: this.#record.takeNumber(),
      title: titleOf(title),
      body,
      author: by,
      assignees: [...new Set(assignees)],
      labels: [...new Set(labels)],
      state: 'open',
      reason: null,
      createdAt: this.#record.now,
      closedAt: null,
      comments: [],
      timeline: [],
    };
    this.#record.update({ workItems: [...this.list(), item] });
    this.#record.tell({ type: 'work-item', action: 'opened', number: item.number, by });
    return item;
  }

  edit(by: string, number: number, change: Parameters<WorkItems['edit']>[2]): WorkItem {
    const { title, body, labels, assignees } = change;
    return this.#change(by, number, 'edited', {
      ...(title === undefined ? {} : { title: titleOf(title) }),
      ...(body === undefined ? {} : { body }),
      ...(labels === undefined ? {} : { labels: [...new Set(labels)] }),
      ...(assignees === undefined ? {} : { assignees: [...new Set(assignees)] }),
    });
  }

  comment(by: string, number: number, body: string): WorkItem {
    const { comments } = this.get(number);
    if (body.trim() === '') throw new RefusedError('A comment needs a text.');
    return this.#change(by, number, 'commented', { comments: [...comments, this.#record.newComment(by, body)] });
  }

  close(by: string, number: number, reason: 'completed' | 'not_planned' = 'completed'): WorkItem {
    return this.closeFor(by, number, reason, {});
  }

  /** Closes it because of a commit or a pull request. Closing what is closed changes nothing. */
  closeFor(
    by: string,
    number: number,
    reason: 'completed' | 'not_planned',
    cause: { readonly commit?: string; readonly pull?: number },
  ): WorkItem {
    const item = this.get(number);
    if (item.state === 'closed') return item;
    const at = this.#record.now;
    return this.#change(by, number, 'closed', {
      state: 'closed',
      reason,
      closedAt: at,
      timeline: [...item.timeline, { type: 'closed', at, by, ...cause }],
    });
  }

  reopen(by: string, number: number): WorkItem {
    const item = this.get(number);
    if (item.state === 'open') return item;
    return this.#change(by, number, 'reopened', {
      state: 'open',
      reason: null,
      closedAt: null,
      timeline: [...item.timeline, { type: 'reopened', at: this.#record.now, by }],
    });
  }

  /** Notes what concerns the item, once; numbers that name nothing are passed over. */
  link(number: number, entry: WithoutTime<TimelineEntry>): void {
    const item = this.find(number);
    const whole = { at: this.#record.now, ...entry } as TimelineEntry;
    if (item === undefined || item.timeline.some((other) => sameEntry(other, whole))) return;
    this.#change(whole.by, number, 'linked', { timeline: [...item.timeline, whole] });
  }

  #change(
    by: string,
    number: number,
    action: 'edited' | 'commented' | 'closed' | 'reopened' | 'linked',
    change: Partial<WorkItem>,
  ): WorkItem {
    const item = { ...this.get(number), ...change };
    this.#record.update({ workItems: replaced(this.list(), 'number', item) });
    this.#record.tell({ type: 'work-item', action, number, by });
    return item;
  }
}

/** A title in one line. @throws RefusedError when there is none. */
export function titleOf(text: string): string {
  const title = text.replace(/\s+/g, ' ').trim();
  if (title === '') throw new RefusedError('A title is needed.');
  if (title.length > 256) throw new RefusedError(`A title has at most 256 characters; this one has ${title.length}.`);
  return title;
}
