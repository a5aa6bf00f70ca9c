import { visible } from '../render/index.ts';
import { counted } from './counted.ts';
import type { Output } from './context.ts';
import type { DoctorReport } from './doctor.ts';

/** What `doctor` found, as a person reads it. */
export function* doctorText(report: DoctorReport, { isTerminal, colour, width }: Output): Generator<string> {
  const { version, node, system, settings, places, problems } = report;
  yield `bluebutton ${version} on Node ${node}, ${system}\n`;
  yield `Output: ${isTerminal ? 'a terminal' : 'no terminal'}, ${width} columns, ${colour ? 'with' : 'no'} colours\n`;
  yield '\nSettings\n';
  yield table(settings.map(({ name, value, origin }) => [name, value ?? 'not set', `(${origin})`]));
  yield '\nPlaces\n';
  yield table(
    places.map(({ name, path, mode }) => [name, path, mode === null ? '(not there)' : `(${mode})`]),
  );
  yield `\nPortals named: ${report.portals ?? 'unknown'}, signed in to: ${report.signIns ?? 'unknown'}\n`;
  yield report.people === null
    ? 'No archive was looked into.\n'
    : `The archive holds ${report.people === 1 ? '1 person' : `${report.people} people`}, ${counted(report.sources ?? 0, 'source')}.\n`;
  yield problems.length === 0
    ? '\nNothing wrong was found.\n'
    : `\n${counted(problems.length, 'problem')}:\n`;
  for (const { message, why, try: next } of problems)
    yield `  ${visible(message)}\n    ${visible(why)}\n    Try: ${visible(next)}\n`;
}

/** Lines of cells, each column as wide as its widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => visible(cell).padEnd(widths[column] ?? 0)).join('  ')}`)
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
