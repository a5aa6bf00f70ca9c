import { afterEach, describe, expect, test } from 'vitest';
import { faultTable, startSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { record } from './record.ts';
import {
  closeAll,
  declared,
  issueOf,
  linkOf,
  placesIn,
  rawBundle,
  serving,
  type RawBundle,
  type Serving,
} from './signing-in.ts';

afterEach(closeAll);

const newYear = () => new Date('2025-01-01T00:00:00Z');

/** A search of two pages: four results and two. */
const search = '/Observation?patient=ann&category=laboratory&_count=4';

function faulty(fault: string, more: Partial<SandboxOptions> = {}): Promise<Serving> {
  return serving({ faults: [fault], ...more });
}

async function first(
  fault: string,
  more: Partial<SandboxOptions> = {},
): Promise<Serving & { page: RawBundle }> {
  const served = await faulty(fault, more);
  return { ...served, page: await rawBundle(await served.get(search)) };
}

const lab = (...numbers: number[]) => numbers.map((number) => `Observation/lab-${number}`);

test('every fault has a name of its own and one line that says what it does', () => {
  const names = faultTable.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, what } of faultTable) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(what).not.toContain('\n');
  }
});

test('a word that names no fault does not start the portal', async () => {
  await expect(startSandbox({ data: record, faults: ['next-nowhere'] })).rejects.toMatchObject({
    code: 'usage',
  });
});

describe('too many requests', () => {
  test.each([
    ['429-seconds', '1'],
    ['429-date', 'Wed, 01 Jan 2025 00:00:02 GMT'],
    ['429-past', 'Tue, 31 Dec 2024 23:00:00 GMT'],
    ['429-none', null],
    ['429-epoch-seconds', '1735689601'],
    ['429-epoch-ms', '1735689601000'],
    ['429-garbage', 'soon'],
    ['429-negative', '-5'],
    ['429-float', '0.5'],
    ['429-huge', '1000000000'],
  ])('%s says Retry-After %s, once', async (fault, retryAfter) => {
    const { get } = await faulty(fault, { now: newYear });
    const refused = await get(search);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe(retryAfter);
    expect((await issueOf(refused))[1]?.code).toBe('throttled');
    expect((await get(search)).status).toBe(200);
  });

  test('as often as said, and where said', async () => {
    const { get } = await faulty('429-seconds@Condition*2');
    expect((await get(search)).status).toBe(200);
    const statuses = [];
    for (let times = 0; times < 3; times += 1) statuses.push((await get('/Condition?patient=ann')).status);
    expect(statuses).toEqual([429, 429, 200]);
  });

  test('in Medicare’s words', async () => {
    const { get } = await faulty('429-seconds', { profile: 'medicare' });
    expect(await (await get('/Coverage')).json()).toEqual({ detail: 'Request was throttled.' });
  });
});

test.each([
  ['500-once', 500, [500, 200]],
  ['502-once', 502, [502, 200]],
  ['503-once', 503, [503, 200]],
  ['503-html', 503, [503, 200]],
  ['504-once', 504, [504, 200]],
  ['500-always', 500, [500, 500]],
])('%s answers %i', async (fault, _, expected) => {
  const { get, portal } = await faulty(fault);
  expect((await fetch(`${portal.baseUrl}/metadata`)).status).toBe(200);
  expect([(await get(search)).status, (await get(search)).status]).toEqual(expected);
});

test('500-page fails on every page but the first, or on the one that is named', async () => {
  const { get, page } = await first('500-page');
  expect((await get(linkOf(page, 'next') ?? '')).status).toBe(500);
  const third = await serving({ faults: ['500-page@page=3'], pageSize: 2 });
  const path = '/Observation?patient=ann&category=laboratory';
  const second = await rawBundle(
    await third.get(linkOf(await rawBundle(await third.get(path)), 'next') ?? ''),
  );
  expect((await third.get(linkOf(second, 'next') ?? '')).status).toBe(500);
});

test('a fault of a page strikes in every way of paging', async () => {
  const { get } = await serving({ faults: ['next-gone@Condition'], profile: 'va', pageSize: 1 });
  const page = await rawBundle(await get('/Condition?patient=ann'));
  expect((await get(linkOf(page, 'next') ?? '')).status).toBe(410);
  expect((await get('/Observation?patient=ann&page=6')).status).toBe(200);
});

describe('a body is', () => {
  test.each([
    ['html-login-page', 'text/html; charset=utf-8', /Sign in/],
    ['503-html', 'text/html; charset=utf-8', /unavailable/],
    ['empty-body', 'application/fhir+json', /^$/],
    ['wrong-content-type', 'text/plain', /^\{"resourceType":"Bundle"/],
  ])('%s', async (fault, type, text) => {
    const { get } = await faulty(fault);
    const response = await get(search);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toMatch(text);
  });
});

describe('the next link', () => {
  test('next-self leads to the page itself', async () => {
    const { page } = await first('next-self');
    expect(linkOf(page, 'next')).toBe(linkOf(page, 'self'));
  });

  test('next-loop leads from A to B and back to A', async () => {
    const { get, page } = await first('next-loop');
    const urls: (string | undefined)[] = [linkOf(page, 'next')];
    for (let step = 0; step < 4; step += 1) {
      urls.push(linkOf(await rawBundle(await get(urls.at(-1) ?? '')), 'next'));
    }
    expect(urls[0]).toBe(urls[2]);
    expect(urls[1]).toBe(urls[3]);
    expect(urls[0]).not.toBe(urls[1]);
  });

  test('next-same-entries is ever new and brings the same entries', async () => {
    const { get, page } = await first('next-same-entries');
    const second = await rawBundle(await get(linkOf(page, 'next') ?? ''));
    const third = await rawBundle(await get(linkOf(second, 'next') ?? ''));
    expect([placesIn(second), placesIn(third)]).toEqual([placesIn(page), placesIn(page)]);
    expect(linkOf(second, 'next')).not.toBe(linkOf(page, 'next'));
  });

  test('next-endless goes on with one new entry a page', async () => {
    const { get, page } = await first('next-endless');
    const found = new Set<string>();
    let next = linkOf(page, 'next');
    for (let step = 0; step < 5 && next !== undefined; step += 1) {
      const further = await rawBundle(await get(next));
      for (const place of placesIn(further)) found.add(place);
      next = linkOf(further, 'next');
    }
    expect(found.size).toBe(2 + 4);
    expect(next).toBeDefined();
  });

  test.each([
    ['next-other-origin', /^http:\/\/localhost:\d+\/fhir\?/],
    ['next-other-port', /^http:\/\/127\.0\.0\.1:\d+\/fhir\?/],
    ['next-downgrade', /^http:\/\/portal\.invalid\/fhir\?/],
    ['next-userinfo', /^http:\/\/127\.0\.0\.1:\d+@localhost:\d+\/fhir\?/],
    ['next-file', /^file:\/\/\//],
    ['next-outside-base', /^http:\/\/127\.0\.0\.1:\d+\/elsewhere\?/],
  ])('%s leads away, on the last page too', async (fault, shape) => {
    const { get, page, portal } = await first(fault);
    const url = linkOf(page, 'next') ?? '';
    expect(url).toMatch(shape);
    expect(url.startsWith(portal.baseUrl)).toBe(false);
    const whole = await rawBundle(await get('/Condition?patient=ann'));
    expect(linkOf(whole, 'next')).toMatch(shape);
  });

  test.each(['next-other-origin', 'next-other-port'])(
    '%s leads to a server that logs whether a token came',
    async (fault) => {
      const { page, log, token } = await first(fault);
      const next = linkOf(page, 'next') ?? '';
      expect((await fetch(next)).status).toBe(401);
      expect(log.at(-1)).toMatchObject({ path: '/fhir', elsewhere: { authorization: false } });
      expect((await fetch(next, { headers: { authorization: `Bearer ${token}` } })).status).toBe(400);
      expect(log.at(-1)).toMatchObject({ elsewhere: { authorization: true } });
      expect(log.filter(({ elsewhere }) => elsewhere === undefined).length).toBeGreaterThan(0);
    },
  );

  test.each([
    ['next-relative', /^Observation\?/],
    ['next-root-relative', /^\/fhir\/Observation\?/],
    ['next-query-only', /^\?/],
    ['next-scheme-relative', /^\/\/127\.0\.0\.1:\d+\/fhir\/Observation\?/],
    ['next-unencoded', / b\|c$/],
    ['next-double-encoded', /%2520y%257Cz$/],
    ['next-huge', /.{8192}/],
    ['next-fragment', /#page$/],
  ])('%s is odd, and leads on all the same', async (fault, shape) => {
    const { get, page, portal } = await first(fault);
    const next = linkOf(page, 'next') ?? '';
    expect(next).toMatch(shape);
    const response = await get(new URL(next, portal.baseUrl + search).href);
    expect(placesIn(await rawBundle(response))).toEqual(lab(4, 5));
  });

  test('next-double-encoded decoded once more is gone', async () => {
    const { get, page } = await first('next-double-encoded');
    expect((await get(decodeURIComponent(linkOf(page, 'next') ?? ''))).status).toBe(410);
  });

  test('next-two leads to the next page and to the first, next-capital is called Next', async () => {
    const two = await first('next-two');
    expect(two.page.link.map(({ relation }) => relation)).toEqual(['self', 'next', 'next']);
    const capital = await first('next-capital');
    expect(capital.page.link.map(({ relation }) => relation)).toEqual(['self', 'Next']);
  });

  test('next-empty-page leads by way of a page without entries', async () => {
    const { get, page } = await first('next-empty-page');
    const empty = await rawBundle(await get(linkOf(page, 'next') ?? ''));
    expect(empty.entry).toEqual([]);
    expect(placesIn(await rawBundle(await get(linkOf(empty, 'next') ?? '')))).toEqual(lab(4, 5));
  });

  test.each([
    ['next-expired', 404],
    ['next-gone', 410],
  ])('%s leads to %i', async (fault, status) => {
    const { get, page } = await first(fault);
    expect((await get(linkOf(page, 'next') ?? '')).status).toBe(status);
  });
});

describe('a searchset', () => {
  test.each([
    ['total-wrong', 13],
    ['total-absent', undefined],
    ['total-changing', 6],
  ])('%s', async (fault, total) => {
    const { get, page } = await first(fault);
    expect(page.total).toBe(total);
    if (fault !== 'total-changing') return;
    expect((await rawBundle(await get(linkOf(page, 'next') ?? ''))).total).toBe(7);
  });

  test.each([
    ['duplicates-across-pages', lab(3, 4, 5)],
    ['lost-between-pages', lab(5)],
    ['same-id-other-version', lab(4, 5, 4)],
    ['missing-id', ['Observation/undefined', 'Observation/lab-5']],
  ])('%s: what the second page has', async (fault, places) => {
    const { get, page } = await first(fault);
    const second = await rawBundle(await get(linkOf(page, 'next') ?? ''));
    expect(placesIn(second).toSorted()).toEqual(places.toSorted());
  });

  test('same-id-other-version differs in its version', async () => {
    const { page } = await first('same-id-other-version');
    const [version, ...others] = page.entry.flatMap(({ resource }) => resource?.['meta'] ?? []);
    expect([version, others]).toEqual([{ versionId: 'other' }, []]);
  });

  test('missing-full-url, entry-without-resource, bundle-type-wrong', async () => {
    expect((await first('missing-full-url')).page.entry.some(({ fullUrl }) => fullUrl)).toBe(false);
    const { page } = await first('entry-without-resource');
    expect(page.entry.filter(({ resource }) => resource === undefined)).toHaveLength(1);
    expect((await first('bundle-type-wrong')).page.type).toBe('collection');
  });

  test.each([
    ['outcome-warning', 'warning'],
    ['outcome-error', 'error'],
  ])('%s', async (fault, severity) => {
    const { page } = await first(fault);
    const issues = page.entry.flatMap(({ resource }) => resource?.issue ?? []);
    expect(issues.map((issue) => issue.severity)).toEqual([severity]);
  });

  test('ignores-count, ignores-last-updated, ignores-patient', async () => {
    expect(placesIn((await first('ignores-count')).page)).toHaveLength(6);
    const updated = await faulty('ignores-last-updated');
    const since = await rawBundle(await updated.get('/Condition?patient=ann&_lastUpdated=gt2090-01-01'));
    expect(placesIn(since)).toEqual(['Condition/old', 'Condition/new']);
    const foreign = await faulty('ignores-patient');
    expect(placesIn(await rawBundle(await foreign.get('/Condition?patient=ann')))).toContain(
      'Condition/of-bob',
    );
  });

  test('unknown-parameter-400 refuses what it does not declare, by name', async () => {
    const { get, portal } = await faulty('unknown-parameter-400');
    for (const parameter of ['_count=4', '_lastUpdated=ge2000', '_revinclude=Provenance:target']) {
      const [status, issue] = await issueOf(await get(`/Condition?patient=ann&${parameter}`));
      const [name] = parameter.split('=');
      expect([status, issue?.location]).toEqual([400, [`http.${name}`]]);
    }
    expect((await get('/Condition?patient=ann&clinical-status=active')).status).toBe(200);
    const condition = (await declared(portal)).rest[0]?.resource.find(({ type }) => type === 'Condition');
    expect(condition?.searchRevInclude).toBeUndefined();
    expect(condition?.searchParam?.map(({ name }) => name)).not.toContain('_lastUpdated');
  });

  test('last-updated-missing', async () => {
    const { get } = await faulty('last-updated-missing');
    expect(await (await get('/Patient/ann')).json()).toMatchObject({ meta: { versionId: '3' } });
    expect(await (await get('/Condition?patient=ann')).text()).not.toContain('lastUpdated');
  });
});

test('resource-gone answers a read with 410', async () => {
  const { get } = await faulty('resource-gone@Condition/old');
  expect([(await get('/Condition/old')).status, (await get('/Condition/new')).status]).toEqual([410, 200]);
});

test('ids-share-prefix: forty characters alike, and references still lead where they led', async () => {
  const { get } = await faulty('ids-share-prefix');
  const page = await rawBundle(await get(search.replace('_count=4', '_count=50')));
  const ids = page.entry.flatMap(({ resource }) => resource?.id ?? []);
  expect(new Set(ids.map((id) => id.slice(0, 40))).size).toBe(1);
  expect(new Set(ids).size).toBe(6);
  expect(Math.max(...ids.map((id) => id.length))).toBe(64);
  const documents = await rawBundle(await get('/DocumentReference?patient=ann'));
  const [, url = ''] = /"url":"(Binary\/[^"]+)"/.exec(JSON.stringify(documents)) ?? [];
  expect(await (await get(`/${url}`)).text()).toBe('Grüße');
});

const condition = (text: string) => ({
  resourceType: 'Condition',
  id: 'old',
  meta: { lastUpdated: '2020-01-01T00:00:00Z' },
  subject: { reference: 'Patient/ann' },
  code: { text },
});

/** A portal whose data changes at half past twelve at night, when `changes` is called. */
async function changing(
  options: Partial<SandboxOptions>,
): Promise<Serving & { changes: (text: string) => void }> {
  let time = '2025-01-01T00:00:00Z';
  let pending: string | undefined;
  const served = await serving({
    now: () => new Date(time),
    reload: async () => {
      const text = pending;
      pending = undefined;
      return text === undefined ? undefined : [...record, { name: 'changed', text }];
    },
    ...options,
  });
  return {
    ...served,
    changes(text) {
      time = '2025-01-01T00:30:00Z';
      pending = text;
    },
  };
}

describe('a record that changes while the portal runs', () => {
  const added = { resourceType: 'Condition', id: 'added', subject: { reference: 'Patient/ann' } };

  const since = '/Condition?patient=ann&_lastUpdated=gt2025-01-01T00:10:00Z';

  test('is found by _lastUpdated from then on, and by nothing else before', async () => {
    const { get, changes } = await changing({});
    expect(placesIn(await rawBundle(await get(since)))).toEqual([]);
    changes(JSON.stringify([condition('changed'), added]));
    expect(placesIn(await rawBundle(await get(since)))).toEqual(['Condition/old', 'Condition/added']);
    changes(JSON.stringify([condition('changed'), added]));
    const later = since.replace('00:10', '00:40');
    expect(placesIn(await rawBundle(await get(later)))).toEqual([]);
  });

  test('says when it changed where the profile stamps resources', async () => {
    const { get, changes } = await changing({ profile: 'strict' });
    changes(JSON.stringify([condition('changed')]));
    const changed: unknown = await (await get('/Condition/old')).json();
    expect(changed).toMatchObject({
      code: { text: 'changed' },
      meta: { lastUpdated: '2025-01-01T00:30:00.000Z' },
    });
  });

  test('stays as it was while the file is not whole', async () => {
    const { get, changes } = await changing({});
    changes('[{"resourceType":');
    expect((await get('/Condition/old')).status).toBe(200);
  });

  test('last-updated-dishonest hides the change', async () => {
    const { get, changes } = await changing({ faults: ['last-updated-dishonest'] });
    changes(JSON.stringify([condition('changed')]));
    expect(placesIn(await rawBundle(await get(since)))).toEqual([]);
    expect(await (await get('/Condition/old')).text()).toContain('changed');
  });
});
