import { played } from './played.ts';

played(/^an instance/);
