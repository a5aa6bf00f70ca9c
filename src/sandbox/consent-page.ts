import { createHash } from 'node:crypto';
import { objectsOf, listOf, type JsonObject } from './json.ts';
import type { Reply } from './reply.ts';
import type { Resource } from './resource.ts';
import { scopeInWords } from './scopes.ts';

interface Consent {
  clientId: string;
  redirectUri: string;
  scopes: string[];
  patients: Resource[];
  /** Whether the person is asked to share their demographics, as Medicare does. */
  demographics: boolean;
}

/** The page that asks a person whether an app may see a record. Its form posts to its own address, query and all. */
export function consentPage({ clientId, redirectUri, scopes, patients, demographics }: Consent): Reply {
  const { origin, hostname } = new URL(redirectUri);
  const scopeItems = scopes.map(
    (scope) => `<li>${escape(scopeInWords(scope))} <code>${escape(scope)}</code></li>`,
  );
  const main = `<h1>Share a health record?</h1>
<p class="notice">This is a <strong>practice portal</strong> on this computer, not a health system: no password is
needed, and its data is made up, unless it was started with a file of somebody's own.</p>
<p>The app <strong>${escape(clientId)}</strong> asks for a record. The answer goes to
<code>${escape(origin)}</code> on this computer.</p>
<form method="post">
${whose(patients)}
<h2>What the app may do</h2>
<ul>${scopeItems.join('')}</ul>
${demographics ? demographicsChoice : ''}
<p><button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button></p>
</form>`;
  // Browsers hold the redirect after a post to form-action too; an IPv6 address cannot be written there (CSP3 §2.3.1).
  return page(
    200,
    'Share a health record? – practice portal',
    main,
    `'self' ${hostname === '[::1]' ? 'http:' : origin}`,
  );
}

/** Unlike a box to tick, this says `off` in so many words. */
const demographicsChoice = `<fieldset><legend>Share who you are: name, address, birth date?</legend>
<p><input type="radio" name="share_demographic_scopes" id="share-on" value="on" checked>
<label for="share-on">Yes</label></p>
<p><input type="radio" name="share_demographic_scopes" id="share-off" value="off">
<label for="share-off">No</label></p></fieldset>`;

/** A page that leads nowhere: the app waits for an answer that does not come. */
export function stuckPage(): Reply {
  return page(200, 'Practice portal', '<h1>You may close this window</h1>', `'none'`);
}

/** The page for a request that cannot be answered by a redirect, because where it would lead is not to be trusted. */
export function refusalPage(reason: string): Reply {
  const main = `<h1>This request cannot be answered</h1>
<p>${escape(reason)}</p>
<p>This is the practice portal. The app that sent you here made a mistake; nothing was shared.</p>`;
  return page(400, 'Request refused – practice portal', main, `'none'`);
}

function whose(patients: Resource[]): string {
  const [only, ...others] = patients;
  if (only !== undefined && others.length === 0) {
    return `<h2>Whose record</h2>
<p>${escape(nameOf(only))}<input type="hidden" name="patient" value="${escape(only.id)}"></p>`;
  }
  const choices = patients.map((patient, index) => {
    const id = `patient-${index}`;
    const checked = index === 0 ? ' checked' : '';
    return `<p><input type="radio" name="patient" id="${id}" value="${escape(patient.id)}" required${checked}>
<label for="${id}">${escape(nameOf(patient))}</label></p>`;
  });
  return `<fieldset><legend>Whose record</legend>${choices.join('')}</fieldset>`;
}

function nameOf(patient: Resource): string {
  const name = objectsOf(patient['name'])[0];
  const born = typeof patient['birthDate'] === 'string' ? `, born ${patient['birthDate']}` : '';
  return `${name === undefined ? 'A patient without a name' : humanName(name)}${born} (id ${patient.id})`;
}

function humanName({ text, given, family }: JsonObject): string {
  if (typeof text === 'string') return text;
  return [...listOf(given), ...listOf(family)].filter((part) => typeof part === 'string').join(' ');
}

function page(status: number, title: string, main: string, formAction: string): Reply {
  const styleHash = createHash('sha256').update(style).digest('base64');
  const policy = [
    `default-src 'none'`,
    `style-src 'sha256-${styleHash}'`,
    `form-action ${formAction}`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ];
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`,
  };
}

const style = `
body { margin: 0; background: #f4f6f8; color: #1b2733; font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 36rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff; border: 1px solid #c4ccd4; }
h1 { margin-top: 0; font-size: 1.5rem; }
h2, legend { font-size: 1.125rem; font-weight: 600; }
.notice { padding: 0.75rem 1rem; border-left: 0.25rem solid #8a5a00; background: #fff6e0; }
fieldset { border: 1px solid #c4ccd4; }
fieldset p { margin: 0.5rem 0; }
code { font-size: 0.875rem; overflow-wrap: anywhere; }
button { min-width: 7rem; padding: 0.6rem 1.25rem; border: 2px solid #0b5394; background: #fff; color: #0b5394;
  font: inherit; cursor: pointer; }
button[value=allow] { background: #0b5394; color: #fff; }
:focus-visible { outline: 3px solid #8a5a00; outline-offset: 2px; }
`;

function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
