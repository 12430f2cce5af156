// Prints a digest of two days of an invented world: run as a program, so that another process can be compared.
import { createHash } from 'node:crypto';
import { argv } from 'node:process';
import { contentTypes } from '../../simulator/world/content-id.ts';
import { inventWorld, type WorldPlan } from '../../simulator/world/invent-world.ts';
import { graphFeeds } from '../../simulator/world/world.ts';

export const digestPlan: WorldPlan = {
  seed: 7,
  now: Date.parse('2026-10-05T10:30:00Z'),
  events: 40_000,
  tenants: 3,
};

/** sha-256 over every byte the tenants show of the two days before the plan's `now`, and an hour after it. */
export function worldDigest(plan: WorldPlan): string {
  const digest = createHash('sha256');
  const range = { from: plan.now - 2 * 86_400_000, to: plan.now + 3_600_000 };
  for (const tenant of inventWorld(plan).tenants) {
    digest.update(JSON.stringify([tenant.id, tenant.users]));
    for (const record of tenant.directoryAudits(range, range.to, 'asc')) digest.update(record.json(range.to));
    for (const record of tenant.messageTraces(range, range.to, 'desc')) digest.update(record.json(range.to));
    for (const feed of graphFeeds) {
      for (const record of tenant.graphRecords(feed, range, range.to, 'desc'))
        digest.update(record.json(range.to));
    }
    for (const contentType of contentTypes) {
      for (const blob of tenant.blobs(contentType, range, range.to)) {
        digest.update(JSON.stringify([blob.contentId, blob.visibleAt, blob.records(range.to)]));
      }
    }
  }
  return digest.digest('hex');
}

if (argv[2] === 'print') process.stdout.write(worldDigest(digestPlan));
