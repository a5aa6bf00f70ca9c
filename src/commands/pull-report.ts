import { isGap, type LedgerRow } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import type { PortalPull } from './pull-portal.ts';

/** Tells what a pull brought, and names everything that was asked for and did not come. */
export function reportPull(
  pulls: readonly PortalPull[],
  { json, quiet }: { json: boolean; quiet: boolean },
  { out, err }: Context,
): Outcome {
  const gaps = pulls.flatMap(({ ledger }) => ledger.rows.filter(isGap));
  if (json) out.write(`${JSON.stringify({ schema: 'bluebutton/pull/1', portals: pulls }, null, 2)}\n`);
  else if (!quiet) for (const pull of pulls) out.write(`${broughtText(pull)}\n`);
  for (const { name, ledger } of pulls) {
    const missing = ledger.rows.filter(isGap);
    if (missing.length === 0) continue;
    err.write(`${name}: not everything came.\n${missing.map(gapText).join('')}`);
  }
  if (gaps.length > 0) return 'partial';
  if (!quiet && !json) err.write('Next: bluebutton summary\n');
  return 'done';
}

function broughtText({ name, who, counts, bag }: PortalPull): string {
  const parts = [
    `${counts.new} new`,
    `${counts.changed} changed`,
    `${counts.unchanged} unchanged`,
    ...(counts.vanished > 0 ? [`${counts.vanished} no longer provided (kept)`] : []),
    ...(counts.reappeared > 0 ? [`${counts.reappeared} back again`] : []),
    ...(counts.documents > 0 ? [counted(counts.documents, 'attachment')] : []),
  ];
  return `${name}: ${who}: ${parts.join(', ')}. ${bag === undefined ? 'Nothing new to keep.' : `Kept in ${bag}.`}`;
}

function gapText({ query, outcome, httpStatus, missing, reason, notices }: LedgerRow): string {
  const status = httpStatus === undefined ? '' : ` (${httpStatus})`;
  const lines = [`  ${query}: ${outcome}${status}${reason === undefined ? '' : `: ${reason}`}`];
  if (missing.length > 0) lines.push(`    missing: ${visible(missing.join(', '))}`);
  lines.push(...notices.map((notice) => `    the portal says: ${visible(notice)}`));
  return `${lines.join('\n')}\n`;
}
