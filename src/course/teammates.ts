import { z } from 'zod';
import { ANSWERABLE, type TeammateAction } from '../world/contract.ts';
import { TEAM } from '../world/people.ts';

const events = Object.keys(ANSWERABLE) as (keyof typeof ANSWERABLE)[];
const logins = TEAM.map(({ login }) => login);

/** `20m`, `2d 9h`, `1h 30m`: virtual time, as ms. */
const duration = z
  .string()
  .regex(/^(?=\d)(\d+d)?\s*(\d+h)?\s*(\d+m)?$/, 'a time such as 20m, 1h 30m or 2d 9h')
  .transform((text) => {
    const count = (unit: string) => Number(new RegExp(String.raw`(\d+)${unit}`).exec(text)?.[1] ?? 0);
    return ((count('d') * 24 + count('h')) * 60 + count('m')) * 60_000;
  });

/** `{ event: pull-request, action: opened }`: facts that are not named may be any, but that it is the learner's doing goes without saying. */
const pattern = z.looseObject({ event: z.enum(events, `one of ${events.join(', ')}`) }).transform(({ event, ...rest }, context) => {
  const known: readonly string[] = ANSWERABLE[event];
  const facts: Record<string, string> = known.includes('by') ? { by: 'you' } : {};
  for (const [name, value] of Object.entries(rest)) {
    const what = known.length === 0 ? 'has no facts to choose by' : `has ${known.join(', ')}`;
    if (!known.includes(name)) context.addIssue({ code: 'custom', path: [name], message: `the event ${event} ${what}` });
    else if (typeof value === 'string' || typeof value === 'number') facts[name] = String(value);
    else context.addIssue({ code: 'custom', path: [name], message: 'a text or a number' });
  }
  return { event, facts };
});

const action = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    who: z.enum(logins, `one of ${logins.join(', ')}`),
    /** After the beginning of the exercise. */
    at: duration.optional(),
    on: pattern.optional(),
    after: duration.optional(),
    /** A limit, so that nobody answers for ever to what they cause. */
    times: z.number().int().min(1).max(50).optional(),
    run: z.string().min(1),
  })
  .transform(({ id, who, at, on, after, times, run }, context): TeammateAction => {
    if ((at === undefined) === (on === undefined)) context.addIssue({ code: 'custom', message: 'say when: either `at` or `on`' });
    if (at !== undefined && (after !== undefined || times !== undefined))
      context.addIssue({ code: 'custom', message: '`after` and `times` belong to `on`' });
    const when = on === undefined ? { at: at ?? 0 } : { on, after: after ?? 0, times: times ?? 1 };
    return { id, who, when, script: run };
  });

/** The `teammates` of an exercise.yaml. */
export const teammatesSchema = z
  .array(action)
  .superRefine((actions, context) => {
    for (const [i, { id }] of actions.entries())
      if (actions.findIndex((other) => other.id === id) !== i)
        context.addIssue({ code: 'custom', path: [i, 'id'], message: `there are two called ${id}` });
  })
  .default([]);
