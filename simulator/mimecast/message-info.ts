import { jsonReply, type Reply } from '../exchange.ts';
import { memoryDays } from '../tenant-book.ts';
import { readLogRequest } from './log-request.ts';
import type { MimecastCaller } from './mimecast-token.ts';
import { problems, requestFailed } from './mimecast-error.ts';

const dayMs = 86_400_000;

/** `POST /api/message-finder/get-message-info`: what became of one tracked message. */
export function messageInfo({ account, tenant }: MimecastCaller, body: string, now: number): Reply {
  const request = readLogRequest(body);
  if ('code' in request) return requestFailed(request, null);
  const { id } = request.item;
  if (typeof id !== 'string') return requestFailed(problems.field('id'), request.item);
  const from = now - memoryDays(tenant, 'mimecast.message-tracking') * dayMs;
  for (const record of account.records('message-tracking', { from, to: now + 1 }, now, 'desc')) {
    const text = record.json(now);
    if (!text.includes(id)) continue;
    const row = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (row['id'] !== id) continue;
    return jsonReply(200, { meta: { status: 200 }, data: [infoOf(row, record.time)], fail: [] });
  }
  return requestFailed({ ...problems.field('id'), status: 404 }, request.item);
}

const infoOf = (row: Readonly<Record<string, unknown>>, time: number): object => ({
  id: row['id'],
  status: row['status'],
  recipientInfo: {
    messageInfo: {
      fromEnvelope: row['fromEnv'],
      fromHeader: row['fromHdr'],
      to: row['to'],
      subject: row['subject'],
    },
    recipientMetaInfo: { remoteIp: row['senderIP'], receiptEvent: row['info'] },
  },
  deliveredMessage: {},
  retentionInfo: {
    currentPurgeDate: `${new Date(time + 365 * dayMs).toISOString().slice(0, 19)}+0000`,
    litigationHoldInfo: [],
  },
  spamInfo: { spamScore: row['spamScore'], detectionLevel: row['detectionLevel'] },
  policyInfo: [],
});
