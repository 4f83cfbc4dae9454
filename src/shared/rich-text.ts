import Joi from 'joi';
import sanitize from 'sanitize-html';

/** What HTML would take for the begin of a tag, a comment or a declaration; a `<` before anything else is a character. */
const TAG = /<[a-z/!?]/i;

/** Named by what it must begin with: what browsers strip or decode before a scheme differs too much to be listed. */
const LINK = /^(?:https?:\/\/|mailto:|tel:|#|\/(?![/\\]))/i;

const RULES: sanitize.IOptions = {
  allowedTags: [
    'p', 'br', 'hr', 'h2', 'h3', 'h4', 'strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'small', 'blockquote', 'code', 'pre',
    'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
  ],
  allowedAttributes: { a: ['href', 'rel'], th: ['colspan', 'rowspan'], td: ['colspan', 'rowspan'] },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  // What would be run or shown apart from the page goes with all that is in it.
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'template', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext', 'svg', 'math'],
  nestingLimit: 40,
  transformTags: { a: (tagName, { href }) => ({ tagName, attribs: { ...(href !== undefined && LINK.test(href) && { href }), rel: 'nofollow noopener noreferrer' } }) },
};

/** What follows a tag that swallows the rest can come out as a tag of its own only after another pass. */
const PASSES = 3;

/**
 * HTML that nothing runs in: a list of allowed tags, no styles, no handlers, links to pages, mail and telephones alone. Text
 * without tags is no HTML and stays as it is. To clean what is clean changes nothing.
 */
export function cleanRichText(text: string): string {
  let clean = text;
  for (let pass = 0; pass < PASSES && TAG.test(clean); pass += 1) {
    const next = sanitize(clean, RULES);
    if (next === clean) return clean;
    clean = next;
  }
  return clean;
}

/** The words alone, still encoded; what stood in two elements stays two words. */
export const withoutTags = (text: string): string => (TAG.test(text) ? sanitize(text.replaceAll('<', ' <'), { allowedTags: [], nonTextTags: RULES.nonTextTags! }) : text);

/** A field that may carry HTML; what it is stored as is what stays of it. */
export const richText = (max: number) => Joi.string().max(max).allow('').custom(cleanRichText)
  .description('Plain text or HTML; of HTML only harmless tags stay (paragraphs, headings, lists, tables, emphasis, links)');
