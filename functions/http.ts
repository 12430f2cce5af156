import { app } from '@azure/functions';
import { handlers } from '../shared/host/azure/this-instance.ts';
import { httpTriggers } from '../shared/host/azure/triggers.ts';

// One function per route of the contract. Who may call is decided in code, from the token.
for (const { name, methods, route } of httpTriggers) {
  app.http(name, { methods: [...methods], route, authLevel: 'anonymous', handler: handlers.http });
}
