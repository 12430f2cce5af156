import { openAzureFor } from '../support/azure-place.ts';
import { sweepCrashes } from './sweep-crashes.ts';

// Over the emulators: Azurite, and the Cosmos DB server behind its door.
sweepCrashes(openAzureFor, ['exchange.message-trace', 'm365.unified-audit']);
