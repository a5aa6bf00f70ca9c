import type { LedgerRow, PulledResource } from '../model/index.ts';
import { attachmentsIn, type NamedAttachment } from './attachments.ts';
import { addNotices, worsen } from './ledger-row.ts';
import { noticesOf, reportsError } from './notices.ts';
import { isAnothers, referencesIn, type ReferenceTarget } from './references.ts';
import type { ResourceText } from './searchset.ts';

/** What a pull has brought so far: which resources, what they refer to, which attachments they name. */
export class Harvest {
  readonly attachments: NamedAttachment[] = [];
  readonly #patientId: string;
  readonly #baseUrl: string;
  readonly #held = new Set<string>();
  /** References already told by `takeReferred`. */
  readonly #told = new Set<string>();
  readonly #referred = new Map<string, ReferenceTarget>();

  constructor(patientId: string, baseUrl: string) {
    this.#patientId = patientId;
    this.#baseUrl = baseUrl;
  }

  /**
   * Takes a resource in and counts it for the row. Undefined for what is not to be kept: one that came before, the
   * server's own notices, and another patient's, which the row names.
   */
  take({ resource, text }: ResourceText, row: LedgerRow): PulledResource | undefined {
    const { resourceType, id } = resource;
    if (resourceType === 'OperationOutcome') {
      addNotices(row, noticesOf(resource));
      if (reportsError(resource)) worsen(row, 'truncated', 'The portal reports an error among the results.');
      return undefined;
    }
    if (typeof id !== 'string' || id === '') {
      row.missing.push(`${resourceType} without an id`);
      worsen(row, 'failed', 'The portal sent a resource without an id, which cannot be kept.');
      return undefined;
    }
    const name = `${resourceType}/${id}`;
    if (isAnothers(resource, this.#patientId, this.#baseUrl)) {
      row.missing.push(`${name} (another patient's)`);
      worsen(row, 'refused', 'The portal sent records of another patient; they are not kept.');
      return undefined;
    }
    if (this.#held.has(name)) {
      row.repeated += 1;
      return undefined;
    }
    this.#held.add(name);
    row.returned += 1;
    this.attachments.push(...attachmentsIn(resource, id));
    for (const target of referencesIn(resource, this.#baseUrl)) {
      this.#referred.set(`${target.resourceType}/${target.id}`, target);
    }
    return { kind: 'resource', query: row.query, resourceType, id, text };
  }

  /** The resources referred to since the last call and not held, in the order met; each is told only once. */
  takeReferred(): ReferenceTarget[] {
    const fresh = [...this.#referred].filter(([name]) => !this.#told.has(name));
    for (const [name] of fresh) this.#told.add(name);
    this.#referred.clear();
    return fresh.filter(([name]) => !this.#held.has(name)).map(([, target]) => target);
  }
}
