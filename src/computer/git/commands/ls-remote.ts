import { defaultRemote } from '../branches.ts';
import type { GitCall } from '../call.ts';
import { fatal } from '../errors.ts';
import { remoteUrl } from '../fetching.ts';
import { OptionSpec } from '../options.ts';
import { connect } from '../transport.ts';
import { wildmatch } from '../wildmatch.ts';

const LS_REMOTE = new OptionSpec(
  'ls-remote',
  'usage: git ls-remote [--heads] [--tags] [--refs] [--upload-pack=<exec>]\n',
  '-q,--quiet -t,--tags -h,--heads --refs --get-url --sort= --exit-code --symref -o,--server-option= --upload-pack= --exec=',
);

export async function lsRemote(call: GitCall, args: readonly string[]): Promise<number> {
  const options = LS_REMOTE.parse(args);
  const [given, ...patterns] = options.args;
  const name = given ?? (call.tryRepository === null ? undefined : defaultRemote(call));
  if (name === undefined) throw fatal('No remote configured to list refs from.');
  const url = remoteUrl(call, name);
  if (options.has('get-url')) {
    call.line(url);
    return 0;
  }
  const { refs, peeled, head } = await connect(call, url).advertise();
  if (given === undefined && !options.has('quiet')) call.err(`From ${url}\n`);
  let count = 0;
  const wanted = (ref: string): boolean => {
    if (options.has('heads') && options.has('tags')) return /^refs\/(heads|tags)\//.test(ref);
    if (options.has('heads') && !ref.startsWith('refs/heads/')) return false;
    if (options.has('tags') && !ref.startsWith('refs/tags/')) return false;
    if (options.has('refs') && !ref.startsWith('refs/')) return false;
    return patterns.length === 0 || patterns.some((pattern) => wildmatch(`*/${pattern}`, `/${ref}`, { pathname: false }));
  };
  for (const [ref, id] of refs) {
    if (wanted(ref)) {
      count++;
      if (options.has('symref') && ref === 'HEAD' && head !== null) call.line(`ref: ${head}\tHEAD`);
      call.line(`${id}\t${ref}`);
    }
    const target = peeled.get(ref);
    if (target !== undefined && !options.has('refs') && wanted(`${ref}^{}`)) call.line(`${target}\t${ref}^{}`);
  }
  return options.has('exit-code') && count === 0 ? 2 : 0;
}
