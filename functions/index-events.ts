import { app } from '@azure/functions';
import { bell, handlers } from '../shared/host/azure/this-instance.ts';
import { indexEvents, queueConnection } from '../shared/host/azure/triggers.ts';

app.storageQueue(indexEvents.name, {
  queueName: indexEvents.queue,
  connection: queueConnection,
  extraOutputs: [bell],
  handler: handlers.indexEvents,
});
