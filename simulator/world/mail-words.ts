import { below, between, chance, pick, table, type Random } from './random.ts';

/** `#` becomes a number. Quotes, backslashes and scripts other than Latin are there on purpose. */
const everyday = [
  'Invoice #', 'Re: Invoice #', 'Weekly report, week #', 'Minutes of meeting #', 'Lunch?', 'RE: Budget draft v#',
  'Offer # for review', 'Fwd: Offer #', 'Change request CR-#', 'Ticket ##: printer on floor 3', 'Holiday plan',
  'Rückfrage zur Bestellung #', 'Angebot Nr. # – Übersicht', 'Re: Projekt Übergabe', 'Facture n° #', 'Réunion de jeudi',
  'お見積もりの件 #', 'Отчёт за неделю #', 'Zaproszenie: przegląd #', 'Ödeme hatırlatması #', '会議のご案内',
  'Accepted: Project Birch sync', 'Declined: 1:1', 'Canceled: Town hall', 'Signed: contract #', 'Welcome aboard! 🎉',
  'FYI: "final" numbers, really final', 'Path is \\\\files\\share\\#', 'Re: Re: Re: questions', 'Out of office',
].map(escaped); // prettier-ignore
const bulk = [
  'Newsletter: what is new in week #', 'Your receipt #', 'Webinar invitation: 5 ways to save', 'Sale ends tonight ⏰',
  'Your parcel # is on its way', 'New sign-in to your account', 'Survey: tell us what you think', 'Trade fair, hall #',
].map(escaped); // prettier-ignore
const junk = [
  'You have WON #', 'Cheap watches №#', 'Re: your long lost inheritance', 'F1nal n0tice #', 'Crypto doubles in # days',
  '💊 discount pharmacy', 'Kindly confirm your mailbox', 'Bestätigen Sie Ihr Konto #', '紧急：请确认您的账户',
].map(escaped); // prettier-ignore
const bounce = ['Undeliverable: ', 'Unzustellbar: ', 'Non remis : ', 'Delivery delayed: ', '配信不能: '];

/** The inside of a JSON string. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const numbered = (r: Random, template: string): string =>
  template.includes('#') ? template.replace('#', String(between(r, 1, 99_999))) : template;

/** Subjects as the inside of a JSON string, already escaped. */
export const everydaySubject = (r: Random): string => numbered(r, pick(r, everyday));
export const bulkSubject = (r: Random): string => numbered(r, pick(r, bulk));
export const junkSubject = (r: Random): string => numbered(r, pick(r, junk));
export const bounceSubject = (r: Random): string => pick(r, bounce) + everydaySubject(r);

/** What first happened to one recipient's copy, what came of it, and how long that took. */
export interface Fate {
  readonly first: string;
  readonly last: string;
  /** Milliseconds after the message was received until `last` shows. */
  readonly settles: number;
}
const settled = (status: string): Fate => ({ first: status, last: status, settles: 0 });
const minute = 60_000;

const clean = table<string>([
  { weight: 900, value: 'delivered' },
  { weight: 20, value: 'failed' },
  { weight: 8, value: 'quarantined' },
  { weight: 20, value: 'filteredAsSpam' },
  { weight: 26, value: 'gettingStatus' },
  { weight: 24, value: 'pending' },
  { weight: 2, value: 'recalled' },
]);
const dirty = table<string>([
  { weight: 60, value: 'filteredAsSpam' },
  { weight: 25, value: 'quarantined' },
  { weight: 15, value: 'failed' },
]);

/** Status changes for hours: most settle in minutes, deferred mail may stay pending for more than a day. */
export function fateOf(r: Random, junkMail: boolean): Fate {
  const status = junkMail ? dirty(r) : clean(r);
  if (status === 'gettingStatus') {
    return { first: status, last: 'delivered', settles: between(r, 1, 25) * minute };
  }
  if (status !== 'pending') return settled(status);
  const long = chance(r, 0.15);
  return {
    first: status,
    last: chance(r, 0.7) ? 'delivered' : 'failed',
    settles: (long ? between(r, 300, 1_900) : between(r, 3, 220)) * minute,
  };
}

/** Rows appear within minutes, some later; a few after the hours a collector usually looks back. */
export function traceDelay(r: Random): number {
  const luck = below(r, 1_000);
  if (luck < 955) return between(r, 5_000, 100_000);
  if (luck < 994) return between(r, 2 * minute, 30 * minute);
  if (luck < 999) return between(r, 30 * minute, 225 * minute);
  return between(r, 300 * minute, 1_200 * minute);
}
