// The TypeScript helper at the other end of the bridge.
//   node bridge.mjs read   NDJSON of streamtape on stdin -> what the helper makes of it, as JSON
//   node bridge.mjs write  SSE on stdin -> the helper's own NDJSON
import Anthropic from '@anthropic-ai/sdk';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import { Readable } from 'node:stream';

if (process.argv[2] === 'read') {
  const stream = MessageStream.fromReadableStream(Readable.toWeb(process.stdin));
  const events = [];
  stream.on('streamEvent', (event) => events.push(event));
  stream.on('text', (text, snapshot) => events.push(['text', text, snapshot]));
  const message = await stream.finalMessage();
  process.stdout.write(JSON.stringify({ events, message }));
} else {
  const body = [];
  for await (const chunk of process.stdin) body.push(chunk);
  const fetch = async () =>
    new Response(Buffer.concat(body), { headers: { 'content-type': 'text/event-stream' } });
  const client = new Anthropic({ apiKey: 'none', fetch });
  const stream = client.messages.stream({ model: 'm', max_tokens: 1, messages: [] });
  for await (const chunk of stream.toReadableStream()) process.stdout.write(chunk);
}
