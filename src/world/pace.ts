/**
 * How fast a company lives: the modelled durations that are the world's own, in virtual ms. Those of pipelines are in
 * `src/pipelines/durations.ts`. They are the same on every machine; nothing here is measured.
 */

/** A person types, reads and thinks: what one statement at the prompt takes while nothing else is going on. */
export const STATEMENT = 60_000;

/** After a deployment to production users try it out before anything else happens, so that each release has a result. */
export const AFTER_RELEASE = 5 * 3_600_000;
