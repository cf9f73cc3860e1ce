/** A `run:` step: its script on the job's machine, with what it prints and what it writes to its files. */
import { resolve } from './actions/glob.ts';
import * as durations from './durations.ts';
import { fillText } from './expressions/template.ts';
import { StepOutput } from './github/commands.ts';
import { RUNNER_TEMP } from './github/contexts.ts';
import { readAssignments, readPaths } from './github/files.ts';
import { processEnvironment } from './job-contexts.ts';
import type { RunWork } from './plan.ts';
import type { Machine } from './runners/runner.ts';
import { shellFor, type ShellUse } from './runners/shells.ts';
import { firstLine, type StepCall, type StepOutcome } from './step.ts';

const SUMMARY_LIMIT = 1024 * 1024;

/** Runs the script. @throws Error with a sentence when it can't be started */
export async function runScript(call: StepCall, work: RunWork): Promise<StepOutcome> {
  const { scope, defaults, facts, log, machine, plan, files } = call;
  const script = fillText(work.script, scope);
  const shellOption = work.shell ?? defaults.shell;
  const shell = shellFor(shellOption === null ? null : fillText(shellOption, scope));
  const folder = work.workingDirectory ?? defaults.workingDirectory;
  const cwd = resolve(facts.workspace, folder === null ? '' : fillText(folder, scope));
  writeHeader(call, script, shell);
  if (!isFolder(machine, cwd))
    throw new Error(
      `An error occurred trying to start process '${shell.shown.split(' ')[0]}' with working directory '${cwd}'. No such file or directory`,
    );
  for (const path of Object.values(files)) machine.computer.files.writeSync(path, new Uint8Array());
  let failed = false;
  const fail = () => void (failed = true);
  const output = outputOf(call, fail);
  await call.clock.sleep(durations.RUN_STEP, call.signal).catch(() => {});
  const exitCode = call.stopped()
    ? 130
    : await machine.run({
        shell,
        script,
        scriptPath: `${RUNNER_TEMP}/step-${call.run.number}.${shell.program === 'python' ? 'py' : 'sh'}`,
        cwd,
        env: processEnvironment(facts, scope, call.environment, call.paths),
        signal: call.signal,
        onOutput: (text) => output.write(text),
      });
  output.end();
  if (exitCode !== 0 && !call.signal.aborted) log.message('error', `Process completed with exit code ${exitCode}.`, plan.at);
  readFiles(call, fail);
  return failed || exitCode !== 0 ? 'failure' : 'success';
}

function writeHeader({ log, environment }: StepCall, script: string, shell: ShellUse): void {
  log.write('group', `Run ${firstLine(script)}`);
  for (const line of script.replaceAll('\r\n', '\n').replace(/\n+$/, '').split('\n')) log.write('command', line);
  log.write('output', `shell: ${shell.shown}`);
  log.values('env', environment);
  log.write('endgroup', '');
}

function outputOf({ log, plan, outputs, masker, facts }: StepCall, fail: () => void): StepOutput {
  const effects = {
    log: log.write.bind(log),
    annotate: (severity: 'error' | 'warning' | 'notice', message: string, properties: Readonly<Record<string, string>>) =>
      log.annotateCommand(severity, message, properties, plan.at),
    setOutput: (name: string, value: string) => void (outputs[name] = value),
    // Only the post step of an action could read it, and a `run` step has none.
    saveState: () => {},
    fail,
  };
  return new StepOutput(effects, masker, { debug: facts.debug });
}

/** Takes in what the step wrote to its files, also when it failed. */
function readFiles(call: StepCall, fail: () => void): void {
  const { machine, files, outputs, paths, log, plan } = call;
  const read = (file: string) => {
    const path = files[file] ?? '';
    return machine.computer.files.existsSync(path) ? new TextDecoder().decode(machine.computer.files.readSync(path)) : '';
  };
  const refuse = (file: string, message: string) => {
    for (const text of [`Unable to process file command '${file}' successfully.`, message]) log.message('error', text, plan.at);
    fail();
  };
  const assign = (file: string, take: (name: string, value: string) => void) => {
    const assignments = readAssignments(read(file));
    if (!assignments.ok) return refuse(file, assignments.message);
    for (const [name, value] of assignments.pairs) take(name, value);
  };
  assign('env', (name, value) => {
    if (name.toUpperCase() === 'NODE_OPTIONS') refuse('env', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    else call.exportVariable(name, value);
  });
  assign('output', (name, value) => void (outputs[name] = value));
  assign('state', () => {});
  for (const path of readPaths(read('path'))) {
    if (paths.includes(path)) paths.splice(paths.indexOf(path), 1);
    paths.unshift(path);
  }
  addSummary(call, read('step_summary'));
}

function addSummary({ job, masker, log, plan }: StepCall, summary: string): void {
  if (summary === '') return;
  if (summary.length > SUMMARY_LIMIT) {
    log.message(
      'error',
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(summary.length / 1024)}k.`,
      plan.at,
    );
    return;
  }
  const between = job.summary === '' || job.summary.endsWith('\n') ? '' : '\n';
  job.summary +=
    between +
    summary
      .split('\n')
      .map((line) => masker.mask(line))
      .join('\n');
}

function isFolder(machine: Machine, path: string): boolean {
  const { files } = machine.computer;
  if (!files.existsSync(path)) return false;
  try {
    files.listSync(path);
    return true;
  } catch {
    return false;
  }
}
