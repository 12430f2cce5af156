import { it } from 'vitest';
import { expectSurvival } from './mimecast-survival.ts';
import { faultsOf } from './under-fault.ts';

const source = 'mimecast.message-tracking';

it.each(faultsOf(source))('survives %s', (name, fault) => expectSurvival(source, name, fault));
