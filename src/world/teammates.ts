import type { Computer, ComputerOptions } from '../computer/contract.ts';
import type { FileTree, OutputStream } from '../platform/platform.ts';
import { StandstillClock, type VirtualClock } from './clock.ts';
import type { TeammateAction, WorldEventBody } from './contract.ts';
import { isDevice } from './devices.ts';
import { personOf, type Person } from './people.ts';
import { statementsOf } from './statements.ts';

/** What an event tells a script: `EVENT_NUMBER`, `EVENT_BRANCH` and the like, without the prefix and in lower case. */
export type Facts = Readonly<Record<string, string>>;

/** An action that has begun or is about to, as plain data. */
interface UnderWay {
  readonly action: string;
  /** When it begins or began, in virtual ms. */
  readonly at: number;
  readonly facts: Facts;
  /** Null before its first statement. Between statements everything is in the files: after a reload the next one goes on from there. */
  readonly progress: { readonly next: number; readonly cwd: string; readonly files: FileTree } | null;
}

/** What teammates have done, and what they are at. */
export interface TeammatesSnapshot {
  /** How many times each action has been begun, by id. */
  readonly begun: Readonly<Record<string, number>>;
  readonly underWay: readonly UnderWay[];
}

export interface TeammatesHost {
  readonly actions: readonly TeammateAction[];
  readonly clock: VirtualClock;
  readonly url: string;
  readonly repository: string;
  /** When the exercise began, in virtual ms; null before that: nobody acts then. */
  readonly began: () => number | null;
  readonly machine: (person: Person, options: Partial<ComputerOptions>) => Computer;
  readonly factsOf: (event: WorldEventBody) => Facts;
  readonly record: (event: WorldEventBody) => void;
  /** Work that the world waits for when it waits until nothing goes on. */
  readonly track: (work: Promise<unknown>) => void;
}

/** How much of what a failing script printed is kept, in characters. */
const KEPT_OUTPUT = 4_000;

/** The colleagues of an exercise: each acts when their time has come or something has happened, through the same git and `gh` as the learner. */
export class Teammates {
  readonly #host: TeammatesHost;
  readonly #begun: Map<string, number>;
  readonly #underWay = new Set<{ state: UnderWay }>();
  /** The last thing each person is at, by login: one person does one thing at a time. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #appointments: (() => void)[] = [];

  constructor(host: TeammatesHost, snapshot: TeammatesSnapshot | null) {
    this.#host = host;
    this.#begun = new Map(Object.entries(snapshot?.begun ?? {}));
    this.#makeAppointments();
    for (const state of snapshot?.underWay ?? []) this.#goOn(state);
  }

  /** Looks forward to everything that has a time of its own. For when the exercise begins; what was begun already is left out. */
  #makeAppointments(): void {
    const began = this.#host.began();
    if (began === null) return;
    for (const action of this.#host.actions) {
      const { when } = action;
      if (!('at' in when) || this.#begun.has(action.id)) continue;
      this.#appointments.push(this.#host.clock.appoint(began + when.at, () => this.keepAppointments()));
    }
  }

  /** The exercise begins now. */
  begin(): void {
    for (const callOff of this.#appointments) callOff();
    this.#appointments = [];
    this.#makeAppointments();
  }

  /** Begins what was to be done by now. */
  keepAppointments(): void {
    const began = this.#host.began();
    if (began === null) return;
    const due = this.#host.actions.flatMap((action) => ('at' in action.when ? [{ action, at: began + action.when.at }] : []));
    for (const { action, at } of due.toSorted((one, other) => one.at - other.at)) {
      if (at <= this.#host.clock.now() && !this.#begun.has(action.id)) this.#begin(action, at, {});
    }
  }

  /** Whoever waits for this to happen begins. */
  hear(event: WorldEventBody): void {
    if (this.#host.began() === null) return;
    for (const action of this.#host.actions) {
      const { when } = action;
      if ('at' in when || when.on.event !== event.type || (this.#begun.get(action.id) ?? 0) >= when.times) continue;
      const facts = this.#host.factsOf(event);
      if (Object.entries(when.on.facts).every(([name, value]) => facts[name] === value)) {
        this.#begin(action, this.#host.clock.now() + when.after, facts);
      }
    }
  }

  snapshot(): TeammatesSnapshot {
    return { begun: Object.fromEntries(this.#begun), underWay: [...this.#underWay].map(({ state }) => state) };
  }

  /** Stops everybody where they are. */
  dispose(): void {
    this.#stop.abort(new Error('the world was left'));
    for (const callOff of this.#appointments) callOff();
  }

  #begin(action: TeammateAction, at: number, facts: Facts): void {
    this.#begun.set(action.id, (this.#begun.get(action.id) ?? 0) + 1);
    this.#goOn({ action: action.id, at, facts, progress: null });
  }

  #goOn(state: UnderWay): void {
    const action = this.#host.actions.find(({ id }) => id === state.action);
    // An exercise that was published anew may have dropped it.
    if (action === undefined) return;
    const entry = { state };
    this.#underWay.add(entry);
    const before = this.#busy.get(action.who) ?? Promise.resolve();
    const work = this.#waitUntil(state.at)
      .then(() => before)
      .then(() => this.#act(action, entry))
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) throw error;
      })
      .finally(() => this.#underWay.delete(entry));
    this.#busy.set(
      action.who,
      work.catch(() => {}),
    );
    this.#host.track(work);
  }

  async #waitUntil(at: number): Promise<void> {
    const ms = at - this.#host.clock.now();
    if (ms > 0) await this.#host.clock.sleep(ms, this.#stop.signal);
  }

  /** Statement by statement on a machine of their own, with a fresh clone; stops at the first that fails. */
  async #act(action: TeammateAction, entry: { state: UnderWay }): Promise<void> {
    const { url, repository } = this.#host;
    const person = personOf(action.who);
    const clock = new StandstillClock(this.#host.clock);
    const machine = this.#host.machine(person, { clock, env: environmentOf(entry.state.facts) });
    const { progress } = entry.state;
    if (progress === null) introduce(machine, person);
    else machine.files.load(progress.files);
    let output = '';
    const onOutput = (_stream: OutputStream, text: string) => (output = (output + text).slice(-KEPT_OUTPUT));
    let cwd = progress?.cwd ?? machine.home;
    const script = `git clone --quiet ${url}/${repository}.git\ncd ${repository}\n${action.script}`;
    const first = progress?.next ?? 0;
    let exitCode = 0;
    clock.hold();
    try {
      const statements = this.#statements(machine, script);
      for (let next = first; next < statements.length && exitCode === 0; next++) {
        // A shell for each: what the next statement builds on is files, so that a reload in between changes nothing.
        const session = machine.session({ interactive: false, cwd, onOutput });
        const hangUp = () => session.close();
        this.#stop.signal.addEventListener('abort', hangUp);
        const result = await session.run(statements[next] ?? '');
        this.#stop.signal.removeEventListener('abort', hangUp);
        this.#stop.signal.throwIfAborted();
        ({ cwd } = session);
        session.close();
        // The statement that was at work when the page went may have been done: it says so the second time (`already exists`).
        exitCode = progress !== null && next === first ? 0 : result.exitCode;
        entry.state = { ...entry.state, progress: { next: next + 1, cwd, files: machine.files.tree('/', isDevice) } };
        if (result.exited === true) break;
      }
    } finally {
      clock.release();
    }
    this.#host.record({ type: 'teammate', action: action.id, by: action.who, exitCode, ...(exitCode === 0 ? {} : { output }) });
  }

  #statements(machine: Computer, script: string): readonly string[] {
    const session = machine.session({ interactive: false, onOutput: () => {} });
    const statements = statementsOf(script, (text) => session.needsMore(text)).map(({ text }) => text);
    session.close();
    return statements;
  }
}

/** git knows who works at the machine. */
function introduce(machine: Computer, { name, email }: Person): void {
  machine.files.writeSync(`${machine.home}/.gitconfig`, new TextEncoder().encode(`[user]\n\tname = ${name}\n\temail = ${email}\n`));
}

function environmentOf(facts: Facts): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`EVENT_${name.toUpperCase()}`, value]));
}
