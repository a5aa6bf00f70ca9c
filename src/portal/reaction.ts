import type { NoAnswer } from './fhir-answer.ts';
import { anyDate, type Need } from './plan-table.ts';
import { parametersOf } from './query-parts.ts';

/** What to change about a search that was refused. */
export type Reaction = { drop: readonly string[] } | { add: Need };

/**
 * What a refused search lacks, or has too much, by the words of the refusal: a parameter the portal insists on, and one
 * it does not know. Where the words name none, the ones that only say how to answer are dropped first, for nothing is
 * lost by that; then what portals usually insist on for the type is added. Undefined when nothing is left to try, or
 * the refusal is of another kind (403, 404, 5xx).
 *
 * @param asked The search with everything it was asked with.
 */
export function reactionTo(
  { status, words = '' }: NoAnswer,
  asked: string,
  needs: readonly Need[],
): Reaction | undefined {
  const says = words.replaceAll(asked, '');
  const insists = /"code"\s*:\s*"required"/.test(says) || /\b(required|must|missing|at least)\b/i.test(says);
  if (status !== 400 && status !== 422 && !(status === 200 && insists)) return undefined;
  const present = parametersOf(asked);
  const lacking = needs.filter(({ parameter }) => !present.includes(parameter));
  const named = lacking.find(({ parameter }) => names(says, parameter));
  if (insists && named !== undefined) return { add: named };
  const extra = present.filter((parameter) => parameter.startsWith('_'));
  const unknown = extra.filter((parameter) => names(says, parameter));
  if (unknown.length > 0) return { drop: unknown };
  if (named !== undefined) return { add: named };
  if (!present.includes('date') && names(says, 'date')) return { add: anyDate };
  if (extra.length > 0 && !insists) return { drop: extra };
  const [likeliest] = lacking;
  if (likeliest !== undefined) return { add: likeliest };
  return extra.length > 0 ? { drop: extra } : undefined;
}

/** True when words name a parameter. `type` is an everyday word: it counts only where it stands as a name. */
function names(words: string, parameter: string): boolean {
  const name =
    parameter === 'type'
      ? String.raw`(['"\`?&]type['"\`=]|type (search )?parameter|parameters?:? type)`
      : parameter;
  return new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`, 'i').test(words);
}

/** True when a search was refused for a value it asks for, which the portal does not know. */
export function refusesValue({ status, words = '' }: NoAnswer, value: string): boolean {
  if (status !== 400 && status !== 422) return false;
  return (
    words.includes(value) || /\b(invalid|unknown|unsupported|not supported|not recogni[sz]ed)\b/i.test(words)
  );
}

/**
 * True when the portal says that a search leaves something out, as Epic does of sub-types of results. Its 4119, that the
 * answer may not contain the entire record, comes with every search and tells nothing of this one.
 */
export function saysLeftOut(notices: readonly string[]): boolean {
  return notices.some((notice) => /\bsub-?types?\b.*\bnot\b/is.test(notice));
}
