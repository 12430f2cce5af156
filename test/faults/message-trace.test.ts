import { survivesFaults } from './survives-faults.ts';

survivesFaults('exchange.message-trace');
