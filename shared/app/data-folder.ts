export { makeDataFolder } from '../adapters/embedded/data-folder.ts';
