import { played } from './played.ts';

played(/^the stream is replaced|^the stream is gone/);
