import { filled } from '../json-parts.ts';
import { saysNothing } from '../text/record.ts';
import type { VaGovSection } from './section.ts';
import { oneRecord } from './titled.ts';

/** The account, and the places that treat the person → Organization. */
export const account: VaGovSection = ({ lines }, report) => {
  const cut = lines.findIndex(({ text }) => /^\s*VA Treatment Facilities:?\s*$/i.test(text));
  const { record } = oneRecord(cut < 0 ? lines : lines.slice(0, cut), {
    keys: [
      'Authentication status',
      'Authentication date',
      'Authentication facility name',
      'Authentication facility ID',
    ],
  });
  report.layout(lines.slice(0, cut < 0 ? lines.length : cut + 1));
  report.sayOfReport(record.left().filter((text) => !text.startsWith('Source:')));
  if (cut < 0) return;
  const rest = lines.slice(cut + 1);
  for (const [index, line] of rest.entries()) {
    const next = rest[index + 1];
    const [, type] = /^\s+Type:\s*(.*)$/.exec(next?.text ?? '') ?? [];
    if (type === undefined || next === undefined) continue;
    report.emit(
      {
        resourceType: 'Organization',
        ...filled({
          type: saysNothing(type) ? undefined : [{ text: type.trim() }],
          name: line.text.trim().replace(/:$/, ''),
        }),
      },
      [line, next],
    );
  }
};
