// NumPy's default_rng, number for number: PCG64 seeded by a SeedSequence.
//
// Sources: O'Neill, PCG (2014), for the generator (XSL-RR, 128 bits); Lemire,
// arXiv 1805.10941, for whole numbers from a range; NumPy for how they are put together.

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const [POOL, WIDE] = [4, (1n << 128n) - 1n];

// Whole numbers of 32 bits out of one seed or several, as SeedSequence mixes them.
export function seedWords(seed, count) {
  const entropy = [seed].flat().flatMap((n) => (n < 2 ** 32 ? [n] : [n % 2 ** 32, Math.floor(n / 2 ** 32)]));
  let hash = 0x43b0d7e5;
  const hashed = (value) => {
    let v = value ^ hash;
    hash = Math.imul(hash, 0x931e8875);
    v = Math.imul(v, hash);
    return (v ^ (v >>> 16)) >>> 0;
  };
  const mixed = (x, y) => {
    const v = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
    return (v ^ (v >>> 16)) >>> 0;
  };
  const pool = Array.from({ length: POOL }, (_, k) => hashed(entropy[k] ?? 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
  }
  for (const word of entropy.slice(POOL)) {
    for (let to = 0; to < POOL; to++) pool[to] = mixed(pool[to], hashed(word));
  }
  let last = 0x8b51f9dd;
  return Array.from({ length: count }, (_, k) => {
    let v = pool[k % POOL] ^ last;
    last = Math.imul(last, 0x58f38ded);
    v = Math.imul(v, last);
    return (v ^ (v >>> 16)) >>> 0;
  });
}

// default_rng(seed); a seed is a whole number or several of them.
export function defaultRng(seed) {
  const words = seedWords(seed, 8).map(BigInt);
  const long = (k) => (words[k + 1] << 32n) | words[k];
  const step = () => { state = (state * MULTIPLIER + inc) & WIDE; };
  const inc = ((((long(4) << 64n) | long(6)) << 1n) | 1n) & WIDE;
  let state = 0n;
  step();
  state = (state + ((long(0) << 64n) | long(2))) & WIDE;
  step();
  let [low, high, half] = [0, 0, null]; // two words of 32 bits; one that is left
  const next = () => {
    step();
    const [value, turn] = [(state >> 64n) ^ (state & 0xffffffffffffffffn), state >> 122n];
    const turned = BigInt.asUintN(64, (value >> turn) | (value << (64n - turn)));
    [low, high] = [Number(turned & 0xffffffffn), Number(turned >> 32n)];
  };
  const word = () => {
    if (half !== null) {
      const kept = half;
      half = null;
      return kept;
    }
    next();
    half = high;
    return low;
  };
  const random = () => { // in [0, 1), of 53 bits
    next();
    return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
  };
  const integer = (n) => { // 0 ... n - 1
    if (n === 1) return 0;
    for (const least = (2 ** 32 - n) % n; ;) {
      const product = word() * n;
      if (product % 2 ** 32 >= least) return Math.floor(product / 2 ** 32);
    }
  };
  return {
    random, integer,
    uniform: (from, to) => from + (to - from) * random(),
    integers: (count, n) => Array.from({ length: count }, () => integer(n)),
    shuffle(items) {
      for (let k = items.length - 1; k > 0; k--) {
        const mask = 2 ** (32 - Math.clz32(k)) - 1; // here NumPy draws until one fits
        let other = k + 1;
        while (other > k) other = (word() & mask) >>> 0;
        [items[k], items[other]] = [items[other], items[k]];
      }
      return items;
    },
  };
}
