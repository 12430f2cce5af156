import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sources } from '../../shared/sources/index.generated.ts';
import { fixturesFolder, fixturesOf, pagesOf, readTranscript, walk } from '../../tools/source-goldens.ts';

// Every transcript of every source, without naming one: what was asked, what came back, where paging stands then.
const folders = await Promise.all(
  sources.map(async source => ({ id: source.id, source, fixtures: await fixturesOf(source.id) })),
);
const transcripts = folders.flatMap(({ id, source, fixtures }) =>
  fixtures
    .filter(({ kind }) => kind === 'paging')
    .map(({ name, bytes }) => ({ name: `${id}: ${name}`, source, transcript: readTranscript(bytes) })),
);

describe.each(transcripts)('$name', ({ name, source, transcript }) => {
  test('is what its golden says', async () => {
    const [id = '', fixture = ''] = name.split(': ');
    const committed = readFileSync(join(fixturesFolder(id), `${fixture}.pages.json`), 'utf8');
    expect(await pagesOf(source, transcript)).toEqual(JSON.parse(committed));
  });

  test('goes on behind every page it was interrupted after', async () => {
    const whole = await walk(source, transcript, null);
    for (const [index, page] of whole.pages.entries()) {
      // Behind a feed's last page is what the provider will have next.
      const isLast = source.pull.kind === 'feed' && index === whole.pages.length - 1;
      if (page.resume === null || isLast) continue;
      const rest = await walk(source, transcript, page.resume);
      expect(rest.pages.map(({ name, resume }) => ({ name, resume }))).toEqual(
        whole.pages.slice(index + 1).map(({ name, resume }) => ({ name, resume })),
      );
      expect(rest.error).toEqual(whole.error);
    }
    if (whole.error === null && source.pull.kind !== 'feed') expect(whole.pages.at(-1)?.resume).toBeNull();
    expect(whole.pages.slice(0, -1).every(({ resume }) => resume !== null)).toBe(true);
  });

  test('uses every exchange', async () => {
    const { asked } = await walk(source, transcript, null);
    expect(transcript.exchanges.filter(({ request }) => !asked.includes(request))).toEqual([]);
  });

  test('follows no link to another host', async () => {
    const said = JSON.stringify(transcript.exchanges);
    // An answer may carry a link that is not needed, and names its host in other places too.
    const links = [
      ...said.matchAll(
        /https:\/\/(?:graph\.microsoft\.com|manage\.office\.com|files\.mimecast\.example)([^"]*)/g,
      ),
    ];
    const { asked } = await walk(source, transcript, null);
    const paths = asked.map(line => line.slice(line.indexOf(' ') + 1));
    if (!links.some(([, link = '']) => paths.some(path => path.includes(link)))) return;
    const moved = said.replace(
      /https:\/\/(graph\.microsoft\.com|manage\.office\.com|files\.mimecast\.example)/g,
      'https://elsewhere.example',
    );
    const exchanges = JSON.parse(moved) as typeof transcript.exchanges;
    const { error } = await walk(source, { ...transcript, exchanges, read: [] }, null);
    expect(error?.code).toBe('provider.untrusted-url');
  });
});
