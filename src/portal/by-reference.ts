import type { LedgerRow, PulledResource } from '../model/index.ts';
import { offers, type PortalDescription } from './description.ts';
import { askFhir, type FhirAnswer } from './fhir-answer.ts';
import type { Harvest } from './harvest.ts';
import { groupBy } from './grouping.ts';
import { inOrder } from './in-order.ts';
import { addNotices, openRow, worsen } from './ledger-row.ts';
import { referenceTarget, type ReferenceTarget } from './references.ts';
import { allows } from './scopes.ts';
import { readResource, type ResourceText } from './searchset.ts';
import type { Session } from './session.ts';

/** Requests under way at a time. */
export const atOnce = 4;

const maxReads = 20_000;

/**
 * Reads what the resources brought so far refer to, and what those refer to, until nothing new is named. Practitioners,
 * organizations, medications, and observations in no category are found only this way. Fills one row for each type.
 * A Binary that an attachment names is left to the attachments.
 */
export async function* readReferences(
  session: Session,
  harvest: Harvest,
  description: PortalDescription,
  granted: readonly string[],
  rows: Map<string, LedgerRow>,
): AsyncGenerator<PulledResource> {
  let reads = 0;
  for (let wave = harvest.takeReferred(); wave.length > 0; wave = harvest.takeReferred()) {
    const attached = new Set(
      harvest.attachments.map(({ url }) => referenceTarget(url, description.baseUrl)).map(nameOf),
    );
    const targets = wave.filter(
      (target) => target.resourceType !== 'Patient' && !attached.has(nameOf(target)),
    );
    for (const [resourceType, ofType] of groupBy(targets, (target) => target.resourceType)) {
      const row = rowOf(resourceType, rows);
      const refusal = whyNot(resourceType, description, granted);
      if (refusal !== undefined) {
        worsen(row, 'not-asked', refusal);
        continue;
      }
      const allowed = ofType.slice(0, maxReads - reads);
      if (allowed.length < ofType.length) worsen(row, 'truncated', `More than ${maxReads} references.`);
      reads += allowed.length;
      const read = ({ id }: ReferenceTarget) =>
        askFhir(
          session,
          new URL(`${description.baseUrl}/${resourceType}/${encodeURIComponent(id)}`),
          readResource,
        );
      for await (const [target, answer] of inOrder(allowed, atOnce, read)) {
        const pulled = settle(target, answer, harvest, row);
        if (pulled !== undefined) yield pulled;
      }
    }
  }
}

function nameOf(target: ReferenceTarget | undefined): string {
  return target === undefined ? '' : `${target.resourceType}/${target.id}`;
}

function rowOf(resourceType: string, rows: Map<string, LedgerRow>): LedgerRow {
  const row = rows.get(resourceType) ?? openRow(`${resourceType} (by reference)`, resourceType);
  rows.set(resourceType, row);
  return row;
}

function whyNot(type: string, { types }: PortalDescription, granted: readonly string[]): string | undefined {
  if (!offers(types[type], 'read')) return 'The portal does not offer to read it by id.';
  if (!allows(granted, type, 'read')) return 'The granted access does not cover it.';
  return undefined;
}

function settle(
  target: ReferenceTarget,
  answer: FhirAnswer<ResourceText>,
  harvest: Harvest,
  row: LedgerRow,
): PulledResource | undefined {
  const { resourceType, id } = target;
  const name = nameOf(target);
  row.pages += 1;
  if (answer.status !== undefined) row.httpStatus = answer.status;
  if (answer.outcome !== 'answered') {
    addNotices(row, answer.notices);
    row.missing.push(`${name} (${answer.status ?? 'no answer'})`);
    worsen(row, answer.outcome, answer.reason);
    return undefined;
  }
  const { resource } = answer.value;
  if (resource.resourceType !== resourceType || resource['id'] !== id) {
    row.missing.push(`${name} (another resource came)`);
    worsen(row, 'failed', 'The portal answered with another resource than the one asked for.');
    return undefined;
  }
  return harvest.take(answer.value, row);
}
