import { BlueButtonError } from '../errors/index.ts';
import { decodeJson, JsonSyntaxError, parseJson } from '../json/index.ts';
import { isResource, releaseOf } from '../model/index.ts';
import type { Answer } from './http.ts';
import { noticesOf, reportsError } from './notices.ts';
import type { Session } from './session.ts';

export const fhirJson = 'application/fhir+json';

/** The media type of FHIR JSON before STU3 (DSTU2 §2.1.0.6). */
export const fhirJsonOfDstu2 = 'application/json+fhir';

/** How FHIR JSON is asked for at a portal of some version of FHIR. */
export function fhirJsonOf(fhirVersion: string): string {
  return releaseOf(fhirVersion) === 'DSTU2' ? fhirJsonOfDstu2 : fhirJson;
}

/** No usable answer, or a refusal, and why. */
export interface NoAnswer {
  outcome: 'refused' | 'failed';
  status?: number;
  reason: string;
  notices: string[];
  /** What the answer says, unless it is a web page: an error that is no OperationOutcome has its words too. */
  words?: string;
}

/** What a request for FHIR brought. */
export type FhirAnswer<Value> =
  { outcome: 'answered'; status: number; value: Value; date?: string } | NoAnswer;

/**
 * Asks for FHIR JSON and reads the answer with `read`. A refusal (4xx) and anything unusable are told apart; only what
 * ends the whole pull is thrown (`login-needed`, `interrupted`).
 */
export async function askFhir<Value extends object>(
  session: Session,
  url: URL,
  read: (text: string) => Value,
): Promise<FhirAnswer<Value>> {
  const answer = await send(session, url, fhirJson);
  if ('outcome' in answer) return answer;
  if (answer.status !== 200) return notAnswered(answer);
  const { status } = answer;
  const failed = (reason: string): NoAnswer => ({ outcome: 'failed', status, reason, notices: [] });
  let text: string;
  try {
    text = decodeJson(answer.bytes);
  } catch {
    return failed('The answer is not text in UTF-8.');
  }
  if (text.trim() === '') return failed('The answer is empty.');
  if (text.trimStart().startsWith('<')) return failed('A web page or XML came instead of FHIR JSON.');
  try {
    const value = read(text);
    if ('resourceType' in value && value.resourceType === 'OperationOutcome') return outcomeInstead(answer);
    const date = answer.headers.get('date');
    return { outcome: 'answered', status, value, ...(date !== null && { date }) };
  } catch (thrown) {
    if (!(thrown instanceof JsonSyntaxError)) throw thrown;
    return failed(`The answer is not FHIR JSON: ${thrown.message}.`);
  }
}

/** Sends a request in the session; a broken connection is an answer too. */
export async function send(session: Session, url: URL, accept: string): Promise<Answer | NoAnswer> {
  try {
    return await session.get(url, accept);
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError) || !['temporary', 'failed'].includes(thrown.code)) throw thrown;
    return { outcome: 'failed', reason: `${thrown.message} ${thrown.why}`, notices: [] };
  }
}

/** What a status other than 200 means. 408, 425 and 429 refuse for now, not for good; 501 refuses for good. */
export function notAnswered(answer: Answer): NoAnswer {
  const { status } = answer;
  const refused = status === 501 || (status >= 400 && status < 500 && ![408, 425, 429].includes(status));
  const outcome = refused ? 'refused' : 'failed';
  return { outcome, status, reason: `The portal answered ${status}.`, ...saidIn(answer) };
}

function outcomeInstead(answer: Answer): NoAnswer {
  const outcome = operationOutcome(answer);
  const refused = outcome !== undefined && reportsError(outcome);
  return {
    outcome: refused ? 'refused' : 'failed',
    status: answer.status,
    reason: 'An OperationOutcome came instead of what was asked for.',
    ...saidIn(answer),
  };
}

const mostWords = 4000;

function saidIn(answer: Answer): Pick<NoAnswer, 'notices' | 'words'> {
  const outcome = operationOutcome(answer);
  const words = new TextDecoder().decode(answer.bytes.subarray(0, mostWords));
  return {
    notices: outcome === undefined ? [] : noticesOf(outcome),
    ...(!words.trimStart().startsWith('<') && { words }),
  };
}

function operationOutcome({ bytes }: Answer) {
  try {
    const value = parseJson(decodeJson(bytes));
    return isResource(value) && value.resourceType === 'OperationOutcome' ? value : undefined;
  } catch {
    return undefined;
  }
}
