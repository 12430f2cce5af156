import { it } from 'vitest';
import { expectSurvival } from './mimecast-survival.ts';
import { faultsOf } from './under-fault.ts';

const source = 'mimecast.ttp-url';

it.each(faultsOf(source))('survives %s', (name, fault) => expectSurvival(source, name, fault));
