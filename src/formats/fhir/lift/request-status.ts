import type { JsonObject } from '../../../json/index.ts';
import type { Rule, RuleTools } from './rule.ts';

/** States of orders before R4 by R4's request status. */
const states: Readonly<Record<string, string>> = {
  proposed: 'draft',
  planned: 'draft',
  requested: 'active',
  received: 'active',
  accepted: 'active',
  'in-progress': 'active',
  review: 'active',
  suspended: 'on-hold',
  rejected: 'revoked',
  aborted: 'revoked',
  failed: 'revoked',
  cancelled: 'revoked',
};

/** What a state says of the intent: a proposal is no order yet. */
const intents: Readonly<Record<string, string>> = { proposed: 'proposal', planned: 'plan' };

/** The state of an order by R4's request status; the state as sent is kept, for R4's tells it less exactly. */
export function requestStatus(node: JsonObject, { keep }: RuleTools): void {
  const { status } = node;
  if (typeof status !== 'string' || !Object.hasOwn(states, status)) return;
  if (Object.hasOwn(intents, status)) node['intent'] = intents[status];
  keep(node, 'status');
  node['status'] = states[status];
}

/** True for a state by which an order, or a part of it, is not to be done. */
export function isCalledOff(status: unknown): boolean {
  return typeof status === 'string' && states[status] === 'revoked';
}

/** A kind of order that is one by its name; R4 asks for the intent of every request. */
export const orderIntent: Rule = (node) => {
  node['intent'] ??= 'order';
};
