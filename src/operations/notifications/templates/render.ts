import Handlebars from 'handlebars';
import { languageOf } from '../../../shared/locale.js';
import type { MailModel, Milestone } from '../notifications.js';
import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { fr } from './fr.js';
import { HTML_LAYOUT, TEXT_LAYOUT } from './layout.js';
import type { Texts } from './texts.js';

const LANGUAGES: Readonly<Record<string, Texts>> = { en, de, fr, ar };
export const SUPPORTED_LANGUAGES = Object.keys(LANGUAGES);
export const isSupported = (locale: string): boolean => languageOf(locale) in LANGUAGES;

/** What comes from outside in whatever script: set apart, or it would turn the words around it (UAX 9). Codes and addresses are copied, so nothing is put beside them. */
const SET_APART = ['name', 'product', 'carrier', 'device', 'place', 'provider', 'said', 'reason'] as const;
const setApart = (data: MailModel): MailModel => ({ ...data, ...Object.fromEntries(SET_APART.flatMap((field) => (data[field] === undefined ? [] : [[field, `\u2068${data[field]}\u2069`]]))) });

const OPTIONS = { knownHelpersOnly: true, knownHelpers: { each: true, if: true }, strict: false } as const;
const htmlLayout = Handlebars.compile(HTML_LAYOUT, OPTIONS);
const textLayout = Handlebars.compile(TEXT_LAYOUT, { ...OPTIONS, noEscape: true });
const phrases = new Map<string, Handlebars.TemplateDelegate>();

/** Our own words with data put in. Only these are templates: what a customer typed is never compiled. The layout escapes the result. */
function phrase(template: string, data: MailModel): string {
  let compiled = phrases.get(template);
  if (!compiled) phrases.set(template, compiled = Handlebars.compile(template, { ...OPTIONS, noEscape: true }));
  return compiled(data);
}

/** A line that speaks of something we do not know is left out. */
const isKnown = (template: string, data: MailModel): boolean =>
  [...template.matchAll(/\{\{(\w+)\}\}/g)].every(([, name]) => data[name as keyof MailModel] !== undefined);

/** One line, without what could begin another header. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim().slice(0, 200);
const WEB = /^https?:\/\//;

export type Rendered = Readonly<{ subject: string; html: string; text: string }>;

/** Both parts say the same; a language that we do not have is English. */
export function renderMail(milestone: Milestone, given: MailModel, { locale, shop }: { locale: string; shop: string }): Rendered {
  const texts = LANGUAGES[languageOf(locale)] ?? en;
  const { direction = 'ltr' } = texts;
  const data = direction === 'rtl' ? setApart(given) : given;
  const { subject, heading, body, button } = texts.mails[milestone];
  const url = [data.trackingUrl, data.url].find((candidate) => candidate !== undefined && WEB.test(candidate));
  const view = {
    lang: languageOf(locale) in LANGUAGES ? languageOf(locale) : 'en', direction, start: direction === 'rtl' ? 'right' : 'left', end: direction === 'rtl' ? 'left' : 'right', shop, heading: phrase(heading, data),
    greeting: data.name === undefined ? texts.greetingUnnamed : phrase(texts.greeting, data),
    body: body.filter((line) => isKnown(line, data)).map((line) => phrase(line, data)),
    button: button !== undefined && url !== undefined ? { label: button, url } : null,
    lines: data.lines ?? null, sums: data.sums?.map(({ label, ...sum }) => ({ ...sum, label: texts.sums[label] })) ?? null,
    itemColumn: texts.itemColumn, amountColumn: texts.amountColumn, closing: texts.closing,
  };
  return { subject: oneLine(phrase(subject, data)), html: htmlLayout(view), text: textLayout(view).replace(/\n{3,}/g, '\n\n').trim() };
}
