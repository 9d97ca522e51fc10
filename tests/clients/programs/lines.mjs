// A case per line in, an answer per line out: see lines.py.
import { createInterface } from 'node:readline';
import { nameOf } from './names.mjs';

export async function answerAll(ask) {
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = { status: null, reads: [], events: [], result: null, error: null, causes: [] };
    try {
      await ask(JSON.parse(line), answer);
    } catch (error) {
      answer.error = nameOf(error);
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}
