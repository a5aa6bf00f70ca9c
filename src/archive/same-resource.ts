import { JsonSyntaxError, parseJson, writeJson } from '../json/index.ts';
import { stableForm } from './volatile-fields.ts';

/**
 * Whether two JSON texts say the same resource: equal but for white space, the order of members and the volatile
 * fields. Numbers are compared by their digits: `5.0` is not `5`.
 */
export function isSameResource(one: string, other: string): boolean {
  return stableText(one) === stableText(other);
}

/** A text that cannot be read is the same only as itself. */
function stableText(text: string): string {
  try {
    return writeJson(stableForm(parseJson(text)));
  } catch (thrown) {
    if (thrown instanceof JsonSyntaxError) return text;
    throw thrown;
  }
}
