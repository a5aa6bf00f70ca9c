import type { BlueButtonError } from '../errors/index.ts';
import { visible } from '../render/index.ts';

/** An error as a person reads it: what happened, why, and the next step, safe to show and ending in a line end. */
export function errorText(error: BlueButtonError): string {
  return `${[error.message, error.why, `Try: ${error.try}`]
    .flatMap((line) => line.split('\n'))
    .map(visible)
    .join('\n')}\n`;
}
