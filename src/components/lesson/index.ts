/** The pieces a lesson's prose is written with. Static HTML; src/site/lesson.ts and, after Start, the workbench bring them alive. */
export { default as FileLink } from './FileLink.astro';
export { default as InYourCompany } from './InYourCompany.astro';
export { default as Quote } from './Quote.astro';
export { default as Snippet } from './Snippet.astro';
export { default as Task } from './Task.astro';
export { default as Term } from './Term.astro';
