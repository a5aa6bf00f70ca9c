import type { BlueButtonError, ErrorCode } from '../errors/index.ts';
import { isGap, type LedgerRow } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { errorText } from './error-text.ts';
import type { PortalPull } from './pull-portal.ts';

/** A portal that could not be pulled, and why. */
export interface PullFailure {
  name: string;
  error: BlueButtonError;
}

/** How the pull from one portal ended. */
export type PullEnd = PortalPull | PullFailure;

/** Tells what a pull brought, which portals failed, and everything else that was asked for and did not come. */
export function reportPull(
  ends: readonly PullEnd[],
  { json, quiet }: { json: boolean; quiet: boolean },
  { out, err }: Context,
): Outcome {
  if (json)
    out.write(`${JSON.stringify({ schema: 'bluebutton/pull/1', portals: ends.map(jsonOf) }, null, 2)}\n`);
  const failures: ErrorCode[] = [];
  let gaps = 0;
  for (const end of ends) {
    if ('error' in end) {
      failures.push(end.error.code);
      if (!json) err.write(`${end.name}: ${errorText(end.error)}`);
      continue;
    }
    if (!json && !quiet) out.write(`${broughtText(end)}\n`);
    const { vanished } = end.ledger;
    if (vanished.length > 0) err.write(`${end.name}: ${vanishedText(vanished)}.\n`);
    const missing = end.ledger.rows.filter(isGap);
    if (missing.length > 0) err.write(`${end.name}: not everything came.\n${missing.map(gapText).join('')}`);
    gaps += missing.length;
  }
  const gravest = gravestOf(failures);
  if (gravest !== undefined) return gravest;
  if (gaps > 0) return 'partial';
  if (!quiet && !json) err.write('Next: bluebutton summary\n');
  return 'done';
}

const gravity: readonly ErrorCode[] = [
  'archive-damaged',
  'archive-busy',
  'login-needed',
  'temporary',
  'failed',
];

/** The failure that decides how a pull of several portals ends. */
function gravestOf(codes: readonly ErrorCode[]): ErrorCode | undefined {
  return gravity.find((code) => codes.includes(code)) ?? codes[0];
}

function jsonOf(end: PullEnd): object {
  if (!('error' in end)) return end;
  const { code, message, why, try: next } = end.error;
  return { name: end.name, error: { code, message, why, try: next } };
}

function broughtText({ name, who, counts, bag }: PortalPull): string {
  const parts = [
    `${counts.new - counts.renumbered} new`,
    `${counts.changed} changed`,
    `${counts.unchanged} unchanged`,
    ...(counts.renumbered > 0 ? [`${counts.renumbered} renumbered (the same under new ids)`] : []),
    ...(counts.vanished > 0 ? [`${counts.vanished} no longer provided (kept)`] : []),
    ...(counts.reappeared > 0 ? [`${counts.reappeared} back again`] : []),
    ...(counts.documents > 0 ? [counted(counts.documents, 'attachment')] : []),
  ];
  return `${name}: ${who}: ${parts.join(', ')}. ${bag === undefined ? 'Nothing new to keep.' : `Kept in ${bag}.`}`;
}

/** What the portal gave before and did not give now: kept, shown with a word of care, and named here. */
function vanishedText(vanished: readonly string[]): string {
  const most = 20;
  const more = vanished.length > most ? `, and ${vanished.length - most} more` : '';
  return `no longer provided, and kept: ${visible(vanished.slice(0, most).join(', '))}${more}`;
}

function gapText({ query, outcome, httpStatus, missing, reason, notices }: LedgerRow): string {
  const status = httpStatus === undefined ? '' : ` (${httpStatus})`;
  const lines = [`  ${query}: ${outcome}${status}${reason === undefined ? '' : `: ${reason}`}`];
  if (missing.length > 0) lines.push(`    missing: ${visible(missing.join(', '))}`);
  lines.push(...notices.map((notice) => `    the portal says: ${visible(notice)}`));
  return `${lines.join('\n')}\n`;
}
