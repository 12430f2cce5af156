/** A request of Cosmos DB's SDK, as far as it is looked at here. */
export interface Asked {
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly options?: { readonly partitionKey?: unknown };
}
interface Answered {
  readonly result?: unknown;
}

/** Questions of one process are few; a bound keeps one that is made up of parameters from filling the memory. */
const mostPlans = 100;

/**
 * A plugin for the SDK, which asks for a plan with every query and reads it only where the query spans partitions.
 * Within one the question would double the requests for nothing, and is answered here. Over several the plan depends
 * on nothing but the question: it is asked for once.
 */
export function queryPlans(): (
  asked: Asked,
  _node: unknown,
  next: (asked: Asked) => Promise<Answered>,
) => Promise<Answered> {
  const plans = new Map<string, Promise<Answered>>();
  return async (asked, _node, next) => {
    if (asked.headers?.['x-ms-cosmos-is-query-plan-request'] === undefined) return next(asked);
    if (asked.options?.partitionKey !== undefined) return answerOf({});
    const question = `${asked.path ?? ''} ${JSON.stringify(asked.body)}`;
    const known = plans.get(question);
    if (known !== undefined) return answerOf((await known).result);
    const plan = next(asked);
    plans.set(question, plan);
    if (plans.size > mostPlans) plans.delete([...plans.keys()][0] ?? question);
    // A refusal or an outage is no plan.
    plan.catch(() => plans.delete(question));
    return plan;
  };
}

/** Whoever reads a plan may work on it. */
const answerOf = (result: unknown): Answered & { code: number; headers: object } => ({
  code: 200,
  headers: {},
  result: structuredClone(result),
});
