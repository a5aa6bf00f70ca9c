import { createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, endpoint, exampleBundle, organization } from '../portal/brands-bundle.ts';
import { startStub, type Reply, type Stub } from '../portal/stub.ts';
import { newHome, type Home } from './bluebutton.ts';
import { refusalOf } from './refusal.ts';

interface Found {
  total: number;
  found: {
    organization: string;
    directory: string;
    city?: string;
    portal?: string;
    baseUrl?: string;
    vendor?: string;
    warnings: string[];
    next?: string;
  }[];
  searched: { name: string; checked: string; etag?: string }[];
}

async function find(home: Home, words: readonly string[]): Promise<Found> {
  return JSON.parse((await home.done(['portals', 'find', ...words, '--json'])).stdout);
}

async function warningsOf(words: readonly string[]): Promise<string[]> {
  return (await find(home, words)).found.flatMap((each) => each.warnings);
}

let home: Home;
let stub: Stub;
/** What the stub answers next. */
let reply: Reply;

beforeAll(async () => {
  home = await newHome();
  stub = await startStub(() => reply);
  await writeFile(home.path('brands.json'), JSON.stringify(exampleBundle));
  await home.done(['portals', 'add-directory', 'brands.json']);
});

afterAll(() => stub.close());

describe('portals find', () => {
  it('knows the portals everybody asks for without any directory, and tells how to add each', async () => {
    const other = await newHome();
    const { found, searched } = await find(other, ['medicare', 'sandbox']);
    expect(searched).toEqual([]);
    expect(found.map(({ baseUrl, next }) => [baseUrl, next])).toEqual([
      [
        'https://sandbox.bluebutton.cms.gov/v2/fhir',
        'bluebutton portals add medicare-sandbox --client-id ID',
      ],
      [
        'https://sandbox.bluebutton.cms.gov/v3/fhir',
        'bluebutton portals add medicare-sandbox-v3 --client-id ID',
      ],
    ]);
    expect((await find(other, ['practice', 'portal'])).found[0]?.next).toBe('bluebutton sandbox');
  });

  it('shows two clinics of one name apart: by place, website, portal and address', async () => {
    const { stdout, stderr } = await home.done(['portals', 'find', 'riverside', 'clinic']);
    expect(stdout).toBe(
      [
        'https://fhir.riverside-il.example.org/r4  (FHIR R4, SMART on FHIR)',
        '  Riverside Clinic · Springfield, IL · riverside-il.example.org · brands',
        '  $ bluebutton portals add riverside-clinic https://fhir.riverside-il.example.org/r4 --client-id ID',
        '',
        'https://fhir.riverside-or.example.org/r4  (FHIR R4, SMART on FHIR)',
        '  Riverside Clinic · Salem, OR · riverside-or.example.org · portal MyRiverside https://my.riverside-or.example.org · brands',
        '  Riverside Eye Center · part of Riverside Clinic · portal MyRiverside https://my.riverside-or.example.org · brands',
        '  $ bluebutton portals add riverside-clinic https://fhir.riverside-or.example.org/r4 --client-id ID',
        '',
      ].join('\n'),
    );
    expect(stderr).toContain('brands: 7 organizations, 9 endpoints, fetched today, made 2026-11-01');
  });

  it('shows one organization under two vendors as both', async () => {
    const { found } = await find(home, ['moving']);
    expect(new Set(found.map(({ vendor }) => vendor))).toEqual(new Set(['epic', 'oracle']));
  });

  it('marks what is too old or no longer active', async () => {
    expect(await warningsOf(['lukas', 'children'])).toEqual([
      expect.stringMatching(/^FHIR DSTU2: older than R4/),
    ]);
    expect(await warningsOf(['closed'])).toEqual(['no longer active', 'its endpoint is off']);
  });

  it('limits what it shows and says how much more there is', async () => {
    const { stdout, stderr } = await home.done(['portals', 'find', 'riverside', '--limit', '1']);
    expect(stdout.match(/^ {2}\$/gm)).toHaveLength(1);
    expect(stderr).toContain('1 of 3 shown.');
    expect(await find(home, ['riverside', '--limit', '1'])).toMatchObject({ total: 3, found: [{}] });
    expect(refusalOf(await home.run(['portals', 'find', 'riverside', '--limit', 'all']))).toMatchObject({
      status: 2,
      what: '--limit cannot be "all".',
    });
  });

  it('that finds nothing says so, what was searched and how to search more, with status 0', async () => {
    const { stdout, stderr } = await home.done(['portals', 'find', 'zanzibar']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Nothing found for “zanzibar”\.\nSearched: .*\n {2}brands: .*\n.*add-directory/);
  });

  it('shows foreign text harmless: what steers a terminal or a shell is escaped', async () => {
    const evil = await newHome();
    const entries = [
      organization('o', { name: 'Evil\u001B[2J Clinic', endpoints: ['Endpoint/e'] }),
      endpoint('e', 'https://evil.example.org/r4;rm -rf $HOME'),
    ];
    await writeFile(evil.path('evil.json'), JSON.stringify(bundle(entries)));
    await evil.done(['portals', 'add-directory', 'evil.json']);
    const { stdout } = await evil.done(['portals', 'find', 'evil']);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toContain(
      "portals add evil-2j-clinic 'https://evil.example.org/r4;rm -rf $HOME' --client-id ID",
    );
  });
});

describe('a directory of portals', () => {
  it('is asked for again with what its server said, and kept where it is as it was', async () => {
    const one = await newHome();
    const source = `${stub.origin}/Endpoints/Brands`;
    reply = {
      json: exampleBundle,
      headers: { etag: '"v1"', 'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT' },
    };
    await one.done(['portals', 'add-directory', source]);
    expect(stub.seen.at(-1)?.headers['if-none-match']).toBeUndefined();
    const rows = await rowFiles(one);
    reply = { status: 304, body: '' };
    // Its name stands for its address.
    const { stdout } = await one.done(['portals', 'add-directory', '127-0-0-1-brands', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ source, unchanged: true, etag: '"v1"' });
    expect(stub.seen.at(-1)?.headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Sun, 01 Nov 2026 00:00:00 GMT',
    });
    expect(await rowFiles(one)).toEqual(rows);
    reply = { json: bundle([endpoint('n', 'https://new.example.org/r4', { name: 'New Clinic' })]) };
    await one.done(['portals', 'add-directory', source]);
    expect((await find(one, ['new'])).total).toBe(1);
    expect((await find(one, ['riverside'])).total).toBe(0);
    expect(await rowFiles(one)).toHaveLength(1);
  });

  it.each<[string, () => Reply, number]>([
    ['damaged', () => ({ body: JSON.stringify(exampleBundle).slice(0, -100) }), 1],
    ['cut off on the way', () => ({ json: exampleBundle, cut: true }), 5],
    ['a page to sign in', () => ({ body: '<html>Sign in</html>' }), 1],
    ['not there', () => ({ status: 404, body: '' }), 1],
    ['not given now', () => ({ status: 503, body: '' }), 5],
    ['somewhere without https', () => ({ status: 302, headers: { location: 'http://example.org/' } }), 1],
  ])('that is %s is refused whole, and what was there before is still searched', async (_, bad, status) => {
    const one = await newHome();
    const source = `${stub.origin}/Endpoints/Brands`;
    reply = { json: exampleBundle };
    await one.done(['portals', 'add-directory', source]);
    reply = bad();
    const refusal = refusalOf(await one.run(['portals', 'add-directory', source]));
    expect(refusal).toMatchObject({ status, stdout: '', internals: [] });
    expect(refusal.next).not.toBe('');
    expect((await find(one, ['riverside'])).total).toBe(3);
    expect(await rowFiles(one)).toHaveLength(1);
  });

  it('is listed with its age, and forgotten by its name', async () => {
    const one = await newHome();
    await writeFile(one.path('my list.json'), JSON.stringify(exampleBundle));
    await one.done(['portals', 'add-directory', 'my list.json']);
    const file = one.path('.cache', 'bluebutton', 'directories', 'my-list.json');
    const { checked, ...facts }: { checked: string } = JSON.parse(await readFile(file, 'utf8'));
    const old = new Date(Date.parse(checked) - 3 * 86_400_000).toISOString();
    await writeFile(file, JSON.stringify({ ...facts, checked: old }));
    expect((await one.done(['portals', 'list'])).stdout).toContain(
      'my-list: 7 organizations, 9 endpoints, 3 days old',
    );
    expect(refusalOf(await one.run(['portals', 'remove-directory', 'my-lisst']))).toMatchObject({
      status: 2,
      next: 'bluebutton portals remove-directory my-list',
    });
    await one.done(['portals', 'remove-directory', 'my-list']);
    expect(await readdir(one.path('.cache', 'bluebutton', 'directories'))).toEqual([]);
    expect((await find(one, ['riverside'])).total).toBe(0);
  });

  it('of another place needs a name of its own', async () => {
    await writeFile(home.path('other.json'), JSON.stringify(exampleBundle));
    const taken = await home.run(['portals', 'add-directory', 'other.json', '--name', 'brands']);
    expect(refusalOf(taken)).toMatchObject({
      status: 2,
      what: 'brands cannot be the name of this directory.',
      next: 'bluebutton portals add-directory other.json --name brands-2',
    });
    expect(refusalOf(await home.run(['portals', 'add-directory', 'missing.json']))).toMatchObject({
      status: 2,
    });
  });

  it('of 80 MB is read and searched in a heap that could not hold it', async () => {
    const one = await newHome();
    await writeLarge(one.path('large.json'), 80 * 1024 * 1024);
    const env = { NODE_OPTIONS: '--max-old-space-size=64' };
    const added = await one.done(['portals', 'add-directory', 'large.json', '--json'], { env });
    const { organizations }: { organizations: number } = JSON.parse(added.stdout);
    const { stdout } = await one.done(['portals', 'find', `clinic${organizations - 1}`], { env });
    expect(stdout).toMatch(new RegExp(`^ {2}Clinic${organizations - 1} · Town, WI · large$`, 'm'));
  }, 240_000);
});

async function rowFiles(one: Home): Promise<string[]> {
  const names = await readdir(one.path('.cache', 'bluebutton', 'directories'));
  return names.filter((name) => !name.endsWith('.json'));
}

/** A bundle of so many bytes, most of them in what is of no use here. */
async function writeLarge(file: string, bytes: number): Promise<void> {
  const out = createWriteStream(file);
  const filler = 'x'.repeat(2000);
  out.write(JSON.stringify(bundle([endpoint('e', 'https://e.example.org/r4')])).replace(/\]\}$/, ''));
  for (let number = 0, written = 0; written < bytes; number += 1) {
    const parts = { name: `Clinic${number}`, city: 'Town', state: 'WI', endpoints: ['Endpoint/e'] };
    const text = `,${JSON.stringify({ ...organization(`o${number}`, parts), filler })}`;
    written += text.length;
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end(']}');
  await once(out, 'finish');
}
