import { app } from '@azure/functions';
import { handlers } from '../shared/host/azure/this-instance.ts';
import { jobsPoison, queueConnection } from '../shared/host/azure/triggers.ts';

app.storageQueue(jobsPoison.name, {
  queueName: jobsPoison.queue,
  connection: queueConnection,
  handler: handlers.jobsPoison,
});
