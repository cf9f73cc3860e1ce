import * as durations from '../durations.ts';
import { type ActionCall, ActionFailure, booleanInput, placeTree, treeBelow } from './action.ts';
import { findFiles, matchesName, resolve } from './glob.ts';

/** `actions/upload-artifact`: keeps files of the workspace with the run. An artifact can't be changed; a name is used once in a run. */
export async function uploadArtifact(call: ActionCall): Promise<void> {
  const name = call.input('name').trim();
  checkName(name);
  const path = call.input('path');
  if (path.trim() === '') throw new ActionFailure('Input required and not supplied: path');
  const onNone = call.input('if-no-files-found').trim();
  if (!['warn', 'error', 'ignore'].includes(onNone))
    throw new ActionFailure(`Unrecognized if-no-files-found input. Provided: ${onNone}. Available options: warn, error, ignore`);
  const hidden = booleanInput(call, 'include-hidden-files');
  const { computer, workspace } = call;
  const found = findFiles(computer.files, path, workspace);
  const files = hidden ? found.files : found.files.filter((file) => !isHidden(file, found.roots));
  if (files.length === 0) {
    const message = `No files were found with the provided path: ${path.trim()}. No artifacts will be uploaded.`;
    if (onNone === 'error') throw new ActionFailure(message);
    if (onNone === 'warn') call.warn(message);
    else call.log(message);
    if (found.files.length > 0)
      call.log('Files and folders whose name begins with a dot are left out; `include-hidden-files: true` takes them along.');
    return;
  }
  const root = commonRoot(files, found.roots);
  call.log(`With the provided path, there will be ${files.length} ${files.length === 1 ? 'file' : 'files'} uploaded`);
  if (booleanInput(call, 'overwrite')) call.artifacts.remove(call.run, name);
  await call.takes(durations.UPLOAD_ARTIFACT);
  const artifact = call.artifacts.add(call.run, call.jobKey, name, treeBelow(computer.files, root, files), call.now());
  if (artifact === null) {
    throw new ActionFailure(
      `Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run: ${name}. Give each job's artifact its own name, or set overwrite: true.`,
    );
  }
  call.log(`SHA256 digest of uploaded artifact is ${artifact.digest.replace('sha256:', '')}`);
  call.log(`Artifact ${name} has been successfully uploaded! Final size is ${artifact.sizeBytes} bytes. Artifact ID is ${artifact.id}`);
  call.setOutput('artifact-id', String(artifact.id));
  call.setOutput('artifact-digest', artifact.digest.replace('sha256:', ''));
  call.setOutput(
    'artifact-url',
    `https://origin.fieldleaf.test/${call.trigger.repository}/actions/runs/${call.run.id}/artifacts/${artifact.id}`,
  );
}

function checkName(name: string): void {
  if (name === '') throw new ActionFailure('Artifact name input is empty');
  const wrong = /["/:<>|*?\r\n\\]/.exec(name)?.[0];
  if (wrong !== undefined)
    throw new ActionFailure(
      `The artifact name is not valid: ${name}. Contains the character ${wrong}; none of " : < > | * ? \\ / and line breaks can be in it.`,
    );
}

/** Hidden is what lies below the searched folder in something whose name begins with a dot. */
function isHidden(file: string, roots: readonly string[]): boolean {
  const root = roots.find((other) => file === other || file.startsWith(other === '/' ? '/' : `${other}/`)) ?? '';
  const inside = file === root ? (file.split('/').at(-1) ?? '') : file.slice(root.length);
  return inside.split('/').some((part) => part.startsWith('.'));
}

/** The folder that all searched paths share; for one file that was named, its own folder. */
function commonRoot(files: readonly string[], roots: readonly string[]): string {
  const [first = '/', ...more] = roots;
  if (more.length === 0) return files.length === 1 && files[0] === first ? parent(first) : first;
  let shared = first.split('/');
  for (const root of more) {
    const parts = root.split('/');
    const differs = shared.findIndex((part, index) => part !== parts[index]);
    if (differs >= 0) shared = shared.slice(0, differs);
  }
  const common = shared.join('/') || '/';
  return files.includes(common) ? parent(common) : common;
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** `actions/download-artifact`: puts artifacts of this run into the workspace. */
export async function downloadArtifact(call: ActionCall): Promise<void> {
  const name = call.input('name').trim();
  const ids = call
    .input('artifact-ids')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const pattern = call.input('pattern').trim();
  const merge = booleanInput(call, 'merge-multiple');
  const folder = resolve(call.workspace, call.input('path').trim());
  if (name !== '' && ids.length > 0)
    throw new ActionFailure("Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one.");
  await call.takes(durations.DOWNLOAD_ARTIFACT);
  const all = call.run.artifacts;
  const chosen =
    name !== ''
      ? all.filter((artifact) => artifact.name === name)
      : ids.length > 0
        ? all.filter((artifact) => ids.includes(String(artifact.id)))
        : all.filter((artifact) => pattern === '' || matchesName(pattern, artifact.name));
  if (chosen.length === 0 && (name !== '' || ids.length > 0)) {
    const there = all.length === 0 ? 'this run has no artifact yet' : `this run has ${all.map((artifact) => artifact.name).join(', ')}`;
    throw new ActionFailure(
      `Unable to download artifact(s): Artifact not found for ${name !== '' ? `name: ${name}` : `ids: ${ids.join(', ')}`}; ${there}. Does this job need the one that uploads it?`,
    );
  }
  if (name === '' && ids.length === 0)
    call.log(
      pattern === ''
        ? 'No input name, artifact-ids or pattern filtered specified, downloading all artifacts'
        : `Filtering artifacts by pattern '${pattern}'`,
    );
  if (chosen.length === 0) call.warn('No artifact of this run matches.');
  const direct = name !== '' || merge || (ids.length > 0 && chosen.length === 1);
  for (const artifact of chosen) {
    const files = call.artifacts.files(call.run, artifact.id) ?? [];
    const target = direct ? folder : resolve(folder, artifact.name);
    placeTree(call.computer.files, files, target);
    call.log(`Artifact ${artifact.name} (ID ${artifact.id}, ${artifact.sizeBytes} bytes) was downloaded to ${target}`);
    call.log(`SHA256 digest of downloaded artifact is ${artifact.digest.replace('sha256:', '')}`);
  }
  call.log(`Total of ${chosen.length} artifact(s) downloaded`);
  call.setOutput('download-path', folder);
}
