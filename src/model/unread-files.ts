import type { Finding } from './finding.ts';
import type { SectionState } from './section-state.ts';

/** Findings that speak of a whole file, which could hold anything of any section. */
const ofRecords: ReadonlySet<string> = new Set([
  'bad-member',
  'broken-off',
  'document-cut',
  'empty-file',
  'missing-member',
  'password-needed',
  'protected-member',
  'too-many-members',
  'unpacks-too-far',
]);

/** A file of a kind nobody knows is hardly a record, but nobody can say that it is none. */
const ofOthers = 'unknown-file';

/**
 * What of each source was not read, file by file, as a state that every section has: what is missing must not look like
 * "not recorded". Files of an unknown kind count only where a section has no rows.
 */
export function unreadFiles(findings: readonly Finding[], hasRows: boolean): SectionState[] {
  const bySource = new Map<string, string[]>();
  for (const { severity, code, source, member, message } of findings) {
    const counts = ofRecords.has(code) || (code === ofOthers && !hasRows);
    if (severity !== 'lost' || source === undefined || !counts) continue;
    bySource.set(source, [...(bySource.get(source) ?? []), member ?? message]);
  }
  return [...bySource].map(([source, names]): SectionState => {
    const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
    return { source, state: 'not-read', reason: `${names.slice(0, 3).join(', ')}${more}` };
  });
}
