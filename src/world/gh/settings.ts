import { ago, GhError, iso, table, type GhCall, type GhNoun } from './call.ts';
import { UsageError } from './flags.ts';

type Kind = 'secret' | 'variable';

function set(kind: Kind, call: GhCall): void {
  const { args, origin } = call;
  const [name] = args.positional;
  if (name === undefined) throw new UsageError('must pass name argument');
  const typed = String(call.context.stdin).replace(/\r?\n$/, '');
  const value = args.value('body') ?? typed;
  if (value === '')
    throw new GhError(`must give the value with \`--body\`, or through a pipe: printf %s "$VALUE" | gh ${kind} set ${name}`);
  const environment = args.value('env');
  const before = origin.settings.list(kind).some((other) => other.name === name.toUpperCase() && other.environment === environment);
  origin.settings.set(kind, name, value, environment);
  if (call.terminal) {
    const place = environment === null ? `fieldleaf/${origin.name}` : `environment ${environment} on fieldleaf/${origin.name}`;
    const done = kind === 'variable' ? (before ? 'Updated variable' : 'Created variable') : 'Set Actions secret';
    call.out(`✓ ${done} ${name.toUpperCase()} for ${place}\n`);
  }
}

function list(kind: Kind, call: GhCall): void {
  const environment = call.args.value('env');
  const settings = call.origin.settings.list(kind).filter((setting) => setting.environment === environment);
  if (settings.length === 0) {
    call.err(`no ${kind}s found\n`);
    return;
  }
  const when = (at: number) => (call.terminal ? ago(call, at) : iso(at));
  // A secret's value is shown to nobody.
  if (kind === 'secret')
    table(
      call,
      ['NAME', 'UPDATED'],
      settings.map(({ name, at }) => [name, when(at)]),
    );
  else
    table(
      call,
      ['NAME', 'VALUE', 'UPDATED'],
      settings.map(({ name, value, at }) => [name, value, when(at)]),
    );
}

function remove(kind: Kind, call: GhCall): void {
  const [name] = call.args.positional;
  if (name === undefined) throw new UsageError('accepts 1 arg(s), received 0');
  call.origin.settings.remove(kind, name, call.args.value('env'));
  if (call.terminal) call.out(`✓ Deleted ${kind} ${name.toUpperCase()} from fieldleaf/${call.origin.name}\n`);
}

const settings = (kind: Kind): GhNoun => ({
  set: { flags: 'body=b env=e', usage: `<${kind}-name>`, run: (call) => set(kind, call) },
  list: { flags: 'env=e', usage: '[flags]', run: (call) => list(kind, call) },
  delete: { flags: 'env=e', usage: `<${kind}-name>`, run: (call) => remove(kind, call) },
});

/** `gh secret`. */
export const secret = settings('secret');

/** `gh variable`. */
export const variable: GhNoun = {
  ...settings('variable'),
  get: {
    flags: 'env=e',
    usage: '<variable-name>',
    run: (call) => {
      const name = call.args.positional[0]?.toUpperCase();
      const found = call.origin.settings
        .list('variable')
        .find((other) => other.name === name && other.environment === call.args.value('env'));
      if (found === undefined) throw new GhError(`variable ${name ?? ''} was not found`);
      call.out(`${found.value}\n`);
    },
  },
};
