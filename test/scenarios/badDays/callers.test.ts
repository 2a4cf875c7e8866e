import { played } from './played.ts';

played(/^one wallet|^the same key|^somebody else/);
