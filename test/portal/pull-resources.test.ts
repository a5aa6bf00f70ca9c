import { describe, expect, it } from 'vitest';
import {
  bring,
  goal,
  goals,
  goalSearch,
  names,
  patient,
  portal,
  row,
  searchset,
  subject,
} from './pulling.ts';
import { openType, type Reply } from './stub.ts';

describe('resources', () => {
  it('keep their digits and member order, and lose only white space', async () => {
    const digits = '[5.0, 1.10, 1e3, -0, 12345678901234567890]';
    const body = `{"resourceType": "Bundle", "entry": [ {"resource": {"resourceType": "Goal",\n "z": ${digits}, "id": "a", "text": "a  \\u00e9"}} ]}`;
    const brought = await bring(await portal({ 'Patient/1': patient, [goalSearch]: { body } }), goals);
    expect(brought.resources[1]?.text).toBe(
      `{"resourceType":"Goal","z":${digits.replaceAll(' ', '')},"id":"a","text":"a  \\u00e9"}`,
    );
    expect(brought.resources[1]?.query).toBe(goalSearch);
  });

  it('of another patient are dropped, named and make the row refused', async () => {
    const others = { ...goal('b'), subject: { reference: 'Patient/2' } };
    const brought = await bring(
      await portal({ 'Patient/1': patient, [goalSearch]: searchset([goal('a'), others]) }),
      goals,
    );
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a']);
    expect(row(brought, goalSearch)).toMatchObject({
      outcome: 'refused',
      returned: 1,
      missing: ["Goal/b (another patient's)"],
    });
  });

  it('are kept when they name this patient beside another, or a patient of another server', async () => {
    const base = { resourceType: 'Appointment' };
    const both = {
      ...base,
      id: 'a',
      participant: [{ actor: { reference: 'Patient/2' } }, { actor: subject }],
    };
    const foreign = {
      ...base,
      id: 'b',
      participant: [{ actor: { reference: 'https://else.example.org/Patient/7' } }],
    };
    const brought = await bring(
      await portal({ 'Patient/1': patient, 'Appointment?patient=1': searchset([both, foreign]) }),
      { Appointment: openType },
    );
    expect(names(brought)).toEqual(['Patient/1', 'Appointment/a', 'Appointment/b']);
  });

  it('come once, however many queries bring them', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: searchset([goal('a')]),
      'Task?patient=1': searchset([{ resourceType: 'Task', id: 't', for: subject }, goal('a')]),
    });
    const brought = await bring(stub, { ...goals, Task: openType });
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a', 'Task/t']);
    expect(row(brought, 'Task?patient=1')).toMatchObject({ outcome: 'complete', returned: 1, repeated: 1 });
  });

  it('without an id are named, not passed over', async () => {
    const brought = await bring(
      await portal({ 'Patient/1': patient, [goalSearch]: searchset([{ resourceType: 'Goal', subject }]) }),
      goals,
    );
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'failed', missing: ['Goal without an id'] });
  });
});

describe('rows of the ledger', () => {
  it('take the words of outcome entries as notices, not as records', async () => {
    const outcome = {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'warning', details: { text: 'May be incomplete' } }],
    };
    const json = { resourceType: 'Bundle', entry: [{ resource: outcome, search: { mode: 'outcome' } }] };
    const brought = await bring(await portal({ 'Patient/1': patient, [goalSearch]: { json } }), goals);
    expect(row(brought, goalSearch)).toMatchObject({
      outcome: 'empty',
      notices: ['May be incomplete'],
      returned: 0,
    });
  });

  it('count an error among the results as results cut short', async () => {
    const outcome = {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', diagnostics: 'index down' }],
    };
    const brought = await bring(
      await portal({ 'Patient/1': patient, [goalSearch]: searchset([goal('a'), outcome]) }),
      goals,
    );
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'truncated', notices: ['index down'] });
  });

  it.each([
    [
      '403',
      { status: 403, json: { resourceType: 'OperationOutcome', issue: [{ code: 'forbidden' }] } },
      'refused',
      403,
      ['forbidden'],
    ],
    ['404', { status: 404, body: '' }, 'refused', 404, []],
    ['500', { status: 500, body: '<html>' }, 'failed', 500, []],
    ['a web page', { body: '<!doctype html>', headers: { 'content-type': 'text/html' } }, 'failed', 200, []],
    [
      'broken JSON',
      { body: '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Goal","id":"a"}' },
      'failed',
      200,
      [],
    ],
    ['an empty body', { body: '' }, 'failed', 200, []],
    ['an array', { body: '[]' }, 'failed', 200, []],
    ['bytes that are no UTF-8', { body: Uint8Array.from([0x7b, 0xff, 0x7d]) }, 'failed', 200, []],
    [
      'an OperationOutcome with 200',
      { json: { resourceType: 'OperationOutcome', issue: [{ severity: 'fatal', code: 'x' }] } },
      'refused',
      200,
      ['x'],
    ],
    ['a cut body', { body: '{}', cut: true }, 'failed', undefined, []],
  ] satisfies [string, Reply, string, number | undefined, string[]][])(
    'say how a query ended that was answered with %s, and the next is asked',
    async (_, reply, outcome, httpStatus, notices) => {
      const stub = await portal({
        'Patient/1': patient,
        [goalSearch]: reply,
        'Task?patient=1': searchset([{ resourceType: 'Task', id: 't', for: subject }]),
      });
      const brought = await bring(stub, { ...goals, Task: openType });
      expect(names(brought)).toEqual(['Patient/1', 'Task/t']);
      const found = row(brought, goalSearch);
      expect(found).toMatchObject({ outcome, notices, returned: 0 });
      expect(found?.httpStatus).toBe(httpStatus);
      expect(found?.reason).toBeTypeOf('string');
    },
  );

  it('ask a care plan by category where the portal insists on one', async () => {
    const stub = await portal({
      'Patient/1': patient,
      'CarePlan?patient=1': {
        status: 400,
        json: { resourceType: 'OperationOutcome', issue: [{ code: 'required' }] },
      },
      'CarePlan?patient=1&category=assess-plan': searchset([{ resourceType: 'CarePlan', id: 'c', subject }]),
    });
    const brought = await bring(stub, { CarePlan: openType });
    expect(row(brought, 'CarePlan?patient=1')).toBeUndefined();
    expect(row(brought, 'CarePlan?patient=1&category=assess-plan')).toMatchObject({
      outcome: 'complete',
      returned: 1,
      notices: ['required'],
    });
  });
});
