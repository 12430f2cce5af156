import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { sweepCrashes } from './sweep-crashes.ts';

sweepCrashes(openEmbedded);
