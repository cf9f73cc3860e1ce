/** Sentences in which names and commands stand between back-ticks, as hints and messages are written. */

export interface ProsePart {
  readonly text: string;
  readonly code: boolean;
}

/** A sentence in its parts. A back-tick without its partner is a character like others. */
export function proseParts(sentence: string): readonly ProsePart[] {
  const pieces = sentence.split('`');
  const whole = pieces.length % 2 === 1 ? pieces : [...pieces.slice(0, -2), pieces.slice(-2).join('`')];
  return whole.map((text, index) => ({ text, code: index % 2 === 1 })).filter((part) => part.text !== '');
}

/** Programs that a hint may name a command of, and how many words such a command has at least. */
const FEWEST_WORDS: Readonly<Record<string, number>> = { cut: 3, fieldleaf: 2, git: 3, python3: 2, sed: 3 };

/** The commands of a sentence that can be run as they stand, each once: not a lone `git revert`, nor one that ends in an option. */
export function commandsIn(sentence: string): readonly string[] {
  const commands = proseParts(sentence)
    .filter((part) => part.code)
    .map((part) => part.text)
    .filter((text) => {
      const words = text.split(' ');
      const fewest = FEWEST_WORDS[words[0] ?? ''];
      return fewest !== undefined && words.length >= fewest && !(words.at(-1) ?? '').startsWith('-');
    });
  return [...new Set(commands)];
}
