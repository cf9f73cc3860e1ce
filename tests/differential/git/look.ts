/** Shows how our git differs from native git: `node --import tsx tests/differential/git/look.ts [part of a scenario's id]`. */
import { compare } from './compare.ts';
import { loadScenarios } from './scenarios.ts';

const wanted = process.argv[2] ?? '';
let [same, all] = [0, 0];
for (const scenario of loadScenarios().filter(({ id }) => id.includes(wanted))) {
  const { lines, effects } = await compare(scenario);
  const agreeing = lines.filter((line) => line.same).length;
  [same, all] = [same + agreeing, all + lines.length];
  console.log(`\n=== ${scenario.id}: ${agreeing}/${lines.length}`);
  for (const { native, ours } of lines.filter((line) => !line.same)) {
    console.log(`$ ${native.line}`);
    for (const stream of ['stdout', 'stderr', 'exitCode'] as const) {
      if (native[stream] === ours[stream]) continue;
      console.log(`  native ${stream}: ${indent(String(native[stream]))}\n  ours   ${stream}: ${indent(String(ours[stream]))}`);
    }
  }
  for (const [what, native, ours] of [
    ['file', effects.native.files, effects.ours.files] as const,
    ...[...new Set([...Object.keys(effects.native.repositories), ...Object.keys(effects.ours.repositories)])].map(
      (name) => [name, effects.native.repositories[name] ?? {}, effects.ours.repositories[name] ?? {}] as const,
    ),
  ]) {
    for (const key of new Set([...Object.keys(native), ...Object.keys(ours)])) {
      if (native[key] !== ours[key])
        console.log(`EFFECT ${what} ${key}\n  native: ${indent(native[key] ?? '(none)')}\n  ours:   ${indent(ours[key] ?? '(none)')}`);
    }
  }
}
console.log(`\n${same} of ${all} lines agree (${((100 * same) / all).toFixed(1)} %)`);

function indent(text: string): string {
  return text.replace(/\n(?!$)/g, '\n                 | ');
}
