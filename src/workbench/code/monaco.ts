/** The editor's library, loaded when the first file is opened: only the features and languages that the course needs. */
import * as monaco from 'monaco-editor/editor/editor.api.js';
import 'monaco-editor/features/anchorSelect/register.js';
import 'monaco-editor/features/bracketMatching/register.js';
import 'monaco-editor/features/caretOperations/register.js';
import 'monaco-editor/features/clipboard/register.js';
import 'monaco-editor/features/codeEditor/register.js';
import 'monaco-editor/features/codicon/register.js';
import 'monaco-editor/features/comment/register.js';
import 'monaco-editor/features/contextmenu/register.js';
import 'monaco-editor/features/cursorUndo/register.js';
import 'monaco-editor/features/dnd/register.js';
import 'monaco-editor/features/find/register.js';
import 'monaco-editor/features/folding/register.js';
import 'monaco-editor/features/fontZoom/register.js';
import 'monaco-editor/features/gotoError/register.js';
import 'monaco-editor/features/gotoLine/register.js';
import 'monaco-editor/features/hover/register.js';
import 'monaco-editor/features/indentation/register.js';
import 'monaco-editor/features/linesOperations/register.js';
import 'monaco-editor/features/lineSelection/register.js';
import 'monaco-editor/features/longLinesHelper/register.js';
import 'monaco-editor/features/multicursor/register.js';
import 'monaco-editor/features/quickCommand/register.js';
import 'monaco-editor/features/smartSelect/register.js';
import 'monaco-editor/features/suggest/register.js';
import 'monaco-editor/features/toggleTabFocusMode/register.js';
import 'monaco-editor/features/unusualLineTerminators/register.js';
import 'monaco-editor/features/wordHighlighter/register.js';
import 'monaco-editor/features/wordOperations/register.js';
import 'monaco-editor/features/wordPartOperations/register.js';
import 'monaco-editor/languages/definitions/ini/register.js';
import 'monaco-editor/languages/definitions/markdown/register.js';
import 'monaco-editor/languages/definitions/python/register.js';
import 'monaco-editor/languages/definitions/shell/register.js';
import 'monaco-editor/languages/definitions/yaml/register.js';
import { baseName } from '../format.ts';
import { colourToken, isDark, onThemeChange } from '../theme.ts';

self.MonacoEnvironment = {
  getWorker: () => new Worker(new URL('../editor.worker.ts', import.meta.url), { type: 'module', name: 'editor' }),
};

// The library's own JSON support brings a language server; colours are all that is needed here.
monaco.languages.register({ id: 'json', extensions: ['.json'] });
monaco.languages.setLanguageConfiguration('json', {
  brackets: [
    ['{', '}'],
    ['[', ']'],
  ],
  autoClosingPairs: [
    { open: '{', close: '}' },
    { open: '[', close: ']' },
    { open: '"', close: '"' },
  ],
});
monaco.languages.setMonarchTokensProvider('json', {
  tokenizer: {
    root: [
      [/"(?:[^"\\]|\\.)*"(?=\s*:)/, 'type'],
      [/"(?:[^"\\]|\\.)*"/, 'string'],
      [/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, 'number'],
      [/\b(?:true|false|null)\b/, 'keyword'],
      [/[{}[\],:]/, 'delimiter'],
    ],
  },
});

/** Which language a file is in, by its name. */
export function languageOf(path: string): string {
  const name = baseName(path).toLowerCase();
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const languages: Readonly<Record<string, string>> = {
    py: 'python',
    yml: 'yaml',
    yaml: 'yaml',
    md: 'markdown',
    json: 'json',
    sh: 'shell',
    bash: 'shell',
    toml: 'ini',
    ini: 'ini',
    cfg: 'ini',
  };
  return languages[extension] ?? (name === '.gitconfig' ? 'ini' : 'plaintext');
}

function defineTheme(): void {
  const colour = (name: string): string => colourToken(`--pl-${name}`).slice(1);
  const rules = (
    [
      ['comment', 'syn-comment'],
      ['string', 'syn-string'],
      ['number', 'syn-number'],
      ['keyword', 'syn-keyword'],
      ['type', 'syn-type'],
      ['type.yaml', 'syn-key'],
      ['type.json', 'syn-key'],
      ['string.yaml', 'syn-string'],
      ['delimiter', 'syn-punct'],
      ['operators', 'syn-punct'],
      ['tag', 'syn-type'],
      ['variable', 'syn-func'],
      ['keyword.md', 'syn-key'],
      ['metatag', 'syn-comment'],
      ['invalid', 'syn-invalid'],
    ] as const
  ).map(([name, value]) => ({ token: name, foreground: colour(value) }));
  const hash = (name: string): string => `#${colour(name)}`;
  monaco.editor.defineTheme('plumbline', {
    base: isDark() ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [{ token: '', foreground: colour('syn-fg') }, ...rules],
    colors: {
      'editor.background': hash('syn-bg'),
      'editor.foreground': hash('syn-fg'),
      'editorLineNumber.foreground': hash('text-faint'),
      'editorLineNumber.dimmedForeground': hash('text-faint'),
      'editorLineNumber.activeForeground': hash('text'),
      'editor.lineHighlightBackground': hash('syn-line-hl'),
      'editor.lineHighlightBorder': '#00000000',
      'editorError.foreground': hash('danger-solid'),
      'editorWarning.foreground': hash('warning-solid'),
      'editor.selectionBackground': hash('term-selection'),
      'editorWidget.background': hash('surface-raised'),
      'editorWidget.border': hash('line'),
      'editorHoverWidget.background': hash('surface-raised'),
      'editorHoverWidget.border': hash('line'),
      'editorSuggestWidget.selectedBackground': hash('selected'),
      'editorSuggestWidget.selectedForeground': hash('text'),
      'list.hoverBackground': hash('hover'),
      'input.background': hash('bg'),
      'input.border': hash('line-strong'),
      'scrollbar.shadow': '#00000000',
      'scrollbarSlider.background': `${hash('line-strong')}55`,
      'scrollbarSlider.hoverBackground': `${hash('line-strong')}88`,
      'scrollbarSlider.activeBackground': `${hash('line-strong')}aa`,
      focusBorder: hash('accent'),
    },
  });
  monaco.editor.setTheme('plumbline');
}

defineTheme();
onThemeChange(defineTheme);

export { monaco };
