/** Published by RFC 6962's own implementation: the leaves, and the root at some sizes. */
export const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

export const ROOTS: Readonly<Record<number, string>> = {
  0: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  7: 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
};

/** Of c2sp.org/signed-note. */
export const NOTE = {
  verifier: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  text: 'This is an example message.\n',
  signature:
    '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm' +
    'RKuwHjG1Yu72IneyaQM=\n',
};

/** Made here once, from the seed 00 to 1f: it may not change. */
export const CHECKPOINT = {
  origin: 'timecredits.example/ledger',
  verifier: 'timecredits.example/ledger+8a76b4c8+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4',
  note:
    'timecredits.example/ledger\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n' +
    '— timecredits.example/ledger ina0yOfCAlAERj75Q+atx54rdrT6qk2SsqDUlkinp7l2xc8/fMEVzOePrKUN' +
    'AMAzM52bannEWlRTUj2jOVFLaXb4sw8=\n',
};

export const SEED = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
