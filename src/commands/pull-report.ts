import type { BlueButtonError, ErrorCode } from '../errors/index.ts';
import { gapsOf, isGap, isOpenGap, type LedgerRow } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { errorText } from './error-text.ts';
import { remarksOn } from './pull-remarks.ts';
import { planText, type PortalPlan } from './pull-plan.ts';
import type { PortalPull } from './pull-portal.ts';

/** A portal that could not be pulled, and why. */
export interface PullFailure {
  name: string;
  error: BlueButtonError;
}

/** How the pull from one portal ended. */
export type PullEnd = PortalPull | PullFailure;

/** How a pull tells what it did. */
export interface ReportOptions {
  json: boolean;
  quiet: boolean;
}

/**
 * Tells what a pull brought, which portals failed, and everything else that was asked for and did not come.
 *
 * @param accepted By portal, the gaps (`gapsOf`) that the person has accepted: they are only counted.
 */
export function reportPull(
  ends: readonly PullEnd[],
  accepted: ReadonlyMap<string, readonly string[]>,
  { json, quiet }: ReportOptions,
  { out, err }: Pick<Context, 'out' | 'err'>,
): Outcome {
  const acceptedBy = ({ name }: PullEnd): ReadonlySet<string> => new Set(accepted.get(name));
  if (json) {
    const portals = ends.map((end) => jsonOf(end, acceptedBy(end)));
    out.write(`${JSON.stringify({ schema: 'bluebutton/pull/1', portals }, null, 2)}\n`);
  }
  let gaps = 0;
  for (const end of ends) {
    if ('error' in end) {
      if (!json) err.write(`${end.name}: ${errorText(end.error)}`);
      continue;
    }
    const { rows, vanished } = end.ledger;
    const lost = lostOf(end).filter((gap) => !acceptedBy(end).has(gap));
    gaps += lost.length;
    if (json) {
      gaps += openGaps(rows, acceptedBy(end)).length;
      continue;
    }
    if (vanished.length > 0) err.write(`${end.name}: ${vanishedText(vanished)}.\n`);
    if (!quiet) out.write(`${broughtText(end)}\n`);
    const open = openGaps(rows, acceptedBy(end));
    const lines = [...open.map(gapText), ...lost.map((gap) => `  ${visible(gap)}\n`)];
    if (lines.length > 0) err.write(`${end.name}: not everything came.\n${lines.join('')}`);
    gaps += open.length;
    if (!quiet) for (const remark of remarksOn(rows)) err.write(`${end.name}: ${visible(remark)}\n`);
    const known = rows.filter(isGap).length + lostOf(end).length - lines.length;
    if (known > 0 && !quiet)
      err.write(`${end.name}: ${counted(known, 'accepted gap')}; the ledger names what did not come.\n`);
  }
  const gravest = gravestOf(ends);
  if (gravest !== undefined) return gravest;
  if (gaps > 0) {
    const narrower = ends.find((end) => 'scopesLost' in end && end.scopesLost.length > 0);
    const login = narrower === undefined ? '' : `bluebutton login ${narrower.name}; `;
    const later = 'the same command later; or with --accept-gaps, if it is to stay like this';
    if (!json) err.write(`Try: ${login}${later}\n`);
    return 'partial';
  }
  if (!quiet && !json) err.write('Next: bluebutton summary\n');
  return 'done';
}

/** What a pull left out, each as one text by which it is known again in a later pull (`gapsOf`). */
export function gapsOfPull(end: PortalPull): string[] {
  return [...new Set([...end.ledger.rows.flatMap(gapsOf), ...lostOf(end)])];
}

function lostOf({ scopesLost }: PortalPull): string[] {
  return scopesLost.map((scope) => `scope ${scope}: no longer granted`);
}

/** Tells what a pull would ask, and which portals could not be asked for it. */
export function reportPlan(
  ends: readonly (PortalPlan | PullFailure)[],
  { json }: ReportOptions,
  { out, err }: Pick<Context, 'out' | 'err'>,
): Outcome {
  if (json) {
    const portals = ends.map((end) => ('error' in end ? failureJson(end) : end));
    out.write(`${JSON.stringify({ schema: 'bluebutton/plan/1', portals }, null, 2)}\n`);
  }
  for (const end of ends) {
    if (json) continue;
    if ('error' in end) err.write(`${end.name}: ${errorText(end.error)}`);
    else for (const piece of planText(end, out.width)) out.write(piece);
  }
  if (!json) err.write('Nothing of the record was asked for, and nothing was written.\n');
  return gravestOf(ends) ?? 'done';
}

/** The rows that left something out which is not accepted, with only that. */
function openGaps(rows: readonly LedgerRow[], accepted: ReadonlySet<string>): LedgerRow[] {
  return rows
    .filter((row) => isOpenGap(row, accepted))
    .map((row) => ({
      ...row,
      missing: row.missing.filter((item) => !accepted.has(`${row.query}: ${item}`)),
    }));
}

const gravity: readonly ErrorCode[] = [
  'archive-damaged',
  'archive-busy',
  'login-needed',
  'store-locked',
  'temporary',
  'failed',
];

/** The failure that decides how a pull of several portals ends. */
function gravestOf(ends: readonly (PullEnd | PortalPlan)[]): ErrorCode | undefined {
  const codes = ends.flatMap((end) => ('error' in end ? [end.error.code] : []));
  return gravity.find((code) => codes.includes(code)) ?? codes[0];
}

function jsonOf(end: PullEnd, accepted: ReadonlySet<string>): object {
  if ('error' in end) return failureJson(end);
  const gaps = gapsOfPull(end);
  return {
    ...end,
    gaps: gaps.filter((gap) => !accepted.has(gap)),
    acceptedGaps: gaps.filter((gap) => accepted.has(gap)),
  };
}

function failureJson({ name, error: { code, message, why, try: next } }: PullFailure): object {
  return { name, error: { code, message, why, try: next } };
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

function gapText({ query, outcome, httpStatus, missing, reason, notices, tried = [] }: LedgerRow): string {
  const status = httpStatus === undefined ? '' : ` (${httpStatus})`;
  const lines = [`  ${query}: ${outcome}${status}${reason === undefined ? '' : `: ${reason}`}`];
  if (tried.length > 0) lines.push(`    asked before: ${visible(tried.join(', '))}`);
  if (missing.length > 0) lines.push(`    missing: ${visible(missing.join(', '))}`);
  lines.push(...notices.map((notice) => `    the portal says: ${visible(notice)}`));
  return `${lines.join('\n')}\n`;
}
