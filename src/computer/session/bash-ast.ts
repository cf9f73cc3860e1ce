/** just-bash exports no names for the nodes of its syntax tree; they are taken from the signatures that mention them. */
import type { Bash } from 'just-bash';

export type Script = ReturnType<Bash['transform']>['ast'];
export type Statement = Script['statements'][number];
export type Pipeline = Statement['pipelines'][number];
export type CommandNode = Pipeline['commands'][number];
export type SimpleCommand = Extract<CommandNode, { type: 'SimpleCommand' }>;
export type FunctionDefinition = Extract<CommandNode, { type: 'FunctionDef' }>;
export type Group = Extract<CommandNode, { type: 'Group' }>;
export type Compound = Exclude<CommandNode, SimpleCommand | FunctionDefinition>;
export type Redirection = SimpleCommand['redirections'][number];
export type Word = SimpleCommand['args'][number];

export const word = (text: string): Word => ({ type: 'Word', parts: [{ type: 'Literal', value: text }] });

export const redirection = (operator: Redirection['operator'], path: string, fd: number | null = null): Redirection => ({
  type: 'Redirection',
  fd,
  operator,
  target: word(path),
});

export const simpleCommand = (name: string, args: readonly Word[] = [], redirections: readonly Redirection[] = []): SimpleCommand => ({
  type: 'SimpleCommand',
  name: word(name),
  args: [...args],
  assignments: [],
  redirections: [...redirections],
});

export const pipelineOf = (command: CommandNode): Pipeline => ({ type: 'Pipeline', commands: [command], negated: false });

export const statementOf = (command: CommandNode): Statement => ({
  type: 'Statement',
  pipelines: [pipelineOf(command)],
  operators: [],
  background: false,
});

/** `{ …; }`, which runs in the shell itself. */
export const groupOf = (body: Statement[], redirections: readonly Redirection[] = []): Group => ({
  type: 'Group',
  body,
  redirections: [...redirections],
});

/** The text of a word that needs no expansion; null for any other. */
export function literalText(node: Word | null): string | null {
  if (node === null) return null;
  let text = '';
  for (const part of node.parts) {
    if (part.type !== 'Literal' && part.type !== 'SingleQuoted' && part.type !== 'Escaped') return null;
    text += part.value;
  }
  return text;
}
