/** Writes a job's log and annotations: masked, numbered by step, ten annotations of a kind per step. */
import type { Annotation, LogLine } from './contract.ts';
import { logMessage } from './github/commands.ts';
import type { Masker } from './masks.ts';
import type { Place } from './yaml.ts';

export interface JobLogOptions {
  readonly jobKey: string;
  /** The workflow file, which messages without a place of their own point at. */
  readonly path: string;
  readonly workspace: string;
  readonly masker: Masker;
  readonly now: () => number;
  line(line: LogLine): void;
  annotation(annotation: Annotation): void;
}

interface AnnotationPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
  readonly title: string | null;
}

/** As on the service. Source: "Limits" of workflow annotations. */
const ANNOTATIONS_PER_STEP = 10;
/** What a step may print before the rest is dropped: a loop that never stops printing must not fill the page's memory. */
const MAX_STEP_CHARACTERS = 8 * 1024 * 1024;
/** What a line costs besides its text. */
const LINE_COST = 80;

const CUT = 'Warning: This step has printed more than 8 MB; what it prints from here on is not kept.';

export class JobLog {
  readonly #options: JobLogOptions;
  readonly #made = new Map<Annotation['severity'], number>();
  #step = 1;
  #written = 0;

  constructor(options: JobLogOptions) {
    this.#options = options;
  }

  /** Everything from here on belongs to this step. */
  beginStep(number: number): void {
    this.#step = number;
    this.#written = 0;
    this.#made.clear();
  }

  write(kind: LogLine['kind'], text: string): void {
    const { jobKey, now, masker, line } = this.#options;
    const before = this.#written;
    this.#written += text.length + LINE_COST;
    if (kind === 'output' && this.#written > MAX_STEP_CHARACTERS) {
      if (before <= MAX_STEP_CHARACTERS) line({ jobKey, step: this.#step, at: now(), kind: 'warning', text: CUT });
      return;
    }
    line({ jobKey, step: this.#step, at: now(), kind, text: masker.mask(text) });
  }

  group(title: string, lines: readonly string[]): void {
    this.write('group', title);
    for (const line of lines) this.write('output', line);
    this.write('endgroup', '');
  }

  /** `name:` and the values below it; nothing when there are none. */
  values(name: string, values: Readonly<Record<string, string>>): void {
    const entries = Object.entries(values);
    if (entries.length > 0) this.write('output', `${name}:`);
    for (const [key, value] of entries) {
      value
        .replace(/\n+$/, '')
        .split('\n')
        .forEach((line, index) => this.write('output', index === 0 ? `  ${key}: ${line}` : `    ${line}`));
    }
  }

  /** An error or warning of the runner, at a place of the workflow file. */
  message(severity: 'error' | 'warning', message: string, at: Place): void {
    logMessage((kind, text) => this.write(kind, text), severity, message);
    this.#annotate(severity, message, { file: this.#options.path, line: at.line, column: at.column, title: null });
  }

  /** An annotation that the step's output asked for; without a file of its own it stands at the step. */
  annotateCommand(severity: Annotation['severity'], message: string, properties: Readonly<Record<string, string>>, at: Place): void {
    const file = properties['file'] ?? '';
    const title = properties['title'] ?? null;
    if (file === '') return this.#annotate(severity, message, { file: this.#options.path, line: at.line, column: at.column, title });
    const within = `${this.#options.workspace}/`;
    const number = (name: string) => Math.max(1, Math.floor(Number(properties[name]) || 0));
    const place = {
      file: file.startsWith(within) ? file.slice(within.length) : file.replace(/^\.\//, ''),
      line: number('line'),
      column: number('col'),
      title,
    };
    this.#annotate(severity, message, properties['endcolumn'] === undefined ? place : { ...place, endColumn: number('endcolumn') });
  }

  #annotate(severity: Annotation['severity'], message: string, place: AnnotationPlace): void {
    const made = (this.#made.get(severity) ?? 0) + 1;
    this.#made.set(severity, made);
    if (made > ANNOTATIONS_PER_STEP) return;
    const { masker, jobKey, annotation } = this.#options;
    annotation({
      ...place,
      severity,
      message: masker.mask(message),
      jobKey,
      step: this.#step,
      title: place.title === null ? null : masker.mask(place.title),
    });
  }
}
