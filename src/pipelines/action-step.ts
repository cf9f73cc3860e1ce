/** A `uses:` step: a built-in action with its inputs. */
import { type ActionCall, ActionFailure } from './actions/action.ts';
import { type ActionSpec, CATALOG } from './actions/catalog.ts';
import { ACTIONS } from './actions/registry.ts';
import { fillText } from './expressions/template.ts';
import type { ActionWork } from './plan.ts';
import type { StepCall, StepOutcome } from './step.ts';

/** Runs the action. @throws ActionFailure with the action's message */
export async function runAction(call: StepCall, work: ActionWork): Promise<StepOutcome> {
  const spec = CATALOG.find(({ name }) => name === work.action);
  const code = ACTIONS[work.action];
  if (spec === undefined || code === undefined) throw new ActionFailure(`The action ${work.uses} isn't available here.`);
  const given = Object.fromEntries(work.inputs.map((input) => [input.name.toLowerCase(), fillText(input.value, call.scope)]));
  const inputs = { ...spec.inputs, ...given };
  const { log } = call;
  log.write('group', `Run ${work.uses}`);
  log.values('with', Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== '')));
  log.values('env', call.environment);
  log.write('endgroup', '');
  warnOfUnknown(call, work, spec, Object.keys(given));
  if (spec.post) call.addPost();
  await code(actionCall(call, work, inputs));
  return 'success';
}

function warnOfUnknown({ log }: StepCall, work: ActionWork, spec: ActionSpec, given: readonly string[]): void {
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
  const known = [...Object.keys(spec.inputs), ...Object.keys(spec.refused)];
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    log.message('warning', `Unexpected input(s) ${quoted(unknown)}, valid inputs are [${quoted(Object.keys(spec.inputs))}]`, work.at);
}

function actionCall(call: StepCall, work: ActionWork, inputs: Readonly<Record<string, string>>): ActionCall {
  const { log, clock } = call;
  return {
    input: (name) => inputs[name] ?? '',
    workspace: call.facts.workspace,
    computer: call.machine.computer,
    host: call.host,
    run: call.workflowRun,
    jobKey: call.job.key,
    trigger: call.trigger,
    environment: call.job.environment,
    artifacts: call.artifacts,
    now: () => clock.now(),
    signal: call.signal,
    log: (text) => log.write('output', text),
    warn: (message) => log.message('warning', message, work.at),
    group: (title, lines) => log.group(title, lines),
    setOutput: (name, value) => void (call.outputs[name] = value),
    exportVariable: call.exportVariable,
    takes: (ms) => clock.sleep(ms, call.signal),
  };
}
