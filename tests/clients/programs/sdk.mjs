// The official SDKs for TypeScript:  node sdk.mjs anthropic|openai
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { answerAll } from './lines.mjs';

const quiet = { apiKey: 'streamtape', maxRetries: 0, logLevel: 'off' };
// Their own timeout ends where the head of the response comes; who wants one for the stream, too,
// gives a signal.
const options = (asked) => ({
  headers: asked.headers,
  timeout: asked.timeout * 1000,
  signal: AbortSignal.timeout(asked.timeout * 1500),
});

const clients = {
  async anthropic(asked, answer) {
    const client = new Anthropic({ ...quiet, baseURL: asked.url });
    const { stream: _, ...body } = asked.body;
    const stream = client.messages.stream(body, options(asked));
    stream.on('connect', () => (answer.status = stream.response?.status ?? null));
    for await (const event of stream) answer.events.push(event.type);
    answer.result = await stream.finalMessage();
  },
  async openai(asked, answer) {
    const client = new OpenAI({ ...quiet, baseURL: `${asked.url}/v1` });
    const { data, response } = await client.chat.completions
      .create(asked.body, options(asked))
      .withResponse();
    answer.status = response.status;
    for await (const chunk of data) answer.events.push(chunk);
  },
};

await answerAll(clients[process.argv[2]]);
