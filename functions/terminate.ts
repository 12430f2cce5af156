import { app } from '@azure/functions';
import { handlers } from '../shared/host/azure/this-instance.ts';

// The worker waits for this before it ends the process.
app.hook.appTerminate(() => handlers.terminate());
