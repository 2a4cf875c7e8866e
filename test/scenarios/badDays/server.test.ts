import { played } from './played.ts';

played(/^the server|^every reply/);
