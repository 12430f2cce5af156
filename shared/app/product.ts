import manifest from '../../package.json' with { type: 'json' };

export const product = 'Holdfast';
export const { version } = manifest;
