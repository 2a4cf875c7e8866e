import { played } from './played.ts';

played(/^the stream is cut|^the stream loses/);
