import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';

/** Changes one element, already a copy, from one release's shape into the next one's. */
export type Rule = (node: JsonObject, tools: RuleTools) => void;

/** The rules of a step, by the type they are about; those of a type run in order, after those of the elements inside. */
export type Rules = Readonly<Record<string, readonly Rule[]>>;

/** What a rule may ask for. */
export interface RuleTools {
  /** Keeps a member that a rule replaces as an extension of its element. */
  keep: (node: JsonObject, name: string) => void;
  /** The same for a member that may turn the meaning of its element round: as a modifier extension. */
  keepModifier: (node: JsonObject, name: string) => void;
}

/**
 * Renames members, in the order given, with what is said about them beside (`_name`). A member that is there already is not
 * replaced.
 */
export function rename(names: Readonly<Record<string, string>>): Rule {
  return (node) => {
    renameIn(node, names);
  };
}

/** The same, at once. */
export function renameIn(node: JsonObject, names: Readonly<Record<string, string>>): void {
  for (const [from, to] of Object.entries(names)) {
    if (node[to] !== undefined || node[`_${to}`] !== undefined) continue;
    for (const [name, renamed] of [
      [from, to],
      [`_${from}`, `_${to}`],
    ] as const) {
      if (node[name] === undefined) continue;
      node[renamed] = node[name];
      delete node[name];
    }
  }
}

/** Replaces codes that have another name in the next release. */
export function recode(name: string, codes: Readonly<Record<string, string>>): Rule {
  return (node) => {
    const code = node[name];
    if (typeof code === 'string' && Object.hasOwn(codes, code)) node[name] = codes[code];
  };
}

/** Makes a CodeableConcept of a code, under the system that the release defines for it. */
export function toConcept(name: string, system: string): Rule {
  return (node) => {
    const code = node[name];
    if (typeof code === 'string' && code !== '') node[name] = { coding: [{ system, code }] };
  };
}

/** Makes Annotations of texts: `comments` → `note`. */
export function toNote(from: string): Rule {
  return (node) => {
    const texts = [node[from] ?? []].flat();
    if (texts.length === 0 || texts.some((text) => typeof text !== 'string')) return;
    delete node[from];
    node['note'] = [...listIn(node, 'note'), ...texts.map((text) => ({ text }))];
  };
}

/**
 * A truth value that denies the whole statement (`notDone`, `wasNotGiven`) becomes the status by which R4 says so; the
 * status that stood beside it is kept. False says nothing that its absence does not; what is neither, or stands beside
 * another word that takes the statement back, is kept.
 */
export function toDenial(flag: string, status: string): Rule {
  return (node, { keep, keepModifier }) => {
    const denied = truthOf(node[flag]);
    const isSaid = node[flag] !== undefined || node[`_${flag}`] !== undefined;
    if (!isSaid) return;
    if (denied === undefined) keepModifier(node, flag);
    else if (denied && node['status'] === 'entered-in-error') keep(node, flag);
    else if (denied) {
      keep(node, 'status');
      node['status'] = status;
    }
    delete node[flag];
    delete node[`_${flag}`];
  };
}

/** A truth value, also where it was sent as its text; undefined for what is neither. */
export function truthOf(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** `context` is an encounter or an episode of care before R4; R4 asks for the encounter only. */
export function contextToEncounter(node: JsonObject): void {
  const reference = objectIn(node, 'context')?.['reference'];
  const isEpisode = typeof reference === 'string' && /(^|\/)EpisodeOfCare\//.test(reference);
  if (!isEpisode) renameIn(node, { context: 'encounter' });
}

/**
 * Several services in one order: one is what is ordered, and of several the words of all are, each whole among the
 * details. Nothing for none.
 */
export function setOrdered(node: JsonObject, services: readonly JsonObject[]): void {
  const [only, ...more] = services;
  if (only === undefined) return;
  if (more.length === 0) {
    node['code'] = only;
    return;
  }
  node['code'] = { text: services.map((service) => wordsOf(service)).join('; ') };
  append(node, 'orderDetail', services);
}

/** A concept in its first words. */
export function wordsOf(concept: JsonObject): string {
  const coding = objectsIn(concept, 'coding')[0];
  const words = [concept['text'], coding?.['display'], coding?.['code']];
  return words.find((word) => typeof word === 'string') ?? '?';
}

/** Replaces an object that wraps a Reference (`requester.agent`) by that Reference; what stands beside it is kept. */
export function unwrap(name: string, inner: string): Rule {
  return (node, tools) => {
    const found = node[name];
    if (found === undefined) return;
    const items = [found].flat().map((item) => unwrapped(item, inner, tools));
    node[name] = Array.isArray(found) ? items : items[0];
  };
}

function unwrapped(item: JsonValue, inner: string, { keep }: RuleTools): JsonValue {
  if (!isObject(item)) return item;
  const target = item[inner];
  if (!isObject(target)) return item;
  const rest = Object.keys(item).filter((key) => key !== inner && !key.startsWith('_') && key !== 'id');
  for (const key of rest) if (key !== 'extension') keep(item, key);
  const extension = [...listIn(target, 'extension'), ...listIn(item, 'extension')];
  return { ...target, ...(extension.length > 0 && { extension }) };
}

/** Appends items to a list member; nothing for nothing. */
export function append(node: JsonObject, name: string, items: readonly JsonValue[]): void {
  if (items.length > 0) node[name] = [...listIn(node, name), ...items];
}

/** A member as a list: a lone value is a list of one. */
export function listIn(node: JsonObject, name: string): JsonValue[] {
  const found = node[name];
  return found === undefined ? [] : [found].flat();
}

/** A member that is an object. */
export function objectIn(node: JsonObject, name: string): JsonObject | undefined {
  const found = node[name];
  return isObject(found) ? found : undefined;
}

/** The objects of a list member. */
export function objectsIn(node: JsonObject, name: string): JsonObject[] {
  return listIn(node, name).filter((item) => isObject(item));
}

/** The objects that the elements of a list hold under one name, those that hold one. */
export function inEach(items: readonly JsonObject[], name: string): JsonObject[] {
  return items.map((item) => item[name]).filter((value) => isObject(value));
}

/** Takes a member out of an element. */
export function take(node: JsonObject, name: string): JsonValue | undefined {
  const found = node[name];
  delete node[name];
  return found;
}

/** Takes a member out of an element where it is an object; what has another shape stays, to be kept. */
export function takeObject(node: JsonObject, name: string): JsonObject | undefined {
  const found = objectIn(node, name);
  if (found !== undefined) delete node[name];
  return found;
}

/** The same where it is a text. */
export function takeText(node: JsonObject, name: string): string | undefined {
  const found = node[name];
  if (typeof found !== 'string') return undefined;
  delete node[name];
  return found;
}

/** Makes a resource one of another type. */
export function becomes(resourceType: string): Rule {
  return (node) => {
    node['resourceType'] = resourceType;
  };
}

/** A concept with one code. */
export function coded(system: string, code: string, display?: string): JsonObject {
  return { coding: [{ system, code, ...(display !== undefined && { display }) }] };
}
