import { zipSync } from 'fflate';
import type { Pipelines } from '../pipelines/contract.ts';

/** A run's artifact as a zip file, named after it. @throws Error when the run has no such artifact. */
export function artifactZip(
  pipelines: Pipelines,
  runId: number,
  artifactId: number,
): { readonly name: string; readonly bytes: Uint8Array } {
  const tree = pipelines.artifact(runId, artifactId);
  const artifact = pipelines.run(runId)?.artifacts.find((candidate) => candidate.id === artifactId);
  if (tree === undefined || artifact === undefined) throw new Error(`run ${runId} has no artifact ${artifactId}`);
  const entries = tree.flatMap((entry) => (entry.type === 'file' ? [[entry.path.slice(1), entry.bytes] as const] : []));
  return { name: `${artifact.name.replaceAll(/[^\w.-]+/g, '-')}.zip`, bytes: zipSync(Object.fromEntries(entries)) };
}
