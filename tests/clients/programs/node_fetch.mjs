// Node's fetch:  node node_fetch.mjs
import { ask } from './fetch.mjs';
import { answerAll } from './lines.mjs';

await answerAll(ask);
