import type { GitCall } from '../call.ts';
import { GitExit } from '../errors.ts';
import { add, clean, mv, rm } from './add.ts';
import { am } from './am.ts';
import { apply } from './apply.ts';
import { archive, getTarCommitId } from './archive.ts';
import { bisect } from './bisect.ts';
import { blame } from './blame.ts';
import { branch } from './branch.ts';
import { bundle } from './bundle.ts';
import { catFile } from './cat-file.ts';
import { checkAttr } from './check-attr.ts';
import { checkIgnore } from './check-ignore.ts';
import { checkRefFormat } from './check-ref-format.ts';
import { checkout } from './checkout.ts';
import { clone } from './clone.ts';
import { commit } from './commit.ts';
import { commitTree } from './commit-tree.ts';
import { config } from './config.ts';
import { countObjects } from './count-objects.ts';
import { describe } from './describe.ts';
import { diff, diffFiles, diffIndex, diffTree } from './diff.ts';
import { fetch } from './fetch.ts';
import { formatPatch } from './format-patch.ts';
import { forEachRef } from './for-each-ref.ts';
import { fsck } from './fsck.ts';
import { grep } from './grep.ts';
import { hashObject } from './hash-object.ts';
import { init } from './init.ts';
import { log, show, whatchanged } from './log.ts';
import { lsFiles } from './ls-files.ts';
import { lsRemote } from './ls-remote.ts';
import { lsTree } from './ls-tree.ts';
import { merge } from './merge.ts';
import { mergeBase } from './merge-base.ts';
import { notes } from './notes.ts';
import { packRefs } from './pack-refs.ts';
import { cherryPick, revert } from './pick.ts';
import { prune } from './prune.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { readTree } from './read-tree.ts';
import { rebase } from './rebase.ts';
import { reflog } from './reflog.ts';
import { remote } from './remote.ts';
import { rerere } from './rerere.ts';
import { reset } from './reset.ts';
import { restore } from './restore.ts';
import { revList } from './rev-list.ts';
import { revParse } from './rev-parse.ts';
import { shortlog } from './shortlog.ts';
import { showRef } from './show-ref.ts';
import { stash } from './stash.ts';
import { status } from './status.ts';
import { switchCommand } from './switch.ts';
import { symbolicRef } from './symbolic-ref.ts';
import { tag } from './tag.ts';
import { updateIndex } from './update-index.ts';
import { updateRef } from './update-ref.ts';
import { variable } from './var.ts';
import { worktree } from './worktree.ts';
import { writeTree } from './write-tree.ts';

/** A git command: says what it has to say to the call and gives its exit code. */
export type Command = (call: GitCall, args: readonly string[]) => number | Promise<number>;

export const COMMANDS: Readonly<Record<string, Command>> = {
  add,
  am,
  apply,
  archive,
  bisect,
  blame,
  branch,
  bundle,
  'cat-file': catFile,
  'check-attr': checkAttr,
  'check-ignore': checkIgnore,
  'check-ref-format': checkRefFormat,
  checkout,
  'cherry-pick': cherryPick,
  clean,
  clone,
  commit,
  'commit-tree': commitTree,
  config,
  'count-objects': countObjects,
  describe,
  diff,
  'diff-files': diffFiles,
  'diff-index': diffIndex,
  'diff-tree': diffTree,
  fetch,
  'for-each-ref': forEachRef,
  'format-patch': formatPatch,
  fsck,
  'get-tar-commit-id': getTarCommitId,
  grep,
  'hash-object': hashObject,
  init,
  log,
  'ls-files': lsFiles,
  'ls-remote': lsRemote,
  'ls-tree': lsTree,
  merge,
  'merge-base': mergeBase,
  mv,
  notes,
  'pack-refs': packRefs,
  prune,
  pull,
  push,
  'read-tree': readTree,
  rebase,
  reflog,
  remote,
  rerere,
  reset,
  restore,
  'rev-list': revList,
  'rev-parse': revParse,
  revert,
  rm,
  shortlog,
  show,
  'show-ref': showRef,
  stage: add,
  stash,
  status,
  switch: switchCommand,
  'symbolic-ref': symbolicRef,
  tag,
  'update-index': updateIndex,
  'update-ref': updateRef,
  var: variable,
  whatchanged,
  worktree,
  'write-tree': writeTree,
};

/** Commands of git that people may mean when they mistype, whether they work here or not. */
const KNOWN =
  'add am annotate apply archive bisect blame branch bundle cat-file check-attr check-ignore check-mailmap check-ref-format checkout checkout-index cherry cherry-pick citool clean clone column commit commit-graph commit-tree config count-objects credential describe diff diff-files diff-index diff-tree difftool fast-export fast-import fetch fetch-pack filter-branch fmt-merge-msg for-each-ref for-each-repo format-patch fsck fsck-objects gc get-tar-commit-id grep gui hash-object help hook index-pack init init-db interpret-trailers log ls-files ls-remote ls-tree mailinfo mailsplit maintenance merge merge-base merge-file merge-index merge-octopus merge-one-file merge-ours merge-recursive merge-recursive-ours merge-recursive-theirs merge-resolve merge-subtree merge-tree mergetool mktag mktree multi-pack-index mv name-rev notes pack-objects pack-redundant pack-refs patch-id prune prune-packed pull push quiltimport range-diff read-tree rebase receive-pack reflog remote repack replace request-pull rerere reset restore rev-list rev-parse revert rm send-pack shortlog show show-branch show-index show-ref sparse-checkout stage stash status stripspace submodule switch symbolic-ref tag unpack-file unpack-objects update-index update-ref update-server-info upload-archive upload-pack var verify-commit verify-pack verify-tag version whatchanged worktree write-tree'.split(
    ' ',
  );

const COMMON = new Set(
  'add bisect branch checkout clone commit diff fetch grep init log merge mv pull push rebase reset restore rm show status switch tag'.split(
    ' ',
  ),
);

/** What git says about a command it does not know: the ones with the most similar names, or that it is not to be had here. */
export function notACommand(call: GitCall, name: string): GitExit {
  if (KNOWN.includes(name)) return new GitExit(`git: '${name}' is not supported here. See 'git --help'.\n`, 1);
  const aliases = call.settings.entries().flatMap(({ key }) => (key.startsWith('alias.') ? key.slice(6) : []));
  const scored = [...new Set([...KNOWN, ...aliases])]
    .map((candidate) => ({ candidate, score: COMMON.has(candidate) && candidate.startsWith(name) ? 0 : distance(name, candidate) + 1 }))
    .sort((one, other) => one.score - other.score || (one.candidate < other.candidate ? -1 : 1));
  const prefixes = scored.filter(({ score }) => score === 0).length;
  const best = scored[prefixes]?.score ?? 8;
  const similar = scored.slice(0, scored.findLastIndex(({ score }) => score === best || score === 0) + 1).map(({ candidate }) => candidate);
  let text = `git: '${name}' is not a git command. See 'git --help'.\n`;
  if (best < 7)
    text += `\nThe most similar command${similar.length === 1 ? ' is' : 's are'}\n${similar.map((candidate) => `\t${candidate}\n`).join('')}`;
  return new GitExit(text, 1);
}

/** Damerau-Levenshtein with git's weights: swapping is free, replacing costs 2, inserting 1, deleting 3. */
function distance(from: string, to: string): number {
  const [SUBSTITUTE, INSERT, DELETE] = [2, 1, 3];
  let older: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at * INSERT);
  for (let i = 0; i < from.length; i++) {
    const next = [(i + 1) * DELETE];
    for (let j = 0; j < to.length; j++) {
      let cost = (row[j] as number) + (from[i] === to[j] ? 0 : SUBSTITUTE);
      if (i > 0 && j > 0 && from[i - 1] === to[j] && from[i] === to[j - 1]) cost = Math.min(cost, older[j - 1] as number);
      next.push(Math.min(cost, (row[j + 1] as number) + DELETE, (next[j] as number) + INSERT));
    }
    [older, row] = [row, next];
  }
  return row[to.length] as number;
}
