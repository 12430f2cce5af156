import type {
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
  StorageQueueOutput,
  Timer,
} from '@azure/functions';
import { randomUUID } from 'node:crypto';
import type { ApiRequest } from '../../api/api-request.ts';
import { healthPath, misconfigured, settingSentence } from '../../api/misconfigured.ts';
import { problemOf } from '../../api/problem.ts';
import { commonHeaders, requestIdOf } from '../../api/reply-headers.ts';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { queueDueConnections } from '../../pipeline/due-connections.ts';
import { queueUpkeep } from '../../pipeline/queue-upkeep.ts';
import { signCheckpoints } from '../../pipeline/sign-checkpoints.ts';
import { apiRequest, httpResponse } from './http-adapter.ts';
import { indexWaiting, type IndexRun } from './index-waiting.ts';
import type { Away, Instance, Running } from './instance.ts';
import { invocationLog, underInvocation } from './invocation-log.ts';
import { reportUpkeep } from './report-upkeep.ts';
import { underWay } from './under-way.ts';
import { buryPoisoned, putOffMessage, workMessage } from './work-message.ts';

/** What each kind of trigger calls. */
export interface Handlers {
  http(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit>;
  pullTimer(timer: Timer, context: InvocationContext): Promise<void>;
  upkeepTimer(timer: Timer, context: InvocationContext): Promise<void>;
  jobs(message: unknown, context: InvocationContext): Promise<void>;
  jobsPoison(message: unknown, context: InvocationContext): Promise<void>;
  indexEvents(bell: unknown, context: InvocationContext): Promise<void>;
  /** The process is about to end: runs end at their next page. Resolves when nothing is under way any more. */
  terminate(): Promise<void>;
}

/** The functions of one instance. `bell` is the output to the queue that index-events listens to. */
export function functionHandlers(instance: () => Promise<Instance>, bell: StorageQueueOutput): Handlers {
  const index: IndexRun = indexWaiting();
  const calls = underWay();
  const ring = (context: InvocationContext): void => {
    context.extraOutputs.set(bell, { ring: context.functionName });
  };
  /**
   * For what has no caller to answer: with a wrong setting it fails, and the failure names the setting. With a store
   * away it fails too, unless it says what it does then.
   */
  const withApp =
    <In>(
      work: (running: Running, input: In, context: InvocationContext) => Promise<void>,
      whileAway: (away: Away, input: In, context: InvocationContext) => Promise<void> = fails,
    ) =>
    (input: In, context: InvocationContext): Promise<void> =>
      calls.track(
        underInvocation(context, async () => {
          const found = await instance();
          if (found.is === 'misconfigured') throw wrongSetting(found.problems);
          if (found.is === 'away') return whileAway(found, input, context);
          await work(found, input, context);
        }),
      );

  return {
    http: (request, context) => calls.track(underInvocation(context, () => answer(instance, request))),
    pullTimer: withApp(async ({ app }, _: Timer, context) => {
      await queueDueConnections(app.work);
      await queueUpkeep({ ...app.work.upkeep, queue: app.work.queue });
      // A bell that was lost is made good for within a minute.
      ring(context);
    }),
    upkeepTimer: withApp<Timer>(async (running): Promise<void> => {
      await reportUpkeep(running);
      await signCheckpoints(running.app.work.checkpoints);
    }),
    jobs: withApp(async (running, message: unknown, context) => {
      await workMessage(running, message, context.triggerMetadata ?? {}, calls.ending);
      ring(context);
    }, putOff),
    jobsPoison: withApp(async (running, message: unknown, context) =>
      buryPoisoned(running, message, context.triggerMetadata ?? {}),
    ),
    indexEvents: withApp(async (running, _: unknown, context) => {
      if ((await index(running, calls.ending)) === 'more') ring(context);
    }, noIndexing),
    terminate: () => calls.end(),
  };
}

async function answer(instance: () => Promise<Instance>, request: HttpRequest): Promise<HttpResponseInit> {
  const asked = apiRequest(request);
  try {
    const found = await instance();
    if (found.is === 'away') throw found.error;
    const api = found.is === 'running' ? found.app.api : misconfigured(found.problems, randomUUID);
    return httpResponse(await api.handle(asked));
  } catch (thrown) {
    // The app could not be put together because a service is away; the next request tries again.
    if (isAlive(asked)) return httpResponse(await misconfigured([], randomUUID).handle(asked));
    const requestId = requestIdOf(asked, randomUUID);
    const error = asAppError(thrown);
    const { code } = error;
    invocationLog.write(JSON.stringify({ level: 'error', event: 'instance.failed', requestId, code }));
    const { status, headers, body } = problemOf(error, requestId, []);
    return {
      status,
      headers: {
        ...commonHeaders(asked, requestId, []),
        ...headers,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify(body),
    };
  }
}

const fails = ({ error }: Away): Promise<void> => Promise.reject(error);
/** After five failures the host gives a message up, and an outage of minutes would bury whatever waits. */
const putOff = (away: Away, message: unknown, context: InvocationContext): Promise<void> =>
  putOffMessage(away, message, context.triggerMetadata ?? {});
/** A bell that is not answered is no loss: the timer rings each minute. */
const noIndexing = (): Promise<void> => Promise.resolve();

/** Whether the process lives is no question to a service that is away. */
const isAlive = ({ method, target }: ApiRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && healthPath.test(target.split('?', 1)[0] ?? '');

function wrongSetting(problems: readonly { setting: string; problem: string }[]): AppError {
  const said = problems.map(settingSentence).join('; ');
  const target = problems[0]?.setting;
  return new AppError(
    'config.invalid',
    'give-up',
    `config.invalid: ${said}. Correct the app settings; the app starts again by itself.`,
    target === undefined ? {} : { target },
  );
}
