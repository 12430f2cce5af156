import { survivesFaults } from './survives-faults.ts';

survivesFaults('entra.directory-audits');
