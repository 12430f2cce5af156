import { z } from 'zod';

/** Inputs of the cost table: what was measured, what is assumed, and list prices. */
const inputsSchema = z.strictObject({
  about: z.string(),
  assumed: z.strictObject({
    eventsPerUserAndDay: z.number(),
    daysKept: z.number(),
    daysSearchable: z.number(),
    streamsPerTenant: z.number(),
    pullsPerStreamAndDay: z.number(),
    ruPerKilobyteWritten: z.number(),
    ruPerKilobyteRead: z.number(),
    ruPerRequest: z.number(),
    indexBytesPerEvent: z.number(),
    secondsPerPull: z.number(),
    instanceGigabytes: z.number(),
  }),
  measured: z.strictObject({
    by: z.string(),
    cosmosRequestsPer1000: z.number(),
    cosmosBytesSentPer1000: z.number(),
    cosmosBytesReceivedPer1000: z.number(),
    blobRequestsPer1000: z.number(),
    blobBytesPer1000: z.number(),
    searchRequestsPer1000: z.number(),
  }),
  prices: z.strictObject({
    cosmosPerMillionRu: z.number(),
    cosmosPerGigabyteMonth: z.number(),
    blobPerGigabyteMonth: z.number(),
    blobPer10000Writes: z.number(),
    queuePer10000Requests: z.number(),
    functionsPerGigabyteSecond: z.number(),
    functionsPerMillionCalls: z.number(),
    logsPerGigabyte: z.number(),
    staticWebAppMonth: z.number(),
  }),
  searchTiers: z.array(z.strictObject({ name: z.string(), gigabytes: z.number(), month: z.number() })),
});
export type CostInputs = z.infer<typeof inputsSchema>;

export const readCostInputs = (text: string): CostInputs => inputsSchema.parse(JSON.parse(text));

const daysOfMonth = 30;
const gigabyte = 1_000_000_000;

/** One service's share: what it is asked for in a month, in words, and dollars. */
export interface CostLine {
  readonly what: string;
  readonly amount: string;
  readonly dollars: number;
}

/** What one tenant costs in a month, when as much is kept as the retention allows. */
export function costOf(inputs: CostInputs, users: number): readonly CostLine[] {
  const { assumed, measured, prices } = inputs;
  const perDay = users * assumed.eventsPerUserAndDay;
  const events = perDay * daysOfMonth;
  const thousands = events / 1_000;
  const pulls = assumed.streamsPerTenant * assumed.pullsPerStreamAndDay * daysOfMonth;
  const ru = thousands * ruPerThousand(inputs) + pulls * 10 * assumed.ruPerRequest;
  const kept = (bytesPer1000: number, days: number): number =>
    ((perDay * days) / 1_000) * (bytesPer1000 / gigabyte);
  const cosmosGb = kept(measured.cosmosBytesSentPer1000, assumed.daysKept);
  const blobGb = kept(measured.blobBytesPer1000, assumed.daysKept);
  const indexGb = kept(assumed.indexBytesPerEvent * 1_000, assumed.daysSearchable);
  const blobWrites = thousands * measured.blobRequestsPer1000;
  const gbSeconds = pulls * assumed.secondsPerPull * assumed.instanceGigabytes;
  const logGb = (pulls * 3 * 500) / gigabyte;
  const { tier, partitions } = searchService(inputs, indexGb);
  const gb = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} GB`;
  const million = (value: number): string => `${(value / 1_000_000).toFixed(1)} million`;
  return [
    {
      what: 'Cosmos DB, request units',
      amount: million(ru),
      dollars: (ru / 1e6) * prices.cosmosPerMillionRu,
    },
    { what: 'Cosmos DB, kept', amount: gb(cosmosGb), dollars: cosmosGb * prices.cosmosPerGigabyteMonth },
    {
      what: 'Archive, writes',
      amount: million(blobWrites),
      dollars: (blobWrites / 1e4) * prices.blobPer10000Writes,
    },
    { what: 'Archive, kept', amount: gb(blobGb), dollars: blobGb * prices.blobPerGigabyteMonth },
    {
      what: 'AI Search',
      amount: `${gb(indexGb)}: ${tier.name}, ${partitions} partition${partitions === 1 ? '' : 's'}`,
      dollars: tier.month * partitions,
    },
    {
      what: 'Functions',
      amount: `${million(pulls)} runs`,
      dollars:
        gbSeconds * prices.functionsPerGigabyteSecond +
        ((pulls * 3) / 1e6) * prices.functionsPerMillionCalls +
        ((pulls * 8) / 1e4) * prices.queuePer10000Requests,
    },
    { what: 'Logs', amount: gb(logGb), dollars: logGb * prices.logsPerGigabyte },
    { what: 'Static Web App', amount: '1', dollars: prices.staticWebAppMonth },
  ];
}

/** Request units of 1,000 events: bytes as measured, units per byte as assumed. */
export const ruPerThousand = ({ assumed, measured }: CostInputs): number =>
  (measured.cosmosBytesSentPer1000 / 1_000) * assumed.ruPerKilobyteWritten +
  (measured.cosmosBytesReceivedPer1000 / 1_000) * assumed.ruPerKilobyteRead +
  measured.cosmosRequestsPer1000 * assumed.ruPerRequest;

const mostPartitions = 12;

/** The cheapest service the index fits in, four fifths full. */
function searchService(
  { searchTiers }: CostInputs,
  gigabytes: number,
): { tier: CostInputs['searchTiers'][number]; partitions: number } {
  const fitting = searchTiers
    .map(tier => ({ tier, partitions: Math.max(1, Math.ceil(gigabytes / (tier.gigabytes * 0.8))) }))
    .filter(({ tier, partitions }) => partitions <= (tier.name === 'Basic' ? 1 : mostPartitions));
  const best = fitting.sort((a, b) => a.tier.month * a.partitions - b.tier.month * b.partitions)[0];
  if (best === undefined) throw new Error('No search service is large enough.');
  return best;
}

/** docs/azure/cost.md, whole. */
export function costPage(inputs: CostInputs): string {
  const { assumed, measured, prices } = inputs;
  const table = (title: string, values: Readonly<Record<string, number | string>>): string =>
    [`| ${title} | |`, '| --- | ---: |', ...Object.entries(values).map(([name, value]) => `| ${words(name)} | ${value} |`)].join('\n'); // prettier-ignore
  const tenants = [1_000, 10_000];
  const columns = tenants.map(users => costOf(inputs, users));
  const rows = (columns[0] ?? []).map(({ what }, at) => {
    const cells = columns.flatMap(lines => [lines[at]?.amount ?? '', (lines[at]?.dollars ?? 0).toFixed(2)]);
    return `| ${what} | ${cells.join(' | ')} |`;
  });
  const totals = columns.map(lines => lines.reduce((sum, line) => sum + line.dollars, 0).toFixed(2));
  return `# What it costs

Written by \`npm run gen\` from [inputs.json](inputs.json) by \`tools/azure-cost.ts\`; change the inputs, not this page.
Dollars a month for **one** tenant that has been kept for the whole retention (the worst month), alone in its
installation. AI Search, the Static Web App and idle time are paid once for all tenants of an installation.

| | 1,000 users | $ | 10,000 users | $ |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}
| **together** | | **${totals[0] ?? ''}** | | **${totals[1] ?? ''}** |

1,000 events cost ${ruPerThousand(inputs).toFixed(0)} request units. The bytes and requests are **measured** at the wire by \`${measured.by}\`; units are
**estimated** from them, because no emulator counts units as the service does.

## What was measured, per 1,000 events

${table('measured', Object.fromEntries(Object.entries(measured).filter(([name]) => name !== 'by')))}

## What is assumed

${table('assumed', assumed)}

## List prices

${inputs.about}

${table('price', prices)}

| AI Search, per partition and month | GB | $ |
| --- | ---: | ---: |
${inputs.searchTiers.map(tier => `| ${tier.name} | ${tier.gigabytes} | ${tier.month} |`).join('\n')}
`;
}

const words = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z0-9])/g, (_, before: string, after: string) => `${before} ${after}`)
    .toLowerCase();
