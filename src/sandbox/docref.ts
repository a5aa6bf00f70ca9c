import { randomUUID } from 'node:crypto';
import { accessOf, requireReach } from './access.ts';
import type { Asked } from './asked.ts';
import { summaryDocument } from './ccd.ts';
import { requireOperation } from './everything.ts';
import { isObject, objectsOf, parseJson, type Json } from './json.ts';
import { FhirRefusal, operationOutcome } from './outcome.ts';
import type { Portal } from './portal.ts';
import { presented } from './presented.ts';
import { requireJson } from './read.ts';
import { fhirReply, type Reply } from './reply.ts';
import { keyOf, type Resource } from './resource.ts';
import { dateFilter, tokenFilter, type Filter } from './search-filter.ts';

/** The LOINC code of a summary of care. */
const summaryCode = '34133-9';

/**
 * `[base]/DocumentReference/$docref` (US Core 7, OperationDefinition docref), by GET, by POST of a form or of Parameters:
 * a searchset of the patient's documents of a `type` and between `start` and `end`. Without dates, and where the type is
 * absent or that of a summary of care, a CCD of today is made, each time anew.
 */
export function answerDocref(asked: Asked, portal: Portal): Reply {
  const access = accessOf(asked.headers, portal);
  requireReach('DocumentReference', 's', access, portal);
  requireOperation('docref', portal);
  requireJson(asked.headers.accept, portal);
  const fault = faultOf(portal);
  if (fault !== undefined) return fault;
  const parameters = parametersOf(asked);
  const patient = parameters.get('patient')?.replace(/^(.*\/)?Patient\//, '');
  if (patient === undefined) throw missing('patient');
  if (patient !== access.patient) {
    throw new FhirRefusal(403, { code: 'forbidden', text: 'The access token is for another patient.' });
  }
  const type = parameters.get('type');
  // Oracle Health documents the operation with a type, always.
  if (portal.profile === 'oracle' && type === null) throw missing('type');
  const documents = portal.faults.strikes('docref-empty') ? [] : found(parameters, patient, portal);
  return fhirReply(200, {
    resourceType: 'Bundle',
    type: 'searchset',
    total: documents.length,
    link: [
      { relation: 'self', url: `${portal.baseUrl}/DocumentReference/$docref?${parameters.toString()}` },
      ...(portal.faults.strikes('docref-next-leaks')
        ? [{ relation: 'next', url: `${portal.baseUrl}/DocumentReference?patient=${patient}` }]
        : []),
    ],
    entry: documents.map((resource) => ({
      fullUrl: `${portal.baseUrl}/${keyOf(resource)}`,
      resource: presented(resource, portal),
      search: { mode: 'match' },
    })),
  });
}

function found(parameters: URLSearchParams, patient: string, portal: Portal): Resource[] {
  const [type, start, end] = ['type', 'start', 'end'].map((name) => parameters.get(name));
  const filters: Filter[] = [];
  if (typeof type === 'string') filters.push(tokenFilter('type', type));
  if (typeof start === 'string') filters.push(dateFilter('date', `ge${start}`, 'date'));
  if (typeof end === 'string') filters.push(dateFilter('date', `le${end}`, 'date'));
  const wantsSummary =
    start === null && end === null && (type === null || type?.split('|').at(-1) === summaryCode);
  if (wantsSummary) return [madeSummary(patient, portal)];
  const held = portal.records.ofPatient('DocumentReference', patient);
  return filters.length === 0 ? held : held.filter((resource) => filters.every((filter) => filter(resource)));
}

/** A CCD of the patient made now; it and its Binary can be read by id from then on. */
function madeSummary(patient: string, { records, now }: Portal): Resource {
  const id = randomUUID();
  const time = now();
  const text = summaryDocument({
    id,
    time,
    patient: records.at(`Patient/${patient}`),
    resources: records.everythingOf(patient),
  });
  const binary = {
    resourceType: 'Binary',
    id: `${id}-xml`,
    contentType: 'application/xml',
    data: Buffer.from(text).toString('base64'),
  };
  const reference = {
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    type: {
      coding: [{ system: 'http://loinc.org', code: summaryCode, display: 'Summarization of Episode Note' }],
    },
    subject: { reference: `Patient/${patient}` },
    date: time.toISOString(),
    content: [
      {
        attachment: { contentType: 'application/xml', url: keyOf(binary), title: 'Continuity of care' },
        format: {
          system: 'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
          code: 'urn:hl7-org:sdwg:ccda-structuredBody:2.1',
        },
      },
    ],
  };
  records.keep(binary, patient);
  records.keep(reference, patient);
  return reference;
}

function parametersOf({ method, query, form, json }: Asked): URLSearchParams {
  if (method !== 'POST') return query;
  if (form !== undefined) return form;
  return new URLSearchParams(
    objectsOf(parameterList(json)).flatMap(({ name, ...values }): [string, string][] => {
      const value = Object.values(values)
        .map(textOf)
        .find((text) => text !== undefined);
      return typeof name === 'string' && value !== undefined ? [[name, value]] : [];
    }),
  );
}

function parameterList(json: string | undefined): Json | undefined {
  try {
    const value = parseJson(json ?? '');
    if (isObject(value) && value['resourceType'] === 'Parameters') return value['parameter'];
  } catch {
    // Told below, with whatever else is not Parameters.
  }
  throw new FhirRefusal(400, { code: 'invalid', text: 'The body is no Parameters resource.' });
}

/** A parameter's value as a search has it: an id, a date, or a coding as `system|code`. */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  const [coding = value] = objectsOf(value['coding']);
  const { system, code } = coding;
  if (typeof code !== 'string') return undefined;
  return typeof system === 'string' ? `${system}|${code}` : code;
}

function missing(parameter: string): FhirRefusal {
  const text = `The operation needs the parameter ${parameter}.`;
  return new FhirRefusal(400, { code: 'required', text, parameter });
}

function faultOf({ faults }: Portal): Reply | undefined {
  for (const [name, status, code, text] of [
    ['docref-400', 400, 'processing', 'No document could be made.'],
    ['docref-404', 404, 'not-found', 'No document could be made.'],
    ['docref-501', 501, 'not-supported', 'The operation is not there yet.'],
  ] as const) {
    if (faults.strikes(name)) throw new FhirRefusal(status, { code, text });
  }
  if (!faults.strikes('docref-outcome')) return undefined;
  const text = 'No document could be made.';
  return fhirReply(200, operationOutcome([{ severity: 'error', code: 'processing', text }]));
}
