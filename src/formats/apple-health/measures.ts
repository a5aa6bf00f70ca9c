import type { JsonObject } from '../../json/index.ts';
import { wordsOf } from './identifier-words.ts';
import { quantityMember, readQuantity } from './quantity.ts';

/** Attributes that may look like a number and are none. */
const noMeasures = ['sourceName', 'sourceVersion', 'device', 'uuid', 'dateComponents'];

/** The measures among an element's attributes as components, and the attributes that are none. */
export interface Measures {
  components: JsonObject[];
  left: string[];
}

/**
 * Reads attributes that state a number: `duration` in `durationUnit`, `activeEnergyBurnedGoal` in `activeEnergyBurnedUnit`,
 * `leftEarValue` in `leftEarUnit`, `appleStandHours` in no stated unit. `before` stands before the name of each.
 */
export function measuresOf(attributes: Readonly<Record<string, string>>, before: string): Measures {
  const components: JsonObject[] = [];
  const read = new Set<string>();
  for (const [name, value] of Object.entries(attributes)) {
    if (noMeasures.includes(name)) continue;
    const bare = name.replace(/(Goal|Value)$/, '');
    const unitName = [`${name}Unit`, `${bare}Unit`].find((candidate) => Object.hasOwn(attributes, candidate));
    const unit = unitName === undefined ? undefined : attributes[unitName];
    const quantity = readQuantity('', value, unit);
    if (quantity === undefined) continue;
    const words = wordsOf(name.replace(/Value$/, ''));
    const text = before === '' ? words : `${before}${words.toLowerCase()}`;
    components.push({ code: { text }, valueQuantity: quantityMember('', quantity) });
    read.add(name);
    if (unitName !== undefined) read.add(unitName);
  }
  return { components, left: Object.keys(attributes).filter((name) => !read.has(name)) };
}
