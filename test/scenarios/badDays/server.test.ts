import { played } from './played.ts';

played(/^the server is gone|^every reply/);
