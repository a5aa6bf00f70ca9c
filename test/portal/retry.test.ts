import { Headers } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Http } from '../../src/portal/index.ts';
import { statedWaitMs } from '../../src/portal/stated-wait.ts';
import { now, startStub, testHttp, type Reply, type Stub } from './stub.ts';

let stub: Stub;
let http: Http;
let waits: number[];
let answer: (count: number) => Reply | undefined;

beforeEach(async () => {
  waits = [];
  stub = await startStub(() => answer(stub.seen.length));
  http = testHttp(waits);
});

afterEach(async () => {
  await http.close();
  await stub.close();
});

const get = () => http.get(new URL(stub.origin), { accept: 'application/fhir+json' });
const refused = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: '<html>no</html>',
});

describe('a GET is tried again', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('when it is answered %i once', async (status) => {
    answer = (count) => (count === 1 ? refused(status) : { json: {} });
    expect((await get()).status).toBe(200);
    expect(stub.seen).toHaveLength(2);
  });

  it.each([
    [408, 4],
    [425, 4],
    [429, 4],
    [502, 4],
    [503, 4],
    [504, 4],
    // As often the fault of the query as of the moment.
    [500, 3],
    [400, 1],
    [403, 1],
    [404, 1],
    [501, 1],
  ])(
    'when it is answered %i for ever: %i attempts in all, and the last answer is handed over',
    async (status, attempts) => {
      answer = () => refused(status);
      expect((await get()).status).toBe(status);
      expect(stub.seen).toHaveLength(attempts);
    },
  );

  it('when the connection breaks in the middle of the body', async () => {
    answer = (count) => (count < 3 ? { body: '{"resourceType":"Bundle"}', cut: true } : { json: {} });
    expect((await get()).status).toBe(200);
    expect(stub.seen).toHaveLength(3);
  });
});

describe('the waits between attempts', () => {
  it('double from a quarter of a second, each a little off, so that clients do not come back in step', async () => {
    answer = () => refused(503);
    await get();
    expect(waits).toHaveLength(3);
    for (const [index, wait] of waits.entries()) {
      const middle = 250 * 2 ** index;
      expect(wait).toBeGreaterThanOrEqual(middle * 0.75);
      expect(wait).toBeLessThanOrEqual(middle * 1.25);
    }
    expect(waits).not.toEqual([250, 500, 1000]);
  });

  it('are as long as Retry-After says', async () => {
    answer = (count) => (count < 3 ? refused(503, { 'retry-after': '7' }) : { json: {} });
    expect((await get()).status).toBe(200);
    expect(waits).toEqual([7000, 7000]);
  });

  it('never vanish: a Retry-After of 0 or in the past does not make a storm', async () => {
    answer = () => refused(429, { 'retry-after': '0' });
    await get();
    expect(waits.every((wait) => wait > 180)).toBe(true);
  });

  it('are not begun when the portal wants one longer than a minute', async () => {
    answer = () => refused(429, { 'retry-after': '61' });
    expect((await get()).status).toBe(429);
    expect({ asked: stub.seen.length, waits }).toEqual({ asked: 1, waits: [] });
  });

  it('are at most two minutes together', async () => {
    answer = () => refused(429, { 'retry-after': '50' });
    expect((await get()).status).toBe(429);
    expect(waits).toEqual([50_000, 50_000]);
  });
});

it('a POST is never repeated', async () => {
  answer = () => refused(503);
  expect((await http.post(new URL(stub.origin), { headers: {}, body: 'code=1' })).status).toBe(503);
  expect(stub.seen).toHaveLength(1);
  answer = () => ({ body: 'x', cut: true });
  const broken = http.post(new URL(stub.origin), { headers: {}, body: 'code=1' });
  await expect(broken).rejects.toMatchObject({ code: 'temporary' });
  expect(stub.seen).toHaveLength(2);
});

const stated = (status: number, headers: Record<string, string>) =>
  statedWaitMs({ status, headers: new Headers(headers) }, now());

describe('the wait an answer states', () => {
  it.each([
    ['60', 60_000],
    ['1.5', 1500],
    ['0', 0],
    // Now, and in one minute, as epoch seconds and milliseconds.
    ['1795348800', 0],
    ['1795348860', 60_000],
    ['1795348860000', 60_000],
    ['1000000000', 1e12],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
    ['Sunday, 22-Nov-26 12:01:00 GMT', 60_000],
    ['Sun Nov 22 12:01:00 2026', 60_000],
    ['Sun, 22 Nov 2026 07:01:00 EST', 60_000],
    ['2026-11-22T12:01:00', 60_000],
    ['Sun, 22 Nov 2020 12:01:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['None', undefined],
    ['', undefined],
  ])('is read from Retry-After: %s as %s ms', (value, expected) => {
    expect(stated(429, { 'retry-after': value })).toBe(expected);
  });

  it.each([
    ['is two hours fast', 'Sun, 22 Nov 2026 14:00:00 GMT', 'Sun, 22 Nov 2026 14:00:30 GMT'],
    ['writes its local time as GMT', 'Sun, 22 Nov 2026 07:00:00 GMT', 'Sun, 22 Nov 2026 07:00:30 GMT'],
    ['counts in epoch seconds', 'Sun, 22 Nov 2026 14:00:00 GMT', '1795356030'],
  ])('counts from the Date of the answer where the portal %s', (_, date, value) => {
    expect(stated(503, { date, 'retry-after': value })).toBe(30_000);
  });

  it.each([
    [{ ratelimit: 'limit=100, remaining=0, reset=30' }],
    [{ ratelimit: '"default";r=0;t=30' }],
    [{ 'ratelimit-reset': '30' }],
    [{ 'x-ratelimit-reset': '30' }],
    [{ 'x-ratelimit-reset': '1795348830' }],
    [{ 'ratelimit-reset': 'None', 'x-ratelimit-reset': '30' }],
    [{ 'retry-after': 'soon', 'ratelimit-reset': '30' }],
  ])('is read from %o where Retry-After says nothing', (headers) => {
    expect(stated(429, headers)).toBe(30_000);
  });

  it('is none where the fields of the limit say “None”, or the answer is no refusal for too many requests', () => {
    expect(stated(429, { 'x-ratelimit-limit': 'None', 'x-ratelimit-reset': 'None' })).toBeUndefined();
    expect(stated(502, { 'x-ratelimit-reset': '3600' })).toBeUndefined();
  });
});
