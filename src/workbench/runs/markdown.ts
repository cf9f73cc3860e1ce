import DOMPurify from 'dompurify';
import { marked } from 'marked';

/**
 * Markdown from a world as cleaned nodes. Worlds are not trusted: no scripts, styles, forms, frames or pictures from elsewhere, and
 * links leave in a new tab without a way back.
 */
export function safeMarkdown(text: string): DocumentFragment {
  const html = marked.parse(text, { async: false, gfm: true });
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    ALLOWED_TAGS: [
      'a',
      'b',
      'blockquote',
      'br',
      'code',
      'del',
      'details',
      'em',
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'hr',
      'i',
      'kbd',
      'li',
      'ol',
      'p',
      'pre',
      's',
      'strong',
      'sub',
      'summary',
      'sup',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'tr',
      'ul',
    ],
    ALLOWED_ATTR: ['align', 'href', 'open', 'start', 'title'],
    ALLOWED_URI_REGEXP: /^https?:/i,
    // Other values than addresses are held against the pattern too, unless they are named here.
    ADD_URI_SAFE_ATTR: ['align', 'open', 'start'],
  });
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  }
  return fragment;
}
