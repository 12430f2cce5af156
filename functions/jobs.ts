import { app } from '@azure/functions';
import { bell, handlers } from '../shared/host/azure/this-instance.ts';
import { jobs, queueConnection } from '../shared/host/azure/triggers.ts';

app.storageQueue(jobs.name, {
  queueName: jobs.queue,
  connection: queueConnection,
  extraOutputs: [bell],
  handler: handlers.jobs,
});
