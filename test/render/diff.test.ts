import { describe, expect, test } from 'vitest';
import { parseJson, writeJson } from '../../src/json/index.ts';
import {
  buildRecord,
  isResource,
  rowDifference,
  type ResourceChange,
  type Row,
} from '../../src/model/index.ts';
import { jsonDifferences } from '../../src/model/json-difference.ts';
import { changeText, renderDiff, renderDiffMarkdown } from '../../src/render/index.ts';

/** A resource, written as a portal sends it, as its row and its JSON. */
function version(text: string): { row: Row; json: ReturnType<typeof parseJson>; section: string } {
  const json = parseJson(text);
  if (!isResource(json)) throw new Error('no resource');
  const origin = { source: 'here', sha256: 'a', pointer: '' };
  const source = { id: 'here', kind: 'portal' as const, name: 'here', format: 'FHIR R4', asOf: '2026-12-01' };
  const { record } = buildRecord({
    sources: [source],
    entries: [{ resource: json, text, origin }],
    findings: [],
  });
  const [found] = Object.entries(record.sections).flatMap(([section, rows]) =>
    rows.map((row) => ({ section, row })),
  );
  if (found === undefined) throw new Error('no row');
  return { ...found, json };
}

function changed(before: string, after: string): ResourceChange {
  const [was, is] = [version(before), version(after)];
  return {
    change: 'changed',
    names: [is.row.id],
    section: is.section,
    before: was.row,
    after: is.row,
    difference: rowDifference(was, is),
  };
}

const pressure = (systolic: string, more = ''): string =>
  `{"resourceType":"Observation","id":"bp","status":"final","category":[{"coding":[{"code":"vital-signs"}]}],"code":{"text":"Blood pressure"},"effectiveDateTime":"2026-11-20T08:00:00Z"${more},"component":[{"code":{"text":"Systolic"},"valueQuantity":{"value":${systolic},"unit":"mmHg"}},{"code":{"text":"Diastolic"},"valueQuantity":{"value":80,"unit":"mmHg"}}]}`;

describe('a change in words', () => {
  test('tells the parts of a measurement', () => {
    const { what, which, lines } = changeText(changed(pressure('120'), pressure('131.0')));
    expect([what, which]).toEqual(['vital sign changed', 'Blood pressure (2026-11-20)']);
    expect(lines).toEqual([
      'Value: was Systolic 120 mmHg; Diastolic 80 mmHg, now Systolic 131.0 mmHg; Diastolic 80 mmHg',
    ]);
  });

  test('tells a time of day that tables leave out', () => {
    const { lines } = changeText(changed(pressure('120'), pressure('120').replace('08:00', '09:30')));
    expect(lines).toEqual(['Date: was 2026-11-20T08:00:00Z, now 2026-11-20T09:30:00Z']);
  });

  test('tells digits: 5.0 and 5 differ', () => {
    const { lines } = changeText(changed(pressure('5.0'), pressure('5')));
    expect(lines[0]).toContain('was Systolic 5.0 mmHg');
    expect(lines[0]).toContain('now Systolic 5 mmHg');
  });

  test('tells what is no longer stated, and what no field tells by its JSON member', () => {
    const note = ',"note":[{"text":"sitting","authorString":"Dr. Q"}]';
    expect(changeText(changed(pressure('120', note), pressure('120'))).lines).toEqual([
      'Notes: was sitting, no longer stated',
      'Details in the data: note.authorString',
    ]);
    const renamed = changed(pressure('120', note), pressure('120', note.replace('Dr. Q', 'Dr. R')));
    expect(changeText(renamed)).toMatchObject({
      what: 'details of vital sign changed',
      lines: ['Details in the data: note.authorString'],
    });
  });

  test.each([
    ['"verificationStatus":{"coding":[{"code":"refuted"}]}', '[REFUTED] Latex'],
    ['"verificationStatus":{"coding":[{"code":"entered-in-error"}]}', '[ENTERED IN ERROR] Latex'],
    ['"verificationStatus":{"coding":[{"code":"unconfirmed"}]}', '[UNCONFIRMED] Latex'],
  ])('never leaves out what is asserted: %s', (member, which) => {
    const allergy = `{"resourceType":"AllergyIntolerance","id":"latex","code":{"text":"Latex"}`;
    const after = version(`${allergy},${member}}`);
    for (const change of ['new', 'vanished', 'reappeared'] as const) {
      const rows = change === 'vanished' ? { before: after.row } : { after: after.row };
      expect(changeText({ change, names: ['x'], section: 'allergies', ...rows }).which).toContain(which);
    }
    expect(changeText(changed(`${allergy}}`, `${allergy},${member}}`)).which).toContain(which);
    expect(changeText(changed(`${allergy}}`, `${allergy},${member}}`)).lines.join()).toMatch(
      /Asserted: was stated, now/,
    );
  });
});

test('foreign text drives neither the terminal nor Markdown', () => {
  const after = version(
    '{"resourceType":"Condition","id":"c","code":{"text":"\\u001b[31mred\\u202e *bold*"}}',
  );
  const diff = {
    source: 'here',
    kind: 'portal' as const,
    from: 'a',
    to: 'b',
    isWhole: false,
    bags: [],
    changes: [{ change: 'new' as const, names: ['Condition/c'], section: 'problems', after: after.row }],
    attachments: [],
    files: [],
    gaps: [],
  };
  const text = [...renderDiff([diff], { width: 80, colour: false })].join('');
  expect(text).toContain(String.raw`new problem: \x1B[31mred\u{202E} *bold*`);
  expect([...renderDiffMarkdown([diff])].join('')).toContain(String.raw`\*bold\*`);
});

/** Where two JSON texts differ, with both values. */
const differences = (one: string, other: string): string[] =>
  jsonDifferences(parseJson(one), parseJson(other)).map(({ path, before, after }) =>
    [path, ...[before, after].map((value) => (value === undefined ? 'nothing' : writeJson(value)))].join(' '),
  );

describe('two JSON values', () => {
  test.each([
    ['{"a":1,"b":[2]}', '{"b":[2],"a":1}', []],
    ['{"a":1.0}', '{"a":1}', ['a 1.0 1']],
    ['{"a":[1,2]}', '{"a":[1]}', ['a[1] 2 nothing']],
    ['{"a":{"b":true}}', '{}', ['a.b true nothing']],
    ['{"a":{"b":true}}', '{"a":"x"}', ['a {"b":true} "x"']],
    ['{"a":[]}', '{}', ['a [] nothing']],
    ['{"a":null}', '{"a":{}}', ['a null {}']],
    ['{"a":[]}', '{"a":{}}', ['a [] {}']],
  ])('%s and %s', (one, other, told) => {
    expect(differences(one, other)).toEqual(told);
  });
});
