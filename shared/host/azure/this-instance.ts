import { output } from '@azure/functions';
import { functionHandlers } from './handlers.ts';
import { lazyInstance } from './instance.ts';
import { bellQueue, queueConnection } from './triggers.ts';

/** Where jobs say that there is something to index. */
export const bell = output.storageQueue({ queueName: bellQueue, connection: queueConnection });

/** The functions of this process, by the settings of the app. Nothing is read or opened before one is called. */
export const handlers = functionHandlers(
  lazyInstance({
    environment: process.env,
    open: async settings => (await import('../../app/open-azure-profile.ts')).openAzureProfile(settings),
  }),
  bell,
);
