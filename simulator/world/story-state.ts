import { comesBack, victimSeat } from './attack.ts';

/** When the attack changes what is, not only what happens; ms. */
export interface Happened {
  readonly victimSeat: number;
  /** The attacker's authenticator at the victim's account. */
  readonly method: number;
  readonly globalAdministrator: number;
  readonly globalAdministratorEnds: number;
  /** The policy for administrators switched off. */
  readonly policyOff: number;
  /** After the world's birth: the attacker comes back, so that whoever watches sees it happen. */
  readonly returns: number;
  readonly exclusion: number;
}

const minute = 60_000;
const day = 24 * 60;

/** The times of the attack as `attackOn` tells it; and what comes some minutes after the world's birth. */
export function attackTimes(midnight: number, birth: number): Happened {
  const at = (minutes: number): number => midnight + minutes * minute;
  return {
    victimSeat,
    method: at(8 * 60 + 3),
    globalAdministrator: at(day + 7 * 60 + 5),
    globalAdministratorEnds: at(day + 19 * 60 + 12),
    policyOff: at(day + 7 * 60 + 30),
    returns: birth + comesBack.role * minute,
    exclusion: birth + comesBack.exclusion * minute,
  };
}
