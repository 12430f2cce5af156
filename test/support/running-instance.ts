import type { Api } from '../../shared/api/api-request.ts';
import type { Running } from '../../shared/host/azure/instance.ts';

/** An instance that has only its API: what HTTP functions need of it. */
export function runningWith(api: Api): Running {
  return { is: 'running', app: { api } } as Running;
}
