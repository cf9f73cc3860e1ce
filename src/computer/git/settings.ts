import type { Config, ConfigEntry } from './config.ts';
import { fatal } from './errors.ts';

export type Scope = 'system' | 'global' | 'local' | 'command';

/** One source of settings. */
export interface Layer {
  readonly scope: Scope;
  /** Where it is kept, null on the command line. */
  readonly path: string | null;
  readonly config: Config;
}

/** All settings that hold for one command; later layers win. */
export class Settings {
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
  }

  get(key: string): string | undefined {
    return this.layers.map(({ config }) => config.get(key)).findLast((value) => value !== undefined);
  }

  all(key: string): readonly string[] {
    return this.layers.flatMap(({ config }) => config.all(key));
  }

  entries(): readonly ConfigEntry[] {
    return this.layers.flatMap(({ config }) => config.entries());
  }

  /** Undefined when not set; ends the command when it is neither yes nor no. */
  bool(key: string): boolean | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const parsed = parseBool(value);
    if (parsed === null) throw fatal(`bad boolean config value '${value}' for '${key}'`);
    return parsed;
  }

  int(key: string): number | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : Number.parseInt(value, 10);
  }
}

/** `yes`, `on`, `true`, numbers: git's idea of a boolean; null when it is none. */
export function parseBool(value: string): boolean | null {
  if (/^(true|yes|on)$/i.test(value)) return true;
  if (/^(false|no|off|)$/i.test(value)) return false;
  return /^-?\d+[kmg]?$/i.test(value) ? Number.parseInt(value, 10) !== 0 : null;
}
