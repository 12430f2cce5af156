import { survivesFaults } from './survives-faults.ts';

survivesFaults('m365.unified-audit');
