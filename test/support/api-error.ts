import type { Reply } from './api-house.ts';

/** The error in an API's answer. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly { readonly code: string; readonly message: string; readonly target: string }[];
  readonly requestId: string;
}

export const errorOf = (reply: Reply): ApiError => (reply.json() as { error: ApiError }).error;
