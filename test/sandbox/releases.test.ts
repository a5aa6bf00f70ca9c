import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { startSandbox, type FhirWord } from '../../src/sandbox/index.ts';
import { json } from './app.ts';
import { closeAll, serving } from './signing-in.ts';

afterEach(closeAll);

/** The made-up record in a release. */
async function recordIn(fhir: FhirWord) {
  const file = fileURLToPath(new URL(`../fixtures/releases/${fhir}.json`, import.meta.url));
  return { fhir, data: [{ name: `${fhir}.json`, text: await readFile(file, 'utf8') }] };
}

const words = {
  stu3: {
    accept: 'application/fhir+json',
    other: 'application/json+fhir',
    metadata: 'CapabilityStatement',
    version: '3.0.2',
  },
  dstu2: {
    accept: 'application/json+fhir',
    other: 'application/fhir+json',
    metadata: 'Conformance',
    version: '1.0.2',
  },
};

test.each(['stu3', 'dstu2'] as const)(
  'in %s only its own media type is answered, and with it',
  async (fhir) => {
    const { accept, other, metadata, version } = words[fhir];
    const { portal, get } = await serving(await recordIn(fhir), { types: ['Observation', 'Binary'] });
    for (const wrong of [other, 'application/json', '*/*']) {
      const refused = [
        await fetch(`${portal.baseUrl}/metadata`, { headers: { accept: wrong } }),
        await get('/Observation?patient=ann', { accept: wrong }),
        await get('/Observation/chol', { accept: wrong }),
      ];
      expect(refused.map(({ status }) => status)).toEqual([406, 406, 406]);
    }
    const stated = await fetch(`${portal.baseUrl}/metadata`, { headers: { accept } });
    expect(stated.headers.get('content-type')).toBe(accept);
    expect(await json(stated)).toMatchObject({ resourceType: metadata, fhirVersion: version });
    const found = await get('/Observation?patient=ann', { accept });
    expect([found.status, found.headers.get('content-type')]).toEqual([200, accept]);
    expect(await found.text()).toContain('"value":5.0');
    expect(await (await get('/Binary/note', { accept: 'text/plain' })).text()).toMatch(/^Seen for/);
  },
);

test('in R4 the media type of DSTU2 is taken as well', async () => {
  const portal = await startSandbox(await recordIn('r4'));
  const headers = { accept: 'application/json+fhir' };
  const stated = await fetch(`${portal.baseUrl}/metadata`, { headers });
  await portal.close();
  expect(stated.status).toBe(200);
  expect(await json(stated)).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
});
