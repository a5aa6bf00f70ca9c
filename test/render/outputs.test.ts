import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../src/json/index.ts';
import { sectionNamed, sectionNames, type BuiltRecord } from '../../src/model/index.ts';
import { renderCsv, renderers, renderText } from '../../src/render/index.ts';
import { csvOf, fixture, read, recordOf, recordOfResources, rendered, rowsOf } from '../facts/reading.ts';

let jane: BuiltRecord;

beforeAll(async () => {
  jane = await recordOf(readFileSync(new URL('../../samples/jane-doe.fhir.json', import.meta.url)));
});

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** The rows a heading counts: `Allergies (3, and 2 recorded as not so)` is five. */
function counted(block: string, title: string): number | undefined {
  const heading = block.startsWith(`${title} (`) ? block.slice(title.length + 2).split(')')[0] : undefined;
  return heading?.split(', and ').reduce((sum, part) => sum + Number.parseInt(part, 10), 0);
}

describe('every output of the sample person', () => {
  it('holds the same number of rows for each section', () => {
    const ndjson = linesOf(rendered('ndjson', jane)).map((line): unknown => JSON.parse(line));
    const markdown = rendered('markdown', jane);
    const text = rendered('text', jane);
    const json = JSON.stringify(JSON.parse(rendered('json', jane)));
    for (const [name, rows] of Object.entries(jane.record.sections)) {
      const title = sectionNamed(name)?.title ?? '';
      expect(csvOf(jane, name)).toHaveLength(rows.length);
      expect(
        ndjson.filter(
          (row) => typeof row === 'object' && row !== null && 'section' in row && row.section === name,
        ),
      ).toHaveLength(rows.length);
      const part = markdown.split('\n## ').find((candidate) => counted(candidate, title) === rows.length);
      const headings = part?.match(/^\| --- /gm)?.length ?? 0;
      expect((part?.match(/^\| /gm)?.length ?? 0) - 2 * headings).toBe(rows.length);
      const inText = text.split('\n\n').find((block) => block.startsWith(`${title.toUpperCase()} (`));
      expect(rows.length === 0 || counted(inText ?? '', title.toUpperCase()) === rows.length).toBe(true);
      for (const { id } of rows) expect(json).toContain(JSON.stringify(id));
    }
  });

  it('in text has a line for every row, with its name', () => {
    const text = rendered('text', jane);
    for (const { row } of rowsOf(jane))
      expect(text).toContain((row.name ?? '(name not recorded)').split('\n')[0]);
  });

  it('in FHIR is a Bundle that holds the very text of every resource but the contained ones', async () => {
    const fhir = rendered('fhir', jane);
    const bundle = parseJson(fhir);
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    const own = jane.entries.filter(({ container }) => container === undefined);
    for (const { text } of own) expect(fhir).toContain(`"resource":${text}}`);
    const again = await read(fhir);
    expect(again.entries.map(({ text }) => text)).toEqual(jane.entries.map(({ text }) => text));
    expect(again.entries.map(({ fullUrl }) => fullUrl)).toEqual(jane.entries.map(({ fullUrl }) => fullUrl));
    expect(own.length).toBeLessThan(jane.entries.length);
  });

  it('in NDJSON is one JSON object a line, the person first', () => {
    const lines = linesOf(rendered('ndjson', jane)).map((line): unknown => JSON.parse(line));
    expect(lines[0]).toMatchObject({ section: 'person', name: jane.record.person?.name });
    expect(lines).toHaveLength(rowsOf(jane).length + 1);
  });

  it('in JSON is the record itself, nothing left out', () => {
    const json: unknown = JSON.parse(rendered('json', jane));
    expect(json).toEqual(JSON.parse(JSON.stringify(jane.record)));
  });

  it('in CSV reads back as the same cells, with the columns of the section and CR LF', () => {
    for (const [name, rows] of Object.entries(jane.record.sections)) {
      const csv = renderCsv(jane.record, name);
      expect(csv.replaceAll(/"(?:[^"]|"")*"/g, '').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      const columns = csv.split('\r\n')[0]?.split(',') ?? [];
      expect(columns).toEqual(expect.arrayContaining(Object.keys(sectionNamed(name)?.fields ?? {})));
      expect(columns.indexOf('assertion')).toBe(columns.indexOf('name') - 1);
      csvOf(jane, name).forEach((record, index) => {
        const row = rows[index];
        const plain = Object.keys(record).filter((column) => typeof row?.[column] === 'string');
        expect(plain.length).toBeGreaterThan(3);
        for (const column of plain) expect(record[column]).toBe(row?.[column]);
        expect(record['sources']).toContain(row?.sources[0]?.pointer);
      });
    }
  });

  it('is the same each time it is asked for', () => {
    for (const format of Object.keys(renderers)) expect(rendered(format, jane)).toBe(rendered(format, jane));
  });

  it('in a narrow window still shows every name, and says for which columns there was no room', () => {
    const render = renderers['text'];
    const text = [...(render?.(jane, { width: 40, colour: false, sections: sectionNames }) ?? [])].join('');
    expect(text).toContain('No room for:');
    const flat = text.replaceAll(/\s+/g, '');
    for (const { row } of rowsOf(jane)) {
      const [first] = (row.name ?? '').split(/\s+/);
      expect(first !== undefined && first.length < 9 ? flat : first).toContain(first);
    }
  });

  it('in black and white has no escape, and in colour the same words', () => {
    const render = renderers['text'];
    const options = { width: 120, sections: sectionNames };
    const plain = [...(render?.(jane, { ...options, colour: false }) ?? [])].join('');
    const coloured = [...(render?.(jane, { ...options, colour: true }) ?? [])].join('');
    expect(plain).not.toContain('\u001B');
    expect(coloured).toContain('\u001B[');
    // oxlint-disable-next-line no-control-regex -- the escapes are what is taken away
    expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain);
  });
});

describe('a report too long for a cell', () => {
  it('is told in full under its table, with its lines, its name and its day', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `Finding ${index + 1} of the report`);
    const report = await recordOfResources([
      {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'Pathology' },
        effectiveDateTime: '2024-03-01T10:00:00Z',
        valueString: lines.join('\n'),
      },
    ]);
    const text = rendered('text', report);
    expect(text).toMatch(/^ {2}Pathology +2024-03-01 +\(below\) +final$/m);
    const told = ['  Result: Pathology, 2024-03-01', ...lines.map((line) => `    ${line}`), ''].join('\n');
    expect(text).toContain(told);
  });
});

const observed = (text: string, value: string, status = 'final') => ({
  resourceType: 'Observation',
  status,
  category: [{ coding: [{ code: 'social-history' }] }],
  code: { text },
  valueString: value,
});

describe('what is observed and has no section of its own', () => {
  it('is told below the sections in text, with what is asserted of it', async () => {
    const built = await recordOfResources([
      observed('Resuscitation', 'Do not\nresuscitate'),
      observed('Tobacco use', 'never', 'preliminary'),
      { resourceType: 'AllergyIntolerance', code: { text: 'Latex' } },
    ]);
    expect([...renderText(built, { width: 4000, colour: false })].join('')).toContain(
      'Also observed: Resuscitation: Do not resuscitate; [UNCONFIRMED] Tobacco use: never',
    );
  });
});

describe('a table of very many rows', () => {
  it('has a line for each, in order, under one heading', async () => {
    const results = Array.from({ length: 1201 }, (_, index) => ({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'Glucose' },
      effectiveDateTime: '2024-03-01',
      valueString: `value ${index}`,
    }));
    const text = rendered('text', await recordOfResources(results));
    expect(text.match(/^ {2}Name /gm)).toHaveLength(1);
    expect([...text.matchAll(/ value (\d+)/g)].map(([, index]) => Number(index))).toEqual([
      ...results.keys(),
    ]);
  });
});

describe('an output of nothing', () => {
  it('is whole', async () => {
    const built = await recordOf('{"resourceType":"Bundle","type":"searchset"}');
    expect(rendered('ndjson', built)).toBe('');
    expect(parseJson(rendered('json', built))).toMatchObject({ person: null });
    expect(parseJson(rendered('fhir', built))).toEqual({ resourceType: 'Bundle', type: 'collection' });
    for (const format of ['text', 'markdown'])
      expect(rendered(format, built)).toContain('Whose record this is, no Patient resource says');
  });

  it('in text says which kind of empty each section is', async () => {
    const text = rendered('text', await recordOf(fixture('document-with-empty-sections')));
    const lineOf = (title: string): string => text.split('\n').find((line) => line.includes(title)) ?? '';
    expect(lineOf('Allergies')).toMatch(/source says/i);
    expect(lineOf('Medications')).toMatch(/withheld/i);
    expect(lineOf('Encounters')).toMatch(/not recorded/i);
    expect(lineOf('Encounters')).not.toMatch(/says|withheld/i);
  });

  it('in CSV is the header row alone', async () => {
    const { record } = await recordOfResources([]);
    for (const name of sectionNames) expect(renderCsv(record, name).split('\r\n')).toHaveLength(2);
    expect(() => renderCsv(record, 'no such section')).toThrow(TypeError);
  });
});

async function shown(resources: readonly object[]): Promise<string> {
  return [...renderText(await recordOfResources(resources), { width: 80, colour: false })].join('');
}

describe('a record that holds only what has no drawer of its own', () => {
  const order = {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'directive',
    code: { text: 'Do not resuscitate' },
  };

  it('shows it in text, where a larger record only counts it and says how to see it', async () => {
    expect(await shown([order])).toContain('Do not resuscitate');
    const larger = await shown([order, { resourceType: 'Condition', code: { text: 'Migraine' } }]);
    expect(larger).not.toContain('Do not resuscitate');
    expect(larger).toContain('Not shown: 1 ServiceRequest. See them: --section other');
  });
});
