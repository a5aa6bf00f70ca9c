import { describe, expect, it } from 'vitest';
import type { SearchSeen } from '../../src/portal/index.ts';
import {
  bring,
  goal,
  names,
  patient,
  portal,
  portalBy,
  row,
  searchset,
  subject,
  type Brought,
} from './pulling.ts';
import { openType, type Reply, type Seen } from './stub.ts';

const refusing = (issue: object, status = 400): Reply => ({
  status,
  json: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', ...issue }] },
});
const found = (resourceType: string, id: string, more: object = {}) => ({
  resourceType,
  id,
  subject,
  ...more,
});
const claim = (id: string) => ({ resourceType: 'ExplanationOfBenefit', id, patient: subject });
const at = (id: string, lastUpdated?: string) => ({
  ...goal(id),
  ...(lastUpdated && { meta: { lastUpdated } }),
});
const parametersOf = ({ path }: Seen): URLSearchParams => new URL(path, 'http://x').searchParams;
const outcomes = ({ ledger }: Brought) =>
  Object.fromEntries(
    ledger.rows
      .filter(({ outcome, pages }) => pages > 0 || outcome === 'truncated')
      .map(({ query, outcome }) => [query, outcome]),
  );

describe('a portal that insists on a parameter', () => {
  it('is asked again with it, once for each value, and the rows say what was asked before', async () => {
    const stub = await portalBy((seen) => {
      const category = parametersOf(seen).get('category');
      if (!seen.path.startsWith('/fhir/DiagnosticReport')) return patient;
      if (category === null) return refusing({ code: 'required', diagnostics: 'category is required' });
      return searchset(category === 'LAB' ? [found('DiagnosticReport', 'r')] : []);
    });
    const brought = await bring(stub, { DiagnosticReport: openType });
    expect(names(brought)).toEqual(['Patient/1', 'DiagnosticReport/r']);
    expect(row(brought, 'DiagnosticReport?patient=1')).toBeUndefined();
    expect(row(brought, 'DiagnosticReport?patient=1&category=LAB')).toMatchObject({
      outcome: 'complete',
      tried: ['DiagnosticReport?patient=1 (400)'],
      notices: ['category is required'],
    });
    expect(Object.keys(outcomes(brought))).toHaveLength(5);
  });

  it('is understood also where its words are no OperationOutcome, and where it wants two', async () => {
    const stub = await portalBy((seen) => {
      const parameters = parametersOf(seen);
      if (!seen.path.startsWith('/fhir/CarePlan')) return patient;
      if (!parameters.has('category'))
        return { status: 422, body: '{"detail":"Missing parameter: category"}' };
      if (!parameters.has('date')) return { status: 400, body: 'a date must be given' };
      return searchset([found('CarePlan', 'c')]);
    });
    const brought = await bring(stub, { CarePlan: openType });
    const query = 'CarePlan?patient=1&category=assess-plan&date=ge1900-01-01';
    expect(row(brought, query)).toMatchObject({
      outcome: 'complete',
      tried: ['CarePlan?patient=1 (422)', 'CarePlan?patient=1&category=assess-plan (400)'],
    });
  });

  it('and is never satisfied is asked three times at most', async () => {
    const stub = await portalBy((seen) =>
      seen.path.startsWith('/fhir/CarePlan')
        ? refusing({ code: 'required', diagnostics: 'category, date, status, intent and type are required' })
        : patient,
    );
    const brought = await bring(stub, { CarePlan: openType });
    expect(stub.seen.filter(({ path }) => path.startsWith('/fhir/CarePlan')).length).toBeLessThanOrEqual(3);
    expect(Object.values(outcomes(brought))).toContain('refused');
  });

  it('and says of some values that it does not know them has refused nothing by that', async () => {
    const stub = await portalBy((seen) => {
      const category = parametersOf(seen).get('category');
      if (!seen.path.startsWith('/fhir/Observation')) return patient;
      if (category === null) return refusing({ code: 'required', diagnostics: 'category' });
      if (category === 'therapy')
        return refusing({ code: 'value', diagnostics: 'Invalid category: therapy' });
      if (category === 'exam') return { status: 403, body: '' };
      return searchset([found('Observation', category)]);
    });
    const all = outcomes(await bring(stub, { Observation: openType }));
    expect(all['Observation?patient=1&category=therapy']).toBe('not-asked');
    expect(all['Observation?patient=1&category=exam']).toBe('refused');
    expect(all['Observation?patient=1&category=survey']).toBe('complete');
  });
});

describe('a portal that does not know a parameter', () => {
  const generous = { ...openType, revIncludes: ['Provenance:target'] };

  it.each([
    ['names it', refusing({ code: 'not-supported', diagnostics: 'Unknown parameter _revinclude' })],
    ['names none', { status: 400, body: '' }],
  ])('is asked again without it, where it %s', async (_, refusal) => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/Goal')) return patient;
      return seen.path.includes('_revinclude') ? refusal : searchset([goal('a')]);
    });
    const brought = await bring(stub, { Goal: generous });
    expect(names(brought)).toContain('Goal/a');
    expect(row(brought, 'Goal?patient=1')).toMatchObject({
      outcome: 'complete',
      tried: ['Goal?patient=1&_revinclude=Provenance:target (400)'],
    });
  });

  it('keeps the other parameters, and is asked by the row whose name does not change with the page size', async () => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/Goal')) return patient;
      return parametersOf(seen).has('_count')
        ? refusing({ code: 'invalid', diagnostics: '_count is too large' })
        : searchset([goal('a')]);
    });
    const brought = await bring(stub, { Goal: generous }, { plan: { vendor: 'va' } });
    expect(row(brought, 'Goal?patient=1&_revinclude=Provenance:target')).toMatchObject({
      outcome: 'complete',
      tried: ['Goal?patient=1&_revinclude=Provenance:target&_count=100 (400)'],
    });
  });
});

describe('a search that leaves something out', () => {
  const notice = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'warning', details: { text: 'Results of this sub-type will not be returned.' } }],
  };

  it('by the words of the portal is followed by the same by category', async () => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/Condition')) return patient;
      const category = parametersOf(seen).get('category');
      return searchset(
        category === null ? [found('Condition', 'a'), notice] : [found('Condition', category)],
      );
    });
    const brought = await bring(stub, { Condition: openType });
    expect(names(brought)).toEqual([
      'Patient/1',
      'Condition/a',
      'Condition/problem-list-item',
      'Condition/encounter-diagnosis',
      'Condition/health-concern',
      'Condition/medical-history',
    ]);
  });

  it('because observations are found only by category there is not taken for an empty record', async () => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/Observation')) return patient;
      return searchset(parametersOf(seen).get('category') === 'exam' ? [found('Observation', 'x')] : []);
    });
    const brought = await bring(stub, { Observation: openType });
    expect(names(brought)).toEqual(['Patient/1', 'Observation/x']);
  });

  it.each([
    ['not declared and refused leaves no gap', ['patient'], 'not-asked'],
    ['declared and refused leaves one', ['patient', 'category'], 'refused'],
  ])('where nothing came, by a category that is %s', async (_, searchParams, outcome) => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/CarePlan')) return patient;
      return parametersOf(seen).has('category')
        ? refusing({ code: 'not-supported', diagnostics: 'unknown parameter category' })
        : searchset([]);
    });
    const brought = await bring(stub, { CarePlan: { ...openType, searchParams } });
    expect(row(brought, 'CarePlan?patient=1')?.outcome).toBe('empty');
    expect(row(brought, 'CarePlan?patient=1&category=assess-plan')?.outcome).toBe(outcome);
  });
});

describe('claims of Medicare', () => {
  const claims = { ExplanationOfBenefit: openType };
  const medicare = { plan: { vendor: 'medicare' } };

  it('that are refused together are asked for by kind: what is shared comes, what is not is named', async () => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/ExplanationOfBenefit')) return patient;
      const type = parametersOf(seen).get('type');
      return type === null || type === 'inpatient' ? { status: 403, body: '' } : searchset([claim(type)]);
    });
    const brought = await bring(stub, claims, medicare);
    const all = outcomes(brought);
    expect(all['ExplanationOfBenefit?patient=1']).toBeUndefined();
    expect(all['ExplanationOfBenefit?patient=1&type=inpatient']).toBe('refused');
    expect(names(brought)).toContain('ExplanationOfBenefit/pde');
    expect(names(brought)).toHaveLength(8);
  });

  it('that break off are asked for by kind as well, and the row that broke off stays', async () => {
    const stub = await portalBy((seen) => {
      if (!seen.path.startsWith('/fhir/ExplanationOfBenefit')) return patient;
      const parameters = parametersOf(seen);
      if (parameters.has('startIndex')) return { status: 500, body: '' };
      const type = parameters.get('type');
      return type === null
        ? searchset([claim('first')], '/fhir/ExplanationOfBenefit?patient=1&startIndex=50')
        : searchset([claim(type)]);
    });
    const brought = await bring(stub, claims, medicare);
    expect(row(brought, 'ExplanationOfBenefit?patient=1')).toMatchObject({ outcome: 'truncated' });
    expect(names(brought)).toHaveLength(10);
  });

  it('that are not granted at all are one refusal, not nine', async () => {
    const stub = await portalBy((seen) =>
      seen.path.startsWith('/fhir/ExplanationOfBenefit') ? { status: 403, body: '' } : patient,
    );
    expect(outcomes(await bring(stub, claims, medicare))).toMatchObject({
      'ExplanationOfBenefit?patient=1': 'refused',
    });
  });
});

describe('what was updated since', () => {
  const dated = { ...openType, searchParams: ['patient', '_lastUpdated'] };
  const since = '2026-06-01T00:00:00Z';
  const plan = { since: { 'Goal?patient=1': since } };
  const all = [at('old', '2025-01-01T00:00:00Z'), at('new', '2026-07-01T00:00:00Z')];
  const ask = async (answer: (bound: string | null) => Reply) => {
    const seen: SearchSeen[] = [];
    const stub = await portalBy((one) =>
      one.path.startsWith('/fhir/Goal') ? answer(parametersOf(one).get('_lastUpdated')) : patient,
    );
    const brought = await bring(stub, { Goal: dated }, { plan, onSearched: (one) => seen.push(one) });
    const asked = stub.seen.filter(({ path }) => path.startsWith('/fhir/Goal')).length;
    return { brought, asked, seen: seen.find(({ query }) => query === 'Goal?patient=1') };
  };

  it('is asked for by that alone, and the row says so', async () => {
    const { brought, asked, seen } = await ask((bound) => {
      expect(bound).toBe(`ge${since}`);
      return searchset(all.slice(1));
    });
    expect(asked).toBe(1);
    expect(row(brought, 'Goal?patient=1')).toMatchObject({ outcome: 'complete', since, returned: 1 });
    expect(seen).toMatchObject({ honoured: true, allDated: true, latest: '2026-07-01T00:00:00.000Z' });
  });

  it.each<[string, Reply, boolean | undefined]>([
    ['older ones come', searchset(all), false],
    ['some without a date come', searchset([at('x')]), false],
    [
      'its own link does not name the parameter',
      {
        json: {
          resourceType: 'Bundle',
          link: [{ relation: 'self', url: 'https://x.example/fhir/Goal?patient=1' }],
          entry: [{ resource: all[1] }],
        },
      },
      false,
    ],
    // The newest that is known lies after the bound, so it must come: an empty answer is not to be trusted.
    ['nothing comes at all', searchset([]), undefined],
  ])('is not taken for granted where %s: everything is asked for', async (_, odd, honoured) => {
    const { brought, asked, seen } = await ask((bound) => (bound === null ? searchset(all) : odd));
    expect(asked).toBe(2);
    expect(row(brought, 'Goal?patient=1')?.since).toBeUndefined();
    expect(names(brought)).toEqual(expect.arrayContaining(['Goal/old', 'Goal/new']));
    expect(seen?.honoured).toBe(honoured);
  });

  it('is given up where the portal refuses the parameter', async () => {
    const { brought, seen } = await ask((bound) =>
      bound === null ? searchset(all) : refusing({ diagnostics: 'the _lastUpdated operator is not valid' }),
    );
    expect(row(brought, 'Goal?patient=1')).toMatchObject({ outcome: 'complete', returned: 2 });
    expect(row(brought, 'Goal?patient=1')?.since).toBeUndefined();
    expect(seen?.honoured).toBe(false);
  });
});

describe('everything at once', () => {
  const types = { Patient: { ...openType, operations: ['everything'] }, Goal: openType, Flag: openType };
  const plan = { everything: true };

  it('is a row with its pages and one for each type, also for those that hold nothing', async () => {
    const stub = await portalBy(({ path }) => {
      if (path.endsWith('page=2')) return searchset([goal('b')]);
      return path.endsWith('$everything')
        ? searchset([{ resourceType: 'Patient', id: '1' }, goal('a')], '/fhir/Patient/1/$everything?page=2')
        : patient;
    });
    const brought = await bring(stub, types, { plan });
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a', 'Goal/b']);
    expect(row(brought, 'Patient/1/$everything')).toMatchObject({ outcome: 'complete', pages: 2 });
    expect(row(brought, 'Patient/1/$everything (Goal)')).toMatchObject({ outcome: 'complete', returned: 2 });
    expect(row(brought, 'Patient/1/$everything (Flag)')).toMatchObject({ outcome: 'empty' });
    expect(stub.seen.filter(({ path }) => path.includes('Goal'))).toEqual([]);
  });

  it('that breaks off is no ground to say of any type that it came whole', async () => {
    const stub = await portalBy(({ path }) => {
      if (path.endsWith('page=2')) return { status: 500, body: '' };
      return path.endsWith('$everything')
        ? searchset([goal('a')], '/fhir/Patient/1/$everything?page=2')
        : patient;
    });
    const brought = await bring(stub, types, { plan });
    expect(row(brought, 'Patient/1/$everything (Goal)')).toMatchObject({ outcome: 'truncated' });
    expect(row(brought, 'Patient/1/$everything (Flag)')).toMatchObject({ outcome: 'truncated' });
  });

  it('that is refused leaves nothing out: the searches are asked', async () => {
    const stub = await portal({ 'Patient/1': patient, 'Goal?patient=1': searchset([goal('a')]) });
    const brought = await bring(stub, types, { plan });
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a']);
    expect(row(brought, 'Patient/1/$everything')).toMatchObject({
      outcome: 'not-asked',
      reason: 'The portal answered 404. The searches were asked in its place.',
    });
  });
});

describe('a document made for the pull', () => {
  const types = { DocumentReference: { ...openType, operations: ['docref'] } };
  const query = 'DocumentReference/$docref?patient=1&type=http://loinc.org|34133-9';

  it('comes with its bytes in one piece, and its link to more is not followed', async () => {
    const document = found('DocumentReference', 'made', {
      content: [{ attachment: { contentType: 'text/xml', url: 'Binary/1' } }],
    });
    const stub = await portalBy(({ path }) => {
      if (path.includes('$docref')) return searchset([document], '/fhir/DocumentReference?patient=1&page=2');
      if (path === '/fhir/Binary/1')
        return { body: '<ClinicalDocument/>', headers: { 'content-type': 'text/xml' } };
      return path.startsWith('/fhir/DocumentReference') ? searchset([]) : patient;
    });
    const brought = await bring(stub, types, { plan: { ccd: true } });
    expect(brought.generated).toMatchObject([
      { resources: [{ id: 'made' }], documents: [{ contentType: 'text/xml', resource: { id: 'made' } }] },
    ]);
    expect(row(brought, query.replace('|', '%7C'))).toMatchObject({
      outcome: 'complete',
      reason: 'Its link to more leaves the operation and is not followed.',
    });
    expect(stub.seen.filter(({ path }) => path.includes('page=2'))).toEqual([]);
    expect(row(brought, 'attachments')).toMatchObject({ returned: 0 });
  });
});
