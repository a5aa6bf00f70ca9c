import type { TokenSet, Vendor } from '../portal/index.ts';
import { instantText } from './instant-text.ts';

/** How long a sign-in lasts. Instants, ISO 8601 in UTC. */
export interface SignInForecast {
  /** Until when the present access lasts, if the portal says. */
  accessUntil?: string;
  /** Whether access renews itself. */
  renews: boolean;
  /** Until when it can be renewed: as the portal says, or as its vendor documents. Absent when neither is known. */
  grantUntil?: string;
  /** Where `grantUntil` comes from. */
  by?: 'portal' | 'vendor';
}

const day = 86_400_000;

/** The days before the end at which a warning begins. */
export const warningDays = 14;

/**
 * Forecasts the end of a sign-in: what the portal said at sign-in (Medicare), else what its vendor documents: so many days from
 * the sign-in, or so many without a renewal (Oracle Health).
 */
export function forecastOf(tokens: TokenSet, { refresh }: Vendor): SignInForecast {
  const { expires, refreshToken, grantExpires, signedIn, obtained } = tokens;
  const base = {
    ...(expires !== undefined && { accessUntil: expires }),
    renews: refreshToken !== undefined,
  };
  if (refreshToken === undefined) return base;
  if (grantExpires !== undefined) return { ...base, grantUntil: grantExpires, by: 'portal' };
  const ends = [
    ...(refresh.grantDays === undefined ? [] : [Date.parse(signedIn ?? obtained) + refresh.grantDays * day]),
    ...(refresh.idleDays === undefined ? [] : [Date.parse(obtained) + refresh.idleDays * day]),
  ];
  if (ends.length === 0) return base;
  return { ...base, grantUntil: new Date(Math.min(...ends)).toISOString(), by: 'vendor' };
}

/** True when a sign-in can be renewed for less than 14 days more, or no more. */
export function endsSoon({ grantUntil }: SignInForecast, now: Date): boolean {
  return grantUntil !== undefined && Date.parse(grantUntil) - now.getTime() < warningDays * day;
}

/** One sentence on how long a sign-in lasts. */
export function lifeText(tokens: TokenSet, { accessUntil, renews, grantUntil, by }: SignInForecast): string {
  const end = accessUntil === undefined ? '' : `, which ends ${instantText(accessUntil)}`;
  if (!renews) return `The portal gave no way to renew this access${end}: later pulls need a new sign-in.`;
  if (grantUntil === undefined) return 'It renews itself; the portal does not say for how long.';
  const idle = by === 'vendor' && tokens.grantExpires === undefined ? ', as its vendor documents' : '';
  return `It renews itself until ${instantText(grantUntil)}${idle}.`;
}
