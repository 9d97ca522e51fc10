// Asks URL for streams, and prints one line of JSON for each: what came, and when.
//
//   node client.mjs fetch|sdk|abort COUNT URL
//
// `fetch` is Node's own; `sdk` is messages.stream of the official SDK, to its end; `abort` is the
// same, aborted at its third text. Times are nanoseconds of CLOCK_MONOTONIC, as Python's
// time.monotonic_ns().
import Anthropic from '@anthropic-ai/sdk';

const [how, count, url] = process.argv.slice(2);
const ask = {
  model: 'claude-haiku-5-5',
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Hi' }],
};
const now = () => Number(process.hrtime.bigint());

function note(told) {
  return (chunk) => {
    told.times.push(now());
    told.sizes.push(chunk.length);
    told.chunks.push(Buffer.from(chunk));
  };
}

async function viaFetch(told) {
  const noting = note(told);
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'content-type': 'application/json' },
    body: JSON.stringify({ ...ask, stream: true }),
  });
  told.status = response.status;
  told.headers = Object.fromEntries(response.headers);
  for await (const chunk of response.body) noting(chunk);
}

async function viaSdk(told, aborts) {
  const noting = note(told);
  const noted = async (...of) => {
    const response = await fetch(...of);
    told.status = response.status;
    told.headers = Object.fromEntries(response.headers);
    const pass = new TransformStream({
      transform(chunk, controller) {
        noting(chunk);
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(pass), response);
  };
  const client = new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0, fetch: noted });
  const stream = client.messages.stream(ask);
  told.events = [];
  let texts = 0;
  stream.on('streamEvent', (event) => told.events.push(event.type));
  stream.on('text', () => {
    texts += 1;
    if (aborts && texts === 3) {
      told.aborted = now();
      stream.abort();
    }
  });
  try {
    told.message = await stream.finalMessage();
  } catch (error) {
    told.error = error.constructor.name;
  }
}

for (let number = 0; number < Number(count); number += 1) {
  const told = { times: [], sizes: [], chunks: [] };
  await (how === 'fetch' ? viaFetch(told) : viaSdk(told, how === 'abort'));
  told.body = Buffer.concat(told.chunks).toString('base64');
  delete told.chunks;
  console.log(JSON.stringify(told));
}
