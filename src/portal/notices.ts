import { isObject, type JsonObject, type JsonValue } from '../json/index.ts';
import type { Resource } from '../model/index.ts';

/** What the issues of an OperationOutcome say, in the server's own words. */
export function noticesOf(outcome: Resource): string[] {
  return issuesOf(outcome).flatMap((issue) => {
    const details = isObject(issue['details']) ? issue['details'] : {};
    const coding = Array.isArray(details['coding']) ? details['coding'].find(isObject) : undefined;
    const said = [
      details['text'],
      issue['diagnostics'],
      coding?.['display'],
      coding?.['code'],
      issue['code'],
    ];
    const text = said.find((words) => typeof words === 'string' && words !== '');
    return typeof text === 'string' ? text.slice(0, 500) : [];
  });
}

/**
 * True for what comes with every answer and tells nothing of this one: Epic's 4101, that nothing was found, and its 4119,
 * that the answer may not contain the entire record.
 */
export function isUsualNotice(notice: string): boolean {
  return /^(Resource request returns no results|This response includes information available at the time)/.test(
    notice,
  );
}

/** True when an issue says that something went wrong, not only that something is worth knowing. */
export function reportsError(outcome: Resource): boolean {
  return issuesOf(outcome).some(({ severity }) => severity === 'error' || severity === 'fatal');
}

function issuesOf(outcome: Resource): JsonObject[] {
  const issues: JsonValue | undefined = outcome['issue'];
  return Array.isArray(issues) ? issues.filter(isObject) : [];
}
