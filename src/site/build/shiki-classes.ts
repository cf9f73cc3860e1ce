/** Highlighted code without inline styles: a strict Content-Security-Policy refuses `style` attributes. */
import type { ShikiConfig } from 'astro';

type ShikiTransformer = NonNullable<ShikiConfig['transformers']>[number];

/** Turns `style="color:var(--astro-code-token-keyword)"` into `class="tok-keyword"`; src/styles/code.css gives the colours. */
export const styleToClass: ShikiTransformer = {
  name: 'plumbline:style-to-class',
  pre(node) {
    delete node.properties['style'];
  },
  span(node) {
    const style = String(node.properties['style'] ?? '');
    delete node.properties['style'];
    const token = /--astro-code-token-([a-z-]+)/.exec(style)?.[1];
    const classes = [
      token && `tok-${token}`,
      /font-style:\s*italic/.test(style) && 'tok-italic',
      /font-weight:\s*bold/.test(style) && 'tok-bold',
    ].filter(Boolean);
    if (classes.length > 0) this.addClassToHast(node, classes.join(' '));
  },
};
