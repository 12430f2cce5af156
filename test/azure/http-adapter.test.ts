import functions from '@azure/functions';
import { describe, expect, test } from 'vitest';
import { apiRequest, clientAddress, httpResponse } from '../../shared/host/azure/http-adapter.ts';
import { mustReject } from '../contracts/contract.ts';

const { HttpRequest } = functions;
type Init = ConstructorParameters<typeof HttpRequest>[0];
const request = (init: Init): ReturnType<typeof apiRequest> =>
  apiRequest(new HttpRequest({ method: 'GET', url: 'https://app.example/api/v1/events', ...init }));

describe('a request of the Functions host', () => {
  test('keeps repeated parameters apart, encoded as they came', () => {
    const url = 'https://app.example/api/v1/events?tenant=a&tenant=b&q=x%20y%26z';
    expect(request({ url, query: { tenant: 'a,b', q: 'x y&z' } }).target).toBe(
      '/api/v1/events?tenant=a&tenant=b&q=x%20y%26z',
    );
    expect(request({ query: { q: 'x y' } }).target).toBe('/api/v1/events?q=x+y');
  });

  test('leaves out who the platform says the caller is', () => {
    const headers = {
      'X-MS-CLIENT-PRINCIPAL': 'e30=',
      'x-ms-client-principal-name': 'somebody',
      'x-ms-client-request-id': 'mine',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    expect(request({ headers }).headers).toEqual({
      'x-ms-client-request-id': 'mine',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
  });

  test.each([
    ['203.0.113.7:51234', '203.0.113.7'],
    ['127.0.0.1, 203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8::7]:51234', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['198.51.100.1', '198.51.100.1'],
    ['unknown', null],
    ['', null],
    [undefined, null],
  ])('was sent by whom the front end says, not by whom the caller says: %s', (forwarded, expected) => {
    expect(clientAddress(forwarded)).toBe(expected);
  });

  test('has a body, of at most the size asked for', async () => {
    const post = (): ReturnType<typeof apiRequest> =>
      request({ method: 'POST', body: { string: '{"q":"ä"}' } });
    expect(Buffer.from(await post().readBody(100)).toString()).toBe('{"q":"ä"}');
    await mustReject(post().readBody(5), 'request.too-large');
    const announced = request({
      method: 'POST',
      headers: { 'content-length': '1000' },
      body: { string: 'x' },
    });
    await mustReject(announced.readBody(5), 'request.too-large');
  });
});

describe('a reply for the Functions host', () => {
  test('is the API’s own, bytes and all; the length is the host’s to say', () => {
    const bytes = new Uint8Array([0, 255, 1]);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': '3' };
    expect(httpResponse({ status: 200, headers, body: bytes })).toEqual({
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    // Never undefined: the host makes 204 of nothing, and 500 of a plain string.
    expect(httpResponse({ status: 204, headers: {}, body: null })).toEqual({ status: 204, headers: {} });
  });
});
