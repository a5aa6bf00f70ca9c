import { isObject, parseJson, pointerStep, writeJson, type JsonValue } from '../json/index.ts';
import { sha256Of } from './digest.ts';
import { stableForm } from './volatile-fields.ts';

/** A portal's record at one time: as the archive holds it, or as this pull leaves it. Resources go by `Type/id`. */
export interface RecordAt {
  /** The resource's JSON text; undefined when it is not held. */
  textOf: (name: string) => Promise<string | undefined>;
  /** SHA-256 of the attachment at a JSON pointer of a resource; undefined when its bytes are not kept. */
  attachmentOf: (name: string, pointer: string) => string | undefined;
}

/**
 * Tells a renumbering from a loss: which of the resources that did not come this time came under new ids. Two are the same when
 * nothing but their own id and volatile fields differs, what they refer to is the same by its content too (an order for
 * another medicine is another order), and their attachments have the same bytes.
 *
 * @param missing Names of resources held until now and not returned.
 * @param fresh Names of resources that are new in this pull.
 * @returns New names by old ones; each is paired once.
 */
export async function renumberedResources(
  missing: readonly string[],
  fresh: readonly string[],
  before: RecordAt,
  now: RecordAt,
  baseUrl: string,
): Promise<Map<string, string>> {
  if (missing.length === 0 || fresh.length === 0) return new Map();
  const types = new Set(missing.map(typeOf));
  const contentBefore = new ContentReader(before, baseUrl);
  const contentNow = new ContentReader(now, baseUrl);
  const freshByContent = new Map<string, string[]>();
  for (const name of fresh) {
    if (!types.has(typeOf(name))) continue;
    const content = await contentNow.of(name);
    freshByContent.set(content, [...(freshByContent.get(content) ?? []), name]);
  }
  const pairs = new Map<string, string>();
  for (const name of freshByContent.size === 0 ? [] : missing) {
    const renamed = freshByContent.get(await contentBefore.of(name))?.shift();
    if (renamed !== undefined) pairs.set(name, renamed);
  }
  await dropInexact(pairs, contentBefore, contentNow);
  return pairs;
}

/**
 * Takes out the pairs whose references do not lead to the same: to one resource of one id, or to a pair. What a pair
 * rests on may be taken out itself, so this goes on until every pair that is left rests on pairs alone, however far.
 */
async function dropInexact(
  pairs: Map<string, string>,
  before: ContentReader,
  now: ContentReader,
): Promise<void> {
  const leadsToTheSame = async (one: string, other: string): Promise<boolean> =>
    one === other
      ? !pairs.has(one)
      : pairs.get(one) === other || (pairs.has(one) && (await before.of(one)) === (await now.of(other)));
  for (let dropped = true; dropped;) {
    dropped = false;
    for (const [name, renamed] of pairs) {
      const [targets, others] = [await before.targetsOf(name), await now.targetsOf(renamed)];
      const checks = await Promise.all(
        targets.map((target, index) => leadsToTheSame(target, others[index] ?? '')),
      );
      if (targets.length === others.length && !checks.includes(false)) continue;
      pairs.delete(name);
      dropped = true;
    }
  }
}

/** How far references are followed to find resources that may say the same; `dropInexact` goes all the way. */
const reach = 2;

/** Where in a resource the reading is, how far references may still be followed, and those met so far. */
interface Place {
  name: string;
  pointer: string;
  distance: number;
  targets: string[];
}

/** What resources say, as hashes that do not depend on ids. */
class ContentReader {
  readonly #record: RecordAt;
  readonly #baseUrl: string;
  readonly #known = new Map<string, string>();
  readonly #targets = new Map<string, string[]>();

  constructor(record: RecordAt, baseUrl: string) {
    this.#record = record;
    this.#baseUrl = baseUrl;
  }

  /** What a resource refers to, `Type/id`, in the order of its text. */
  async targetsOf(name: string): Promise<string[]> {
    await this.of(name);
    return this.#targets.get(name) ?? [];
  }

  /** A hash of what a resource says, and what it refers to says, up to a distance. */
  async of(name: string, distance = reach): Promise<string> {
    const key = `${distance} ${name}`;
    const known = this.#known.get(key) ?? (await this.#read(name, distance));
    this.#known.set(key, known);
    return known;
  }

  async #read(name: string, distance: number): Promise<string> {
    const text = await this.#record.textOf(name);
    // What is not held is known by its name alone.
    if (text === undefined) return name;
    const resource = stableForm(parseJson(text));
    if (!isObject(resource)) return name;
    const { id: _id, ...content } = resource;
    const targets: string[] = [];
    const bare = await this.#withoutNames(content, { name, pointer: '', distance, targets });
    this.#targets.set(name, targets);
    return sha256Of(writeJson(bare));
  }

  /** A copy in which every reference is the content it leads to, and every attachment's address its bytes. */
  async #withoutNames(value: JsonValue, at: Place): Promise<JsonValue> {
    const inside = (key: string | number): Place => ({
      ...at,
      pointer: `${at.pointer}/${pointerStep(String(key))}`,
    });
    if (Array.isArray(value)) {
      const items: JsonValue[] = [];
      for (const [index, item] of value.entries()) items.push(await this.#withoutNames(item, inside(index)));
      return items;
    }
    if (!isObject(value)) return value;
    const members: [string, JsonValue][] = [];
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      if (key === 'reference' && typeof member === 'string')
        members.push([key, await this.#target(member, at)]);
      else if (key === 'url' && typeof member === 'string')
        members.push([key, this.#record.attachmentOf(at.name, at.pointer) ?? member]);
      else members.push([key, await this.#withoutNames(member, inside(key))]);
    }
    return Object.fromEntries(members);
  }

  async #target(reference: string, { distance, targets }: Place): Promise<string> {
    const relative = reference.startsWith(`${this.#baseUrl}/`)
      ? reference.slice(this.#baseUrl.length + 1)
      : reference;
    const [, name] = /^([A-Z][A-Za-z]*\/[A-Za-z0-9.-]{1,64})(?:\/_history\/.*)?$/.exec(relative) ?? [];
    if (name === undefined) return reference;
    targets.push(name);
    return distance === 0 ? typeOf(name) : this.of(name, distance - 1);
  }
}

function typeOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}
