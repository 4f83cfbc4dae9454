import type { FieldError } from '../errors.js';
import { languageOf, preferredLocale } from '../locale.js';
import { PROBLEM_TEXTS } from './problem-texts.js';

type Sentences = Readonly<{ code: string; detail: string; error: string; errors: readonly FieldError[] }>;

/**
 * The sentences of a refusal in the language that is preferred; codes, pointers and facts stay. What the catalogue does not
 * know, or a fact that is missing for it, leaves the English sentence. Null when nothing was translated.
 */
export function translateProblem<P extends Sentences>(problem: P, accepted: string | undefined): { problem: P; language: string } | null {
  const locale = preferredLocale(accepted);
  const language = locale === undefined ? 'en' : languageOf(locale);
  const texts = Object.hasOwn(PROBLEM_TEXTS, language) ? PROBLEM_TEXTS[language]! : undefined;
  if (!texts) return null;
  const detail = filled(texts[problem.code], problem as Readonly<Record<string, unknown>>) ?? problem.detail;
  const errors = problem.errors.map((error) => ({ ...error, message: filled(texts[`field:${error.code}`], partsOf(error.message)) ?? error.message }));
  if (detail === problem.detail && errors.every(({ message }, at) => message === problem.errors[at]!.message)) return null;
  return { problem: { ...problem, detail, error: detail, errors }, language };
}

/** joi begins with the name of the field in quotes; what is left may hold a limit. */
function partsOf(message: string): Record<string, unknown> {
  const match = /^"([^"]*)"(.*)$/s.exec(message);
  const limit = match && /-?\d+(?:\.\d+)?/.exec(match[2]!)?.[0];
  return { ...(match && { label: match[1] }), ...(limit && { limit }) };
}

function filled(text: string | undefined, facts: Readonly<Record<string, unknown>>): string | undefined {
  if (text === undefined) return undefined;
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  if (names.some((name) => !['string', 'number'].includes(typeof facts[name]))) return undefined;
  return text.replace(/\{(\w+)\}/g, (_all, name: string) => String(facts[name]));
}
