import { app } from '@azure/functions';
import { bell, handlers } from '../shared/host/azure/this-instance.ts';
import { pullTimer } from '../shared/host/azure/triggers.ts';

app.timer(pullTimer.name, {
  schedule: pullTimer.schedule,
  extraOutputs: [bell],
  handler: handlers.pullTimer,
});
