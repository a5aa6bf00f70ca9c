import { describe, expect, it, vi } from 'vitest';
import type { TokenSet } from '../../src/portal/index.ts';
import { bring, goal, goals, goalSearch, names, patient, portal, searchset, subject } from './pulling.ts';
import { describe4, openType, tokensFor, type Reply, type Seen } from './stub.ts';

const needs = (token: string, reply: Reply) => (seen: Seen) =>
  seen.headers.authorization === `Bearer ${token}` ? reply : { status: 401, body: '' };

describe('the access token', () => {
  it('is renewed once when refused, and the request sent again', async () => {
    const stub = await portal({
      'Patient/1': needs('SECRET-2', patient),
      [goalSearch]: needs('SECRET-2', searchset([goal('a')])),
    });
    const renewals: TokenSet[] = [];
    const renew = async (old: TokenSet) => {
      renewals.push(old);
      return { ...old, accessToken: 'SECRET-2' };
    };
    const brought = await bring(stub, goals, { renew });
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a']);
    expect(renewals).toHaveLength(1);
    expect(JSON.stringify(brought.ledger)).not.toContain('SECRET');
  });

  it('is renewed once for all requests under way', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ reference: `Task/t${index}` }));
    let valid = 'SECRET-1';
    const answers: Record<string, (seen: Seen) => Reply> = {
      'Patient/1': () => patient,
      [goalSearch]: () => {
        valid = 'SECRET-2';
        return searchset([{ ...goal('a'), addresses: many }]);
      },
    };
    for (let index = 0; index < 12; index += 1) {
      const json = { resourceType: 'Task', id: `t${index}`, for: subject };
      answers[`Task/t${index}`] = (seen) => needs(valid, { json })(seen);
    }
    const stub = await portal(answers);
    let renewals = 0;
    const renew = async (old: TokenSet) => {
      renewals += 1;
      await vi.waitUntil(() => stub.seen.filter(({ path }) => path.includes('/Task/')).length >= 4);
      return { ...old, accessToken: 'SECRET-2' };
    };
    const brought = await bring(stub, { ...goals, Task: { ...openType, searchParams: ['_id'] } }, { renew });
    expect(brought.resources).toHaveLength(14);
    expect(names(brought).slice(2)).toEqual(many.map(({ reference }) => reference));
    expect(renewals).toBe(1);
  });

  it('refused again after renewal ends the pull, and nothing more is asked', async () => {
    const stub = await portal({ 'Patient/1': { status: 401, body: 'no' } });
    let renewals = 0;
    const renew = async (old: TokenSet) => {
      renewals += 1;
      return { ...old, accessToken: 'SECRET-2' };
    };
    await expect(bring(stub, goals, { renew })).rejects.toMatchObject({ code: 'login-needed' });
    expect(renewals).toBe(1);
    expect(stub.seen).toHaveLength(2);
  });

  it('of one portal is not sent to another', async () => {
    const stub = await portal({ 'Patient/1': patient });
    const tokens = tokensFor('https://other.example.org');
    await expect(bring(stub, goals, { tokens })).rejects.toMatchObject({ code: 'login-needed' });
    expect(stub.seen).toEqual([]);
  });
});

it('asks nothing of a portal that speaks another FHIR version', async () => {
  const stub = await portal({});
  const description = { ...describe4(stub.origin, goals), fhirVersion: '5.0.0' };
  await expect(bring(stub, goals, { description })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('not supported yet'),
  });
  expect(stub.seen).toEqual([]);
});

it('stops when told to', async () => {
  const stopping = new AbortController();
  const stub = await portal({
    'Patient/1': () => {
      stopping.abort();
      return patient;
    },
  });
  await expect(bring(stub, goals, { signal: stopping.signal })).rejects.toMatchObject({
    code: 'interrupted',
  });
  expect(stub.seen).toHaveLength(1);
});
