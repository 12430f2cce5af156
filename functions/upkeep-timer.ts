import { app } from '@azure/functions';
import { handlers } from '../shared/host/azure/this-instance.ts';
import { upkeepTimer } from '../shared/host/azure/triggers.ts';

app.timer(upkeepTimer.name, { schedule: upkeepTimer.schedule, handler: handlers.upkeepTimer });
